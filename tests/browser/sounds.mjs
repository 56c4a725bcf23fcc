/** Sounds that tests make: tones, noises, and noise that is shaped and timed like speech. Always the same. */

/** @param {number} seed @returns {() => number} 0..1 (mulberry32) */
export function random(seed) {
	let state = seed >>> 0;

	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** @param {number} hertz @param {number} dbfs of a full-scale sine @param {number} seconds */
export function tone(hertz, dbfs, seconds, rate = 48_000) {
	const amplitude = 10 ** (dbfs / 20);

	return Float32Array.from({ length: Math.round(seconds * rate) }, (_, n) => amplitude * Math.sin((2 * Math.PI * hertz * n) / rate));
}

/** White noise of a level (dBFS against a full-scale sine). */
export function noise(dbfs, seconds, rate = 48_000, seed = 1) {
	const next = random(seed);
	const scale = 10 ** (dbfs / 20) * Math.sqrt(6); /* a uniform -0.5..0.5 has a power of 1/12, a sine of 1/2 */

	return Float32Array.from({ length: Math.round(seconds * rate) }, () => scale * (next() - 0.5));
}

/** A low-pass steep enough to look like a codec's: a windowed sinc of 511 taps. */
export function lowPass(sound, hertz, rate = 48_000) {
	const half = 255;
	const taps = Float64Array.from({ length: 2 * half + 1 }, (_, i) => {
		const n = i - half;
		const sinc = n ? Math.sin((2 * Math.PI * hertz * n) / rate) / (Math.PI * n) : (2 * hertz) / rate;
		return sinc * (0.42 + 0.5 * Math.cos((Math.PI * n) / half) + 0.08 * Math.cos((2 * Math.PI * n) / half));
	});

	return sound.map((_, n) => {
		let sum = 0;
		for (let i = Math.max(0, n + half - sound.length + 1); i < taps.length && n + half - i >= 0; i++)
			sum += taps[i] * sound[n + half - i];
		return sum;
	});
}

/**
 * Like a voice in what is measured: spectrum falling by some 9 dB an octave above 500 Hz up to 20 kHz, syllables
 * four a second, pauses between sentences, a voice's pitch, and a quiet room.
 * @param {{ seconds: number, level?: number, room?: number, rate?: number, seed?: number }} options level, room: dBFS
 */
export function speech({ seconds, level = -26, room = -75, rate = 48_000, seed = 1 }) {
	const raw = noise(0, seconds, rate, seed);
	const background = noise(room, seconds, rate, seed + 1);
	const sound = new Float32Array(raw.length);
	const follow = 1 - Math.exp((-2 * Math.PI * 500) / rate);
	let low = 0;
	let square = 0;
	let voiced = 0;

	for (let n = 0; n < raw.length; n++) {
		const time = n / rate;
		const inSentence = time % 4 < 3.2;
		const syllable = Math.max(0, Math.sin(2 * Math.PI * 4 * time)) ** 0.7 * (0.6 + 0.4 * Math.sin(2 * Math.PI * 0.9 * time));
		low += (raw[n] - low) * follow;
		const pitch = 0.25 * Math.sin(2 * Math.PI * 140 * time) + 0.15 * Math.sin(2 * Math.PI * 280 * time);
		/* Low-passed noise for vowels, a little white noise for consonants. */
		sound[n] = inSentence ? syllable * (low + pitch * 0.3 + 0.02 * raw[n]) : 0;
		if (inSentence) {
			square += sound[n] ** 2;
			voiced++;
		}
	}
	const scale = 10 ** (level / 20) / Math.sqrt((2 * square) / voiced);
	return sound.map((sample, n) => sample * scale + background[n]);
}
