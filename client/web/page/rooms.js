/** The list of rooms: one big target each. */

import { FLOOR } from '../session/protocol.js';
import { byId, make, setText } from './element.js';
import { setIcon } from './icon.js';
import { ownName } from './language.js';
import { STATES } from './channels.js';

/** @typedef {import('../session/protocol.js').Room} Room */
/** @typedef {import('./locale.js').Locale} Locale */

export class RoomList {
	#list = byId('rooms-list', HTMLUListElement);
	#none = byId('rooms-none', HTMLParagraphElement);
	/** @type {(room: string) => void} */ #onChoose;
	/** @type {Map<string, HTMLButtonElement>} */ #buttons = new Map();
	#built = '';

	/** @param {(room: string) => void} onChoose */
	constructor(onChoose) {
		this.#onChoose = onChoose;
	}

	/** @param {readonly Room[]} rooms @param {string | null} current @param {Locale} locale */
	show(rooms, current, locale) {
		const key = rooms.map(({ id }) => id).join(' ');

		this.#none.hidden = rooms.length > 0;
		if (key !== this.#built) this.#build(rooms, key);
		for (const room of rooms) this.#update(room, room.id === current, locale);
	}

	/** @param {readonly Room[]} rooms @param {string} key */
	#build(rooms, key) {
		this.#built = key;
		this.#buttons.clear();
		this.#list.replaceChildren(
			...rooms.map((room) => {
				const button = make(
					'button',
					{ type: 'button', class: 'card' },
					make('span', { class: 'own' }),
					make('span', { class: 'detail' }),
					make('span', { class: 'state' }, make('span')),
				);
				button.addEventListener('click', () => this.#onChoose(room.id));
				this.#buttons.set(room.id, button);
				return make('li', {}, button);
			}),
		);
	}

	/** @param {Room} room @param {boolean} current @param {Locale} locale */
	#update(room, current, locale) {
		const button = this.#buttons.get(room.id);
		const [name, detail, state] = button ? [...button.children] : [];
		if (!button || !name || !detail || !state) return;
		const title = locale.title(room.title);
		const look = STATES[room.floor.state];

		setText(name, title.text || room.id);
		name.setAttribute('lang', title.lang || locale.name);
		name.setAttribute('dir', 'auto');
		const languages = room.channels.filter(({ lang }) => lang !== FLOOR).map(({ lang }) => ownName(lang));
		setText(detail, languages.join(' · '));
		setIcon(state, look.icon);
		state.setAttribute('data-state', room.floor.state);
		setText(/** @type {Element} */ (state.lastElementChild), locale.text(look.text));
		if (current) button.setAttribute('aria-current', 'true');
		else button.removeAttribute('aria-current');
	}
}
