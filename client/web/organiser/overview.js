/** All rooms on one screen, the worst first when something is wrong, and nothing moves under a hand. */

import { byId } from '../page/element.js';
import { Ordering, rankOf } from './ordering.js';
import { RoomTile } from './tile.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../session/oversight.js').OversightState} OversightState */

/** Milliseconds since the pointer last moved here in which no tile moves away from under it; choice. */
const HAND = 5_000;
/** How many stand beside each other on a screen that is wide enough, by how many there are. */
const COLUMNS = [1, 1, 2, 2, 2, 3, 3, 4, 4];

export class Overview {
	#section = byId('overview', HTMLElement);
	#list = byId('tiles', HTMLUListElement);
	/** @type {(room: string) => void} */ #onRoom;
	/** @type {import('./stills.js').Stills} */ #stills;
	/** @type {Map<string, RoomTile>} */ #tiles = new Map();
	#ordering = new Ordering();
	#touched = -Infinity;
	#placed = '';

	/** @param {(room: string) => void} onRoom @param {import('./stills.js').Stills} stills */
	constructor(onRoom, stills) {
		this.#onRoom = onRoom;
		this.#stills = stills;
		this.#list.addEventListener('pointermove', () => (this.#touched = performance.now()), { passive: true });
		this.#list.addEventListener('pointerleave', () => (this.#touched = -Infinity));
	}

	/** @param {string} room that was looked at, to come back to */
	focus(room) {
		const tile = this.#tiles.get(room);

		if (tile) tile.focus();
		else byId('overview-heading', HTMLHeadingElement).focus();
	}

	/** @param {OversightState} state @param {Locale} locale */
	show(state, locale) {
		const shown = state.room === null;

		this.#section.hidden = !shown;
		if (!shown || !state.overview) return;
		const { rooms } = state.overview;
		const now = performance.now();
		for (const { id } of rooms) if (!this.#tiles.has(id)) this.#tiles.set(id, new RoomTile(id, this.#onRoom));
		this.#place(this.#ordering.order(rooms.map(({ id, alarms }) => ({ id, rank: rankOf(alarms) })), now, now - this.#touched < HAND));
		for (const glance of rooms) {
			const tile = this.#tiles.get(glance.id);
			if (!tile) continue;
			tile.show(glance, state.event?.rooms.find(({ id }) => id === glance.id) ?? null, state.alarms.filter(({ room }) => room === glance.id), locale);
			this.#stills.show(tile.image, glance.id, glance.picture ? glance.still : null);
		}
	}

	/** @param {readonly string[]} order */
	#place(order) {
		const placed = order.join(' ');
		if (placed === this.#placed) return;
		const focused = document.activeElement;

		this.#placed = placed;
		this.#list.style.setProperty('--columns', String(COLUMNS[order.length] ?? 4));
		this.#list.replaceChildren(...order.flatMap((id) => this.#tiles.get(id)?.element ?? []));
		/* Who moves an element takes the focus from it. */
		if (focused instanceof HTMLElement && this.#list.contains(focused)) focused.focus();
	}
}
