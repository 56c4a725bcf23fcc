/* When things break: websocket, relay, media, network. Room and language survive all of it. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, leave, until, waitForTone } from './browser.mjs';
import { FakeRelay, TONES, sampleEvent } from './fake_relay.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

const status = (page) => page.locator('#status');

async function listening(body, { event, query = '?lang=fr' } = {}) {
	const relay = await new FakeRelay(event).start();
	const page = await browser.open(relay.url + query);
	try {
		await status(page).getByText('You hear: French').waitFor();
		await body(page, relay);
		assert.deepEqual(page.problems, []);
	} finally {
		await leave(page);
		await relay.stop();
	}
}

/** Seconds that the page's sound has run. */
const position = (page) => page.evaluate(() => document.getElementById('sound').currentTime);

test('a broken websocket is resumed while the sound goes on', async () => {
	await listening(async (page, relay) => {
		const words = await page.evaluate(() => {
			window.said = [];
			new MutationObserver(() => window.said.push(document.getElementById('status').textContent)).observe(
				document.getElementById('status'),
				{ childList: true, characterData: true, subtree: true },
			);
			return document.getElementById('status').textContent;
		});
		relay.dropSockets();
		await until(() => relay.of('resume').length === 1, 'resumed');
		await waitForTone(page, TONES.fr);
		assert.equal(relay.of('join').length, 1, 'the media connection is the same');
		assert.deepEqual(await page.evaluate(() => window.said), [], `nobody was alarmed: ${words}`);
		await page.locator('[data-lang=es]').click();
		await status(page).getByText('You hear: Spanish').waitFor();
		await waitForTone(page, TONES.es);
		assert.equal(relay.of('join').length, 1);
	});
});

test('a language tapped while the websocket is away is taken up when it is back', async () => {
	await listening(async (page, relay) => {
		relay.accepting = false;
		relay.dropSockets();
		await page.locator('[data-lang=ar]').click();
		await status(page).getByText('The language can be changed again in a moment').waitFor();
		await waitForTone(page, TONES.fr);
		relay.accepting = true;
		await status(page).getByText('You hear: Arabic').waitFor({ timeout: 15_000 });
		await waitForTone(page, TONES.ar);
		assert.equal(relay.of('join').length, 1);
	});
});

test('a relay that restarts finds the listener again, in room and language', async () => {
	const event = sampleEvent({ rooms: 3 });
	const relay = await new FakeRelay(event).start();
	const page = await browser.open(`${relay.url}?room=room-a&lang=fr`);
	await status(page).getByText('You hear: French').waitFor();
	await page.locator('[data-lang=ru]').click();
	await status(page).getByText('You hear: Russian').waitFor();
	await relay.stop();
	await status(page).getByText(/The connection was lost|The server does not answer/).waitFor({ timeout: 15_000 });
	const again = await new FakeRelay(event).start(relay.port);
	await status(page).getByText('You hear: Russian').waitFor({ timeout: 20_000 });
	await waitForTone(page, TONES.ru);
	const { room, lang } = again.of('join')[0];
	assert.deepEqual({ room, lang }, { room: 'room-a', lang: 'ru' });
	assert.deepEqual(page.problems, []);
	await leave(page);
	await again.stop();
});

test('a relay that forgot the listener is joined anew at once', async () => {
	await listening(async (page, relay) => {
		relay.forgetPeers();
		relay.dropSockets();
		await until(() => relay.of('join').length === 2, 'joined again', 5_000);
		assert.equal(relay.of('join')[1].lang, 'fr');
		await waitForTone(page, TONES.fr);
	});
});

test('a relay that ends the media connection is joined anew at once', async () => {
	await listening(async (page, relay) => {
		const [connection] = relay.connections;
		const [sender] = relay.senders.values();
		relay.senders.clear();
		connection.peer = null;
		sender.close();
		connection.send({ type: 'peer', state: 'expired' });
		await until(() => relay.of('join').length === 2, 'joined again', 3_000);
		await waitForTone(page, TONES.fr);
	});
});

