// Random numbers that a seed repeats: mulberry32, 32 bits of state.

/** The seed of this run: DRAGOMAN_SEED, or a new one. Print it. */
export const seed = Number(process.env.DRAGOMAN_SEED ?? (Math.random() * 2 ** 32) >>> 0);

/** Returns a function that gives numbers in 0..1 (without 1). */
export function random(start) {
	let state = start >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Nearest-rank percentile of numbers. */
export function percentile(values, part) {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
}
