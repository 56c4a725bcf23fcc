/* "My languages" and the speaker's screen on the real relay. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Relay, toneRoom, tones } from '../interop/relay.mjs';
import { launch, leave, until, waitForTone } from './browser.mjs';

let browser, relay;
before(async () => {
	browser = await launch();
	relay = await Relay.start({ rooms: [toneRoom()] });
	await relay.live();
});
after(async () => {
	await browser.close();
	await relay.stop();
});

const status = (page) => page.locator('#status');

test('the relay switches to the floor, and back, on one connection', async () => {
	const page = await browser.open(`${relay.url}/?room=plenary&lang=fr`);
	const spoken = (await (await fetch(`${relay.url}/api/event`)).json()).rooms[0].floor.language;
	await status(page).getByText('You hear: French').waitFor();
	await waitForTone(page, tones.fr);
	await page.getByText('Languages I understand').click();
	await page.locator(`#mine-list input[value=${spoken}]`).check();
	await status(page).getByText('You hear the speakers themselves').waitFor();
	await waitForTone(page, tones.floor);
	await page.locator('[data-lang=ru]').click();
	await until(async () => (await page.locator('[data-lang=ru]').getAttribute('aria-checked')) === 'true', 'chosen');
	await status(page).getByText('You hear the speakers themselves').waitFor();
	await waitForTone(page, tones.floor);
	await page.locator(`#mine-list input[value=${spoken}]`).uncheck();
	await status(page).getByText('You hear: Russian').waitFor();
	await waitForTone(page, tones.ru);
	assert.deepEqual(page.problems, []);
	await leave(page);
});

test('a speaker’s screen watches without a token', async () => {
	const page = await browser.open(`${relay.url}/speaker.html?room=plenary`);
	await page.getByText('Language spoken now').waitFor();
	await page.waitForTimeout(500);
	assert.equal(await page.locator('#state').innerText(), '', 'neither refused nor lost');
	assert.equal(await page.locator('#screen').getAttribute('data-asked'), '0');
	assert.deepEqual(page.problems, []);
	await leave(page);
});
