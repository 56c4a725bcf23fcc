// Which steady tone is in a stretch of samples: the Goertzel algorithm at a few known frequencies.

/** Power of one frequency in the samples, 1 for a sine of amplitude 1. */
export function power(samples, hz, rateHz) {
	const coefficient = 2 * Math.cos((2 * Math.PI * hz) / rateHz);
	let last = 0;
	let before = 0;
	for (const sample of samples) {
		const next = sample + coefficient * last - before;
		before = last;
		last = next;
	}
	const energy = last * last + before * before - coefficient * last * before;
	return (4 * energy) / (samples.length * samples.length);
}

/** Root mean square. */
export function level(samples) {
	let sum = 0;
	for (const sample of samples) sum += sample * sample;
	return Math.sqrt(sum / Math.max(1, samples.length));
}

/** The strongest frequency of 100 to 4000 Hz, to 1 Hz, of some 100 ms of samples or more. */
export function strongest(samples, rateHz) {
	const best = (from, to, step) => {
		let found = { hz: from, most: -1 };
		for (let hz = from; hz <= to; hz += step) {
			const most = power(samples, hz, rateHz);
			if (most > found.most) found = { hz, most };
		}
		return found.hz;
	};
	const near = best(100, 4000, 5);
	return best(near - 5, near + 5, 1);
}

/**
 * The name of the tone that fills the samples, or null: silence, or no tone that holds at least
 * `share` of the whole energy.
 * @param {ArrayLike<number>} samples -1..1
 * @param {Record<string, number>} tones name -> Hz
 */
export function toneOf(samples, tones, rateHz = 48_000, share = 0.6) {
	const whole = 2 * level(samples) ** 2; // what a sine of this level has for its power
	if (whole < 1e-4) return null;
	let best = null;
	let most = 0;
	for (const [name, hz] of Object.entries(tones)) {
		const found = power(samples, hz, rateHz);
		if (found > most) {
			most = found;
			best = name;
		}
	}
	return most >= share * whole ? best : null;
}

/** Samples of 16 bits as -1..1. */
export const floats = (samples) => Float32Array.from(samples, (sample) => sample / 32768);

/** Reads a WAV file of 16-bit PCM; returns {rateHz, channels, samples}, the first channel alone. */
export function readWav(data) {
	const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
	const tag = (at) => data.toString('latin1', at, at + 4);
	if (tag(0) !== 'RIFF' || tag(8) !== 'WAVE') throw new Error('no WAV file');
	let channels = 0;
	let rateHz = 0;
	for (let at = 12; at + 8 <= data.length; ) {
		const bytes = Math.min(view.getUint32(at + 4, true), data.length - at - 8);
		if (tag(at) === 'fmt ') {
			channels = view.getUint16(at + 10, true);
			rateHz = view.getUint32(at + 12, true);
		} else if (tag(at) === 'data') {
			const samples = new Float32Array(Math.floor(bytes / 2 / channels));
			for (let i = 0; i < samples.length; i++) samples[i] = view.getInt16(at + 8 + i * 2 * channels, true) / 32768;
			return { rateHz, channels, samples };
		}
		at += 8 + bytes + (bytes % 2);
	}
	throw new Error('a WAV file without data');
}