test('sound that stops arriving is asked for by an ICE restart, then by joining anew', async () => {
	await listening(async (page, relay) => {
		await until(async () => (await position(page)) > 1, 'sound runs');
		const [sender] = relay.senders.values();
		await sender.set({ silent: true });
		await until(() => relay.of('restart').length === 1, 'restarted', 10_000);
		await until(() => relay.of('join').length === 2, 'joined anew', 10_000);
		await waitForTone(page, TONES.fr);
		assert.equal(relay.senders.size, 1, 'the old place was given back');
	});
});

test('a slow relay: the page says what it does and waits', async () => {
	const relay = await new FakeRelay().start();
	relay.delays.set('join', 3_000);
	const page = await browser.open(`${relay.url}?lang=fr`);
	await status(page).getByText('Starting the sound…').waitFor();
	await status(page).getByText('You hear: French').waitFor({ timeout: 15_000 });
	assert.equal(relay.of('join').length, 1);
	await leave(page);
	await relay.stop();
});

test('a busy relay is asked again, a place that is taken is given back first', async () => {
	const relay = await new FakeRelay().start();
	relay.refusals.set('join', { code: 'busy', message: 'too many joins', times: 2 });
	const page = await browser.open(`${relay.url}?lang=fr`);
	await status(page).getByText('You hear: French').waitFor({ timeout: 15_000 });
	assert.equal(relay.of('join').length, 3);
	await leave(page);
	await relay.stop();
});

test('an offer that is refused is not repeated; the person is told in words', async () => {
	const relay = await new FakeRelay().start();
	relay.refusals.set('join', { code: 'bad-offer', message: 'No codec in common.', times: 9 });
	const page = await browser.open(`${relay.url}?lang=fr`);
	await status(page).getByText('That did not work: No codec in common.').waitFor();
	assert.equal(relay.of('join').length, 1);
	assert.equal(await page.locator('#player').isVisible(), false, 'back at the choice');
	await leave(page);
	await relay.stop();
});

test('a server that does not answer: gone, and back', async () => {
	const relay = await new FakeRelay().start();
	relay.accepting = false;
	const page = await browser.open(`${relay.url}?lang=fr`);
	await status(page).getByText('Connecting…').waitFor();
	await status(page).getByText('The server does not answer').waitFor({ timeout: 15_000 });
	relay.accepting = true;
	await page.getByRole('button', { name: 'Try now' }).click();
	await status(page).getByText('You hear: French').waitFor();
	await leave(page);
	await relay.stop();
});

test('offline is said, and back online nobody waits', async () => {
	const relay = await new FakeRelay().start();
	const page = await browser.open(relay.url);
	await page.getByRole('heading', { name: 'What do you want to hear?' }).waitFor();
	await page.context().setOffline(true);
	relay.accepting = false;
	relay.dropSockets();
	await status(page).getByText('Your device is offline').waitFor();
	await page.waitForTimeout(4_000);
	relay.accepting = true;
	const since = performance.now();
	await page.context().setOffline(false);
	await until(() => relay.connections.size === 1, 'connected');
	assert.ok(performance.now() - since < 1_500, 'at once');
	await leave(page);
	await relay.stop();
});

test('media that never comes is blamed on the network', async () => {
	const relay = await new FakeRelay().start();
	/* An answer whose candidates lead nowhere: what a firewall against UDP looks like. */
	const join = relay.on_join;
	relay.on_join = function (connection, message) {
		const send = connection.send.bind(connection);
		connection.send = (reply) =>
			send(reply.type === 'joined' ? { ...reply, answer: reply.answer.replace(/^a=candidate:.*\r\n/gm, '') } : reply);
		return join.call(this, connection, { ...message, offer: message.offer.replace(/^a=candidate:.*\r\n/gm, '') }).then(() => {
			connection.send = send;
		});
	};
	const page = await browser.open(`${relay.url}?lang=fr`);
	await status(page).getByText('Your network seems to block live sound').waitFor({ timeout: 40_000 });
	relay.on_join = join;
	await page.getByRole('button', { name: 'Try now' }).click();
	await status(page).getByText('You hear: French').waitFor({ timeout: 20_000 });
	await leave(page);
	await relay.stop();
});

test('a page that is left says so', async () => {
	const relay = await new FakeRelay().start();
	const page = await browser.open(`${relay.url}?lang=fr`);
	await status(page).getByText('You hear: French').waitFor();
	await page.goto('about:blank');
	await until(() => relay.of('leave').length === 1, 'left');
	await leave(page);
	await relay.stop();
});
