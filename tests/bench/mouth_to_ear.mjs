// What a channel's engine adds between a microphone and a listener, jitter buffer included: bursts of
// tone go in by WHIP, and what comes out is decoded; each burst's beginning is timed by the packets
// that carry it. Usage: node tests/bench/mouth_to_ear.mjs [SECONDS] [PPM]
// PPM: how much faster than the relay's the microphone's clock runs (negative: slower).
import { pathToFileURL } from 'node:url';
import { OpusDecoder } from 'opus-decoder';
import { pause, Relay } from '../interop/relay.mjs';
import { WeriftClient } from '../interop/werift_client.mjs';
import { opusFrames, WeriftPublisher } from '../interop/werift_publisher.mjs';

const frameMs = 20;
const threshold = 0.02;
const quietSamples = 4800; // 100 ms without the tone come before each burst

const room = { id: 'plenary', title: { en: 'Plenary' }, floor: { source: 'test:silence', language: 'en' }, video: { ladder: [] }, channels: [{ language: 'fr' }] };

/** Where bursts begin: sample numbers in frames decoded one after another. */
async function onsets(frames) {
	const decoder = new OpusDecoder({ channels: 1, sampleRate: 48_000 });
	await decoder.ready;
	const found = [];
	let quiet = 0;
	let at = 0;
	for (const frame of frames) {
		for (const sample of decoder.decodeFrame(new Uint8Array(frame)).channelData[0]) {
			if (Math.abs(sample) < threshold) quiet++;
			else {
				if (quiet >= quietSamples) found.push(at);
				quiet = 0;
			}
			at++;
		}
	}
	decoder.free();
	return found;
}

const timeOf = (times, sample) => times[Math.floor(sample / 960)] + ((sample % 960) / 960) * frameMs;

/** Delays in ms, in order: of each burst that came out, to the latest one that had gone in before it. */
function pair(into, out) {
	const delays = [];
	let next = 0;
	for (const heard of out) {
		while (next + 1 < into.length && into[next + 1] <= heard) next++;
		if (into[next] <= heard) delays.push(heard - into[next]);
	}
	return delays;
}

const percentile = (values, part) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(part * values.length))];
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

export async function measure({ seconds = 60, ppm = 0 } = {}) {
	const relay = await Relay.start({ rooms: [room] });
	let listener, publisher;
	try {
		const frames = opusFrames({ seconds, level: -12, kind: 'bursts', hz: 1000 });
		const sentAt = [];
		listener = await WeriftClient.whep(relay.url, { room: 'plenary', lang: 'fr', video: 'none' }, { video: false, keep: true });
		await listener.receives(10);
		publisher = await WeriftPublisher.publish(relay.url, '/whip/plenary/channels/fr', { ppm });
		publisher.send(frames, { onSent: (n, at) => sentAt.push(at) });
		await publisher.done;
		await pause(500); // what is under way
		const packets = listener.packets;
		const into = (await onsets(frames)).map((sample) => timeOf(sentAt, sample));
		const out = (await onsets(packets.map(({ payload }) => payload))).map((sample) => timeOf(packets.map(({ at }) => at), sample));
		const delays = pair(into, out);
		const tenth = Math.max(1, Math.floor(delays.length / 10));
		return {
			seconds, ppm, bursts: into.length, heard: delays.length,
			p50Ms: percentile(delays, 0.5), p99Ms: percentile(delays, 0.99), mostMs: Math.max(...delays),
			firstTenthMs: mean(delays.slice(tenth, 2 * tenth)), lastTenthMs: mean(delays.slice(-tenth)),
			seams: listener.audio.sequenceGaps + listener.audio.timestampGaps, ssrcs: listener.audio.ssrcs.size,
		};
	} finally {
		await publisher?.close();
		await listener?.close();
		await relay.stop();
	}
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	const [seconds = '60', ppm = '0'] = process.argv.slice(2);
	console.log(await measure({ seconds: Number(seconds), ppm: Number(ppm) }));
	process.exit(0);
}
