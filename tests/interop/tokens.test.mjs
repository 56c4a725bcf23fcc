// Access tokens as players, pages and programs show them: who gets in, and what the others are told.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import WebSocket from 'ws';
import { launch, leave } from '../browser/browser.mjs';
import { client, Relay, relayPath, tree, until, within } from './relay.mjs';
import { encode, signToken } from './token.mjs';

const run = promisify(execFile);
const offer = await readFile(join(tree, 'tests/data/offers/chromium-audio.sdp'), 'utf8');
const rooms = ['plenary', 'side'].map((id) => ({
	id, title: { en: id }, floor: { source: 'test:tone?hz=400', language: 'en' }, video: { ladder: [] },
	channels: ['fr', 'ru'].map((language) => ({ language, source: 'test:tone?hz=1070' })),
}));

let folder, secret, revoked;
/** @type {Relay} */ let closed;
/** @type {Relay} */ let open;
before(async () => {
	folder = await mkdtemp(join(tmpdir(), 'dragoman-tokens-'));
	secret = randomBytes(48).toString('base64');
	revoked = join(folder, 'revoked');
	await writeFile(join(folder, 'secret'), secret, { mode: 0o600 });
	await writeFile(revoked, '');
	closed = await Relay.start({ rooms, security: { secret: join(folder, 'secret'), anonymous: false, revoked } });
	open = await Relay.start({ rooms, security: { secret: join(folder, 'secret') } });
	await Promise.all([closed.live(), open.live()]);
});
after(async () => {
	const codes = await Promise.all([closed.stop(), open.stop()]);
	await rm(folder, { recursive: true, force: true });
	assert.deepEqual(codes, [0, 0]);
});

const now = () => Math.floor(Date.now() / 1000);
/** See signToken. */
const make = (claims = {}, { header, key = secret } = {}) => signToken(key, claims, header);

/** Every token that was shown: none may be in a log or an answer. */
const shown = [];

async function ask(relay, method, path, { token, type, body, headers = {} } = {}) {
	if (token) shown.push(token);
	const response = await fetch(new URL(path, relay.url), {
		method, body, headers: { ...headers, ...(type ? { 'Content-Type': type } : {}), ...(token ? { Authorization: `Bearer ${token}` } : {}) },
	});
	const text = await response.text();
	for (const one of shown) assert.ok(!text.includes(one), 'a token is repeated');
	return { status: response.status, text, headers: response.headers, problem: /problem/.test(response.headers.get('content-type')) ? JSON.parse(text) : null };
}

const play = (relay, path, token) => ask(relay, 'POST', `/whep/${path}`, { token, type: 'application/sdp', body: offer });

