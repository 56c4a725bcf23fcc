/**
 * Frequency weightings as chains of biquads: A (IEC 61672-1) for what ears endure, K (ITU-R BS.1770-5)
 * for how loud programme sounds.
 *
 * Pure. A is made from its analogue poles by the bilinear transform: within 0.7 dB of the curve up to
 * 8 kHz at 48 kHz, low above, where speech has little.
 */

/** @typedef {readonly [b0: number, b1: number, b2: number, a1: number, a2: number]} Coefficients with a0 = 1 */

/** The poles of A in hertz (IEC 61672-1, annex E): the first and last are double. */
const A_POLES = { low: 20.598997, second: 107.65265, third: 737.86223, high: 12194.217 };
/** A is 0 dB at 1 kHz. */
const A_REFERENCE_HZ = 1000;

/** BS.1770-5, tables 1 and 2, as the analogue filters that they are at any rate. */
const K_SHELF = { hz: 1681.974450955533, db: 3.999843853973347, q: 0.7071752369554196 };
const K_HIGH_PASS = { hz: 38.13547087602444, q: 0.5003270373238773 };

/** @param {number} hz @param {number} rate the bilinear transform bends frequencies: this bends them back */
const warp = (hz, rate) => Math.tan((Math.PI * hz) / rate);

/** Two real poles, and as many zeros at 0 Hz as `zeros` says. @param {number} first @param {number} second warped @param {0 | 1 | 2} zeros @returns {Coefficients} */
function pair(first, second, zeros) {
	const norm = (1 + first) * (1 + second);
	const a1 = ((first - 1) * (1 + second) + (second - 1) * (1 + first)) / norm;
	const a2 = ((first - 1) * (second - 1)) / norm;

	if (zeros === 2) return [1 / norm, -2 / norm, 1 / norm, a1, a2];
	if (zeros === 1) return [1 / norm, 0, -1 / norm, a1, a2];
	return [1 / norm, 2 / norm, 1 / norm, a1, a2];
}

/** @param {readonly Coefficients[]} sections @param {number} hz @param {number} rate @returns {number} amplitude */
export function response(sections, hz, rate) {
	const w = (2 * Math.PI * hz) / rate;
	let power = 1;

	for (const [b0, b1, b2, a1, a2] of sections) {
		const up = (b0 + b1 * Math.cos(w) + b2 * Math.cos(2 * w)) ** 2 + (b1 * Math.sin(w) + b2 * Math.sin(2 * w)) ** 2;
		const down = (1 + a1 * Math.cos(w) + a2 * Math.cos(2 * w)) ** 2 + (a1 * Math.sin(w) + a2 * Math.sin(2 * w)) ** 2;
		power *= up / down;
	}
	return Math.sqrt(power);
}

/** @param {number} rate hertz @returns {Coefficients[]} */
export function aWeighting(rate) {
	const low = warp(A_POLES.low, rate);
	/* The poles at 12.2 kHz bend too far to be bent back when the rate is low. */
	const high = warp(Math.min(A_POLES.high, 0.4 * rate), rate);
	const sections = [
		pair(low, low, 2),
		pair(warp(A_POLES.second, rate), warp(A_POLES.third, rate), 2),
		pair(high, high, 0),
	];
	const gain = 1 / response(sections, A_REFERENCE_HZ, rate);
	const [b0, b1, b2, a1, a2] = /** @type {Coefficients} */ (sections[0]);

	return [[b0 * gain, b1 * gain, b2 * gain, a1, a2], ...sections.slice(1)];
}

/** @param {number} rate hertz @returns {Coefficients[]} */
export function kWeighting(rate) {
	const k = warp(K_SHELF.hz, rate);
	const high = 10 ** (K_SHELF.db / 20);
	const band = high ** 0.4996667741545416;
	const shelf = 1 + k / K_SHELF.q + k * k;
	const h = warp(K_HIGH_PASS.hz, rate);
	const pass = 1 + h / K_HIGH_PASS.q + h * h;

	return [
		[
			(high + (band * k) / K_SHELF.q + k * k) / shelf,
			(2 * (k * k - high)) / shelf,
			(high - (band * k) / K_SHELF.q + k * k) / shelf,
			(2 * (k * k - 1)) / shelf,
			(1 - k / K_SHELF.q + k * k) / shelf,
		],
		[1, -2, 1, (2 * (h * h - 1)) / pass, (1 - h / K_HIGH_PASS.q + h * h) / pass],
	];
}

/** Biquads one after another (transposed direct form II), with what they remember. */
export class Filter {
	/** @type {readonly Coefficients[]} */ #sections;
	/** @type {Float64Array} */ #state;

	/** @param {readonly Coefficients[]} sections */
	constructor(sections) {
		this.#sections = sections;
		this.#state = new Float64Array(2 * sections.length);
	}

	/** @param {number} sample finite @returns {number} */
	next(sample) {
		const state = this.#state;
		let at = 0;

		for (const [b0, b1, b2, a1, a2] of this.#sections) {
			const out = b0 * sample + /** @type {number} */ (state[at]);
			state[at] = b1 * sample - a1 * out + /** @type {number} */ (state[at + 1]);
			state[at + 1] = b2 * sample - a2 * out;
			sample = out;
			at += 2;
		}
		return sample;
	}
}
