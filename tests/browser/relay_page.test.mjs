/* The delegate's page on the real relay: every language, pictures, failures, lip sync, the first second. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Relay, smallLadder, tones, toneRoom } from '../interop/relay.mjs';
import { launch, leave, until, waitForTone } from './browser.mjs';

let browser, relay;
before(async () => {
	browser = await launch();
	relay = await Relay.start({
		rooms: [
			{ ...toneRoom(), sign: { source: 'test:', ladder: smallLadder } },
			{ ...toneRoom({ video: false }), id: 'annex', title: { en: 'Annex', fr: 'Annexe' }, video: { ladder: [] } },
		],
	});
	await relay.live();
});
after(async () => {
	await browser.close();
	await relay.stop();
});

const status = (page) => page.locator('#status');
const frames = (page, id) => page.evaluate((each) => document.getElementById(each).getVideoPlaybackQuality().totalVideoFrames, id);

/** Lets a test read the connection's statistics. */
function exposeConnection() {
	const Original = window.RTCPeerConnection;
	window.connections = [];
	window.RTCPeerConnection = class extends Original {
		constructor(...values) {
			super(...values);
			window.connections.push(this);
		}
	};
}

const inbound = (page) =>
	page.evaluate(async () => {
		const stats = [...(await window.connections.at(-1).getStats()).values()].filter(({ type }) => type === 'inbound-rtp');
		return stats.map(({ kind, packetsReceived, framesDecoded = 0, frameWidth = 0, mid }) => ({ kind, packetsReceived, framesDecoded, frameWidth, mid }));
	});

test('every language of the relay is heard on one connection, with its picture', async () => {
	const page = await browser.open(`${relay.url}/?room=plenary&lang=floor`, { script: exposeConnection });
	await status(page).getByText('You hear: Original sound').waitFor();
	await until(() => frames(page, 'picture').then((count) => count > 10), 'a picture');
	for (const lang of ['floor', 'ar', 'zh', 'en', 'fr', 'ru', 'es', 'floor']) {
		await page.locator(`[data-lang=${lang}]`).click();
		await waitForTone(page, tones[lang]);
		assert.equal(await page.locator(`[data-lang=${lang}]`).getAttribute('aria-checked'), 'true');
	}
	assert.equal(await page.evaluate(() => window.connections.length), 1);
	assert.deepEqual(page.problems, []);
	await leave(page);
});

test('the signer’s picture comes and goes, low quality is smaller, sound only receives no picture', async () => {
	const page = await browser.open(`${relay.url}/?room=plenary&lang=fr`, { script: exposeConnection });
	await until(() => frames(page, 'picture').then((count) => count > 10), 'a picture');
	await page.getByRole('button', { name: 'Sign language' }).click();
	await until(() => frames(page, 'sign').then((count) => count > 10), 'a signer');
	await page.getByLabel('Picture quality').selectOption('high');
	const width = async () => (await inbound(page)).find(({ kind, mid }) => kind === 'video' && mid === '1').frameWidth;
	await until(async () => (await width()) === 320, 'the large picture');
	await page.getByLabel('Picture quality').selectOption('low');
	await until(async () => (await width()) === 160, 'the small picture');
	await page.locator('#only').click();
	const pictures = async () =>
		(await inbound(page)).filter(({ kind }) => kind === 'video').reduce((sum, each) => sum + each.packetsReceived, 0);
	await until(async () => {
		const start = await pictures();
		await page.waitForTimeout(500);
		return (await pictures()) === start;
	}, 'no packet of a picture');
	await waitForTone(page, tones.fr);
	await page.locator('#only').click();
	const shown = await frames(page, 'picture');
	await until(async () => (await frames(page, 'picture')) > shown + 10, 'the picture is back');
	await leave(page);
});

test('a room without a picture says so and is heard', async () => {
	const page = await browser.open(`${relay.url}/?room=annex&lang=es`);
	await page.getByText('This room has no picture.').waitFor();
	await waitForTone(page, tones.es);
	await page.getByRole('button', { name: 'All rooms' }).click();
	await page.getByRole('button', { name: /^Plenary/ }).click();
	await waitForTone(page, tones.es);
	await until(() => frames(page, 'picture').then((count) => count > 5), 'a picture in the other room');
	await leave(page);
});

test('a relay that is killed and started again gets its listener back', async (t) => {
	const mine = await Relay.start({ rooms: [toneRoom()] });
	t.after(() => mine.stop());
	const config = { rooms: [toneRoom()], server: { http: { port: mine.port }, media: { port: mine.mediaPort } } };
	await mine.live();
	const page = await browser.open(`${mine.url}/?lang=en`);
	await waitForTone(page, tones.en);
	await page.locator('[data-lang=ru]').click();
	await waitForTone(page, tones.ru);
	mine.program.child.kill('SIGKILL');
	await status(page).getByText(/The connection was lost|The server does not answer/).waitFor({ timeout: 20_000 });
	await mine.stop();
	const again = await Relay.start(config);
	t.after(() => again.stop());
	await again.live();
	await page.getByRole('button', { name: 'Try now' }).click({ timeout: 500 }).catch(() => {});
	await status(page).getByText('You hear: Russian').waitFor({ timeout: 20_000 });
	await waitForTone(page, tones.ru);
	assert.deepEqual(page.problems, []);
	await leave(page);
});

