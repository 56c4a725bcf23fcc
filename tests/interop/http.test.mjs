// HTTP as careless or hostile clients speak it: whatever they do, others are still served.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { client, Relay, until, within } from './relay.mjs';

/** @type {Relay} */
let relay;
before(async () => {
	relay = await Relay.start({ rooms: [{ id: 'plenary', title: { en: 'Plenary' }, floor: { source: 'test:', language: 'en' }, channels: [] }] });
});
after(async () => assert.equal(await relay.stop(), 0, relay.log));

/** Sends bytes as they are; resolves with all that came back once `enough` or the end is there. */
async function exchange(text, enough) {
	const socket = connect(relay.port, '127.0.0.1');
	let received = '';
	let ended = false;
	socket.on('data', (data) => (received += data));
	socket.on('error', () => {}); // a reset is an answer as well
	socket.on('close', () => (ended = true));
	socket.write(text);
	await until('an answer, or the end', () => ended || enough(received), 5000);
	socket.destroy();
	return received;
}

const isServed = async () => assert.equal((await within('others are served', 2000, relay.get('/healthz'))).status, 200);
const post = (body) => `POST /whep/plenary HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const get = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n';

test('requests of one connection, each sent before the answer to the one before', async () => {
	for (const pipelined of [post('v=0').repeat(5), post('v=0') + get, get + post('v=0'), get.repeat(20), post('') + post('v=0')]) {
		await exchange(pipelined, (received) => received.includes('HTTP/1.1 '));
		await isServed();
	}
});

test('a body longer than announced', async () => {
	await exchange(post('v=0') + 'x'.repeat(100_000), (received) => received.includes('HTTP/1.1 '));
	await isServed();
});

test('a body that is refused, with more behind it', async () => {
	const refused = `POST /whep/plenary HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\nContent-Length: 70000\r\n\r\n${'x'.repeat(70_000)}`;
	assert.match(await exchange(refused + refused, (received) => received.includes('\r\n\r\n')), /^(HTTP\/1\.1 413 .*)?/);
	await isServed();
});

test('many joins on one connection', async () => {
	const { code, summary, err } = await client(`load --url ${relay.url} --room plenary --listeners 60 --video none --seconds 1`.split(' '));
	assert.equal(code, 0, err);
	assert.equal(summary.connected, 60);
	await isServed();
});
