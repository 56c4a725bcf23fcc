/* The console's accessibility: axe-core finds nothing in any state; it fits; screen readers find their way. */

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch, leave, until } from './browser.mjs';
import { FR, boothRelay, comeIn, examine, lamp, speak } from './console.mjs';

/** To be looked at: what people see in each state. */
const PICTURES = fileURLToPath(new URL('../../build/tests/console/', import.meta.url));
const LOCALES = ['ar', 'zh', 'en', 'fr', 'ru', 'es'];
const SIZES = [
	[1280, 720],
	[1024, 600],
];

let browser;
before(async () => {
	mkdirSync(PICTURES, { recursive: true });
	browser = await launch();
});
after(() => browser.close());

/** Between them they show every colour there is. */
const DARK = new Set(['sign-in', 'on-air', 'muted', 'lost']);

/** axe-core in English and Arabic, light and dark; pictures of both. */
async function look(page, name) {
	for (const locale of ['en', 'ar']) {
		await speak(page, locale);
		for (const colorScheme of locale === 'en' && DARK.has(name) ? ['dark', 'light'] : ['light']) {
			await page.emulateMedia({ colorScheme });
			assert.deepEqual(await examine(page), [], `${name} ${locale} ${colorScheme}`);
		}
		for (const [width, height] of SIZES) {
			await page.setViewportSize({ width, height });
			await page.screenshot({ path: `${PICTURES}${name}-${locale}-${width}.png` });
		}
		await page.setViewportSize({ width: 1280, height: 720 });
	}
	await speak(page, 'en');
}

test('axe-core finds nothing: from the door to a handover', async () => {
	const relay = await boothRelay({ sign: true });
	const door = await browser.open(`${relay.url}interpreter?room=popov&lang=fr`, { permissions: ['microphone'] });
	await door.locator('#booth-choice option').first().waitFor({ state: 'attached' });
	await door.locator('#sign-in-next').press('Enter');
	await look(door, 'sign-in');
	await door.fill('#name', 'Chen');
	await door.locator('#sign-in-next').press('Enter');
	await door.locator('.mic-check-done').waitFor();
	await look(door, 'check');
	await leave(door);

	const page = await comeIn(browser, relay.url);
	const ben = await comeIn(browser, relay.url, { name: 'Ben', consent: true });
	await look(page, 'off');
	await page.keyboard.press('m');
	await page.keyboard.press('b');
	await page.keyboard.press('t');
	await page.keyboard.press('s');
	await page.keyboard.press('v');
	await lamp(page, 'on-air');
	relay.booths.get(FR).broadcast({ type: 'chat', from: 'Ben', to: 'booth', text: 'Salut', time: 1_750_000_000 });
	await page.locator('#chat p').waitFor();
	await lamp(ben, 'standby');
	await ben.keyboard.press('h');
	await page.locator('#handover-accept').waitFor();
	await look(page, 'on-air');
	await look(ben, 'standby');
	await page.keyboard.press('?');
	await look(page, 'help');
	await page.keyboard.press('Escape');
	await page.keyboard.down('c');
	await lamp(page, 'muted');
	await look(page, 'muted');
	await page.keyboard.up('c');
	await lamp(page, 'on-air');
	await page.keyboard.press('y');
	await page.locator('#countdown').waitFor();
	assert.deepEqual(await examine(page), [], 'counting');
	await page.screenshot({ path: `${PICTURES}counting-en-1280.png` });
	await lamp(ben, 'on-air');
	relay.booths.get(FR).obeys = false;
	relay.booths.get(FR).sounding = [null, null];
	relay.booths.get(FR).tell();
	await ben.locator('#doubt:not(:empty)').waitFor();
	await look(ben, 'doubt');
	relay.accepting = false;
	relay.dropSockets();
	await ben.locator('#lost:not(:empty)').waitFor();
	await look(ben, 'lost');
	await relay.stop();
	await leave(page);
	await leave(ben);
});

