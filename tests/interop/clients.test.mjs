// Real clients: each joins, decodes, and hears the language it asked for, told by its tone.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Browser } from './chromium.mjs';
import { client, Relay, tones, toneRoom, until } from './relay.mjs';
import { readWav, toneOf } from './tone.mjs';
import { WeriftClient } from './werift_client.mjs';
import { mediaOf, WhepSession } from './whep.mjs';
import { WrtcClient } from './wrtc_client.mjs';

const room = 'plenary';
const languages = Object.keys(tones);
const nearHz = 8; // a bin of the browser's spectrum is 5.9 Hz wide

/** @type {Relay} */
let relay;
before(async () => {
	relay = await Relay.start({ rooms: [toneRoom()] });
	await relay.live();
});
after(async () => {
	assert.equal(await relay.stop(), 0, `the relay stops cleanly; its log:\n${relay.log}`);
});

describe('@roamhq/wrtc (libwebrtc without H.264)', () => {
	for (const way of ['whep', 'websocket']) {
		test(`hears every language by ${way}; the picture is left out`, async () => {
			const peer = await WrtcClient[way](relay.url, { room, lang: 'fr' });
			try {
				await peer.connected();
				await peer.hears('fr', tones);
				for (const language of languages) {
					await peer.select(language);
					await peer.hears(language, tones);
				}
				const [audio, video] = mediaOf(peer.answer);
				assert.equal(audio.kind, 'audio');
				assert.notEqual(audio.port, 0);
				assert.equal(video.kind, 'video');
				assert.equal(video.port, 0, 'the video line is rejected');
				const [transport] = await peer.stats('transport');
				assert.match(transport.srtpCipher, /^(SRTP_)?AES(_CM_128|128_CM)_HMAC_SHA1_80$/);
				assert.equal(peer.negotiations, 0);
			} finally {
				await peer.close();
			}
		});
	}

	test('hears the language it joins with', async () => {
		const peers = await Promise.all(languages.map((lang) => WrtcClient.whep(relay.url, { room, lang })));
		try {
			await Promise.all(peers.map((peer, n) => peer.hears(languages[n], tones)));
		} finally {
			await Promise.all(peers.map((peer) => peer.close()));
		}
	});
});

describe('werift', () => {
	test('receives every language and the picture without a gap', async () => {
		const peer = await WeriftClient.whep(relay.url, { room, lang: 'floor' }, { keep: true });
		try {
			for (const language of languages) {
				await peer.select(language);
				const from = peer.packets.length;
				await peer.receives(from + 15);
			}
			await until('a key frame', () => peer.keyFrames > 0);
			const heard = await peer.tones(tones);
			for (const language of languages)
				assert.ok(heard.filter((name) => name === language).length >= 10, `${language} in ${heard.join(' ')}`);
			assert.equal(peer.audio.sequenceGaps, 0);
			assert.equal(peer.audio.timestampGaps, 0);
			assert.equal(peer.audio.ssrcs.size, 1);
			assert.equal(peer.video.sequenceGaps, 0);
			assert.equal(peer.video.timestampGaps, 0);
		} finally {
			await peer.close();
		}
	});
});

describe('GStreamer webrtcbin', () => {
	test('decodes sound and picture of every language', async () => {
		const folder = await mkdtemp(join(tmpdir(), 'dragoman-listen-'));
		try {
			const listen = async (lang) => {
				const wav = join(folder, `${lang}.wav`);
				const { code, summary, err } = await client([
					...`listen --url ${relay.url} --room ${room} --lang ${lang} --seconds 3.5 --wav`.split(' '), wav,
				]);
				assert.equal(code, 0, err);
				assert.equal(summary.audio.lost, 0);
				assert.equal(summary.audio.timestamp_jumps, 0);
				assert.ok(summary.video.decoded >= 25, `${summary.video.decoded} pictures`);
				const { samples, rateHz } = readWav(await readFile(wav));
				assert.ok(samples.length > 2 * rateHz);
				assert.equal(toneOf(samples.subarray(rateHz / 2, 2 * rateHz), tones, rateHz), lang);
			};
			// As many at once as two cores decode with ease.
			await Promise.all(languages.slice(0, 4).map(listen));
			await Promise.all(languages.slice(4).map(listen));
		} finally {
			await rm(folder, { recursive: true, force: true });
		}
	});

	test('plays sound alone where no picture is wanted', async () => {
		const { code, summary, err } = await client(`listen --url ${relay.url} --room ${room} --video none --seconds 2`.split(' '));
		assert.equal(code, 0, err);
		assert.ok(summary.audio.decoded >= 50);
		assert.equal(summary.video, undefined);
	});
});

describe('Chromium', () => {
	/** @type {Browser} */
	let browser;
	before(async () => (browser = await Browser.start()));
	after(() => browser?.stop());

	test('plays every language and the picture, with AES-GCM', async () => {
		const n = await browser.join({ base: relay.url, room, lang: 'floor' });
		const first = await browser.until('a picture', n, ({ frames }) => frames >= 10);
		assert.match(first.srtp, /AEAD_AES_128_GCM/);
		for (const language of languages) {
			await browser.select(n, language);
			await browser.until(`${language} is heard`, n, ({ frequency }) => Math.abs(frequency - tones[language]) < nearHz);
		}
		const last = await browser.report(n);
		assert.ok(last.frames > first.frames);
		assert.equal(last.negotiations, 0);
		assert.equal(last.audioLost, 0);
		assert.equal(last.videoLost, 0);
		assert.deepEqual(browser.errors, []);
		await browser.leave(n);
	});
});

describe('dragoman-client load', () => {
	for (const profile of ['gcm', 'sha1']) {
		test(`receives sound and picture under ${profile}`, async () => {
			const { code, summary, err } = await client(`load --url ${relay.url} --room ${room} --listeners 3 --seconds 2 --srtp ${profile}`.split(' '));
			assert.equal(code, 0, err);
			assert.equal(summary.srtp[profile], 3);
			assert.equal(summary.bad_auth + summary.malformed + summary.replayed + summary.other_streams, 0);
			assert.equal(summary.audio.lost + summary.video.lost, 0);
			assert.equal(summary.audio.timestamp_jumps, 0);
			assert.equal(summary.video.streams, 3);
			assert.equal(summary.video.first_not_key, 0);
		});
	}

	test('says what is wrong when the room is not there', async () => {
		const { code, err } = await client(`load --url ${relay.url} --room nowhere --listeners 1 --seconds 1`.split(' '));
		assert.equal(code, 1);
		assert.match(err, /404.*/);
	});
});

test('an offer that asks for nothing the relay has is refused, and nobody is harmed', async () => {
	const peer = await WrtcClient.whep(relay.url, { room, lang: 'es' });
	try {
		await peer.hears('es', tones);
		await assert.rejects(WhepSession.join(relay.url, { room, lang: 'fr' }, 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n'), /: 4\d\d /);
		await assert.rejects(WhepSession.join(relay.url, { room, lang: 'fr' }, 'nonsense'), /: 4\d\d /);
		await peer.hears('es', tones);
	} finally {
		await peer.close();
	}
});
