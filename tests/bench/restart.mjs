// A source killed and restarted while 20 subscribers watch: nobody is dropped, no stream shows a seam.
// Usage: node tests/bench/restart.mjs [TIMES]
import { pathToFileURL } from 'node:url';
import { clientPath, Program, Relay, smallLadder, until } from '../interop/relay.mjs';
import { WeriftClient } from '../interop/werift_client.mjs';
import { floorState, freeUdpPort, sendFlashAndBeep } from './source.mjs';

const room = 'plenary';
const subscribers = 20;

const config = (port) => ({
	id: room, title: { en: 'Plenary' }, floor: { source: `udp://127.0.0.1:${port}`, language: 'en' },
	video: { frame_rate: 25, ladder: smallLadder }, channels: [{ language: 'fr', source: 'test:tone?hz=600' }],
});

async function killAndRestart(relay, port, source, times) {
	const lostMs = [];
	const backMs = [];
	for (let i = 0; i < times; i++) {
		const killed = performance.now();
		await source.stop('SIGKILL');
		await until('the floor is lost', async () => (await floorState(relay, room)) === 'lost');
		lostMs.push(performance.now() - killed);
		const started = performance.now();
		source = sendFlashAndBeep(port);
		await until('the floor is live again', async () => (await floorState(relay, room)) === 'live', 20_000);
		backMs.push(performance.now() - started);
	}
	return { source, lostMs: Math.max(...lostMs), backMs: Math.max(...backMs) };
}

export async function measure(times = 10) {
	const port = await freeUdpPort();
	let source = sendFlashAndBeep(port);
	const relay = await Relay.start({ rooms: [config(port)] });
	try {
		await relay.live();
		const crowd = new Program(clientPath, `load --url ${relay.url} --room ${room} --listeners ${subscribers} --video high --stats`.split(' '));
		await until('all are connected', () => crowd.lines().some(({ connected }) => connected === subscribers), 20_000);
		const watcher = await WeriftClient.whep(relay.url, { room });
		await watcher.receives(10);
		const done = await killAndRestart(relay, port, source, times);
		source = done.source;
		const code = await crowd.stop('SIGINT');
		const summary = crowd.lines().find(({ type }) => type === 'summary');
		const { audio, video } = watcher;
		const state = watcher.pc.connectionState;
		await watcher.close();
		return { times, code, lostMs: done.lostMs, backMs: done.backMs, summary, watcher: {
			state, packets: [audio.packets, video.packets], sequenceGaps: audio.sequenceGaps + video.sequenceGaps,
			timestampGaps: audio.timestampGaps + video.timestampGaps, ssrcs: [audio.ssrcs.size, video.ssrcs.size],
		} };
	} catch (error) {
		throw new Error(`${error.message}\nffmpeg: ${source.err}\nrelay: ${relay.log}`);
	} finally {
		await source.stop('SIGKILL');
		await relay.stop();
	}
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	console.log(JSON.stringify(await measure(Number(process.argv[2] ?? 10)), null, '\t'));
	process.exit(0);
}