/** @type {[string, () => string | undefined, string, number, RegExp?][]} what is shown, where, the status, the sentence */
const cases = [
	['nothing', () => undefined, 'plenary', 401, /takes a token/],
	['a delegate', () => make(), 'plenary?lang=fr', 201],
	['one of the room', () => make({ room: 'plenary' }), 'plenary', 201],
	['one of two rooms', () => make({ room: ['side', 'plenary'] }), 'plenary', 201],
	['one of another room', () => make({ room: 'side' }), 'plenary', 403, /for the room 'side', not for 'plenary'/],
	['one of the channel', () => make({ channel: 'fr' }), 'plenary?lang=FR', 201],
	['one of another channel', () => make({ channel: 'ru' }), 'plenary?lang=fr', 403, /for the channel 'ru', not for 'fr'/],
	['an interpreter, of another channel', () => make({ role: 'interpreter', channel: 'ru' }), 'plenary?lang=fr', 201],
	['an organiser', () => make({ role: 'organiser' }), 'side', 201],
	['a feed', () => make({ role: 'feed' }), 'plenary', 403, /yours is of the role feed/],
	['an expired one', () => make({ exp: now() - 7200 }), 'plenary', 401, /expired on .* UTC \(2 hours ago\)/],
	['one of tomorrow', () => make({ nbf: now() + 86400 }), 'plenary', 401, /is good from .* on/],
	['one of another event', () => make({ event: 'other' }), 'plenary', 401, /another event/],
	['an unknown role', () => make({ role: 'admin' }), 'plenary', 401, /role/],
	['no role', () => make({ role: undefined }), 'plenary', 401, /role/],
	['no expiry', () => make({ exp: undefined }), 'plenary', 401, /exp/],
	['no id', () => make({ jti: undefined }), 'plenary', 401, /jti/],
	['another secret', () => make({}, { key: 'x'.repeat(64) }), 'plenary', 401, /not signed with this event's key/],
	['alg none', () => `${encode({ alg: 'none' })}.${encode({ role: 'organiser', jti: 'x', exp: now() + 60 })}.`, 'plenary', 401, /not a whole token/],
	['alg none, a signature', () => make({}, { header: { alg: 'none' } }), 'plenary', 401, /not signed with HS256/],
	['alg HS512', () => make({}, { header: { alg: 'HS512' } }), 'plenary', 401, /not signed with HS256/],
	['one cut short', () => make().slice(0, -3), 'plenary', 401, /changed|whole/],
	['two parts', () => make().split('.').slice(0, 2).join('.'), 'plenary', 401, /not a whole token/],
	['a word', () => 'sesame', 'plenary', 401, /not a whole token/],
	['one too long', () => `${'x'.repeat(4000)}.x.${'x'.repeat(98)}`, 'plenary', 401, /not a whole token/],
];

for (const [name, token, path, status, sentence] of cases)
	test(`WHEP with ${name}: ${status}`, async () => {
		const text = token();
		const { problem, headers, ...answer } = await play(closed, path, text);
		assert.equal(answer.status, status, answer.text);
		if (status === 201) {
			const resource = headers.get('location');
			assert.equal((await ask(closed, 'DELETE', resource)).status, 401);
			assert.equal((await ask(closed, 'DELETE', resource, { token: text })).status, 200);
			return;
		}
		assert.equal(problem.code, status === 401 ? 'unauthorized' : 'forbidden');
		assert.match(problem.detail, sentence);
		const challenge = headers.get('www-authenticate');
		assert.match(challenge, /^Bearer realm="dragoman"/);
		assert.equal(/error="(\w+)"/.exec(challenge)?.[1], !text ? undefined : status === 401 ? 'invalid_token' : 'insufficient_scope');
	});

test('a token that is longer than any', async () => {
	for (const bytes of [4500, 7500]) {
		const { status, problem } = await play(closed, 'plenary', `${'x'.repeat(bytes)}.x.x`);
		assert.equal(status, 400);
		assert.match(problem.detail, /too long/);
	}
	const answer = await play(closed, 'plenary', 'x'.repeat(20_000)).catch(() => ({ status: 'closed' }));
	assert.notEqual(answer.status, 201);
	assert.equal((await closed.get('/healthz')).status, 200);
});

test('every request of a session is judged', async () => {
	const token = make({ room: 'plenary', channel: ['fr', 'floor'] });
	const { headers } = await play(closed, 'plenary?lang=fr', token);
	const resource = headers.get('location');
	const select = (lang, options) => ask(closed, 'POST', `${resource}/select`, { type: 'application/json', body: JSON.stringify({ lang }), ...options });
	const patch = (options) => ask(closed, 'PATCH', resource, { type: 'application/trickle-ice-sdpfrag', body: 'a=end-of-candidates\r\n', headers: { 'If-Match': '*' }, ...options });
	assert.equal((await select('floor', { token })).status, 200);
	assert.equal((await select('ru', { token })).status, 403);
	assert.equal((await select('fr', {})).status, 401);
	assert.equal((await select('fr', { token: make({ room: 'side' }) })).status, 403);
	assert.equal((await patch({ token })).status, 204);
	assert.equal((await patch({})).status, 401);
	assert.equal((await ask(closed, 'OPTIONS', resource)).status, 204);
	assert.equal((await ask(closed, 'DELETE', resource, { token: make({ exp: now() - 60 }) })).status, 200);
});

test('where everybody may listen, who shows a token is judged by it', async () => {
	for (const [token, status] of [[undefined, 201], [make(), 201], [make({ room: 'side' }), 403], [make({ exp: now() - 60 }), 401]])
		assert.equal((await play(open, 'plenary', token)).status, status);
});

test('metrics are for this machine; from a proxy an organiser is asked for', async () => {
	const forwarded = { headers: { 'X-Forwarded-For': '192.0.2.7' } };
	for (const relay of [open, closed]) {
		assert.equal((await ask(relay, 'GET', '/metrics')).status, 200);
		assert.equal((await ask(relay, 'GET', '/metrics', forwarded)).status, 401);
		assert.equal((await ask(relay, 'GET', '/metrics', { headers: { Forwarded: 'for=192.0.2.7' } })).status, 401);
		assert.equal((await ask(relay, 'GET', '/metrics', { ...forwarded, token: make() })).status, 403);
		assert.equal((await ask(relay, 'GET', '/metrics', { ...forwarded, token: make({ role: 'organiser', room: 'side' }) })).status, 403);
		assert.equal((await ask(relay, 'GET', '/metrics', { ...forwarded, token: make({ role: 'organiser' }) })).status, 200);
	}
	assert.ok((await closed.metrics()).get('dragoman_access_refused_total{reason="expired"}') >= 1);
});

/** Opens /ws with this query and headers; resolves with what asks and what came unasked. */
async function socket(relay, query = '', headers = {}) {
	const ws = new WebSocket(`${relay.url.replace('http', 'ws')}/ws${query}`, 'dragoman.v1', { headers });
	const messages = [];
	ws.on('message', (data) => messages.push(JSON.parse(data)));
	await within('the websocket is open', 5000, new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject)));
	return {
		messages,
		ask: async (type, fields) => {
			const id = Math.floor(Math.random() * 1e9);
			ws.send(JSON.stringify({ type, id, ...fields }));
			return until(`an answer to ${type}`, () => messages.find((message) => message.id === id), 5000);
		},
		close: () => ws.close(),
	};
}

