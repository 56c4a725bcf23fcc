/** Decibels and amplitudes. Pure. */

/** What a level is when there is no sound at all: far below any converter's noise, and finite. */
export const SILENCE_DB = -120;

/** @param {number} db @returns {number} amplitude */
export function linear(db) {
	return 10 ** (db / 20);
}

/** @param {number} amplitude @returns {number} decibels, at least SILENCE_DB */
export function decibel(amplitude) {
	return amplitude > 0 ? Math.max(SILENCE_DB, 20 * Math.log10(amplitude)) : SILENCE_DB;
}

/** A mean square against that of a full-scale sine, which is 0 dBFS (AES17). @param {number} square @returns {number} */
export function powerDecibel(square) {
	return square > 0 ? Math.max(SILENCE_DB, 10 * Math.log10(2 * square)) : SILENCE_DB;
}
