/**
 * The seat that this tab had, to come back to it after a reload. In the tab's own storage: another tab,
 * or whoever uses the computer next, must not find it.
 */

/** @typedef {import('../session/booth.js').Seating} Seating */

const NAME = 'dragoman.seat';

/** @returns {Seating | null} */
export function keptSeat() {
	try {
		const kept = JSON.parse(sessionStorage.getItem(NAME) ?? 'null');
		const whole = kept && ['room', 'booth', 'name', 'key'].every((name) => typeof kept[name] === 'string');

		return whole ? { room: kept.room, booth: kept.booth, name: kept.name, key: kept.key } : null;
	} catch {
		return null;
	}
}

/** @param {Seating | null} seating */
export function keepSeat(seating) {
	try {
		if (seating) sessionStorage.setItem(NAME, JSON.stringify(seating));
		else sessionStorage.removeItem(NAME);
	} catch {
		/* Then a reload asks again. */
	}
}
