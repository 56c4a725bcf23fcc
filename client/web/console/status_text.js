/**
 * Where things stand, in words, for whoever asks.
 *
 * Pure.
 */

import { nameIn } from '../page/language.js';
import { shiftText } from './head.js';

/** @typedef {import('../session/booth_state.js').BoothState} BoothState */
/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('./air.js').Air} Air */

/** What the lamp says. @param {Air} air @param {Locale} locale */
export function airText(air, locale) {
	const language = air.lang && nameIn(air.lang, locale.name);

	return `${locale.text(air.word)}. ${locale.text(air.detail, { language, name: air.name })}`;
}

/**
 * @param {BoothState} booth @param {Air} air @param {string | null} incoming what is heard, in words
 * @param {number} since seconds since the booth's state was said @param {Locale} locale
 */
export function statusText(booth, air, incoming, since, locale) {
	const listeners = booth.outputs.reduce((sum, each) => sum + each.listeners, 0);

	return [airText(air, locale), locale.text('output.listeners', { count: locale.count(listeners) }), incoming, shiftText(booth, since, locale)]
		.filter(Boolean)
		.join('. ');
}
