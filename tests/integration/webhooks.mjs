// tests/integration/webhooks.mjs SENDER: webhooks, from webhook_sender to real HTTP servers, which check
// every signature as a receiver should: answers that come at once, late, never, with errors, redirects,
// without a certificate that anybody trusts. Half a minute, in real time.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';

const [sender] = process.argv.slice(2);
const secret = 'a secret with a * and $, 0123456789abcdef';
const begun = Date.now();
const elapsed = () => (Date.now() - begun) / 1000;
const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** What README.md tells receivers to do. */
function verify(header, body) {
	const [, time, hash] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header ?? '') ?? assert.fail(`signature ${header}`);
	const right = createHmac('sha256', secret).update(`${time}.`).update(body).digest();
	assert.ok(timingSafeEqual(right, Buffer.from(hash, 'hex')), 'signature');
	assert.ok(Math.abs(Date.now() / 1000 - Number(time)) < 30, `an old signature: ${time}`);
	return Number(time);
}

/** A server that notes what is posted, and answers as `answer(n, response)` says. */
async function receiver(answer, create = createServer, options = {}) {
	const posts = [];
	const server = create(options, (request, response) => {
		const chunks = [];
		request.on('data', (chunk) => chunks.push(chunk));
		request.on('end', () => {
			const body = Buffer.concat(chunks);
			const signed = verify(request.headers['dragoman-signature'], body);
			assert.equal(request.method, 'POST');
			assert.equal(request.headers['content-type'], 'application/json');
			assert.match(request.headers['user-agent'], /^dragoman\//);
			posts.push({ at: elapsed(), signed, path: request.url, body: JSON.parse(body.toString()) });
			answer(posts.length, response);
		});
	});
	await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
	return { posts, server, port: /** @type {{port: number}} */ (server.address()).port };
}

const say = (status, headers = {}) => (response) => { response.writeHead(status, headers); response.end('x'.repeat(100000)); };
const folder = mkdtempSync(join(tmpdir(), 'dragoman-webhooks-'));
execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost',
	'-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2', '-keyout', join(folder, 'key'), '-out', join(folder, 'certificate')], { stdio: 'ignore' });

const good = await receiver((n, response) => say(204)(response));
const broken = await receiver((n, response) => say(n === 1 ? 500 : 200)(response));
const hung = await receiver((n, response) => { if (n > 1) say(200)(response); });
const elsewhere = await receiver((n, response) => say(200)(response));
const moved = await receiver((n, response) => say(307, { Location: `http://127.0.0.1:${elsewhere.port}/` })(response));
const strange = await receiver((n, response) => say(200)(response), createTlsServer, {
	key: readFileSync(join(folder, 'key')), cert: readFileSync(join(folder, 'certificate')),
});
rmSync(folder, { recursive: true });
const gone = await receiver(() => {});
await new Promise((resolve) => { gone.server.close(resolve); }); // nobody listens there any more

