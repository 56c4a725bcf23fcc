// dragoman-client publish, the headless booth and encoder: what it speaks is what listeners hear and see.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { attempts } from './attempts.mjs';
import { client, clientPath, Program, Relay, smallLadder, tones, until } from './relay.mjs';
import { level, readWav, toneOf } from './tone.mjs';

const run = promisify(execFile);
const decibels = (amplitude) => 20 * Math.log10(amplitude);
let folder = '';
before(async () => {
	folder = await mkdtemp(join(tmpdir(), 'dragoman-publish-'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** A room whose floor is a tone and whose channels have booths; voices are left as loud as they are. */
const booths = {
	id: 'plenary',
	title: { en: 'Plenary' },
	floor: { source: `test:tone?hz=${tones.floor}`, language: 'en' },
	video: { ladder: [] },
	interpretation: { loudness: 'off' },
	channels: [{ language: 'fr' }, { language: 'es' }],
};

/** Publishes until it is stopped; `connected` waits for media. */
function publish(url, args, room = 'plenary') {
	const program = new Program(clientPath, ['publish', '--url', url, '--room', room, '--stats', ...args]);
	program.connected = (times = 1) => until(`${args.join(' ')} is connected`, () => {
		if (!program.running) throw new Error(`publish ended: ${program.err}`);
		return program.lines().filter(({ type }) => type === 'connected').length >= times;
	}, 20_000);
	return program;
}

/** What a listener decodes: {samples, rateHz, summary}. */
async function hear(url, lang, seconds, args = ['--video', 'none'], room = 'plenary') {
	const file = join(folder, `${lang}.wav`);
	const { code, summary, err } = await client([
		'listen', '--url', url, '--room', room, '--lang', lang, '--seconds', String(seconds), '--wav', file, ...args,
	]);
	assert.equal(code, 0, err);
	return { ...readWav(await readFile(file)), summary };
}

/** The tone in each tenth of a second. */
function tonesOf({ samples, rateHz }) {
	const size = rateHz / 10;
	return Array.from({ length: Math.floor(samples.length / size) }, (_, n) =>
		toneOf(samples.subarray(n * size, (n + 1) * size), tones, rateHz));
}

const share = (list, wanted) => list.filter((item) => item === wanted).length / list.length;

/** A port that is free now. */
async function freePort() {
	const server = createServer();
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address();
	await new Promise((resolve) => server.close(resolve));
	return port;
}

describe('into a channel', () => {
	/** @type {Relay} */
	let relay;
	before(async () => {
		relay = await Relay.start({ rooms: [booths] });
		await relay.live();
	});
	after(async () => {
		assert.equal(await relay.stop(), 0, `the relay stops cleanly; its log:\n${relay.log}`);
	});

	test('a tone arrives in its channel alone, as high and as loud; then the floor is back', async (t) => {
		const booth = publish(relay.url, ['--lang', 'fr', '--tone', String(tones.fr), '--level', '-26']);
		try {
			await booth.connected();
			await attempts(t, async () => {
				const [fr, es] = await Promise.all([hear(relay.url, 'fr', 3), hear(relay.url, 'es', 3)]);
				const loud = decibels(level(fr.samples.subarray(fr.rateHz, 2 * fr.rateHz)) * Math.SQRT2);
				t.diagnostic(`fr ${(100 * share(tonesOf(fr), 'fr')).toFixed(0)} % its tone, at ${loud.toFixed(2)} dBFS; `
					+ `es ${(100 * share(tonesOf(es), 'floor')).toFixed(0)} % the floor's`);
				assert.ok(share(tonesOf(fr), 'fr') > 0.9);
				assert.ok(Math.abs(loud - -26) < 0.5, `${loud} dBFS, not -26`);
				assert.ok(share(tonesOf(es), 'floor') > 0.9);
			});
			const [last] = booth.lines().filter(({ type }) => type === 'second').slice(-1);
			assert.ok(last.audio.packets >= 30 && last.audio.bitrate_bps > 20_000 && last.audio.bitrate_bps < 90_000,
				JSON.stringify(last));
			assert.equal(typeof last.audio.round_trip_ms, 'number', 'the relay reports');
		} finally {
			assert.equal(await booth.stop(), 0, booth.err);
		}
		const { type, connections, audio } = booth.lines().at(-1);
		assert.deepEqual([type, connections, audio.lost], ['summary', 1, 0]);
		await attempts(t, async () => assert.ok(share(tonesOf(await hear(relay.url, 'fr', 2)), 'floor') > 0.8));
	});

	test('a file is spoken, again and again', async (t) => {
		const file = join(folder, 'booth.wav');
		await run('ffmpeg', [...'-nostdin -loglevel error -f lavfi -i'.split(' '), `sine=frequency=${tones.es}:sample_rate=44100`, '-t', '1.5', file]);
		const booth = publish(relay.url, ['--lang', 'es', '--file', file, '--loop']);
		try {
			await booth.connected();
			await attempts(t, async () => assert.ok(share(tonesOf(await hear(relay.url, 'es', 4)), 'es') > 0.85, 'over its ends too'));
		} finally {
			assert.equal(await booth.stop('SIGINT'), 0, booth.err);
		}
	});

	test('it says why it may not, and --once ends it', async () => {
		const refused = await client(['publish', '--url', relay.url, '--room', 'nowhere', '--lang', 'fr', '--tone', '440', '--once']);
		assert.equal(refused.code, 1);
		assert.match(refused.err, /answered 404: /);
		assert.equal(refused.summary.connections, 0);
		const nothing = await client(['publish', '--url', relay.url, '--room', 'plenary', '--lang', 'fr', '--file', join(folder, 'nothing')]);
		assert.equal(nothing.code, 3, nothing.err);
	});
});

test('it comes back when the relay does', async (t) => {
	const server = { http: { port: await freePort() } };
	let relay = await Relay.start({ server, rooms: [booths] });
	const booth = publish(relay.url, ['--lang', 'fr', '--tone', String(tones.fr)]);
	try {
		await booth.connected();
		await relay.program.stop('SIGKILL');
		await relay.stop();
		relay = await Relay.start({ server, rooms: [booths] });
		await booth.connected(2);
		await attempts(t, async () => assert.ok(share(tonesOf(await hear(relay.url, 'fr', 3)), 'fr') > 0.8));
	} finally {
		await booth.stop();
		assert.equal(await relay.stop(), 0, relay.log);
	}
});

describe('as the floor', () => {
	for (const [name, args] of [['H.264', []], ['VP8', ['--vp8']]]) {
		test(`sound and picture of a file, by ${name}`, async (t) => {
			const file = join(folder, 'hall.mp4');
			await run('ffmpeg', [
				...'-nostdin -y -loglevel error -f lavfi -i testsrc=s=640x360:r=25 -f lavfi -i'.split(' '), `sine=frequency=${tones.ru}:sample_rate=48000`,
				...'-t 4 -c:v libx264 -profile:v high -bf 3 -pix_fmt yuv420p -c:a aac -b:a 128k'.split(' '), file,
			]);
			const relay = await Relay.start({
				rooms: [{ ...booths, floor: { source: 'whip:', language: 'en' }, video: { frame_rate: 25, ladder: smallLadder } }],
			});
			const hall = publish(relay.url, ['--lang', 'floor', '--file', file, '--loop', ...args]);
			try {
				await hall.connected();
				await attempts(t, async () => {
					const heard = await hear(relay.url, 'floor', 5, []);
					const { decoded, width, height } = heard.summary.video;
					t.diagnostic(`${(100 * share(tonesOf(heard), 'ru')).toFixed(0)} % its tone; ${decoded} pictures of ${width}x${height}`);
					assert.ok(share(tonesOf(heard), 'ru') > 0.7);
					assert.ok(decoded > 5 * 15, `${decoded} pictures`);
					assert.equal(width / height, 320 / 180);
				});
				const [last] = hall.lines().filter(({ type }) => type === 'second').slice(-1);
				assert.ok(last.video.packets > 20 && last.audio.packets > 20, JSON.stringify(last));
			} finally {
				assert.equal(await hall.stop(), 0, hall.err);
				assert.equal(await relay.stop(), 0, relay.log);
			}
		});
	}
});

test('where there are tokens, a feed may speak and a delegate may not', async () => {
	const secret = join(folder, 'secret');
	await run('sh', ['-c', 'umask 077 && head -c 48 /dev/urandom | base64 -w 0 > "$0"', secret]);
	const relay = await Relay.start({ security: { secret }, rooms: [booths] });
	const token = async (role, ...args) => (await run(relay.program.child.spawnfile, [
		'token', '--config', relay.configPath, '--role', role, '--room', 'plenary', ...args,
	])).stdout.trim();
	try {
		const { code, err } = await client(['publish', '--url', relay.url, '--room', 'plenary', '--lang', 'fr', '--tone', '440', '--once',
			'--token', await token('delegate')]);
		assert.equal(code, 1);
		assert.match(err, /answered 403: /);
		const other = await client(['publish', '--url', relay.url, '--room', 'plenary', '--lang', 'es', '--tone', '440', '--once',
			'--token', await token('feed', '--channel', 'fr')]);
		assert.equal(other.code, 1);
		const booth = publish(relay.url, ['--lang', 'fr', '--tone', String(tones.fr), '--token', await token('feed', '--channel', 'fr')]);
		await booth.connected();
		assert.equal(await booth.stop(), 0, booth.err);
	} finally {
		assert.equal(await relay.stop(), 0, relay.log);
	}
});
