// WHIP (RFC 9725) on a real relay: libwebrtc, werift and Chromium publish; other peers hear and see
// it, told by frequency, level and frames.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { attempts } from './attempts.mjs';
import { Browser } from './chromium.mjs';
import { pause, Relay, smallLadder, tones, until } from './relay.mjs';
import { signToken } from './token.mjs';
import { level, strongest } from './tone.mjs';
import { WeriftClient } from './werift_client.mjs';
import { WeriftPublisher } from './werift_publisher.mjs';
import { WrtcClient } from './wrtc_client.mjs';
import { WrtcPublisher } from './wrtc_publisher.mjs';

/** What publishers send; none is a tone of the room. */
const sent = { anna: 1000, ben: 1900 };
const all = { ...tones, ...sent };
const french = 'plenary/channels/fr';

let folder, secret;
/** @type {Relay} */ let relay;
before(async () => {
	folder = await mkdtemp(join(tmpdir(), 'dragoman-whip-'));
	secret = randomBytes(48).toString('base64');
	await writeFile(join(folder, 'secret'), secret, { mode: 0o600 });
	relay = await Relay.start({
		security: { secret: join(folder, 'secret') },
		rooms: [{
			id: 'plenary', title: { en: 'Plenary' }, floor: { source: `test:tone?hz=${tones.floor}`, language: 'en' }, video: { ladder: [] },
			channels: [{ language: 'fr' }, { language: 'ru' }, { language: 'en', source: `test:tone?hz=${tones.en}` }],
		}, {
			id: 'hall', title: { en: 'Hall' }, floor: { source: 'whip:', language: 'en' }, video: { ladder: [] }, channels: [{ language: 'fr' }],
		}, {
			id: 'stage', title: { en: 'Stage' }, floor: { source: 'whip:', language: 'en' }, video: { frame_rate: 25, ladder: smallLadder }, channels: [{ language: 'fr' }],
		}],
	});
});
after(async () => {
	const code = await relay.stop();
	await rm(folder, { recursive: true, force: true });
	assert.equal(code, 0, `the relay stops cleanly; its log:\n${relay.log}`);
});

const token = (role, claims = {}) => signToken(secret, { role, ...claims });

/** Whoever still publishes at the end of a test, for one that fails. */
const publishers = new Set();
afterEach(() => {
	publishers.forEach((publisher) => publisher.vanish());
	publishers.clear();
});

async function publish(place, name, role = 'feed', claims = {}) {
	const publisher = await WrtcPublisher.publish(relay.url, place, { hz: sent[name] }, token(role, claims));
	publishers.add(publisher);
	return publisher;
}

/** Somebody who listens while `during` runs. */
async function listening(room, lang, during) {
	const listener = await WrtcClient.whep(relay.url, { room, lang }, { video: false });
	try {
		return await during(listener);
	} finally {
		await listener.close();
	}
}

/** The last 500 ms as one piece. */
function lately(listener) {
	const pieces = listener.heard.slice(-50);
	return { samples: pieces.flatMap(({ samples }) => [...samples]), rateHz: pieces[0].rateHz };
}

