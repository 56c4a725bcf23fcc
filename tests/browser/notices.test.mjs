/* What organisers tell everybody, on each page; what interpreters are told of their own sound and the floor's. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { examine } from './axe.mjs';
import { launch, leave, until } from './browser.mjs';
import { boothRelay, comeIn, listenIn, speak, told } from './console.mjs';
import { FakeRelay, sampleEvent } from './fake_relay.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

const say = (relay, message) => relay.connections.forEach((connection) => connection.send(message));
const notice = (text, time = 1_752_138_000) => ({ type: 'notice', room: 'popov', text, time });
const words = (page) => page.locator('.notice-words').allInnerTexts();

test('a delegate sees messages in order, as text, in their own direction, until they are put away', async () => {
	const relay = await new FakeRelay(sampleEvent()).start();
	const page = await browser.open(`${relay.url}?room=popov`, { timezoneId: 'UTC' });
	await page.locator('#room-title').waitFor();
	assert.equal(await page.locator('#notices').getAttribute('role'), 'status');
	assert.equal(await page.evaluate(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('notices'))), false, 'nothing is loaded for nothing');
	say(relay, notice('The session goes on at <b>three</b>.'));
	await page.locator('.notice').waitFor();
	say(relay, notice('تستأنف الجلسة في الساعة الثالثة.'));
	await until(async () => (await words(page)).length === 2, 'both');
	assert.deepEqual(await words(page), ['The session goes on at <b>three</b>.', 'تستأنف الجلسة في الساعة الثالثة.']);
	assert.match(await page.locator('.notice-from').first().innerText(), /^Message from the organisers 09:00$/);
	assert.deepEqual(await page.locator('.notice-words').evaluateAll((all) => all.map((each) => getComputedStyle(each).direction)), ['ltr', 'rtl']);
	await page.waitForFunction(() => getComputedStyle(document.querySelector('.notice')).display === 'grid');
	for (const locale of ['en', 'ar']) {
		await speak(page, locale);
		assert.deepEqual(await examine(page), [], locale);
	}
	await speak(page, 'en');
	await page.getByRole('button', { name: 'Put the message away' }).first().focus();
	await page.keyboard.press('Enter');
	assert.deepEqual(await words(page), ['تستأنف الجلسة في الساعة الثالثة.']);
	assert.equal(await page.evaluate(() => document.activeElement?.className), 'square notice-close', 'the focus goes on to the next');
	await page.keyboard.press('Enter');
	assert.deepEqual(await words(page), []);
	for (let i = 1; i <= 8; i++) say(relay, notice(`${i}`));
	await until(async () => (await words(page)).at(-1) === '8', 'the last');
	assert.deepEqual(await words(page), ['4', '5', '6', '7', '8'], 'older ones make room');
	assert.deepEqual(page.problems, []);
	await leave(page);
	await relay.stop();
});

test('a message of the wrong shape shows nothing', async () => {
	const relay = await new FakeRelay(sampleEvent()).start();
	const page = await browser.open(`${relay.url}?room=popov`);
	await page.locator('#room-title').waitFor();
	for (const text of [null, 7, '', '   ', { a: 1 }, ['x']]) say(relay, { type: 'notice', room: null, text, time: 'now' });
	say(relay, { type: 'notice', room: null, text: 'fine', time: 'now' });
	await page.getByText('fine').waitFor();
	assert.deepEqual(await words(page), ['fine']);
	assert.deepEqual(page.problems, []);
	await leave(page);
	await relay.stop();
});

test('the speaker’s screen and the interpreter’s console show them too', async () => {
	const relay = await boothRelay();
	const speaker = await browser.open(`${relay.url}speaker?room=popov`, { viewport: { width: 1280, height: 720 } });
	const console_ = await comeIn(browser, relay.url);
	say(relay, notice('Lunch is at one.'));
	for (const page of [speaker, console_]) {
		await page.getByText('Lunch is at one.').waitFor();
		assert.deepEqual(await examine(page), []);
		assert.deepEqual(page.problems, []);
		await leave(page);
	}
	await relay.stop();
});

test('an interpreter reads once what is wrong with their sound, and with the floor’s', async () => {
	const relay = await boothRelay();
	const page = await comeIn(browser, relay.url);
	const fitness = (verdict, reason, rest) => ({ verdict, reason, ceiling_hz: 15000, snr_db: 40, clipping: 0, concealed: 0, ...rest });
	await listenIn(page);
	say(relay, { type: 'fitness', fitness: fitness('good', 'none') });
	say(relay, { type: 'fitness', fitness: fitness('unfit', 'telephone', { ceiling_hz: 3400 }) });
	const sentence = 'Your sound is not fit for listeners. The sound is cut at 3.4 kHz: a telephone or a Bluetooth headset. Use a wired headset.';
	await page.locator('#fitness').getByText(sentence).waitFor();
	await until(async () => (await told(page)).length === 1, 'told');
	say(relay, { type: 'fitness', fitness: fitness('unfit', 'telephone', { ceiling_hz: 3300 }) });
	await page.locator('#fitness').getByText('3.3 kHz').waitFor();
	await page.waitForTimeout(200);
	assert.deepEqual(await told(page), [`say: ${sentence}`], 'once, in turn');
	say(relay, { type: 'floor-fitness', fitness: fitness('poor', 'noisy', { snr_db: 11.6 }) });
	await page.locator('#floor-fitness').getByText('The floor’s sound is poor. Speech is only 12 dB above the noise.').waitFor();
	await until(async () => (await told(page)).length === 2, 'told of the floor');
	assert.deepEqual(await examine(page), []);
	await speak(page, 'ar');
	assert.match(await page.locator('#fitness').innerText(), /3\.3|٣٫٣/);
	await speak(page, 'en');
	say(relay, { type: 'fitness', fitness: fitness('unfit', 'coded', { coded_bps: 8432 }) });
	await page.locator('#fitness').getByText('The sound is squeezed into 8.4 kbit/s on its way: speech is blurred.').waitFor();
	say(relay, { type: 'fitness', fitness: fitness('good', 'none') });
	await until(async () => (await told(page)).at(-1) === 'say: Your sound is good again.', 'told that it is good');
	assert.equal(await page.locator('#fitness').innerText(), '');
	assert.deepEqual(page.problems, []);
	await leave(page);
	await relay.stop();
});
