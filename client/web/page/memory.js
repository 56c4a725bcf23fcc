/**
 * What the page remembers between visits on this device: choices only, nothing about the person.
 * Works without storage too (private windows, storage switched off).
 */

const PREFIX = 'dragoman.';

/** @param {string} name @returns {string | null} */
export function recall(name) {
	try {
		return localStorage.getItem(PREFIX + name);
	} catch {
		return null;
	}
}

/** @param {string} name @param {string} value */
export function remember(name, value) {
	try {
		localStorage.setItem(PREFIX + name, value);
	} catch {
		/* Then it is chosen anew next time. */
	}
}
