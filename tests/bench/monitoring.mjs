// What watching costs the fan-out: CPU time of the workers' threads for each packet sent, with
// monitoring and without, in turns. The relay has one core, its listeners the other.
// Usage: node tests/bench/monitoring.mjs [LISTENERS] [SECONDS] [ROUNDS] [--same]
// --same compares it with itself: what it says then is what the machine adds by chance.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Program, clientPath, pause, Relay, toneRoom, until } from '../interop/relay.mjs';
import { byKind, quantile } from './threads.mjs';

const relayCore = ['taskset', '-c', '0'];
const otherCore = ['taskset', '-c', '1'];
const attempts = 4; // choice
const languages = ['floor', 'fr', 'es'];

/** The least picture: a floor of tones cannot be without, and nobody watches it here. */
const leastPicture = { frame_rate: 5, ladder: [{ width: 160, height: 90, bitrate: '50k' }] };

/** What is measured: a room of three languages whose history is kept, or nothing of all that. */
const config = (enabled, data) => ({
	event: { id: 'bench' },
	server: { data, media: { workers: 1 } },
	monitor: { enabled },
	rooms: [{ ...toneRoom({ video: false, languages }), video: leastPicture }],
});

const sum = (samples, name) => [...samples].filter(([key]) => key.startsWith(`${name}{`)).reduce((total, [, value]) => total + value, 0);

async function reading(relay) {
	const cpu = await byKind(relay.pid);
	return { cpu, packets: sum(await relay.metrics(), 'dragoman_worker_sent_packets_total') };
}

/** One run of one relay: microseconds of CPU a packet, of the workers and of all threads. */
async function run(enabled, listeners, seconds) {
	const data = await mkdtemp(join(tmpdir(), 'dragoman-monitoring-'));
	const relay = await Relay.start(config(enabled, data), { prefix: relayCore });
	const crowd = new Program(otherCore[0], [...otherCore.slice(1), clientPath,
		...`load --url ${relay.url} --room plenary --lang fr --video none --listeners ${listeners} --tick 20ms`.split(' ')]);
	try {
		await until('all have their keys', async () => sum(await relay.metrics(), 'dragoman_worker_handshakes_total') >= listeners, 20_000, 200);
		await pause(1500); // what joining left to do is done
		const before = await reading(relay);
		await pause(seconds * 1000);
		const after = await reading(relay);
		const packets = after.packets - before.packets;
		// Each hears 50 packets a second; with fewer it would be another measurement.
		if (packets < 0.9 * 50 * listeners * seconds) throw new Error(`${packets} packets to ${listeners} listeners in ${seconds} s`);
		const us = Object.fromEntries(Object.keys(after.cpu).map((kind) => [kind, (after.cpu[kind] - (before.cpu[kind] ?? 0)) * 1000 / packets]));
		return { packets, worker: us['dm-worker'], all: Object.values(us).reduce((a, b) => a + b), us };
	} finally {
		await crowd.stop();
		await relay.stop();
		await rm(data, { recursive: true, force: true });
	}
}

/** A busy machine lets listeners go short: such a run is made again. */
async function undisturbed(...args) {
	for (let attempt = 1; ; attempt++) {
		try {
			return await run(...args);
		} catch (error) {
			if (attempt === attempts) throw error;
			process.stderr.write(`once more: ${error.message}\n`);
		}
	}
}

const spread = (values) => ({ median: quantile(values, 0.5), least: Math.min(...values), most: Math.max(...values) });

/** Each round has both, the first of them in turns: a machine that slows down slows both. */
export async function measure(listeners = 600, seconds = 10, rounds = 6, same = false) {
	const runs = { on: [], off: [] };
	for (let round = 0; round < rounds; round++) {
		for (const which of round % 2 ? ['off', 'on'] : ['on', 'off']) {
			runs[which].push(await undisturbed(same || which === 'on', listeners, seconds));
			process.stderr.write(`${which} ${runs[which].at(-1).worker.toFixed(3)} us of the workers a packet\n`);
		}
	}
	const ratios = (part) => runs.on.map((on, n) => on[part] / runs.off[n][part]);
	const figures = (which) => ({ workerUs: spread(runs[which].map(({ worker }) => worker)), allUs: spread(runs[which].map(({ all }) => all)), threadsUs: runs[which].at(-1).us });
	return { listeners, seconds, rounds, same, on: figures('on'), off: figures('off'), workerRatio: spread(ratios('worker')), allRatio: spread(ratios('all')) };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	const numbers = process.argv.slice(2).filter((arg) => arg !== '--same').map(Number);
	console.log(JSON.stringify(await measure(numbers[0] ?? 600, numbers[1] ?? 10, numbers[2] ?? 6, process.argv.includes('--same')), null, '\t'));
}
