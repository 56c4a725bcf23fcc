/** The keys as the help lists them. */

import { byId, make } from '../page/element.js';
import { capOf } from './keys.js';

/** @typedef {import('./keys.js').Key} Key */
/** @typedef {import('../page/locale.js').Locale} Locale */

/** @param {readonly Pick<Key, 'key' | 'always' | 'text'>[]} keys @param {Locale} locale */
export function listKeys(keys, locale) {
	byId('keys', HTMLDListElement).replaceChildren(
		...keys.map(({ key, always, text }) =>
			make(
				'div',
				{},
				make('dt', {}, make('kbd', {}, capOf(key)), ...(always ? [' ', make('kbd', {}, always)] : [])),
				make('dd', {}, locale.text(text)),
			),
		),
	);
}
