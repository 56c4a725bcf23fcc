/**
 * How much sound an ear has had today, against what it can take every day of a working life.
 *
 * Pure. Equal energy (ISO 1999): 3 dB more for half the time is the same. The whole of a day is
 * 80 dB(A) for 8 hours, the lower action value of Directive 2003/10/EC, article 3.
 */

export const REFERENCE_DBA = 80;
export const REFERENCE_SECONDS = 8 * 3600;

/** @typedef {'none' | 'half' | 'full'} DoseWarning none; more than half of a day's; all of it, or more */

/** @param {number} dba @param {number} seconds @returns {number} the share of a day's, 1 is all of it */
export function doseOf(dba, seconds) {
	return (10 ** ((dba - REFERENCE_DBA) / 10) * seconds) / REFERENCE_SECONDS;
}

/** @param {number} dose @returns {DoseWarning} */
export function warningOf(dose) {
	if (dose >= 1) return 'full';
	return dose >= 0.5 ? 'half' : 'none';
}

/** The dose of one day; it begins anew with the next. */
export class Dose {
	/** Share of a day's. */ value = 0;
	/** Of `value`. */ #day = '';

	/** Takes up what was kept, unless it is of another day. @param {string | null} kept @param {string} day as 2025-07-07 */
	constructor(kept, day) {
		const [keptDay, value] = (kept ?? '').split(' ');
		const share = Number(value);

		this.#day = day;
		if (keptDay === day && Number.isFinite(share) && share > 0) this.value = share;
	}

	/** @param {number} dba @param {number} seconds @param {string} day */
	add(dba, seconds, day) {
		if (day !== this.#day) {
			this.#day = day;
			this.value = 0;
		}
		if (Number.isFinite(dba)) this.value += doseOf(dba, seconds);
	}

	/** To be kept. */
	toString() {
		return `${this.#day} ${this.value.toPrecision(6)}`;
	}
}