const child = spawn(sender, [secret, ...[
	`http://127.0.0.1:${good.port}/hook?a=b`, `http://127.0.0.1:${broken.port}/`, `http://127.0.0.1:${hung.port}/`,
	`http://127.0.0.1:${moved.port}/`, `https://127.0.0.1:${strange.port}/`, `http://127.0.0.1:${gone.port}/`,
	`http://127.0.0.1:${good.port}/sessions`,
]], { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

/** The relay's count of one webhook's posts. */
async function counts(webhook) {
	const found = {};
	child.stdin.write('metrics\n');
	for (let line = (await lines.next()).value; line !== '.'; line = (await lines.next()).value) {
		const [, result, value] = new RegExp(`^dragoman_webhook_posts_total{webhook="${webhook}",result="(\\w+)"} (\\d+)$`).exec(line) ?? [];
		if (result) found[result] = Number(value);
		const waiting = new RegExp(`^dragoman_webhook_waiting{webhook="${webhook}"} (\\d+)$`).exec(line);
		if (waiting) found.waiting = Number(waiting[1]);
	}
	return found;
}

/** It counts when it has read the answer, a moment after that is given. */
async function expectCounts(webhook, expected) {
	let found = await counts(webhook);
	for (const end = Date.now() + 5000; !isDeepStrictEqual(found, expected) && Date.now() < end; found = await counts(webhook)) await sleep(50);
	assert.deepEqual(found, expected);
}

async function until(what, condition, seconds) {
	for (const end = Date.now() + seconds * 1000; !condition();) {
		assert.ok(Date.now() < end, `no ${what} in ${seconds} s`);
		await sleep(20);
	}
	console.log(`${elapsed().toFixed(1)} s: ${what}`);
}

const bodies = ({ posts }, path) => posts.filter((post) => !path || post.path === path).map(({ body }) => body);

try {
	child.stdin.write('alarm alarm.raised {"alarm":{"id":17,"kind":"channel-silent"}}\nsession session.running {"room":"plenary"}\nalarm alarm.cleared {"alarm":{"id":17}}\n');
	await until('three posts in order where all is well', () => bodies(good, '/hook?a=b').length === 3, 5);
	const told = bodies(good, '/hook?a=b');
	assert.deepEqual(told.map(({ type }) => type), ['alarm.raised', 'session.running', 'alarm.cleared']);
	assert.deepEqual(told[0].alarm, { id: 17, kind: 'channel-silent' });
	assert.equal(told[0].event, 'forum');
	assert.ok(Math.abs(told[0].time - Date.now() / 1000) < 30);
	assert.equal(new Set(told.map(({ id }) => id)).size, 3);

	await until('the one that wants sessions alone has one', () => bodies(good, '/sessions').length === 1, 5);
	await until('a redirect for each', () => moved.posts.length === 3, 5);
	await expectCounts(3, { delivered: 0, failed: 3, dropped: 0, waiting: 0 });
	assert.equal(elsewhere.posts.length, 0, 'a redirect was followed');

	await until('again after an error of 500', () => broken.posts.length === 4, 20);
	assert.deepEqual(bodies(broken).map(({ type }) => type), ['alarm.raised', 'alarm.raised', 'session.running', 'alarm.cleared']);
	assert.equal(broken.posts[0].body.id, broken.posts[1].body.id);
	const wait = broken.posts[1].at - broken.posts[0].at;
	assert.ok(wait > 7.9 && wait < 14, `tried again after ${wait} s`);
	assert.ok(broken.posts[1].signed >= broken.posts[0].signed + 7, 'not signed anew');

	await until('again after no answer for 15 s', () => hung.posts.length === 4, 40);
	assert.deepEqual(bodies(hung).map(({ type }) => type), ['alarm.raised', 'alarm.raised', 'session.running', 'alarm.cleared']);
	await expectCounts(2, { delivered: 3, failed: 0, dropped: 0, waiting: 0 });

	assert.equal(strange.posts.length, 0, 'a certificate of nobody was trusted');
	await expectCounts(4, { delivered: 0, failed: 0, dropped: 0, waiting: 3 });
	await expectCounts(5, { delivered: 0, failed: 0, dropped: 0, waiting: 3 });

	// What is posted last is delivered before the relay ends, which those who are away do not hold up.
	child.stdin.write('session session.closed {"room":"plenary"}\n');
	child.stdin.end();
	const [, ms] = /^parted (\d+)$/.exec((await lines.next()).value) ?? assert.fail('no orderly end');
	assert.ok(Number(ms) < 3000, `parting took ${ms} ms`);
	assert.equal(bodies(good, '/hook?a=b').at(-1).type, 'session.closed');
	assert.equal(bodies(good, '/sessions').at(-1).type, 'session.closed');
	assert.equal(await new Promise((resolve) => { child.on('exit', resolve); }), 0);
	console.log(`parted in ${ms} ms`);
} finally {
	child.kill();
	for (const { server } of [good, broken, hung, elsewhere, moved, strange]) {
		server.closeAllConnections();
		server.close();
	}
}
