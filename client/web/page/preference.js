/** Which language the page should speak, and where its words are. */

import { recall, remember } from './memory.js';

/** @typedef {import('../i18n/words.js').WordSet} WordSet */
/** @typedef {import('../i18n/words.js').Messages} Messages */
/** @typedef {Readonly<Partial<Messages>>} Words */
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

/** The words of one file of `i18n/`; fetched once, however often it is asked for. @param {string} file @returns {Promise<Readonly<Record<string, string>>>} */
async function loadFile(file) {
	/** @type {{ default: Readonly<Record<string, string>> }} */
	const module = await import(`../i18n/${file}.js`);

	return module.default;
}

/**
 * The words that every page has, and those of the sets that this page has besides.
 * @param {LocaleName} name @param {readonly WordSet[]} [sets]
 * @returns {Promise<Words>}
 */
export async function loadMessages(name, sets = []) {
	const files = await Promise.all([name, ...sets.map((set) => `${set}.${name}`)].map(loadFile));

	return Object.assign({}, ...files);
}
