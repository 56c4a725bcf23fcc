/** Which language the page should speak, and where its words are. */

import { recall, remember } from './memory.js';

/** @typedef {import('../i18n/en.js').Messages} Messages */
/** @typedef {(typeof LOCALES)[number]} LocaleName */

/** The six languages of the United Nations, in the order of their English names. */
export const LOCALES = /** @type {const} */ (['ar', 'zh', 'en', 'fr', 'ru', 'es']);

const MEMORY = 'interface';

/** @param {string | null | undefined} tag @returns {LocaleName | null} */
function match(tag) {
	const primary = tag?.toLowerCase().split('-')[0];

	return LOCALES.find((locale) => locale === primary) ?? null;
}

/**
 * @param {readonly (string | null | undefined)[]} wishes best first
 * @returns {LocaleName}
 */
export function chooseLocale(wishes) {
	for (const wish of wishes) {
		const locale = match(wish);
		if (locale) return locale;
	}
	return 'en';
}

/** The language remembered, or the browser's, or as a last resort that which is listened to. @param {string | null} listening */
export function preferredLocale(listening) {
	return chooseLocale([recall(MEMORY), ...navigator.languages, listening]);
}

/** @param {LocaleName} name from now on */
export function prefer(name) {
	remember(MEMORY, name);
}

/** Loads once, however often it is called. @param {LocaleName} name @returns {Promise<Messages>} */
export async function loadMessages(name) {
	/** @type {{ default: Messages }} */
	const module = await import(`../i18n/${name}.js`);

	return module.default;
}
