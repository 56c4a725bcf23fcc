// Language change: 200 random ones over 7 channels, at the wire (werift) and in the decoded samples
// (@roamhq/wrtc). Usage: node tests/bench/select.mjs [CHANGES]; DRAGOMAN_SEED repeats a run.
import { pathToFileURL } from 'node:url';
import { pause, Relay, tones, toneRoom } from '../interop/relay.mjs';
import { percentile, random, seed } from '../interop/random.mjs';
import { level, toneOf } from '../interop/tone.mjs';
import { WeriftClient } from '../interop/werift_client.mjs';
import { WrtcClient } from '../interop/wrtc_client.mjs';

const languages = Object.keys(tones);
const room = 'plenary';
const pieceMs = 10; // what RTCAudioSink gives at a time
const quiet = 0.02; // of full scale; the tones are far above

/** Changes language `count` times, `least` to `most` ms apart; returns [{lang, at}]. */
async function change(client, count, rng, least, most) {
	const changes = [];
	let now = 'floor';
	await pause(1000);
	for (let i = 0; i < count; i++) {
		const others = languages.filter((language) => language !== now);
		now = others[Math.floor(rng() * others.length)];
		const asked = performance.now();
		changes.push({ lang: now, asked, at: await client.select(now) });
		await pause(least + rng() * (most - least));
	}
	return changes;
}

/** First packet of each new language after the answer, ms; a packet before the answer counts as 0. */
function wireDelays(changes, packets, languageOf) {
	return changes.map(({ lang, asked, at }, n) => {
		const end = changes[n + 1]?.asked ?? Infinity;
		const first = packets.find((packet) => packet.at > asked && packet.at < end && languageOf(packet) === lang);
		return first ? Math.max(0, first.at - at) : Infinity;
	});
}

const key = ({ payload }) => payload.toString('base64');

/** One listener on each channel, so that a packet is told by its very bytes. */
async function reference(relay) {
	const listeners = await Promise.all(languages.map((lang) => WeriftClient.whep(relay.url, { room, lang }, { keep: true, video: false })));
	await Promise.all(listeners.map((listener) => listener.receives(10)));
	return {
		async stop() {
			await Promise.all(listeners.map((listener) => listener.close()));
			const known = new Map(listeners.flatMap(({ packets }, n) => packets.map((packet) => [key(packet), languages[n]])));
			return (packet) => known.get(key(packet)) ?? null;
		},
	};
}

async function measureWire(relay, count) {
	const channels = await reference(relay);
	const client = await WeriftClient.whep(relay.url, { room, lang: 'floor' }, { keep: true, video: false });
	await client.receives(10);
	const changes = await change(client, count, random(seed), 120, 320);
	const { audio, packets } = client;
	await client.close();
	const languageOf = await channels.stop();
	const delays = wireDelays(changes, packets, languageOf);
	return {
		changes: count, p50: percentile(delays, 0.5), p95: percentile(delays, 0.95), p99: percentile(delays, 0.99), max: Math.max(...delays),
		sequenceGaps: audio.sequenceGaps, timestampGaps: audio.timestampGaps, ssrcs: audio.ssrcs.size,
		packets: audio.packets, ofNoChannel: packets.filter((packet) => !languageOf(packet)).length,
	};
}

/** When the new tone has filled 20 ms of decoded sound, ms after the answer. */
function decodedDelays(changes, heard) {
	return changes.map(({ lang, asked, at }, n) => {
		const end = changes[n + 1]?.asked ?? Infinity;
		for (let i = 1; i < heard.length && heard[i].at < end; i++) {
			if (heard[i].at <= asked) continue;
			const samples = [...heard[i - 1].samples, ...heard[i].samples];
			if (toneOf(samples, tones, heard[i].rateHz) === lang) return Math.max(0, heard[i].at - at);
		}
		return Infinity;
	});
}

/** The longest run of quiet pieces from the first loud one on, ms. */
function longestSilence(heard) {
	let longest = 0;
	let run = 0;
	const from = heard.findIndex(({ samples }) => level(samples) > quiet);
	for (const { samples } of heard.slice(from)) {
		run = level(samples) < quiet ? run + pieceMs : 0;
		longest = Math.max(longest, run);
	}
	return longest;
}

async function measureDecoded(relay, count) {
	const client = await WrtcClient.whep(relay.url, { room, lang: 'floor' }, { keep: true, video: false });
	await client.hears('floor', tones);
	const changes = await change(client, count, random(seed + 1), 250, 400);
	const { heard, negotiations } = client;
	const [inbound] = await client.stats('inbound-rtp');
	await client.close();
	const delays = decodedDelays(changes, heard);
	return {
		changes: count, p50: percentile(delays, 0.5), p95: percentile(delays, 0.95), p99: percentile(delays, 0.99), max: Math.max(...delays),
		longestSilence: longestSilence(heard), negotiations, lost: inbound?.packetsLost,
	};
}

export async function measure(count = 200) {
	const relay = await Relay.start({ rooms: [toneRoom({ video: false })] });
	try {
		await relay.live();
		const wire = await measureWire(relay, count);
		const decoded = await measureDecoded(relay, count); // after it: Node has one thread for both
		return { seed, wire, decoded, complaints: relay.complaints() };
	} finally {
		await relay.stop();
	}
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	console.log(JSON.stringify(await measure(Number(process.argv[2] ?? 200)), null, '\t'));
	process.exit(0);
}
