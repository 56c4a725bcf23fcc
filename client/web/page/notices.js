/**
 * What the organisers tell everybody: each message stays until it is put away. Text only, in whatever
 * direction its own letters have.
 */

import { make } from './element.js';
import { setIcon } from './icon.js';

/** @typedef {import('./locale.js').Locale} Locale */

/** Older ones make room; choice. */
const KEPT = 5;
/** Its style, where the page did not bring it. */
const STYLE = new URL('../style/notices.css', import.meta.url).href;

/** Characters that organisers may write (relay/control/README.md). */
const LONGEST = 500;

export class Notices {
	/** @type {HTMLElement} */ #place;
	/** @type {Locale} */ #locale;

	/** @param {HTMLElement} place a polite live region @param {Locale} locale */
	constructor(place, locale) {
		this.#place = place;
		this.#locale = locale;
		if (![...document.styleSheets].some(({ href }) => href === STYLE)) document.head.append(make('link', { rel: 'stylesheet', href: STYLE }));
	}

	/** @param {Readonly<Record<string, unknown>>} fields of the relay's message */
	add({ text, time }) {
		const words = typeof text === 'string' ? text.trim().slice(0, LONGEST) : '';
		if (!words) return;
		const when = new Date(typeof time === 'number' ? time * 1000 : Date.now());
		const close = make('button', { type: 'button', class: 'square notice-close', 'data-label': 'notice.close' });
		const notice = make(
			'div',
			{ class: 'notice' },
			make('p', { class: 'notice-from' }, make('span', { 'data-text': 'notice.from' }), ' ', make('time', { datetime: when.toISOString() }, when.toLocaleTimeString(this.#locale.name, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }))),
			make('p', { class: 'notice-words', dir: 'auto' }, words),
			close,
		);

		setIcon(close, 'close');
		close.addEventListener('click', () => this.#remove(notice));
		this.#locale.translate(notice);
		this.#place.append(notice);
		while (this.#place.childElementCount > KEPT) this.#place.firstElementChild?.remove();
	}

	/** The focus goes on to the next one, or to what follows them. @param {HTMLElement} notice */
	#remove(notice) {
		const next = notice.nextElementSibling ?? notice.previousElementSibling;

		notice.remove();
		const button = next?.querySelector('button') ?? this.#place.closest('main');
		if (button instanceof HTMLElement) button.focus();
	}
}
