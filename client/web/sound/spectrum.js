/** The power spectrum of sound, by a radix-2 FFT. Pure. */

/** @param {Float64Array} re @param {Float64Array} im in place; the length is a power of two */
function transform(re, im) {
	const length = re.length;

	reorder(re, im);
	for (let half = 1; half < length; half *= 2) {
		for (let k = 0; k < half; k++) {
			const cos = Math.cos((Math.PI * k) / half);
			const sin = -Math.sin((Math.PI * k) / half);
			for (let i = k; i < length; i += 2 * half) {
				const j = i + half;
				const [a, b] = [/** @type {number} */ (re[j]), /** @type {number} */ (im[j])];
				const [u, v] = [a * cos - b * sin, a * sin + b * cos];
				re[j] = /** @type {number} */ (re[i]) - u;
				im[j] = /** @type {number} */ (im[i]) - v;
				re[i] = /** @type {number} */ (re[i]) + u;
				im[i] = /** @type {number} */ (im[i]) + v;
			}
		}
	}
}

/** To the order of reversed bits. @param {Float64Array} re @param {Float64Array} im */
function reorder(re, im) {
	for (let i = 1, j = 0; i < re.length; i++) {
		let bit = re.length >> 1;
		for (; j & bit; bit >>= 1) j ^= bit;
		j ^= bit;
		if (i >= j) continue;
		[re[i], re[j]] = [/** @type {number} */ (re[j]), /** @type {number} */ (re[i])];
		[im[i], im[j]] = [/** @type {number} */ (im[j]), /** @type {number} */ (im[i])];
	}
}

/**
 * One frame under a Hann window: the power of each bin, scaled so that the bins of a sound sum up to its
 * mean square.
 * @param {Float32Array} samples @param {number} at where the frame begins @param {number} length a power of two
 * @returns {Float64Array} length / 2 + 1 bins, from 0 Hz to half the rate
 */
export function powerSpectrum(samples, at, length) {
	const re = new Float64Array(length);
	const im = new Float64Array(length);
	const power = new Float64Array(length / 2 + 1);

	for (let n = 0; n < length; n++)
		re[n] = (samples[at + n] ?? 0) * (0.5 - 0.5 * Math.cos((2 * Math.PI * n) / length));
	transform(re, im);
	/* A Hann window keeps 3/8 of the power; both halves of the spectrum count. */
	const scale = 2 / (0.375 * length * length);
	for (let k = 0; k < power.length; k++)
		power[k] = (/** @type {number} */ (re[k]) ** 2 + /** @type {number} */ (im[k]) ** 2) * scale;
	return power;
}
