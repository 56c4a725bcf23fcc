// deploy/demo, from the outside: real input (an MP4 with B-frames) through the relay to a
// webrtcbin receiver, booths that speak, and what it says when something is wrong.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { attempts } from './attempts.mjs';
import { client, until } from './relay.mjs';
import { envelope, likeness } from './speech.mjs';
import { readWav } from './tone.mjs';
import { RoomSocket } from './whep.mjs';

const run = promisify(execFile);
const tree = fileURLToPath(new URL('../..', import.meta.url));
const toneHz = 1000;
const offer = await readFile(join(tree, 'tests/data/offers/chromium-audio.sdp'), 'utf8');
const colour = [32, 96, 192]; // red, green, blue
let folder = '';

before(async () => {
	folder = await mkdtemp(join(tmpdir(), 'dragoman-demo-'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** A port that is free now. */
async function freePort() {
	const server = createServer();
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address();
	await new Promise((resolve) => server.close(resolve));
	return port;
}

/** What a camera's recording looks like: H.264 High with B-frames, AAC; three seconds, so that it loops. */
async function makePlenary(file) {
	const hex = colour.map((part) => part.toString(16).padStart(2, '0')).join('');
	await run('ffmpeg', [
		...'-nostdin -loglevel error -f lavfi -i'.split(' '),
		`color=c=0x${hex}:s=640x360:r=25,drawbox=x=mod(t*200\\,600):y=160:w=40:h=40:color=white:t=fill`,
		'-f', 'lavfi', '-i', `sine=frequency=${toneHz}:sample_rate=48000`,
		...'-t 3 -c:v libx264 -profile:v high -bf 3 -pix_fmt yuv420p -c:a aac -b:a 128k'.split(' '),
		file,
	]);
}

/** Fields of a file's first stream of one kind. */
async function probe(file, stream, entries) {
	const { stdout } = await run('ffprobe', [
		'-v', 'error', '-count_packets', '-select_streams', stream, '-show_entries', `stream=${entries}`, '-of', 'json', file,
	]);
	return JSON.parse(stdout).streams[0];
}

/** The mean colour of the last picture. */
async function lastColour(file) {
	const { stdout } = await run('ffmpeg', [
		...'-nostdin -loglevel error -i'.split(' '), file, ...'-vf scale=1:1 -f rawvideo -pix_fmt rgb24 -'.split(' '),
	], { encoding: 'buffer' });
	return [...stdout.subarray(-3)];
}

/** The share of 20 ms windows in which the tone holds most of the power (Goertzel). */
async function toneShare(file) {
	const { stdout } = await run('ffmpeg', [
		...'-nostdin -loglevel error -i'.split(' '), file, ...'-f f32le -ac 1 -ar 48000 -'.split(' '),
	], { encoding: 'buffer', maxBuffer: 64 << 20 });
	const samples = new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + (stdout.length & ~3)));
	const size = 960;
	let toned = 0;
	let windows = 0;
	for (let start = 0; start + size <= samples.length; start += size, windows++) {
		const turn = 2 * Math.cos((2 * Math.PI * toneHz) / 48000);
		let [last, older, power] = [0, 0, 0];
		for (let i = start; i < start + size; i++) {
			[last, older] = [samples[i] + turn * last - older, last];
			power += samples[i] * samples[i];
		}
		const atTone = ((last * last + older * older - turn * last * older) * 2) / size;
		if (power > 0.01 && atTone > power / 2)
			toned++;
	}
	return toned / windows;
}

/** Starts deploy/demo, and ends it with the test. `settled` resolves once it has printed its links, or ended. */
function startDemo(t, ...options) {
	const child = spawn(join(tree, 'deploy/demo'), ['--no-install', ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
	const demo = { child, text: '', status: null };
	t.after(() => demo.status === null && child.kill('SIGTERM'));
	demo.ended = new Promise((resolve) => {
		child.on('close', (status) => {
			demo.status = status;
			resolve(status);
		});
	});
	demo.settled = new Promise((resolve) => {
		const take = (data) => {
			demo.text += data;
			if (demo.text.includes('Ctrl-C stops it.'))
				resolve();
		};
		child.stdout.on('data', take);
		child.stderr.on('data', take);
		demo.ended.then(resolve);
	});
	return demo;
}

test('an MP4 with B-frames plays as the plenary', { timeout: 240_000 }, async (t) => {
	const plenary = join(folder, "camera's take 1.mp4");
	const [sound, both] = [join(folder, 'heard.wav'), join(folder, 'seen.mkv')];
	await makePlenary(plenary);
	assert.ok((await probe(plenary, 'v', 'has_b_frames')).has_b_frames > 0, 'the input has B-frames');

	const port = await freePort();
	const demo = startDemo(t, '--plenary', plenary, '--port', String(port), '--media-port', '41500');
	await demo.settled;
	assert.equal(demo.status, null, demo.text);
	assert.match(demo.text, new RegExp(`http://localhost:${port}/\\?room=plenary&lang=fr`));
	await oversees(t, new RegExp(`^ {2}(http://localhost:${port}/organiser)$`, 'm').exec(demo.text)[1]);

	await run(join(tree, 'build/release/client/native/dragoman-client'), [
		'listen', '--url', `http://localhost:${port}`, '--room', 'plenary', '--seconds', '8', '--wav', sound, '--mkv', both,
	]);
	const share = await toneShare(sound);
	const picture = await probe(both, 'v', 'profile,has_b_frames,nb_read_packets');
	const seen = await lastColour(both);
	t.diagnostic(`tone in ${(share * 100).toFixed(1)} % of windows; ${picture.nb_read_packets} pictures; colour ${seen}`);
	assert.ok(share > 0.85, 'the tone is heard, over the loops too');
	assert.equal(picture.profile, 'Constrained Baseline');
	assert.equal(picture.has_b_frames, 0);
	assert.ok(Number(picture.nb_read_packets) > 8 * 18, 'the picture moves at 25 per second or so');
	seen.forEach((part, i) => assert.ok(Math.abs(part - colour[i]) < 30, `colour ${seen} is near ${colour}`));

	demo.child.kill('SIGINT');
	assert.equal(await demo.ended, 0, demo.text);
	assert.match(demo.text, /Stopped\./);
});

/** The organiser's link opens the page, and what the page asks for is answered: the room, the history, the report. */
async function oversees(t, link) {
	const { origin, searchParams } = new URL(link);
	const token = searchParams.get('token') ?? undefined;
	assert.match(await (await fetch(link)).text(), /organiser\.js/);
	const socket = await RoomSocket.open(origin);
	t.after(() => socket.close());
	const { rooms, room } = await socket.request('oversee', { room: 'plenary', token });
	assert.deepEqual([rooms, room], [['plenary'], 'plenary']);
	const overview = await until('the room is live, and its history is kept', () => socket.events.findLast((message) =>
		message.type === 'overview' && message.relay.history === 'running' && message.rooms[0].source.state === 'live' && message.rooms[0].still), 60_000, 200);
	assert.deepEqual(overview.rooms[0].channels.map(({ lang }) => lang), ['floor', 'ar', 'zh', 'en', 'fr', 'ru', 'es']);
	const report = await fetch(`${origin}/api/report`, { headers: token ? { Authorization: `Bearer ${token}` } : {} });
	assert.deepEqual([report.status, (await report.json()).event], [200, 'demo']);
}

test('the demonstration alone has a plenary and six languages', { timeout: 240_000 }, async (t) => {
	const port = await freePort();
	const demo = startDemo(t, '--port', String(port), '--media-port', '41520', '--tokens');
	await demo.settled;
	assert.equal(demo.status, null, demo.text);

	const event = await (await fetch(`http://localhost:${port}/api/event`)).json();
	const [room] = event.rooms;
	assert.deepEqual(room.channels.map((channel) => channel.lang).sort(), ['ar', 'en', 'es', 'floor', 'fr', 'ru', 'zh']);
	assert.equal(room.picture, true);

	// A token for each role and booth: a delegate's is good for listening, a feed's is not.
	assert.equal(demo.text.match(/^ {2}interpreter (ar|zh|en|fr|ru|es): .*eyJ[\w-]+\.[\w-]+\.[\w-]+$/gm).length, 6);
	assert.match(demo.text, /^ {2}organiser: .*eyJ/m);
	const play = (token) => fetch(`http://localhost:${port}/whep/plenary`, {
		method: 'POST', headers: { 'Content-Type': 'application/sdp', Authorization: `Bearer ${token}` }, body: offer,
	});
	const tokenOf = (role) => new RegExp(`^ {2}${role}: .*[= ](eyJ\\S+)$`, 'm').exec(demo.text)[1];
	assert.equal((await play(tokenOf('delegate'))).status, 201);
	assert.equal((await play(tokenOf('feed'))).status, 403);
	assert.equal((await play(`${tokenOf('delegate')}x`)).status, 401);
	await oversees(t, new RegExp(`^ {2}organiser: +(http://localhost:${port}/organiser\\?token=\\S+)$`, 'm').exec(demo.text)[1]);
	demo.child.kill('SIGTERM');
	assert.equal(await demo.ended, 0, demo.text);
});

/** Records a channel as a listener hears it; returns its envelope without the first half second. */
async function hear(url, lang) {
	const file = join(folder, `${lang}.wav`);
	const { code, err } = await client([...`listen --url ${url} --room plenary --lang ${lang} --video none --seconds 8 --wav`.split(' '), file]);
	assert.equal(code, 0, err);
	return envelope(readWav(await readFile(file))).subarray(50);
}

/** Process ids of the children of a process that run a program of that name. */
async function childrenOf(pid, name) {
	const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').filter(Boolean);
	const named = await Promise.all(children.map(async (child) => (await readFile(`/proc/${child}/comm`, 'utf8')).trim()));
	return children.filter((_, n) => named[n].startsWith(name)).map(Number);
}

test('six booths speak their recordings into the channels, and are replaced when they die', { timeout: 400_000 }, async (t) => {
	const languages = ['ar', 'zh', 'en', 'fr', 'ru', 'es'];
	const port = await freePort();
	const url = `http://localhost:${port}`;
	const demo = startDemo(t, '--port', String(port), '--media-port', '41560', '--tokens');
	await demo.settled;
	assert.equal(demo.status, null, demo.text);
	const carried = async () => {
		const event = await (await fetch(`${url}/api/event`)).json();
		return Object.fromEntries(event.rooms[0].channels.map(({ lang, carries }) => [lang, carries]));
	};
	const all = async () => languages.every(((now) => (lang) => now[lang] === 'voice')(await carried()));
	await until('every channel carries a voice', all, 90_000, 200);

	const recorded = Object.fromEntries(await Promise.all(languages.map(async (lang) => [
		lang, envelope(readWav(await readFile(join(tree, `build/demo/${lang}.wav`)))),
	])));
	for (const lang of languages) {
		await attempts(t, async () => {
			const heard = await hear(url, lang);
			const likenesses = languages.map((other) => [other, likeness(heard, recorded[other])]);
			const own = Object.fromEntries(likenesses)[lang];
			const next = Math.max(...likenesses.filter(([other]) => other !== lang).map(([, value]) => value));
			t.diagnostic(`${lang}: ${own.toFixed(2)} of the seconds from its booth's recording, at most ${next.toFixed(2)} from another`);
			// Seconds with a pause in them are like nothing.
			assert.ok(own > 0.35 && next < own - 0.2, `${lang} is its booth's speech`);
		});
	}

	const watchers = await childrenOf(demo.child.pid, 'bash');
	const speakers = (await Promise.all(watchers.map((watcher) => childrenOf(watcher, 'dragoman-client')))).flat();
	assert.equal(speakers.length, 6, 'six programs speak');
	process.kill(speakers[0], 'SIGKILL');
	await until('the channel falls back to the floor', async () => !(await all()), 10_000);
	await until('its booth is replaced, and speaks', all, 90_000, 200);

	demo.child.kill('SIGTERM');
	assert.equal(await demo.ended, 0, demo.text);
	for (const pid of speakers) assert.throws(() => process.kill(pid, 0), 'no booth goes on');
});

test('a port in use is named, and the status is 3', { timeout: 120_000 }, async (t) => {
	const server = createServer();
	t.after(() => server.close());
	await new Promise((resolve) => server.listen(0, resolve));
	const { port } = server.address();
	const demo = startDemo(t, '--port', String(port), '--media-port', '41540');
	assert.equal(await demo.ended, 3, demo.text);
	assert.match(demo.text, new RegExp(String(port)));

	// Sources are being started while everything is taken down again: whichever comes first.
	for (let time = 0; time < 20; time++) {
		const relay = spawn(join(tree, 'build/release/relay/dragoman'), [
			'serve', '--config', join(tree, 'config/demo.yaml'), '--http-port', String(port), '--media-port', '41540',
		], { stdio: 'ignore' });
		const [status, signal] = await once(relay, 'exit');
		assert.equal(status, 3, `time ${time}: ended by ${signal}`);
	}
});

test('bad input and wrong usage are told apart', { timeout: 30_000 }, async (t) => {
	const missing = startDemo(t, '--plenary', join(folder, 'nothing.mp4'));
	assert.equal(await missing.ended, 1);
	assert.match(missing.text, /cannot read .*nothing\.mp4/);
	for (const wrong of [['--port', '70000'], ['--port'], ['--speed', '2']])
		assert.equal(await startDemo(t, ...wrong).ended, 2, wrong.join(' '));
});
