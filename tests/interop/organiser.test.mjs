// What organisers see and do, with a real relay: two rooms, a backup, tokens, history on the disk.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import WebSocket from 'ws';
import { pause, Relay, smallLadder, tones, until } from './relay.mjs';
import { signToken } from './token.mjs';
import { WeriftClient } from './werift_client.mjs';

const secret = randomBytes(48).toString('base64');
const organiser = signToken(secret, { role: 'organiser', name: 'Ana' });
const limited = signToken(secret, { role: 'organiser', name: 'Ben', room: 'side' });

/** A page's websocket: what it hears, by type. */
class Page {
	constructor(relay, token) {
		this.heard = [];
		this.next = 1;
		this.socket = new WebSocket(`${relay.url.replace('http', 'ws')}/ws?token=${token}`, 'dragoman.v1');
		this.socket.on('message', (data) => this.heard.push(JSON.parse(data)));
		this.socket.on('error', (error) => (this.error = error));
	}

	/** The newest message of a type, and where `fits`. */
	find(type, fits = () => true) {
		return this.heard.findLast((message) => message.type === type && fits(message));
	}

	until(what, type, fits) {
		return until(what, () => this.find(type, fits), 20_000);
	}

	/** Says something and waits for the reply; an error too is one. */
	async say(message) {
		const id = this.next++;
		await until('the websocket is open', () => this.socket.readyState === WebSocket.OPEN);
		this.socket.send(JSON.stringify({ ...message, id }));
		return until(`a reply to ${message.type}`, () => this.heard.find((reply) => reply.id === id));
	}
}

