// Lip sync at the receiver: flashes against beeps in Chromium, from the relay's own test source and
// from an outside source before and after it was killed and came back.
// Usage: node tests/bench/lipsync.mjs [SECONDS of each measurement]
import { pathToFileURL } from 'node:url';
import { Browser } from '../interop/chromium.mjs';
import { pause, Relay, smallLadder, until } from '../interop/relay.mjs';
import { percentile } from '../interop/random.mjs';
import { floorState, freeUdpPort, sendFlashAndBeep } from './source.mjs';

const room = 'plenary';
const settleMs = 6000; // the browser aligns its streams by the first sender reports

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

async function watch(browser, relay, seconds) {
	const n = await browser.join({ base: relay.url, room });
	try {
		await browser.until('flashes and beeps', n, ({ flashes, beeps }) => flashes.length > 1 && beeps.length > 1, 20_000);
		await pause(settleMs);
		const { flashes: { length: seen } } = await browser.report(n);
		await pause(seconds * 1000);
		const { flashes, beeps } = await browser.report(n);
		const found = skews(flashes, beeps, flashes[seen - 1]);
		return {
			flashes: flashes.length - seen, matched: found.length, median: percentile(found, 0.5),
			least: Math.min(...found), most: Math.max(...found), p5: percentile(found, 0.05), p95: percentile(found, 0.95),
		};
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