describe('a channel', () => {
	test('carries what is published, at its frequency and level, and the floor after it', (t) => attempts(t, () => listening('plenary', 'fr', async (listener) => {
		await listener.hears('floor', all);
		const publisher = await publish(french, 'anna', 'interpreter', { name: 'Anna', channel: 'fr' });
		await listener.hears('anna', all);
		await pause(2000); // the ramp is over, and a measurement's worth of sound has come
		const { samples, rateHz } = lately(listener);
		const hz = strongest(samples, rateHz);
		const db = 20 * Math.log10((level(samples) * Math.SQRT2) / 0.1);
		assert.equal(await publisher.leave(), 200);
		assert.ok(Math.abs(hz - sent.anna) <= 2, `${hz} Hz`);
		assert.ok(Math.abs(db) <= 1.5, `${db.toFixed(1)} dB off`);
		await listener.hears('floor', all);
	})));

	test('goes on through an ICE restart by PATCH', () => listening('plenary', 'fr', async (listener) => {
		const publisher = await publish(french, 'anna');
		await listener.hears('anna', all);
		const candidate = 'm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=candidate:1 1 udp 2122260223 192.0.2.1 61764 typ host\r\n';
		assert.equal((await publisher.session.patch(candidate)).status, 204);
		assert.equal((await publisher.session.patch(candidate, '')).status, 428);
		const first = publisher.session.etag;
		assert.equal(await publisher.restartIce(), 200);
		assert.notEqual(publisher.session.etag, first);
		assert.equal((await publisher.session.patch(candidate, first)).status, 412);
		await publisher.connected();
		await pause(1500);
		await listener.hears('anna', all);
		assert.equal(await publisher.leave(), 200);
	}));

	test('has one on air; another comes when it is free', () => listening('plenary', 'fr', async (listener) => {
		const anna = await publish(french, 'anna');
		await listener.hears('anna', all);
		const ben = await publish(french, 'ben');
		await pause(1000);
		assert.equal(listener.tone(all), 'anna', 'who came first stays on air');
		assert.equal(await anna.leave(), 200);
		await listener.hears('ben', all);
		assert.equal(await ben.leave(), 200);
		await listener.hears('floor', all);
	}));

	test('has no room for more than its booth has', async () => {
		const seated = [];
		let refusal = null;
		try {
			while (seated.length < 8) seated.push(await publish('plenary/channels/ru', 'anna'));
		} catch (error) {
			refusal = error;
		} finally {
			await Promise.all(seated.map((publisher) => publisher.leave()));
		}
		assert.equal(seated.length, 3);
		assert.equal(refusal?.status, 409, refusal?.message);
		assert.equal(refusal.problem.code, 'booth-full');
		assert.match(refusal.problem.detail, /booth ru/);
	});

	test('ends its session when the peer closes', () => listening('plenary', 'fr', async (listener) => {
		const publisher = await publish(french, 'anna');
		await listener.hears('anna', all);
		publisher.vanish();
		await until('the session is gone', async () => (await publisher.session.patch('a=end-of-candidates\r\n', '*')).status === 404);
		await listener.hears('floor', all);
	}));

	test('carries what werift sends', () => listening('plenary', 'fr', async (listener) => {
		const source = await WeriftClient.whep(relay.url, { room: 'plenary', lang: 'en' }, { keep: true, video: false });
		await source.receives(100);
		const frames = source.packets.slice(20, 100).map(({ payload }) => payload);
		await source.close();
		const publisher = await WeriftPublisher.publish(relay.url, `/whip/${french}`, { token: token('feed') });
		try {
			publisher.send(frames, { loop: true });
			await listener.hears('en', all);
		} finally {
			await publisher.close();
		}
		await listener.hears('floor', all);
	}));
});

describe('a floor', () => {
	test('comes by WHIP from one at a time, and goes into the channels', () => listening('hall', 'floor', async (listener) => listening('hall', 'fr', async (delegate) => {
		const anna = await publish('hall/floor', 'anna');
		await listener.hears('anna', all);
		await delegate.hears('anna', all);
		await pause(1000);
		const { samples, rateHz } = lately(listener);
		assert.ok(Math.abs(strongest(samples, rateHz) - sent.anna) <= 2);
		await assert.rejects(publish('hall/floor', 'ben'), ({ status, problem }) => status === 409 && problem.code === 'floor-taken');
		assert.equal(await anna.leave(), 200);
		const ben = await publish('hall/floor', 'ben');
		await listener.hears('ben', all);
		await delegate.hears('ben', all);
		assert.equal(await ben.leave(), 200);
	})));

	test('that comes from elsewhere is not published', () =>
		assert.rejects(publish('plenary/floor', 'anna'), ({ status, problem }) => status === 409 && problem.code === 'floor-elsewhere' && /whip:/.test(problem.detail)));

	for (const codec of ['video/VP8', 'video/H264'])
		test(`brings Chromium's picture as ${codec}`, async (t) => {
			const browser = await Browser.start();
			try {
				if (await browser.page.evaluate(canSend, codec)) await attempts(t, () => watched(browser, codec));
				else t.skip(`this Chromium does not send ${codec}`);
			} finally {
				await browser.stop();
			}
		});
});

