/**
 * The order of rooms: those with the worst alarms first, else as configured. A room comes forward at once
 * and goes back late, so that an alarm that comes and goes moves nothing twice.
 *
 * Pure: time comes in.
 */

/** 0: critical alarms, 1: warnings, 2: all is well. @typedef {0 | 1 | 2} Rank */

/** Milliseconds that a room stays in front after its alarms have cleared; choice. */
export const STAYS = 20_000;

/** @param {{ readonly critical: number, readonly warning: number }} alarms @returns {Rank} */
export function rankOf({ critical, warning }) {
	return critical ? 0 : warning ? 1 : 2;
}

export class Ordering {
	/** What each room is sorted by, and since when it would be better. @type {Map<string, { rank: Rank, better: number | null }>} */ #shown = new Map();
	/** @type {readonly string[]} */ #order = [];

	/**
	 * @param {readonly { readonly id: string, readonly rank: Rank }[]} rooms as configured
	 * @param {number} now milliseconds
	 * @param {boolean} held nothing may move now, but rooms that come or go
	 * @returns {readonly string[]}
	 */
	order(rooms, now, held) {
		const sameRooms = rooms.length === this.#order.length && rooms.every(({ id }) => this.#order.includes(id));

		for (const { id, rank } of rooms) this.#follow(id, rank, now);
		if (held && sameRooms) return this.#order;
		const rank = (/** @type {string} */ id) => this.#shown.get(id)?.rank ?? 2;
		this.#order = rooms.map(({ id }) => id).sort((a, b) => rank(a) - rank(b));
		return this.#order;
	}

	/** @param {string} id @param {Rank} rank @param {number} now */
	#follow(id, rank, now) {
		const shown = this.#shown.get(id);

		if (!shown || rank <= shown.rank) this.#shown.set(id, { rank, better: null });
		else if (shown.better === null) shown.better = now;
		else if (now - shown.better >= STAYS) this.#shown.set(id, { rank, better: null });
	}
}
