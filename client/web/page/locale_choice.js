/** The menu of the page's own language. */

import { make } from './element.js';
import { ownName } from './language.js';
import { LOCALES } from './preference.js';

/** @typedef {import('./locale.js').Locale} Locale */

/** @param {HTMLSelectElement} select @param {Locale} locale that is loaded @param {() => void} onChange another one is */
export function fillLocales(select, locale, onChange) {
	select.append(...LOCALES.map((name) => make('option', { value: name, lang: name }, ownName(name))));
	select.value = locale.name;
	select.addEventListener('change', async () => {
		const name = LOCALES.find((each) => each === select.value);

		if (name) await locale.load(name, true);
		onChange();
	});
}