test('it fits: six languages, from 1024 × 600 up, and at 200 %', async () => {
	const relay = await boothRelay({ sign: true });
	const page = await comeIn(browser, relay.url);
	await page.keyboard.press('m');
	await lamp(page, 'on-air');
	for (const locale of LOCALES) {
		await speak(page, locale);
		for (const [width, height, zoom] of [
			[1024, 600, 1],
			[1280, 720, 1],
			[1920, 1080, 1],
			[640, 360, 1] /* 1280 × 720 at 200 % */,
			[512, 300, 1] /* 1024 × 600 at 200 % */,
			[1280, 720, 2] /* text alone twice as large */,
		]) {
			await page.setViewportSize({ width, height });
			await page.evaluate((factor) => (document.documentElement.style.fontSize = factor > 1 ? `${factor * 93.75}%` : ''), zoom);
			const wide = await page.evaluate((limit) => {
				const over = [...document.querySelectorAll('body *')].filter((each) => {
					const { left, right } = each.getBoundingClientRect();
					return each.checkVisibility() && !each.closest('.skip, dialog, .unseen, .leave-word') && (right > limit + 1 || left < -1);
				});
				return [document.documentElement.scrollWidth, ...over.map((each) => each.id || each.className)];
			}, width);
			assert.deepEqual(wide, [width], `${locale} ${width} × ${height} × ${zoom}`);
		}
		await page.evaluate(() => (document.documentElement.style.fontSize = ''));
		/* At a glance: the lamp, the keys and the partners without scrolling, where most consoles are. */
		for (const [width, height] of SIZES) {
			await page.setViewportSize({ width, height });
			for (const id of ['lamp', 'microphone', 'cough', 'slow', 'call', 'stage', 'channels', 'presets', 'seats', 'handover', 'chat-send']) {
				const bottom = await page.evaluate((each) => document.getElementById(each).getBoundingClientRect().bottom, id);
				assert.ok(bottom <= height, `${locale} ${width} × ${height}: #${id} ends at ${bottom}`);
			}
		}
	}
	await page.setViewportSize({ width: 640, height: 360 });
	await page.evaluate(() => window.scrollTo(0, 900));
	const top = await page.evaluate(() => document.getElementById('lamp').getBoundingClientRect().top);
	assert.ok(top >= 0 && top < 10, `the lamp stays in sight: ${top}`);
	await leave(page);
	await relay.stop();
});

test('landmarks, headings, names and states, as a screen reader finds them', async () => {
	const relay = await boothRelay({ sign: true });
	const page = await comeIn(browser, relay.url);
	for (const [role, name] of [
		['banner'],
		['main'],
		['region', 'On air'],
		['region', 'You hear'],
		['region', 'Your headset'],
		['region', 'Booth'],
		['region', 'Messages'],
		['radiogroup', 'You hear'],
		['group', 'Presets'],
		['group', 'Handover'],
		['group', 'Pivots'],
		['log', 'Messages'],
		['slider', 'Volume'],
		['slider', 'Bass'],
		['slider', 'Treble'],
		['slider', 'Floor – own channel'],
		['combobox', 'Spoken on the floor'],
		['button', 'Microphone on'],
		['button', 'Cough hold'],
		['button', 'Slow down'],
		['button', 'Call technician'],
		['button', 'Hot stand-by'],
		['button', 'Automatic relay'],
		['button', 'Preset 1 Original sound'],
		['textbox', 'Message'],
	])
		assert.equal(await page.getByRole(role, name ? { name, exact: true } : {}).count(), 1, `${role} ${name ?? ''}`);
	assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
	assert.equal(await page.getByRole('radio', { checked: true }).count(), 1);
	assert.ok((await page.getByRole('meter').count()) === 4);
	for (const id of ['say', 'note']) assert.equal(await page.locator(`#${id}`).getAttribute('role'), 'status');
	for (const id of ['say-now', 'doubt', 'lost']) assert.equal(await page.locator(`#${id}`).getAttribute('role'), 'alert');

	/* Every key of the help acts on something, and no two are the same. */
	const caps = await page.evaluate(() => [...document.querySelectorAll('#keys dt')].map((each) => each.textContent));
	assert.equal(new Set(caps).size, caps.length);
	assert.ok(caps.length >= 35, `${caps.length} keys`);
	await leave(page);
	await relay.stop();
});

test('who wants less motion gets none, and sounds can be switched off', async () => {
	const relay = await boothRelay();
	const page = await comeIn(browser, relay.url, { reducedMotion: 'reduce' });
	await page.keyboard.press('?');
	await page.locator('#cues').uncheck();
	await page.keyboard.press('Escape');
	assert.equal(await page.evaluate(() => localStorage.getItem('dragoman.cues')), 'off');
	const moving = await page.evaluate(() => document.getAnimations().length);
	assert.equal(moving, 0);
	await until(() => page.evaluate(() => document.activeElement !== null), 'a focus');
	await leave(page);
	await relay.stop();
});
