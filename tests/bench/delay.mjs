// The relay's own delay: from a packet's publication by ingest to its sending, with subscribers of
// sound and picture. Usage: node tests/bench/delay.mjs [SUBSCRIBERS] [SECONDS]
import { pathToFileURL } from 'node:url';
import { client, pause, Relay, toneRoom, until } from '../interop/relay.mjs';

const room = 'plenary';
const histogram = 'dragoman_worker_forward_delay_seconds';

/** Cumulative buckets over all workers: [[le, count]]. */
function buckets(samples) {
	const sums = new Map();
	for (const [name, value] of samples) {
		if (!name.startsWith(`${histogram}_bucket`)) continue;
		const le = Number(/le="([^"]*)"/.exec(name)[1].replace('+Inf', 'Infinity'));
		sums.set(le, (sums.get(le) ?? 0) + value);
	}
	return [...sums].sort(([a], [b]) => a - b);
}

const handshakes = (samples) => [...samples].filter(([name]) => name.startsWith('dragoman_worker_handshakes_total')).reduce((sum, [, value]) => sum + value, 0);

/** Upper bound of the bucket that holds the part, ms. */
function bound(counts, part) {
	const all = counts.at(-1)?.[1] ?? 0;
	return counts.find(([, count]) => all > 0 && count >= part * all)?.[0] * 1000;
}

const difference = (after, before) => after.map(([le, count], i) => [le, count - (before[i]?.[1] ?? 0)]);

/** Full-size ladder: what an event really sends. */
const ladder = [
	{ width: 1280, height: 720, bitrate: '1500k' },
	{ width: 640, height: 360, bitrate: '500k' },
	{ width: 320, height: 180, bitrate: '150k' },
];

/** Listeners are on other machines in truth: here they get the time that the relay leaves. */
const elsewhere = ['nice', '-n', '15'];

export async function measure(subscribers = 50, seconds = 20) {
	const config = toneRoom();
	config.video.ladder = ladder;
	const relay = await Relay.start({ rooms: [config] });
	try {
		await relay.live();
		const watching = client(`load --url ${relay.url} --room ${room} --video auto --listeners ${subscribers} --seconds ${seconds} --stats`.split(' '), (seconds + 60) * 1000, elsewhere);
		await until('all are connected', async () => handshakes(await relay.metrics()) >= subscribers, 30_000);
		await pause(1000); // the cached key frames that each join began with are old by nature
		const before = buckets(await relay.metrics());
		await pause((seconds - 4) * 1000);
		const after = buckets(await relay.metrics());
		const { code, summary, err } = await watching;
		if (code !== 0) throw new Error(`dragoman-client: ${code} ${err}`);
		const counts = difference(after, before);
		return {
			subscribers, packets: counts.at(-1)?.[1] ?? 0,
			p50BelowMs: bound(counts, 0.5), p95BelowMs: bound(counts, 0.95), p99BelowMs: bound(counts, 0.99), p999BelowMs: bound(counts, 0.999),
			buckets: counts.map(([le, count]) => `${le} ${count}`), received: { audio: summary.audio, video: summary.video, joinMs: summary.join_ms.first_packet },
		};
	} finally {
		await relay.stop();
	}
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
	console.log(JSON.stringify(await measure(Number(process.argv[2] ?? 50), Number(process.argv[3] ?? 20)), null, '\t'));
