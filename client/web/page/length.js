/** How long something lasted, as exactly as one wants to know it. Pure. */

import { span } from '../organiser/format.js';

/** @typedef {import('./locale.js').Locale} Locale */

/** Seconds from which minutes, and from which hours with minutes are told; choice. */
const MINUTES = 120;
const HOURS = 3_600;

/** @param {Locale} locale @param {number} seconds */
export function lengthText(locale, seconds) {
	if (seconds >= HOURS) return span(locale, seconds);
	const [unit, value] = seconds < MINUTES ? ['second', seconds] : ['minute', seconds / 60];

	return new Intl.NumberFormat(locale.name, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 0 }).format(Math.max(0, value));
}
