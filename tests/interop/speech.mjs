// Which recording a stretch of speech is from: by how its loudness goes up and down, which what lies
// between (an encoder, loudness correction, a stretched pause) leaves alone.

const stepMs = 10;

/** Loudness in steps of 10 ms, compressed so that loud syllables do not decide alone. */
export function envelope({ samples, rateHz }) {
	const size = (rateHz * stepMs) / 1000;
	return Float64Array.from({ length: Math.floor(samples.length / size) }, (_, n) => {
		let energy = 0;
		for (let i = n * size; i < (n + 1) * size; i++) energy += samples[i] * samples[i];
		return (energy / size) ** 0.25;
	});
}

/** Where in the whole, which is a loop, the part fits best: {at, likeness}, the latter a correlation of -1..1. */
function place(part, whole) {
	const mean = part.reduce((sum, value) => sum + value, 0) / part.length;
	const own = part.map((value) => value - mean);
	const power = own.reduce((sum, value) => sum + value * value, 0);
	const best = { at: 0, likeness: -1 };
	for (let from = 0; from < whole.length; from++) {
		let sum = 0;
		let squares = 0;
		let both = 0;
		for (let i = 0, at = from; i < own.length; i++, at = at + 1 === whole.length ? 0 : at + 1) {
			const value = whole[at];
			sum += value;
			squares += value * value;
			both += value * own[i];
		}
		const spread = power * (squares - (sum * sum) / own.length);
		const likeness = spread > 0 ? both / Math.sqrt(spread) : -1;
		if (likeness > best.likeness) Object.assign(best, { at: from, likeness });
	}
	return best;
}

/**
 * The share of seconds of the part that all are from one and the same run of the whole. By the second,
 * so that a gap on a busy machine spoils one alone; by their places, since for a single second there is
 * somewhere like it in any speech.
 */
export function likeness(part, whole) {
	const second = 1000 / stepMs;
	const near = 300 / stepMs; // gaps and stretched pauses move what comes after them
	const places = [];
	for (let from = 0; from + second <= part.length; from += second) {
		const { at, likeness: fit } = place(part.subarray(from, from + second), whole);
		if (fit > 0.6) places.push((at - from + whole.length) % whole.length);
	}
	const around = (from) => places.filter((at) => {
		const apart = Math.abs(at - from);
		return Math.min(apart, whole.length - apart) <= near;
	}).length;
	return Math.max(0, ...places.map(around)) / Math.floor(part.length / second);
}
