// What /metrics costs where much goes on: eight rooms of a floor and five booths, and a crowd that
// listens. Its size, how long an answer takes, and the control thread's own time for it.
// Usage: node tests/bench/metrics.mjs [LISTENERS] [REQUESTS]
import { pathToFileURL } from 'node:url';
import { Program, clientPath, pause, Relay, smallLadder, until } from '../interop/relay.mjs';
import { controlMs, quantile } from './threads.mjs';

const languages = ['ar', 'zh', 'fr', 'ru', 'es'];

/** A floor, a small picture so that its rungs are told of, and a booth for each language. */
const rooms = Array.from({ length: 8 }, (_, n) => ({
	id: `room-${n + 1}`,
	title: { en: `Room ${n + 1}` },
	floor: { source: `test:tone?hz=${400 + 100 * n}`, language: 'en' },
	video: { frame_rate: 5, ladder: smallLadder },
	channels: languages.map((language) => ({ language })),
}));

const sum = (samples, name) => [...samples].filter(([key]) => key.startsWith(`${name}{`)).reduce((total, [, value]) => total + value, 0);

/** Everybody listens in one room and language or another; they take the time that the relay leaves. */
function crowd(relay, listeners) {
	return rooms.map(({ id }, n) => {
		const some = Math.floor(listeners / rooms.length) + (n < listeners % rooms.length);
		const args = `load --url ${relay.url} --room ${id} --lang ${languages[n % languages.length]} --video none --listeners ${some} --rate 60 --tick 20ms`;
		return new Program('nice', ['-n', '5', clientPath, ...args.split(' ')]);
	});
}

/** One answer: {ms, bytes}. */
async function ask(relay) {
	const started = performance.now();
	const text = await (await relay.get('/metrics')).text();
	return { ms: performance.now() - started, bytes: Buffer.byteLength(text), text };
}

/** The control thread's time meanwhile, ms. */
async function ownTime(relay, during) {
	const before = await controlMs(relay.pid);
	const started = performance.now();
	await during();
	return { cpuMs: (await controlMs(relay.pid)) - before, tookMs: performance.now() - started };
}

/** `requests` answers, one after another with a pause between, and what they cost. */
async function answers(relay, requests) {
	const taken = [];
	const gap = 50;
	const asked = await ownTime(relay, async () => {
		for (let n = 0; n < requests; n++) {
			taken.push(await ask(relay));
			await pause(gap);
		}
	});
	const idle = await ownTime(relay, () => pause(asked.tookMs));
	const ms = taken.map((one) => one.ms);
	return {
		bytes: Math.max(...taken.map((one) => one.bytes)),
		lines: taken.at(-1).text.split('\n').length,
		answerMs: { p50: quantile(ms, 0.5), p99: quantile(ms, 0.99), worst: Math.max(...ms) },
		controlThreadMs: (asked.cpuMs - idle.cpuMs * asked.tookMs / idle.tookMs) / requests,
		controlThreadShareWithout: idle.cpuMs / idle.tookMs,
	};
}

export async function measure(listeners = 3000, requests = 100) {
	const relay = await Relay.start({ rooms });
	const crowds = [];
	try {
		await relay.live();
		const empty = await answers(relay, requests);
		crowds.push(...crowd(relay, listeners));
		await until('all listen', async () => sum(await relay.metrics(), 'dragoman_channel_listeners') >= listeners, 180_000, 500);
		await pause(12_000); // everybody has reported: sound is reported on every five seconds or so
		const full = await answers(relay, requests);
		const after = await relay.metrics();
		const connections = sum(after, 'dragoman_worker_connections');
		const reports = sum(after, 'dragoman_channel_reception_loss_ratio_count');
		// A crowd that leaves during the measurement would make it easy.
		if (connections < listeners || reports < listeners) throw new Error(`${connections} of ${listeners} are there and sent ${reports} reports`);
		return { rooms: rooms.length, channels: languages.length, listeners, reports, requests, empty, full };
	} finally {
		await Promise.all(crowds.map((program) => program.stop()));
		await relay.stop();
	}
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
	console.log(JSON.stringify(await measure(Number(process.argv[2] ?? 3000), Number(process.argv[3] ?? 100)), null, '\t'));
