/**
 * The language of the page itself: chosen by the browser's, switchable, remembered.
 *
 * Elements carry the key of their words: `data-text` for their text, `data-label` for their name.
 */

import { directionOf } from './language.js';
import { loadMessages, preferredLocale, prefer } from './preference.js';

/** @typedef {import('./preference.js').Messages} Messages */
/** @typedef {import('./preference.js').WordSet} WordSet */
/** @typedef {import('./preference.js').Words} Words */
/** @typedef {keyof Messages} MessageKey */
/** @typedef {import('./preference.js').LocaleName} LocaleName */

export class Locale {
	/** @type {LocaleName} */ name = 'en';
	/** @type {readonly WordSet[]} */ #sets;
	/** @type {Words | null} */ #messages = null;
	/** @type {Map<string, Intl.NumberFormat>} */ #formats = new Map();

	/** @param {readonly WordSet[]} [sets] of words that this page has besides those of every page */
	constructor(sets = []) {
		this.#sets = sets;
	}

	/** Loads the language remembered, or the browser's, or as a last resort that which is listened to. @param {string | null} listening */
	async loadPreferred(listening) {
		await this.load(preferredLocale(listening));
	}

	/** @param {LocaleName} name @param {boolean} [keep] remember it */
	async load(name, keep = false) {
		this.#messages = await loadMessages(name, this.#sets);
		this.name = name;
		if (keep) prefer(name);
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

	/** @param {number} value a whole number */
	count(value) {
		return this.#number({ maximumFractionDigits: 0 }, value);
	}

	/** @param {number} value with its sign where it is negative */
	decimal(value) {
		return this.#number({ maximumFractionDigits: 1 }, value);
	}

	/** @param {number} value */
	decibels(value) {
		return this.#isolate(`${this.#number({ signDisplay: 'exceptZero', maximumFractionDigits: 1 }, value)} dB`);
	}

	/** @param {number} value with one digit, for a countdown */
	seconds(value) {
		return this.#number({ minimumFractionDigits: 1, maximumFractionDigits: 1 }, value);
	}

	/** @param {number} value */
	minutes(value) {
		return this.#number({ style: 'unit', unit: 'minute', unitDisplay: 'short', maximumFractionDigits: 0 }, value);
	}

	/** @param {Date} time */
	time(time) {
		return new Intl.DateTimeFormat(this.name, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(time);
	}

	/** Formatters are costly to make and some are asked for ten times a second. @param {Intl.NumberFormatOptions} options @param {number} value */
	#number(options, value) {
		const key = `${this.name} ${JSON.stringify(options)}`;
		const format = this.#formats.get(key) ?? new Intl.NumberFormat(this.name, options);

		this.#formats.set(key, format);
		return format.format(value);
	}

	/** As a sentence names several. @param {readonly string[]} names */
	list(names) {
		return new Intl.ListFormat(this.name).format(names);
	}

	/** @param {ParentNode} root */
	translate(root) {
		for (const element of root.querySelectorAll('[data-text]'))
			element.textContent = this.text(/** @type {MessageKey} */ (element.getAttribute('data-text')));
		for (const element of root.querySelectorAll('[data-label]'))
			element.setAttribute('aria-label', this.text(/** @type {MessageKey} */ (element.getAttribute('data-label'))));
	}
}
