// A floor that is passed through: ffmpeg sends Opus and H.264 by RTP, real clients decode them.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Browser } from './chromium.mjs';
import { client, Program, Relay, tones, until } from './relay.mjs';
import { readWav, toneOf } from './tone.mjs';

const room = 'hall';
const nearHz = 8; // a bin of the browser's spectrum is 5.9 Hz wide

/** A UDP port that is free now. */
async function freePort() {
	const socket = createSocket('udp4');
	await new Promise((resolve) => socket.bind(0, '127.0.0.1', resolve));
	const { port } = socket.address();
	await new Promise((resolve) => socket.close(resolve));
	return port;
}

/** A sender of a tone and a moving picture, as an encoder in the hall would. */
function startSender(port) {
	const to = `rtp://127.0.0.1:${port}?pkt_size=1180&rtcpport=${port}`;
	return new Program('ffmpeg', [
		'-nostdin', '-loglevel', 'error', '-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25',
		'-re', '-f', 'lavfi', '-i', `sine=frequency=${tones.floor}:sample_rate=48000`,
		...'-map 0:v -c:v libx264 -tune zerolatency -preset ultrafast -profile:v baseline -g 50'.split(' '),
		'-payload_type', '96', '-f', 'rtp', to,
		...'-map 1:a -c:a libopus -b:a 64k -payload_type 111 -f rtp'.split(' '), to,
	]);
}

/** @type {Relay} */
let relay;
/** @type {Program} */
let sender;
let port;
before(async () => {
	port = await freePort();
	relay = await Relay.start({
		rooms: [{
			id: room,
			title: { en: 'Hall' },
			floor: { source: `rtp://127.0.0.1:${port}?opus=111&h264=96` },
			// "en" carries the floor; "fr" is encoded here: a listener changes between the two kinds.
			channels: [{ language: 'en' }, { language: 'fr', source: `test:tone?hz=${tones.fr}` }],
		}],
	});
	sender = startSender(port);
	await relay.live();
});
after(async () => {
	await sender.stop();
	assert.equal(await relay.stop(), 0, `the relay stops cleanly; its log:\n${relay.log}`);
});

test('GStreamer decodes the floor, and the channel that carries it', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'dragoman-forward-'));
	try {
		await Promise.all(['floor', 'en'].map(async (lang) => {
			const wav = join(folder, `${lang}.wav`);
			const { code, summary, err } = await client([
				...`listen --url ${relay.url} --room ${room} --lang ${lang} --seconds 4 --wav`.split(' '), wav,
			]);
			assert.equal(code, 0, err);
			assert.equal(summary.audio.lost + summary.video.lost, 0);
			assert.ok(summary.video.decoded >= 40, `${summary.video.decoded} pictures`);
			const { samples, rateHz } = readWav(await readFile(wav));
			assert.equal(toneOf(samples.subarray(rateHz / 2, 2 * rateHz), tones, rateHz), 'floor');
		}));
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
});

test('Chromium plays it, and changes to a channel that is encoded here and back', async () => {
	const browser = await Browser.start();
	try {
		const n = await browser.join({ base: relay.url, room, lang: 'floor' });
		const hears = (language, tone) => browser.until(`${language} is heard`, n, ({ frequency }) => Math.abs(frequency - tone) < nearHz);
		await browser.until('a picture', n, ({ frames }) => frames >= 25);
		await hears('floor', tones.floor);
		await browser.select(n, 'fr');
		await hears('fr', tones.fr);
		await browser.select(n, 'en');
		await hears('en', tones.floor);
		const { negotiations, audioLost, videoLost } = await browser.report(n);
		assert.deepEqual({ negotiations, audioLost, videoLost }, { negotiations: 0, audioLost: 0, videoLost: 0 });
		assert.deepEqual(browser.errors, []);
		await browser.leave(n);
	} finally {
		await browser.stop();
	}
});

test('a sender that begins anew is heard again', async () => {
	const state = async () => (await (await relay.get('/api/event')).json()).rooms[0].floor.state;
	await sender.stop('SIGKILL');
	await until('the floor is lost', async () => (await state()) === 'lost');
	sender = startSender(port);
	await until('the floor is live', async () => (await state()) === 'live');
	const { code, summary, err } = await client(`listen --url ${relay.url} --room ${room} --seconds 3`.split(' '));
	assert.equal(code, 0, err);
	assert.ok(summary.video.decoded >= 25, `${summary.video.decoded} pictures`);
	assert.ok(summary.audio.decoded >= 75, `${summary.audio.decoded} packets`);
});
