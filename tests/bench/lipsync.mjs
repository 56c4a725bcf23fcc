// Lip sync: flashes against beeps, from the relay's own test source and from an outside source before
// and after it was killed and came back. On the wire by what timestamps and sender reports say, which
// is the relay's part; and as Chromium plays them, which needs some seconds to draw them together.
// Usage: node tests/bench/lipsync.mjs [SECONDS of each measurement]
import { pathToFileURL } from 'node:url';
import { Browser } from '../interop/chromium.mjs';
import { pause, Relay, smallLadder, until } from '../interop/relay.mjs';
import { percentile } from '../interop/random.mjs';
import { WeriftClient } from '../interop/werift_client.mjs';
import { floorState, freeUdpPort, sendFlashAndBeep } from './source.mjs';

const room = 'plenary';
const settleMs = 12_000; // how long Chromium's streams take to meet, at 80 ms a step and with its filter

const roomWith = (source) => ({
	id: room, title: { en: 'Plenary' }, floor: { source, language: 'en' },
	video: { frame_rate: 25, ladder: smallLadder }, channels: [],
});

/** How much the sound is ahead of the picture, ms, for each flash with a beep near it. */
function skews(flashes, beeps, since) {
	return flashes.filter((at) => at > since).flatMap((flash) => {
		const nearest = beeps.reduce((best, beep) => (Math.abs(beep - flash) < Math.abs(best - flash) ? beep : best), Infinity);
		return Math.abs(nearest - flash) < 500 ? [flash - nearest] : [];
	});
}

const spread = (found) => ({
	matched: found.length, median: percentile(found, 0.5), least: Math.min(...found), most: Math.max(...found),
	p5: percentile(found, 0.05), p95: percentile(found, 0.95),
});

/** Two changes of the whole picture 80 ms apart cost far more bytes than the black between. */
function flashesOf(client) {
	const changes = [...client.frames].filter(([, bytes]) => bytes > 100).map(([timestamp]) => client.timeOf('video', timestamp));
	const hasAt = (wanted) => changes.some((at) => Math.abs(at - wanted) < 0.005);
	return changes.filter((at) => hasAt(at + 0.08) && !hasAt(at - 0.08)); // a key frame near it makes a third
}

async function beepsOf(client) {
	const beeps = [];
	let quiet = 0;
	await client.decode(({ timestamp }, samples) => {
		const rise = samples.findIndex((sample) => Math.abs(sample) > 0.05);
		if (rise >= 0 && quiet > 10) beeps.push(client.timeOf('audio', timestamp) + rise / 48_000);
		quiet = rise >= 0 ? 0 : quiet + 1;
	});
	return beeps;
}

/** What the relay says itself: no player's buffers are in this. */
async function onTheWire(relay, seconds) {
	const client = await WeriftClient.whep(relay.url, { room }, { keep: true });
	await pause(seconds * 1000);
	await client.close();
	const toMs = (list) => list.map((at) => at * 1000);
	return spread(skews(toMs(flashesOf(client)), toMs(await beepsOf(client)), 0));
}

async function watch(browser, relay, seconds) {
	const wire = onTheWire(relay, Math.min(seconds, 8));
	const n = await browser.join({ base: relay.url, room });
	try {
		await browser.until('flashes and beeps', n, ({ flashes, beeps }) => flashes.length > 1 && beeps.length > 1, 20_000);
		await pause(settleMs);
		const { flashes: { length: seen } } = await browser.report(n);
		await pause(seconds * 1000);
		const { flashes, beeps } = await browser.report(n);
		const found = skews(flashes, beeps, flashes[seen - 1]);
		const early = skews(flashes.slice(0, 3), beeps, 0);
		return { wire: await wire, played: { flashes: flashes.length - seen, atFirst: percentile(early, 0.5), ...spread(found) } };
	} finally {
		await browser.leave(n);
	}
}

async function measureOwn(browser, seconds) {
	const relay = await Relay.start({ rooms: [roomWith('test:flash')] });
	try {
		await relay.live();
		return await watch(browser, relay, seconds);
	} finally {
		await relay.stop();
	}
}

/** One player watches all the time; the source is killed in between. */
async function measureOutside(browser, seconds) {
	const port = await freeUdpPort();
	let source = sendFlashAndBeep(port);
	const relay = await Relay.start({ rooms: [roomWith(`udp://127.0.0.1:${port}`)] });
	try {
		await relay.live();
		const before = await watch(browser, relay, seconds);
		await source.stop('SIGKILL');
		await until('the floor is lost', async () => (await floorState(relay, room)) === 'lost');
		source = sendFlashAndBeep(port);
		await relay.live(30_000);
		return { before, after: await watch(browser, relay, seconds) };
	} catch (error) {
		throw new Error(`${error.message}\nffmpeg: ${source.err}\nrelay: ${relay.log}`);
	} finally {
		await source.stop('SIGKILL');
		await relay.stop();
	}
}

export async function measure(seconds = 15) {
	const browser = await Browser.start();
	try {
		return { own: await measureOwn(browser, seconds), outside: await measureOutside(browser, seconds) };
	} finally {
		await browser.stop();
	}
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
	console.log(JSON.stringify(await measure(Number(process.argv[2] ?? 15)), null, '\t'));