const canSend = (codec) => RTCRtpSender.getCapabilities('video').codecs.some(({ mimeType }) => mimeType === codec);

/** Publishes and watches in the same browser: picture and sound come, and the picture flows. */
async function watched(browser, codec) {
	await browser.page.evaluate(publishFromPage, { url: `${relay.url}/whip/stage/floor`, authorization: `Bearer ${token('feed')}`, codec, hz: sent.anna });
	try {
		const n = await browser.join({ base: relay.url, room: 'stage' });
		const report = await browser.until('picture and sound', n, ({ frames, frequency }) => frames >= 25 && Math.abs(frequency - sent.anna) < 8, 30_000);
		await browser.leave(n);
		assert.equal(report.freezes, 0);
	} finally {
		assert.equal(await browser.page.evaluate(() => window.unpublish()), 200);
	}
}

/** Runs in the page: a tone and a moving picture. */
async function publishFromPage({ url, authorization, codec, hz }) {
	const context = new AudioContext();
	await context.resume();
	const oscillator = new OscillatorNode(context, { frequency: hz });
	const gain = new GainNode(context, { gain: 0.1 });
	const sound = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
	oscillator.connect(gain).connect(sound);
	oscillator.start();
	const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
	const paint = canvas.getContext('2d');
	let turn = 0;
	const timer = setInterval(() => {
		paint.fillStyle = `hsl(${turn++ * 5} 80% 50%)`;
		paint.fillRect(0, 0, canvas.width, canvas.height);
	}, 40);
	const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
	pc.addTransceiver(sound.stream.getAudioTracks()[0], { direction: 'sendonly' });
	const picture = pc.addTransceiver(canvas.captureStream(25).getVideoTracks()[0], { direction: 'sendonly' });
	const { codecs } = RTCRtpSender.getCapabilities('video');
	picture.setCodecPreferences([...codecs.filter(({ mimeType }) => mimeType === codec), ...codecs.filter(({ mimeType }) => mimeType === 'video/rtx')]);
	await pc.setLocalDescription(await pc.createOffer());
	const response = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/sdp', Authorization: authorization }, body: pc.localDescription.sdp });
	const answer = await response.text();
	if (response.status !== 201) throw new Error(`${response.status} ${answer}`);
	await pc.setRemoteDescription({ type: 'answer', sdp: answer });
	const resource = new URL(response.headers.get('Location'), url); // readable from another origin
	window.unpublish = async () => {
		clearInterval(timer);
		const { status } = await fetch(resource, { method: 'DELETE', headers: { Authorization: authorization } });
		pc.close();
		return status;
	};
}

describe('who may', () => {
	const attempts = [
		['nothing', undefined, 'plenary/channels/fr', 401],
		['an interpreter of another channel', () => token('interpreter', { channel: 'ru' }), french, 403],
		['an interpreter', () => token('interpreter'), 'hall/floor', 403],
		['an organiser', () => token('organiser'), french, 403],
		['a delegate', () => token('delegate'), french, 403],
		['a feed of the floor', () => token('feed', { channel: 'floor' }), french, 403],
		['a feed, an unknown room', () => token('feed'), 'nowhere/floor', 404],
		['a feed, an unknown language', () => token('feed'), 'plenary/channels/tlh', 404],
	];
	for (const [name, make, place, status] of attempts)
		test(`${name}: ${status}`, () => assert.rejects(WrtcPublisher.publish(relay.url, place, { hz: 1000 }, make?.()), { status }));

	test('a page of another origin may ask', async () => {
		const response = await fetch(`${relay.url}/whip/${french}`, { method: 'OPTIONS', headers: { Origin: 'https://example.org', 'Access-Control-Request-Method': 'POST' } });
		assert.equal(response.status, 204);
		assert.equal(response.headers.get('accept-post'), 'application/sdp');
		assert.equal(response.headers.get('access-control-allow-origin'), '*');
		assert.match(response.headers.get('access-control-allow-headers'), /Authorization/);
		assert.match(response.headers.get('access-control-expose-headers'), /ETag.*Link.*Location/);
	});
});
