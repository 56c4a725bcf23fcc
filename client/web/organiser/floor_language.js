/** Which language is spoken on the floor: what the relay says, and the way to correct it. */

import { make, setText } from '../page/element.js';
import { SEVERAL, capitalise, nameIn } from '../page/language.js';
import { FLOOR } from '../session/protocol.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../session/protocol.js').Room} Room */

export class FloorLanguage {
	element = make('label', { class: 'floor-language' });
	#label = make('span');
	#select = make('select');
	/** @type {import('./actions.js').Actions} */ #actions;
	#room = '';
	#filled = '';
	#current = '';

	/** @param {import('./actions.js').Actions} actions */
	constructor(actions) {
		this.#actions = actions;
		this.element.append(this.#label, this.#select);
		this.#select.addEventListener('change', () => this.#set(this.#select.value));
	}

	/** @param {Room} room @param {Locale} locale */
	show({ id, floor, channels }, locale) {
		const langs = [...new Set([floor.language, ...channels.map(({ lang }) => lang)])].filter((lang) => lang !== FLOOR && !SEVERAL.test(lang));
		const filled = [locale.name, ...langs].join(' ');

		this.#room = id;
		this.#current = SEVERAL.test(floor.language) ? 'mul' : floor.language;
		setText(this.#label, locale.text('floor.language'));
		if (filled !== this.#filled) {
			this.#filled = filled;
			this.#select.replaceChildren(
				...langs.map((lang) => make('option', { value: lang }, capitalise(nameIn(lang, locale.name), locale.name))),
				make('option', { value: 'mul' }, locale.text('floor.several')),
			);
		}
		this.#select.setAttribute('aria-busy', String(this.#actions.isPending(`floor ${id}`)));
		if (document.activeElement !== this.#select || !this.#actions.isPending(`floor ${id}`)) this.#select.value = this.#current;
	}

	/** The choice goes back to what the relay says until that has changed. @param {string} lang */
	#set(lang) {
		const room = this.#room;

		this.#select.value = this.#current;
		this.#actions.do(`floor ${room}`, { type: 'floor-language', room, lang }, ({ event }) => event?.rooms.find(({ id }) => id === room)?.floor.language === lang);
	}
}
