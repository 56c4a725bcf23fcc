/**
 * "My languages": who ticks the languages that they understand hears the speakers themselves while these
 * speak one of them, and the chosen language otherwise.
 */

import { FLOOR } from '../session/protocol.js';
import { byId, make, setText } from './element.js';
import { SEVERAL, capitalise, directionOf, nameIn, ownName } from './language.js';
import { recall, remember } from './memory.js';

/** @typedef {import('../session/protocol.js').Room} Room */
/** @typedef {import('./locale.js').Locale} Locale */

const MEMORY = 'understood';
/** As many as the relay takes (relay/session/language.h). */
const MOST = 16;

/** Whether one is the other, or begins it, as the relay compares them: `fr` and `fr-CH`. @param {string} a @param {string} b */
function matches(a, b) {
	const [x, y] = [`${a.toLowerCase()}-`, `${b.toLowerCase()}-`];

	return x.startsWith(y) || y.startsWith(x);
}

/** Those that a room offers, and the one that is spoken. @param {Room} room @returns {string[]} */
export function languagesOf(room) {
	const langs = room.channels.map(({ lang }) => lang).filter((lang) => lang !== FLOOR);
	const spoken = room.floor.language;

	return SEVERAL.test(spoken) || langs.some((lang) => matches(lang, spoken)) ? langs : [...langs, spoken];
}

export class MyLanguages {
	#list = byId('mine-list', HTMLDivElement);
	#now = byId('mine-now', HTMLSpanElement);
	/** @type {(langs: readonly string[]) => void} */ #onChange;
	/** @type {Set<string>} */ #ticked;
	#built = '';

	/** @param {(langs: readonly string[]) => void} onChange */
	constructor(onChange) {
		this.#onChange = onChange;
		this.#ticked = new Set((recall(MEMORY) ?? '').split(' ').filter(Boolean).slice(0, MOST));
		this.#list.addEventListener('change', (event) => this.#tick(/** @type {HTMLInputElement} */ (event.target)));
	}

	/** Those ticked, in this room or another. */
	get langs() {
		return [...this.#ticked];
	}

	/** @param {Room} room @param {Locale} locale */
	show(room, locale) {
		const langs = languagesOf(room);
		const key = [locale.name, ...langs].join(' ');
		const ticked = langs.filter((lang) => this.#ticked.has(lang));

		if (key !== this.#built) this.#list.replaceChildren(...langs.map((lang) => this.#box(lang, locale)));
		this.#built = key;
		for (const input of this.#list.querySelectorAll('input')) input.checked = this.#ticked.has(input.value);
		setText(this.#now, ticked.length ? locale.list(ticked.map((lang) => nameIn(lang, locale.name))) : locale.text('mine.none'));
	}

	/** @param {string} lang @param {Locale} locale */
	#box(lang, locale) {
		const own = ownName(lang);
		const name = capitalise(nameIn(lang, locale.name), locale.name);

		return make(
			'label',
			{ class: 'check' },
			make('input', { type: 'checkbox', value: lang }),
			make('span', { lang, dir: directionOf(lang) }, own),
			make('span', { class: 'detail' }, name === own ? '' : name),
		);
	}

	/** @param {HTMLInputElement} input */
	#tick({ value, checked }) {
		if (checked && this.#ticked.size < MOST) this.#ticked.add(value);
		else this.#ticked.delete(value);
		remember(MEMORY, this.langs.join(' '));
		this.#onChange(this.langs);
	}
}