test('the websocket takes a token in its address, in a header, in join and in resume', async () => {
	const token = make({ room: 'plenary' });
	shown.push(token);
	const join = { room: 'plenary', lang: 'fr', offer };
	const cases = [
		['', {}, {}, 'unauthorized'],
		['?token=sesame', {}, {}, 'unauthorized'],
		[`?token=${make({ exp: now() - 60 })}`, {}, {}, 'unauthorized'],
		[`?token=${make({ room: 'side' })}`, {}, {}, 'forbidden'],
		[`?lang=fr&token=${token}`, {}, {}, undefined],
		['', { Authorization: `Bearer ${token}` }, {}, undefined],
		['', {}, { token }, undefined],
		[`?token=${token}`, {}, { token: make({ room: 'side' }) }, 'forbidden'],
	];
	for (const [query, headers, fields, code] of cases) {
		const ws = await socket(closed, query, headers);
		const answer = await ws.ask('join', { ...join, ...fields });
		assert.equal(answer.code, code, JSON.stringify({ query, answer }));
		assert.equal((await ws.ask('ping', {})).type, 'pong'); // a refusal leaves it open
		if (!code) {
			assert.equal((await ws.ask('select', { lang: 'ru' })).type, 'selected');
			const other = await socket(closed);
			assert.equal((await other.ask('resume', { peer: answer.peer })).code, 'unauthorized');
			assert.equal((await other.ask('resume', { peer: answer.peer, token })).type, 'resumed');
			assert.equal((await other.ask('leave', {})).type, 'left');
			other.close();
		}
		ws.close();
	}
});