describe('organisers', () => {
	/** @type {Relay} */ let relay;
	let folder, ana, ben;
	const pages = [];
	const open = (token) => {
		const page = new Page(relay, token);
		pages.push(page);
		return page;
	};
	const ask = (path, token, headers = {}) =>
		fetch(relay.url + path, { headers: token ? { Authorization: `Bearer ${token}`, ...headers } : headers });

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), 'dragoman-organisers-'));
		await writeFile(join(folder, 'secret'), secret, { mode: 0o600 });
		relay = await Relay.start({
			server: { data: folder, http: { country_header: 'X-Country' } },
			security: { secret: join(folder, 'secret') },
			rooms: [
				{
					id: 'plenary', title: { en: 'Plenary' },
					floor: { source: `test:tone?hz=${tones.floor}`, backups: [`test:tone?hz=${tones.ru}`], language: 'en' },
					video: { frame_rate: 25, ladder: smallLadder },
					channels: [{ language: 'fr', source: `test:tone?hz=${tones.fr}` }, { language: 'es' }],
				},
				{
					id: 'side', title: { en: 'Side' }, floor: { source: `test:tone?hz=${tones.en}`, language: 'en' }, video: { ladder: [] },
					channels: [{ language: 'fr' }, { language: 'es' }],
				},
			],
		});
		await relay.live();
		[ana, ben] = [open(organiser), open(limited)];
	});
	after(async () => {
		for (const { socket } of pages) socket.terminate();
		const code = await relay.stop();
		await rm(folder, { recursive: true, force: true });
		assert.equal(code, 0);
	});

	test('see all their rooms, and one in detail', async () => {
		const reply = await ana.say({ type: 'oversee', room: 'plenary' });
		assert.deepEqual([reply.type, reply.rooms, reply.room, reply.mint], ['overseeing', ['plenary', 'side'], 'plenary', true]);
		const overview = await ana.until('the floor is live, with a still, and the history runs', 'overview',
			({ rooms, relay: { history } }) => rooms[0].source.state === 'live' && rooms[0].still && history === 'running');
		assert.deepEqual(overview.rooms.map(({ id }) => id), ['plenary', 'side']);
		assert.equal(overview.rooms[0].sitting, 'running');
		const fr = await ana.until('French is loud, and pictures come', 'measures', ({ channels, source }) => channels[1].momentary > -60 && source.width > 0 && source.frame_rate > 20);
		assert.deepEqual(fr.channels.map(({ lang }) => lang), ['floor', 'fr', 'es']);
		assert.deepEqual(fr.source.sources, ['test:tone', 'test:tone']);
		assert.deepEqual(fr.source.rungs, smallLadder.map(({ height }) => ({ height, readers: 0 })));
		const meters = await ana.until('French moves', 'meters', ({ channels }) => channels[1][0] > -60);
		assert.equal(meters.room, 'plenary');
		const seen = ana.heard.length;
		await ana.until('ten more', 'meters', () => ana.heard.slice(seen).filter(({ type }) => type === 'meters').length >= 10);
		const rates = ana.heard.slice(seen).reduce((counts, { type }) => ({ ...counts, [type]: (counts[type] ?? 0) + 1 }), {});
		assert.ok(rates.overview >= 2 && rates.measures >= 2, JSON.stringify(rates));
	});

	test('see listeners by the country that a proxy names, and what size they get', async () => {
		const headers = { Authorization: `Bearer ${signToken(secret, { role: 'delegate' })}` };
		const listener = await WeriftClient.whep(relay.url, { room: 'plenary', lang: 'fr' }, { headers: { ...headers, 'X-Country': 'ch' } });
		const nameless = await WeriftClient.whep(relay.url, { room: 'plenary', lang: 'fr' }, { headers: { ...headers, 'X-Country': 'Atlantis' } });
		const measures = await ana.until('both are counted', 'measures', ({ groups, source }) => groups.some(({ by }) => by === 'country')
			&& groups.find(({ by }) => by === 'room').listeners === 2 && source.rungs.reduce((sum, { readers }) => sum + readers, 0) === 2);
		assert.deepEqual(measures.groups.filter(({ by }) => by === 'country').map(({ name, listeners }) => [name, listeners]), [['CH', 1]]);
		for (const one of [listener, nameless]) {
			await fetch(one.session.resource, { method: 'DELETE', headers });
			await one.pc.close();
		}
	});

	test('see nothing of rooms that are not theirs', async () => {
		assert.equal((await ben.say({ type: 'oversee', room: 'plenary' })).code, 'forbidden');
		assert.deepEqual((await ben.say({ type: 'oversee' })).rooms, ['side']);
		const overview = await ben.until('an overview', 'overview');
		assert.deepEqual(overview.rooms.map(({ id }) => id), ['side']);
		assert.equal((await open(signToken(secret)).say({ type: 'oversee' })).code, 'forbidden');
	});

	test('close a room and switch its source, and it is logged', async () => {
		assert.equal((await ana.say({ type: 'sitting', room: 'plenary', state: 'paused' })).type, 'sitting');
		await ana.until('a break', 'overview', ({ rooms }) => rooms[0].sitting === 'paused');
		const logged = await ana.until('the log', 'logged', ({ entry }) => entry.kind === 'sitting');
		assert.deepEqual([logged.entry.room, logged.entry.who, logged.entry.detail], ['plenary', 'Ana', { state: 'paused' }]);
		assert.equal((await ana.say({ type: 'source', room: 'plenary', use: 1 })).type, 'source');
		await ana.until('the backup', 'overview', ({ rooms }) => rooms[0].source.in_use === 1);
		assert.equal((await ana.say({ type: 'source', room: 'plenary', use: 2 })).code, 'no-such-source');
		assert.equal(ben.find('logged', ({ entry }) => entry.room === 'plenary'), undefined);
	});

	test('mint tokens that are good, and no wider than their own', async () => {
		const minted = await ana.say({ type: 'mint', role: 'organiser', room: 'side', ttl: 600 });
		assert.match(minted.link, /^\/organiser\?room=side&token=/);
		const page = open(minted.token);
		assert.deepEqual((await page.say({ type: 'oversee' })).rooms, ['side']);
		assert.equal((await page.say({ type: 'mint', role: 'delegate', room: 'plenary' })).code, 'forbidden');
		assert.ok(!relay.log.includes(minted.token));
	});

	test('tell people', async () => {
		const delegate = open(signToken(secret));
		assert.equal((await delegate.say({ type: 'watch', room: 'side' })).type, 'watching');
		assert.equal((await ana.say({ type: 'notify', to: 'room', room: 'side', text: 'Break' })).count, 1);
		assert.equal((await delegate.until('the notice', 'notice')).text, 'Break');
	});

	/** The line-up of a room until it is over; `during` is called when it runs. */
	async function lineUp(room, during = async () => {}) {
		const before = ana.heard.length;
		const news = () => ana.heard.slice(before).filter(({ type, id, room: of }) => type === 'line-up' && id === undefined && of === room);
		assert.equal((await ana.say({ type: 'line-up', room, do: 'start' })).type, 'line-up');
		await until('it runs', () => news().length > 0);
		await during();
		return until('it is over', () => news().at(-1).state !== 'running' && news(), 20_000);
	}
	const results = ({ channels }) => Object.fromEntries(channels.map(({ lang, tone, steps, flash, problem }) => [lang, [tone, steps, flash, problem].join(' ')]));

	test('line up a room before its session, and all passes', async () => {
		assert.equal((await ana.say({ type: 'line-up', room: 'side', do: 'start' })).code, 'in-session');
		assert.equal((await ana.say({ type: 'sitting', room: 'side', state: 'line-up' })).type, 'sitting');
		const since = Date.now();
		const news = await lineUp('side', async () => {
			assert.equal((await ana.say({ type: 'line-up', room: 'side', do: 'start' })).code, 'line-up-running');
		});
		const seconds = (Date.now() - since) / 1000;
		assert.ok(seconds > 9.5 && seconds < 13, `${seconds} s`);
		assert.deepEqual(news.map(({ state, step }) => `${state} ${step}`), ['running tone', 'running steps', 'running flash', 'done flash']);
		assert.deepEqual(results(news[0]), { fr: 'pending pending pending ', es: 'pending pending pending ' });
		assert.deepEqual(results(news[1]), { fr: 'pass pending pending ', es: 'pass pending pending ' });
		assert.deepEqual(results(news[3]), { fr: 'pass pass pass ', es: 'pass pass pass ' });
		for (const { level_db: level, frequency_hz: hz, offset_ms: offset } of news[3].channels)
			assert.ok(Math.abs(level + 23) <= 0.2 && Math.abs(hz - 1000) < 0.1 && Math.abs(offset) < 5, `${level} dB, ${hz} Hz, ${offset} ms`);
		const { entry } = await ana.until('it is logged', 'logged', ({ entry: { kind } }) => kind === 'line-up');
		assert.deepEqual([entry.room, entry.who, entry.detail], ['side', 'Ana', { do: 'start' }]);
		assert.ok(ben.find('line-up', ({ state }) => state === 'done'), 'who sees this room alone is told too');
		assert.equal((await open(signToken(secret)).say({ type: 'line-up', room: 'side', do: 'start' })).code, 'forbidden');
	});

	test('a channel whose source comes is left alone, and the session ends a line-up', async () => {
		const news = await lineUp('plenary', async () => {
			await ana.until('French sounds on', 'meters', ({ channels }) => channels[1][0] > -60);
			assert.equal((await ana.say({ type: 'sitting', room: 'plenary', state: 'running' })).type, 'sitting');
		});
		assert.equal(news.at(-1).state, 'stopped');
		assert.deepEqual(results(news.at(-1)), { fr: 'pending pending pending on-air', es: 'pending pending pending ' });
		assert.equal(ben.find('line-up', ({ room }) => room === 'plenary'), undefined);
	});

	test('what does not leave the relay fails', async () => {
		const news = await lineUp('side', async () => {
			await pause(1000);
			process.kill(relay.program.child.pid, 'SIGSTOP');
			await pause(7000); // the ticker leaves out what is more than 5 s late
			process.kill(relay.program.child.pid, 'SIGCONT');
		});
		assert.equal(news.at(-1).state, 'done');
		assert.deepEqual(results(news.at(-1)), { fr: 'fail fail fail no-signal', es: 'fail fail fail no-signal' });
	});

	test('take stills, events and a report', async () => {
		const still = await ask('/api/rooms/plenary/still', organiser);
		assert.deepEqual([still.status, still.headers.get('content-type')], [200, 'image/jpeg']);
		assert.deepEqual([...new Uint8Array(await still.arrayBuffer()).slice(0, 2)], [0xff, 0xd8]);
		assert.equal((await ask('/api/rooms/plenary/still', limited)).status, 403);
		assert.equal((await ask('/api/rooms/side/still', organiser)).status, 404);
		assert.equal((await ask('/api/report')).status, 401);
		assert.equal((await ask('/api/report', limited)).status, 403);
		const csv = await until('the events are on the disk', async () => {
			const text = await (await ask('/api/history/events.csv', organiser)).text();
			return text.includes('sitting') && text;
		}, 20_000, 200);
		assert.ok(!csv.includes('Ana'), 'names are pseudonyms in the file');
		const first = await ask(`/api/history/events.jsonl?limit=1&token=${organiser}`);
		assert.match(first.headers.get('link'), /rel="next"/);
		const rows = [];
		for (let path = '/api/history/events.jsonl?limit=2'; path;) {
			const page = await ask(path, organiser);
			rows.push(...(await page.text()).split('\n').filter(Boolean));
			path = /<(.*)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
		}
		const whole = (await (await ask('/api/history/events.jsonl', organiser)).text()).split('\n').filter(Boolean);
		assert.deepEqual(rows, whole.slice(0, rows.length), 'page by page as all at once');
		const report = await ask('/api/report', organiser);
		assert.deepEqual([report.status, report.headers.get('content-type')], [200, 'application/json']);
		assert.equal((await report.json()).event, 'test');
		assert.equal((await ask('/api/report?room=side', limited)).status, 200);
		assert.equal((await ask('/api/report?from=x', organiser)).status, 400);
	});
});
