// Recorded people (tests/data/voices), as they are and with what a bad microphone makes of them.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { random, seed } from './random.mjs';
import { tree } from './relay.mjs';

export const voiceFile = (name) => join(tree, `tests/data/voices/${name}.opus`);

/** What ffmpeg makes of one, at 48 kHz, after its `filter`. */
const made = (name, filter, ...as) => execFileSync('ffmpeg', ['-v', 'error', '-i', voiceFile(name), '-af', filter, '-ac', '1', '-ar', '48000', ...as], { maxBuffer: 1 << 26 });

/** Samples of 48 kHz, after ffmpeg's `filter`. */
export function voice(name, filter = 'anull') {
	const data = made(name, filter, '-f', 's16le', '-');
	return new Int16Array(data.buffer.slice(data.byteOffset, data.byteOffset + (data.length & ~1)));
}

/** The same as a file. */
export function voiceWav(path, name, filter) {
	made(name, filter, '-c:a', 'pcm_s16le', '-y', path);
	return path;
}

/** Frames of Opus, 20 ms each: the packets of an Ogg file (RFC 3533, 6) but for the two headers (RFC 7845, 3). */
export function voiceFrames(name, filter = 'anull', bitrate = '64k') {
	const data = made(name, filter, '-c:a', 'libopus', '-b:a', bitrate, '-frame_duration', '20', '-f', 'ogg', '-');
	const packets = [];
	let parts = [];
	for (let page = 0; page < data.length; ) {
		const sizes = data.subarray(page + 27, page + 27 + data[page + 26]);
		page += 27 + sizes.length;
		for (const size of sizes) {
			parts.push(data.subarray(page, page + size));
			page += size;
			if (size === 255) continue; // goes on in the next segment
			packets.push(Buffer.concat(parts));
			parts = [];
		}
	}
	return packets.slice(2);
}

const fit = (value) => Math.max(-32768, Math.min(32767, Math.round(value)));
const rms = (samples) => Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);

/** So loud, by `db` above the recording, that its tops are cut off at full scale. */
export const overdriven = (samples, db) => samples.map((value) => fit(value * 10 ** (db / 20)));

/** With white noise at a signal-to-noise ratio. */
export function noisy(samples, db) {
	const next = random(seed);
	const scale = rms(samples) / 10 ** (db / 20) / Math.sqrt(1 / 3); // of evenly spread -1..1
	return samples.map((value) => fit(value + scale * (2 * next() - 1)));
}

/** Speech and pauses in turn, as people talk: `speechS` of it, then `pauseS` of a quiet room. */
export function withPauses(samples, speechS, pauseS) {
	const next = random(seed);
	const speech = speechS * 48_000;
	const parts = [];
	for (let from = 0; from + speech <= samples.length; from += speech) {
		parts.push(samples.subarray(from, from + speech));
		parts.push(Int16Array.from({ length: pauseS * 48_000 }, () => 20 * (2 * next() - 1))); // -68 dBFS
	}
	const all = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0));
	parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
	return all;
}
