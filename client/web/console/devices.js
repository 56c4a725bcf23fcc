/** A choice among microphones or headsets. */

import { make } from '../page/element.js';

/** @typedef {import('../sound/microphone.js').Device} Device */
/** @typedef {import('../page/locale.js').Locale} Locale */

/** The system's choice comes first, whatever the browser calls it. @param {HTMLSelectElement} select @param {readonly Device[]} devices @param {string} chosen @param {Locale} locale */
export function showDevices(select, devices, chosen, locale) {
	const key = JSON.stringify([locale.name, devices]);
	const named = devices.filter(({ id }) => id !== 'default');

	if (select.dataset['key'] !== key) {
		select.dataset['key'] = key;
		select.replaceChildren(
			make('option', { value: '' }, locale.text('signin.device.system')),
			...named.map(({ id, label }, n) =>
				make('option', { value: id }, label || locale.text('signin.device.nameless', { number: locale.count(n + 1) })),
			),
		);
	}
	if (document.activeElement !== select) select.value = named.some(({ id }) => id === chosen) ? chosen : '';
}
