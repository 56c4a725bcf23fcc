/* The speaker's screen: silent, until interpreters ask for slower speech; back after every break. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { examine } from './axe.mjs';
import { launch, leave, until } from './browser.mjs';
import { FakeRelay, sampleEvent } from './fake_relay.mjs';

/** A relay whose rooms can be watched. */
class WatchedRelay extends FakeRelay {
	on_watch(connection, { id, room }) {
		if (!this.event.rooms.some((each) => each.id === room))
			return connection.send({ type: 'error', id, code: 'unknown-room', message: `There is no room '${room}'.` });
		connection.watched = room;
		return connection.send({ type: 'watching', id, room });
	}

	/** So many interpreters ask. */
	ask(room, count) {
		this.event.rooms.find((each) => each.id === room).slow_down = count;
		for (const connection of this.connections)
			if (connection.watched === room) connection.send({ type: 'slow-down', room, count });
	}
}

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

async function withScreen({ event = sampleEvent({ rooms: 3 }), query = '?room=popov', ...options }, body) {
	const relay = await new WatchedRelay(event).start();
	const page = await browser.open(`${relay.url}speaker.html${query}`, { viewport: { width: 1280, height: 720 }, ...options });
	try {
		await body(page, relay);
		assert.deepEqual(page.problems, []);
	} finally {
		await leave(page);
		await relay.stop();
	}
}

const asked = (page) => page.locator('#screen').getAttribute('data-asked');
const watched = (relay, times = 1) => until(() => relay.of('watch').length === times, `watched ${times} times`);

test('it shows the room, and asks for slower speech as long as interpreters do', async () => {
	await withScreen({}, async (page, relay) => {
		await page.getByRole('heading', { name: 'Popov Room' }).waitFor();
		await page.getByText('Language spoken now: English').waitFor();
		await watched(relay);
		assert.equal(relay.of('watch')[0].room, 'popov');
		assert.equal(relay.of('join').length, 0, 'nothing is listened to');
		const alert = page.getByRole('alert');
		assert.equal((await alert.innerText()).trim(), '', 'silent');

		relay.ask('popov', 1);
		await alert.getByText('Slower, please').waitFor();
		await alert.getByText('One interpreter asks.').waitFor();
		relay.ask('popov', 3);
		await alert.getByText('Interpreters who ask: 3').waitFor();
		const size = await page.locator('#slower-words').evaluate((element) => parseFloat(getComputedStyle(element).fontSize));
		assert.ok(size > 90, `${size} px`);
		relay.ask('room-a', 2);
		relay.ask('popov', 0);
		await until(async () => (await asked(page)) === '0', 'silent again');
		assert.equal((await alert.innerText()).trim(), '');
	});
});

test('the speaker reads it in the language that is spoken, too', async () => {
	await withScreen({ locale: 'fr' }, async (page, relay) => {
		await watched(relay);
		relay.ask('popov', 2);
		await page.getByText('Plus lentement, s’il vous plaît').waitFor();
		await page.getByText('Slower, please').waitFor();
		relay.update('popov', (room) => ({ floor: { ...room.floor, language: 'ar' } }));
		const own = page.locator('#slower-own');
		await own.getByText('أبطأ من فضلك').waitFor();
		assert.deepEqual(await own.evaluate(({ lang, dir }) => [lang, dir]), ['ar', 'rtl']);
		relay.update('popov', (room) => ({ floor: { ...room.floor, language: 'fr' } }));
		await until(async () => !(await own.isVisible()), 'said once is enough');
		relay.update('popov', (room) => ({ floor: { ...room.floor, language: 'de' } }));
		await page.getByText('allemand').waitFor();
		assert.equal(await own.isVisible(), false);
	});
});

test('a screen that comes late, or comes back, knows who asks', async () => {
	const event = sampleEvent({ rooms: 3 });
	event.rooms[0].slow_down = 2;
	await withScreen({ event }, async (page, relay) => {
		await page.getByText('Interpreters who ask: 2').waitFor();
		relay.accepting = false;
		relay.dropSockets();
		await page.getByText('No connection. This screen keeps trying.').waitFor();
		assert.equal(await asked(page), '0', 'what was asked for may be over');
		relay.accepting = true;
		await page.getByText('Interpreters who ask: 2').waitFor({ timeout: 20_000 });
		await watched(relay, 2);
		relay.ask('popov', 1);
		await page.getByText('One interpreter asks.').waitFor();
	});
});

test('without a room in its address it lets choose, unless there is one only', async () => {
	await withScreen({ query: '' }, async (page, relay) => {
		await page.getByText('Choose the room of this screen').waitFor();
		await page.getByRole('link', { name: 'Room A' }).click();
		await page.getByRole('heading', { name: 'Room A' }).waitFor();
		await watched(relay);
		assert.equal(relay.of('watch')[0].room, 'room-a');
	});
	await withScreen({ query: '', event: sampleEvent() }, async (page, relay) => {
		await page.getByRole('heading', { name: 'Popov Room' }).waitFor();
		await watched(relay);
	});
	await withScreen({ query: '?room=cellar' }, async (page) => {
		await page.getByRole('link', { name: 'Montbrillant' }).waitFor();
	});
});

test('a refusal is shown in the relay’s words', async () => {
	await withScreen({}, async (page, relay) => {
		await watched(relay);
		relay.refusals.set('watch', { code: 'forbidden', message: 'This token is for another event.', times: 1 });
		relay.dropSockets();
		await page.getByText('This token is for another event.').waitFor({ timeout: 20_000 });
	});
});

test('axe-core finds nothing, asked or not, in six languages; nothing is cut off', async () => {
	for (const viewport of [
		{ width: 1280, height: 720 },
		{ width: 390, height: 844 },
	])
		for (const locale of ['ar', 'zh', 'en', 'fr', 'ru', 'es'])
			await withScreen({ locale, viewport }, async (page, relay) => {
				await watched(relay);
				assert.deepEqual(await examine(page), [], `${locale} silent`);
				relay.ask('popov', 2);
				await until(async () => (await asked(page)) === '2', 'asked');
				assert.deepEqual(await examine(page), [], `${locale} asked`);
				const [wide, high] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]);
				assert.ok(wide <= viewport.width && high <= viewport.height, `${locale}: ${wide} × ${high}`);
			});
});