test('a relay that stands still for seconds is heard again', async (t) => {
	const mine = await Relay.start({ rooms: [toneRoom()] });
	t.after(() => mine.stop());
	await mine.live();
	const page = await browser.open(`${mine.url}/?lang=zh`);
	await waitForTone(page, tones.zh);
	mine.program.child.kill('SIGSTOP');
	await status(page).getByText(/The connection was lost/).waitFor({ timeout: 20_000 });
	mine.program.child.kill('SIGCONT');
	await status(page).getByText('You hear: Chinese').waitFor({ timeout: 20_000 });
	await waitForTone(page, tones.zh);
	await leave(page);
});

test('the first sound comes within a second of opening the link', async () => {
	const page = await browser.open(`${relay.url}/`);
	const times = [];
	for (let i = 0; i < 7; i++) {
		await page.goto(`${relay.url}/?room=plenary&lang=fr`);
		times.push(
			await page.evaluate(async () => {
				const element = document.getElementById('sound');
				while (!(element.currentTime > 0)) await new Promise((resolve) => setTimeout(resolve, 5));
				return performance.now();
			}),
		);
	}
	times.sort((a, b) => a - b);
	console.log(`first sound after ${times.map(Math.round).join(', ')} ms`);
	assert.ok(times[3] < 1000, `median ${times[3]} ms`);
	await leave(page);
});

/** Notes when the page's picture turns white on the screen and when its sound, out of silence, leaves the
    loudspeaker, in milliseconds. */
function watchFlashes() {
	window.flashes = [];
	window.beeps = [];
	const video = document.getElementById('picture');
	const canvas = document.createElement('canvas');
	const paint = canvas.getContext('2d', { willReadFrequently: true });
	let white = false;
	[canvas.width, canvas.height] = [16, 9];
	const look = (now, { expectedDisplayTime }) => {
		paint.drawImage(video, 0, 0, 16, 9);
		const { data } = paint.getImageData(0, 0, 16, 9);
		const bright = data.reduce((sum, each, i) => sum + (i % 4 === 3 ? 0 : each), 0) / (data.length * 0.75) > 170;
		if (bright && !white) window.flashes.push(expectedDisplayTime);
		white = bright;
		video.requestVideoFrameCallback(look);
	};
	video.requestVideoFrameCallback(look);

	const context = new AudioContext({ sampleRate: 48000, latencyHint: 'interactive' });
	const analyser = new AnalyserNode(context, { fftSize: 1024 });
	context.createMediaStreamSource(document.getElementById('sound').srcObject).connect(analyser);
	const samples = new Float32Array(1024);
	let quietSince = 0;
	setInterval(() => {
		analyser.getFloatTimeDomainData(samples);
		const now = performance.now();
		const at = samples.findIndex((each) => Math.abs(each) > 0.05);
		if (at < 0) return;
		if (now - quietSince > 300) window.beeps.push(now - (samples.length - at) / 48 + context.outputLatency * 1000);
		quietSince = now;
	}, 5);
}

test('sound and picture of the page are in step, though each has an element of its own', async (t) => {
	const flashing = await Relay.start({
		rooms: [{ id: 'plenary', title: { en: 'Plenary' }, floor: { source: 'test:flash', language: 'en' }, video: { frame_rate: 25, ladder: smallLadder }, channels: [] }],
	});
	t.after(() => flashing.stop());
	await flashing.live();
	const page = await browser.open(`${flashing.url}/?lang=floor`);
	await status(page).getByText('You hear: Original sound').waitFor();
	await page.evaluate(watchFlashes);
	const skews = async () => {
		const { flashes, beeps } = await page.evaluate(() => ({ flashes: window.flashes, beeps: window.beeps }));
		const nearest = (flash) => beeps.reduce((best, beep) => (Math.abs(beep - flash) < Math.abs(best - flash) ? beep : best), Infinity);
		return flashes.map((flash) => flash - nearest(flash)).filter((skew) => Math.abs(skew) < 500);
	};
	/* ITU-R BT.1359: detectable when sound is 45 ms early or 125 ms late. The browser aligns its streams in
	   small steps, so on a machine at its limits it takes a while. */
	await until(async () => {
		const last = (await skews()).slice(-5).sort((a, b) => a - b);
		return last.length === 5 && last[2] < 45 && last[2] > -125;
	}, 'in step', 45_000);
	console.log(`sound ahead of the picture by ${(await skews()).map(Math.round).join(', ')} ms`);
	await leave(page);
});
