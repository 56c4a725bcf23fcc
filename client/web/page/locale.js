/**
 * The language of the page itself: chosen by the browser's, switchable, remembered.
 *
 * Elements carry the key of their words: `data-text` for their text, `data-label` for their name.
 */

import { directionOf } from './language.js';
import { recall, remember } from './memory.js';

/** @typedef {import('../i18n/en.js').Messages} Messages */
/** @typedef {keyof Messages} MessageKey */
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

export class Locale {
	/** @type {LocaleName} */ name = 'en';
	/** @type {Messages | null} */ #messages = null;

	/** Loads the language remembered, or the browser's, or as a last resort that which is listened to. @param {string | null} listening */
	async loadPreferred(listening) {
		await this.load(chooseLocale([recall(MEMORY), ...navigator.languages, listening]));
	}

	/** @param {LocaleName} name @param {boolean} [keep] remember it */
	async load(name, keep = false) {
		/** @type {{ default: Messages }} */
		const module = await import(`../i18n/${name}.js`);

		this.#messages = module.default;
		this.name = name;
		if (keep) remember(MEMORY, name);
		document.documentElement.lang = name;
		document.documentElement.dir = directionOf(name);
		this.translate(document);
	}

	/**
	 * @param {MessageKey} key @param {Readonly<Record<string, string>>} [values] for the {names} within
	 * @returns {string}
	 */
	text(key, values = {}) {
		const message = this.#messages?.[key] ?? '';

		return message.replace(/\{(\w+)\}/g, (whole, name) => this.#isolate(values[name] ?? whole));
	}

	/** Keeps a Latin name from turning an Arabic sentence around (Unicode TR 9, FSI and PDI). @param {string} value */
	#isolate(value) {
		return document.documentElement.dir === 'rtl' ? `\u2068${value}\u2069` : value;
	}

	/** The title in the page's language, or else in English, or else whichever there is. @param {Readonly<Record<string, string>>} title @returns {{ text: string, lang: string }} */
	title(title) {
		const lang = [this.name, 'en'].find((wish) => title[wish]) ?? Object.keys(title)[0] ?? '';

		return { text: title[lang] ?? '', lang };
	}

	/** @param {number} value 0..1 is 0..100 % */
	percent(value) {
		return new Intl.NumberFormat(this.name, { style: 'percent' }).format(value);
	}

	/** @param {number} megabytes rounded to two digits */
	megabytes(megabytes) {
		return new Intl.NumberFormat(this.name, {
			style: 'unit',
			unit: 'megabyte',
			maximumSignificantDigits: 2,
		}).format(megabytes);
	}

	/** @param {ParentNode} root */
	translate(root) {
		for (const element of root.querySelectorAll('[data-text]'))
			element.textContent = this.text(/** @type {MessageKey} */ (element.getAttribute('data-text')));
		for (const element of root.querySelectorAll('[data-label]'))
			element.setAttribute('aria-label', this.text(/** @type {MessageKey} */ (element.getAttribute('data-label'))));
	}
}
