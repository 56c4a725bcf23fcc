// Joining: 100 listeners one after another, from the POST to the first packets; and Chromium, from
// the POST to the first picture shown. Usage: node tests/bench/join.mjs [JOINS]
import { pathToFileURL } from 'node:url';
import { Browser } from '../interop/chromium.mjs';
import { client, Relay, toneRoom } from '../interop/relay.mjs';
import { percentile } from '../interop/random.mjs';

const room = 'plenary';

async function measureBrowser(relay, count) {
	const browser = await Browser.start();
	const shown = [];
	let pli = 0;
	try {
		for (let i = 0; i < count; i++) {
			const n = await browser.join({ base: relay.url, room, lang: 'fr' });
			const report = await browser.until('a picture', n, ({ frames }) => frames > 0);
			shown.push(report.firstFrameMs);
			pli += report.pliCount;
			await browser.leave(n);
		}
	} finally {
		await browser.stop();
	}
	return { joins: count, p50: percentile(shown, 0.5), p90: percentile(shown, 0.9), max: Math.max(...shown), keyFramesAskedFor: pli };
}

export async function measure(count = 100) {
	const relay = await Relay.start({ rooms: [toneRoom()] });
	try {
		await relay.live();
		const { code, summary, err } = await client(`load --url ${relay.url} --room ${room} --lang fr --listeners ${count} --one-by-one`.split(' '), 120_000);
		if (code !== 0) throw new Error(`dragoman-client: ${code} ${err}`);
		return { receiver: summary.join_ms, firstNotKey: summary.video.first_not_key, chromium: await measureBrowser(relay, 10) };
	} finally {
		await relay.stop();
	}
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
	console.log(JSON.stringify(await measure(Number(process.argv[2] ?? 100)), null, '\t'));
