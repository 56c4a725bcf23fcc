/* "My languages": ticked by mouse or keyboard, told to the relay, told again after breaks, shown in words. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, leave, until, waitForTone } from './browser.mjs';
import { FakeRelay, TONES, sampleEvent } from './fake_relay.mjs';

/** A relay that knows of delegates' languages. */
class UnderstandingRelay extends FakeRelay {
	/** The language that is spoken changes, as when the booths set it. */
	speak(language) {
		this.update('popov', (room) => ({ floor: { ...room.floor, language } }));
		for (const connection of this.connections) this.#hear(connection, true);
	}

	on_languages(connection, { id, understood }) {
		if (!connection.peer) return connection.send({ type: 'error', id, code: 'not-joined', message: 'join first' });
		connection.peer.understood = understood;
		const heard = this.#hear(connection, false);
		return connection.send({ type: 'languages', id, understood, heard });
	}

	async on_select(connection, message) {
		await super.on_select(connection, message);
		connection.peer.chosen = message.lang ?? connection.peer.chosen;
		this.#hear(connection, true);
	}

	#hear({ peer }, tell) {
		if (!peer?.understood) return null;
		peer.chosen ??= peer.lang;
		const spoken = this.event.rooms[0].floor.language;
		const heard = peer.understood.includes(spoken) ? 'floor' : peer.chosen;
		if (heard !== peer.heard && tell) for (const each of this.connections) if (each.peer === peer) each.send({ type: 'heard', lang: heard });
		peer.heard = heard;
		peer.set({ lang: heard });
		return heard;
	}
}

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

async function withPage({ event = sampleEvent(), query = '?lang=fr', Relay = UnderstandingRelay, ...options }, body) {
	const relay = await new Relay(event).start();
	const page = await browser.open(relay.url + query, options);
	try {
		await body(page, relay);
		assert.deepEqual(page.problems, []);
	} finally {
		await leave(page);
		await relay.stop();
	}
}

const status = (page) => page.locator('#status');
const box = (page, name) => page.getByRole('checkbox', { name });

test('a ticked language is heard from the floor while it is spoken, the chosen one otherwise', async () => {
	await withPage({}, async (page, relay) => {
		await status(page).getByText('You hear: French').waitFor();
		await page.getByText('Languages I understand').click();
		await page.getByText('none chosen').waitFor();
		await box(page, 'Español').check();
		await until(() => relay.of('languages').length === 1, 'told the relay');
		assert.deepEqual(relay.of('languages')[0].understood, ['es']);
		await status(page).getByText('You hear: French').waitFor();

		relay.speak('es');
		await status(page).getByText('You hear the speakers themselves, in a language you understand: Spanish').waitFor();
		await waitForTone(page, TONES.floor);
		assert.equal(await page.locator('[data-lang=fr]').getAttribute('aria-checked'), 'true', 'the choice stays');
		await page.locator('#channels [data-lang=ru]').click();
		await until(() => relay.of('select').length === 1, 'chose another');
		await status(page).getByText('themselves').waitFor();
		relay.speak('zh');
		await status(page).getByText('You hear: Russian').waitFor();
		await waitForTone(page, TONES.ru);
		await page.locator('#channels [data-lang=floor]').click();
		await status(page).getByText('You hear: Original sound').waitFor();
		relay.speak('es');
		await page.locator('#channels [data-lang=fr]').click();
		await status(page).getByText('themselves').waitFor();
		await box(page, 'Español').uncheck();
		await status(page).getByText('You hear: French').waitFor();
		assert.deepEqual(relay.of('languages').at(-1).understood, []);
		await waitForTone(page, TONES.fr);
	});
});

test('by keyboard, and named for screen readers', async () => {
	await withPage({}, async (page, relay) => {
		await status(page).getByText('You hear: French').waitFor();
		await page.locator('#mine summary').focus();
		await page.keyboard.press('Enter');
		await page.getByRole('group', { name: 'Languages I understand' }).waitFor();
		await page.keyboard.press('Tab');
		await page.keyboard.press('Tab');
		await page.keyboard.press('Space');
		await until(() => relay.of('languages').length === 1, 'told the relay');
		assert.deepEqual(relay.of('languages')[0].understood, ['zh']);
		await page.getByRole('checkbox', { name: '中文 Chinese', checked: true }).waitFor();
		assert.equal(await box(page, '中文').evaluate((input) => input.nextElementSibling.lang), 'zh');
		assert.equal(await page.locator('#play').getAttribute('aria-label'), 'Pause', 'the space bar ticked, and nothing else');
		await page.keyboard.press('Tab');
		await page.keyboard.press('Space');
		await page.locator('#mine-now').getByText('Chinese and English').waitFor();
	});
});

test('what was ticked is remembered, and told with every new connection', async () => {
	await withPage({}, async (page, relay) => {
		await status(page).getByText('You hear: French').waitFor();
		await page.getByText('Languages I understand').click();
		await box(page, 'English').check();
		await status(page).getByText('a language you understand: English').waitFor();

		relay.dropSockets();
		await until(() => relay.of('resume').length === 1 && relay.of('languages').length === 2, 'told again after resuming');
		await status(page).getByText('themselves').waitFor();
		relay.forgetPeers();
		relay.dropSockets();
		await until(() => relay.of('join').length === 2 && relay.of('languages').length === 3, 'told again after joining anew');
		await status(page).getByText('themselves').waitFor();

		await page.reload();
		await status(page).getByText('themselves').waitFor();
		assert.deepEqual(relay.of('languages').at(-1).understood, ['en']);
		await page.getByText('Languages I understand').click();
		assert.equal(await box(page, 'English').isChecked(), true);
	});
});

test('a spoken language that no booth serves can be ticked too; several at once cannot', async () => {
	const event = sampleEvent();
	event.rooms[0].floor.language = 'pt-BR';
	await withPage({ event }, async (page, relay) => {
		await page.getByText('Languages I understand').click();
		const names = () => page.locator('#mine-list label').allInnerTexts();
		assert.equal((await names()).length, 7);
		await box(page, /Portugu/).check();
		await status(page).getByText('themselves').waitFor();
		relay.speak('mul');
		await until(async () => (await names()).length === 6, 'six languages');
		relay.speak('fr-CH');
		await until(async () => (await names()).length === 6, 'French is there already');
		assert.deepEqual(relay.of('languages').at(-1).understood, ['pt-BR']);
	});
});

test('a relay that knows nothing of it still sends the choice', async () => {
	class OldRelay extends FakeRelay {
		on_languages(connection, { id }) {
			connection.send({ type: 'error', id, code: 'bad-message', message: 'unknown type' });
		}
	}
	await withPage({ Relay: OldRelay }, async (page, relay) => {
		await status(page).getByText('You hear: French').waitFor();
		await page.getByText('Languages I understand').click();
		await box(page, 'English').check();
		await until(() => relay.of('languages').length === 1, 'asked');
		await page.locator('#channels [data-lang=es]').click();
		await status(page).getByText('You hear: Spanish').waitFor();
		assert.equal(relay.of('languages').length, 1, 'and does not ask again and again');
	});
});

test('without any tick the relay is asked nothing', async () => {
	await withPage({}, async (page, relay) => {
		await status(page).getByText('You hear: French').waitFor();
		relay.dropSockets();
		await until(() => relay.of('resume').length === 1, 'resumed');
		await page.waitForTimeout(200);
		assert.equal(relay.of('languages').length, 0);
	});
});
