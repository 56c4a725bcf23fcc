/**
 * How good a connection is, as a person would say it, and the one thing that would help most.
 *
 * Pure: readings come in about once a second. It judges over a sliding window, says at once when
 * things get worse and takes its time to say that they are better, so that the word does not flicker.
 */

import { compare } from './stats.js';

/** @typedef {import('./stats.js').Reading} Reading */
/** @typedef {import('./stats.js').Change} Change */
/** @typedef {'unknown' | 'good' | 'fair' | 'poor'} Level */
/** @typedef {'none' | 'picture-off' | 'picture-lower' | 'move' | 'late'} Hint */
/** @typedef {{ level: Level, hint: Hint, change: Change | null }} Quality */

/** Milliseconds; choice: long enough to average a burst, short enough to be believed. */
const WINDOW = 6_000;
/** Milliseconds of better readings before the word improves; choice. */
const CALM = 6_000;

/**
 * Choices, from what is heard: up to 1 % concealed sound goes unnoticed, 5 % costs words; above
 * 400 ms one way a delegate no longer follows the room (ITU-T G.114: at most 400 ms).
 */
const FAIR = { concealed: 0.01, loss: 0.03, roundTrip: 400, frozen: 0.05 };
const POOR = { concealed: 0.05, loss: 0.12, roundTrip: 800, frozen: 0.25 };

const ORDER = /** @type {const} */ (['good', 'fair', 'poor']);

/** @param {Change} change @param {typeof FAIR} limit @returns {boolean} */
function exceeds(change, limit) {
	return (
		change.packets <= 0 ||
		change.concealed > limit.concealed ||
		change.loss > limit.loss ||
		change.pictureLoss > limit.loss ||
		(change.roundTrip ?? 0) > limit.roundTrip ||
		change.frozen / change.elapsed > limit.frozen
	);
}

/** @param {Change} change @returns {Exclude<Level, 'unknown'>} */
export function judge(change) {
	if (exceeds(change, POOR)) return 'poor';
	return exceeds(change, FAIR) ? 'fair' : 'good';
}

/**
 * @param {Level} level @param {Change} change
 * @returns {Hint}
 */
export function advise(level, change) {
	if (level !== 'fair' && level !== 'poor') return 'none';
	const picture = change.pictureBits > 20_000;
	const soundSuffers = change.packets <= 0 || change.concealed > FAIR.concealed || change.loss > FAIR.loss;

	if (picture) return level === 'poor' || soundSuffers ? 'picture-off' : 'picture-lower';
	return soundSuffers ? 'move' : 'late';
}

export class QualityMeter {
	/** @type {Reading[]} */ #readings = [];
	/** @type {Level} */ #level = 'unknown';
	#better = 0;

	/** The stream starts anew: totals of before mean nothing. */
	reset() {
		this.#readings = [];
		this.#better = 0;
	}

	/** @param {Reading} reading @returns {Quality} */
	add(reading) {
		const readings = this.#readings;

		readings.push(reading);
		while (readings.length > 2 && reading.time - /** @type {Reading} */ (readings[1]).time >= WINDOW) readings.shift();
		const first = /** @type {Reading} */ (readings[0]);
		if (reading.time - first.time < 1_500) return { level: this.#level, hint: 'none', change: null };

		const change = compare(first, reading);
		this.#settle(judge(change), reading.time);
		return { level: this.#level, hint: advise(this.#level, change), change };
	}

	/** @param {Exclude<Level, 'unknown'>} now @param {number} time */
	#settle(now, time) {
		const better = this.#level !== 'unknown' && ORDER.indexOf(now) < ORDER.indexOf(this.#level);

		if (!better) {
			this.#level = now;
			this.#better = 0;
		} else if (!this.#better) {
			this.#better = time;
		} else if (time - this.#better >= CALM) {
			this.#level = now;
			this.#better = 0;
		}
	}
}