test('dragoman token makes what the relay takes, and what is revoked ends', async () => {
	const { stdout } = await run(relayPath, ['token', '--config', closed.configPath, '--role', 'delegate', '--room', 'plenary', '--ttl', '5m']);
	const token = stdout.trim();
	const { jti, exp } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
	assert.ok(Math.abs(exp - now() - 300) <= 2);
	const ws = await socket(closed, `?token=${token}`);
	shown.push(token);
	assert.equal((await ws.ask('join', { room: 'plenary', offer })).type, 'joined');
	const { headers } = await play(closed, 'plenary', token);
	await writeFile(revoked, `# a lost phone\n${jti}\n`);
	process.kill(closed.pid, 'SIGHUP');
	await until('the listener is told', () => ws.messages.some(({ type, state }) => type === 'peer' && state === 'closed'));
	assert.match((await ws.ask('join', { room: 'plenary', offer })).message, /withdrawn/);
	assert.equal((await ask(closed, 'DELETE', headers.get('location'), { token: make() })).status, 404);
	assert.equal((await play(closed, 'plenary', token)).status, 401);
	ws.close();
});

test('tokens issued elsewhere: ES256, and the public key is no secret', async () => {
	const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const pem = publicKey.export({ type: 'spki', format: 'pem' });
	const file = join(folder, 'issuer.pem');
	await writeFile(file, pem);
	const relay = await Relay.start({ rooms, security: { public_key: file, anonymous: false, issuer: 'https://id.example', audience: 'forum' } });
	const sign = (claims, header = { alg: 'ES256' }) => {
		const text = `${encode(header)}.${encode({ role: 'delegate', jti: 'x', exp: now() + 60, iss: 'https://id.example', aud: ['forum'], ...claims })}`;
		return `${text}.${createSign('sha256').update(text).sign({ key: privateKey, dsaEncoding: 'ieee-p1363' }, 'base64url')}`;
	};
	try {
		assert.equal((await play(relay, 'plenary', sign({}))).status, 201);
		assert.equal((await play(relay, 'plenary', sign({ iss: 'https://evil.example' }))).status, 401);
		assert.equal((await play(relay, 'plenary', sign({ aud: 'other' }))).status, 401);
		assert.equal((await play(relay, 'plenary', make({}, { key: pem }))).status, 401);
		assert.equal((await play(relay, 'plenary', sign({}, { alg: 'HS256' }))).status, 401);
	} finally {
		assert.equal(await relay.stop(), 0);
	}
});

test('dragoman-client shows its token', async () => {
	const load = (token) => client(['load', '--url', closed.url, '--room', 'plenary', '--listeners', '3', '--video', 'none', '--seconds', '1', ...(token ? ['--token', token] : [])]);
	const token = make();
	shown.push(token);
	const { code, summary, err } = await load(token);
	assert.equal(code, 0, err);
	assert.equal(summary.connected, 3);
	const refused = await load(make({ exp: now() - 60 }));
	assert.notEqual(refused.code, 0);
	assert.match(refused.err, /401.*expired/);
});

test('the delegates\' page passes its token on, and says when it is no good', async () => {
	const browser = await launch();
	const token = make({ room: 'plenary' });
	const expired = make({ exp: now() - 60 });
	shown.push(token, expired);
	try {
		const page = await browser.open(`${closed.url}/?room=plenary&lang=fr&token=${token}`);
		await page.locator('#status[data-tone=good]').waitFor();
		assert.deepEqual(page.problems, []);
		await leave(page);
		for (const query of ['', `&token=${expired}`]) {
			const refused = await browser.open(`${closed.url}/?room=plenary&lang=fr${query}`);
			await refused.locator('#status[data-tone=trouble]').waitFor();
			assert.match(await refused.locator('#status').innerText(), /link is not valid/);
			await leave(refused);
		}
	} finally {
		await browser.close();
	}
});

test('no token is in a log', () => {
	assert.ok(shown.length > 30);
	for (const log of [closed.log, open.log])
		for (const token of shown)
			for (const part of token.split('.').filter(({ length }) => length > 30)) assert.ok(!log.includes(part), 'a token is in the log');
});
