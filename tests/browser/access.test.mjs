/* Accessibility: axe-core finds nothing in any state, language or scheme; targets, reflow, zoom. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { examine } from './axe.mjs';
import { launch, leave, until } from './browser.mjs';
import { FakeRelay, sampleEvent } from './fake_relay.mjs';

const LOCALES = ['ar', 'zh', 'en', 'fr', 'ru', 'es'];
const mixed = { ru: 'off', es: 'lost', zh: 'connecting' };

let browser, strict;
before(async () => {
	browser = await launch();
	strict = await launch({ gesture: true });
});
after(() => Promise.all([browser.close(), strict.close()]));

/** The states that a delegate meets: how to get there, and what shows that it is there. */
const STATES = {
	rooms: { show: '#rooms-list button' },
	languages: { query: '?room=popov', show: '#channels button' },
	listening: {
		query: '?room=popov&lang=fr',
		show: '#status[data-tone=good]',
		then: (page) => page.click('#sign-toggle'),
	},
	'sound only': { query: '?room=popov&lang=ru', show: '#status[data-tone=good]', then: (page) => page.click('#only') },
	'my languages': {
		query: '?room=popov&lang=ru',
		show: '#status[data-tone=good]',
		then: (page) => page.evaluate(() => (document.getElementById('mine').open = true)),
	},
	paused: { query: '?room=popov&lang=fr', show: '#status[data-tone=good]', then: (page) => page.click('#play') },
	help: { query: '?room=popov', show: '#channels button', then: (page) => page.click('#help-open') },
	tap: { query: '?room=popov&lang=fr', gesture: true, show: '#tap' },
	waiting: { query: '?room=popov&lang=fr', states: { floor: 'lost' }, show: '#status[data-tone=notice]' },
	unknown: { query: '?room=cellar', show: '#status[data-tone=trouble]' },
	empty: { event: { ...sampleEvent(), rooms: [] }, show: '#rooms-none' },
	unreachable: { mute: true, show: '#status[data-tone=busy]' },
};

for (const [name, state] of Object.entries(STATES))
	test(`axe-core: ${name}, in six languages, light and dark`, async () => {
		const relay = new FakeRelay(state.event ?? sampleEvent({ rooms: 3, sign: true, states: { ...mixed, ...state.states } }));
		relay.mute = state.mute ?? false;
		await relay.start();
		try {
			const page = await (state.gesture ? strict : browser).open(relay.url + (state.query ?? ''));
			await page.locator(state.show).first().waitFor();
			await state.then?.(page);
			for (const locale of LOCALES) {
				await page.evaluate((value) => {
					const select = document.getElementById('interface');
					select.value = value;
					select.dispatchEvent(new Event('change'));
				}, locale);
				await until(() => page.evaluate((value) => document.documentElement.lang === value, locale), locale);
				for (const colorScheme of ['light', 'dark']) {
					await page.emulateMedia({ colorScheme });
					assert.deepEqual(await examine(page), [], `${name} ${locale} ${colorScheme}`);
				}
				const width = await page.evaluate(() => document.documentElement.scrollWidth);
				assert.ok(width <= 390, `${name} ${locale} is ${width} wide`);
			}
			await leave(page);
		} finally {
			await relay.stop();
		}
	});

test('axe-core: the server is gone', async () => {
	const relay = await new FakeRelay().start();
	const page = await browser.open(`${relay.url}?lang=fr`);
	await page.locator('#status[data-tone=good]').waitFor();
	await relay.stop();
	await page.getByRole('button', { name: 'Try now' }).waitFor({ timeout: 30_000 });
	assert.deepEqual(await examine(page), []);
	await leave(page);
});

test('every target is 48 pixels or more', async () => {
	const relay = await new FakeRelay(sampleEvent({ rooms: 3, sign: true })).start();
	const page = await browser.open(`${relay.url}?room=popov&lang=fr`);
	await page.locator('#status[data-tone=good]').waitFor();
	await page.click('#sign-toggle');
	await page.locator('#swap').waitFor();
	const small = () =>
		page.evaluate(() =>
			[...document.querySelectorAll('button, select, input[type=range], label.check, a:not(.skip)')]
				.filter((element) => element.checkVisibility())
				.map((element) => ({ id: element.id || element.textContent, ...element.getBoundingClientRect().toJSON() }))
				.filter(({ width, height }) => width < 48 || height < 48),
		);
	assert.deepEqual(await small(), []);
	await page.click('#help-open');
	assert.deepEqual(await small(), []);
	await page.keyboard.press('Escape');
	await page.click('#rooms-open');
	assert.deepEqual(await small(), []);
	await leave(page);
	await relay.stop();
});

test('nothing needs sideways scrolling, at 320 pixels or with text twice as large', async () => {
	const relay = await new FakeRelay(sampleEvent({ rooms: 3, sign: true, states: mixed })).start();
	for (const locale of LOCALES) {
		const page = await browser.open(`${relay.url}?room=popov&lang=fr`, { locale });
		await page.locator('#status[data-tone=good]').waitFor();
		await page.click('#sign-toggle');
		for (const [width, zoom] of [
			[320, 100],
			[390, 200],
			[640, 200],
			[844, 100],
			[1280, 200],
		]) {
			await page.setViewportSize({ width, height: 800 });
			await page.evaluate((percent) => (document.documentElement.style.fontSize = `${percent}%`), zoom);
			const wide = await page.evaluate((limit) => {
				const over = [...document.querySelectorAll('body *')].filter((each) => {
					const { left, right } = each.getBoundingClientRect();
					return each.checkVisibility() && !each.closest('.skip, dialog') && (right > limit + 1 || left < -1);
				});
				return [document.documentElement.scrollWidth, ...over.map((each) => each.id || each.className)];
			}, width);
			assert.deepEqual(wide, [width], `${locale} ${width} ${zoom} %`);
		}
		await leave(page);
	}
	await relay.stop();
});

test('landmarks, headings and names, as a screen reader finds them', async () => {
	const relay = await new FakeRelay(sampleEvent({ rooms: 3, sign: true })).start();
	const page = await browser.open(`${relay.url}?room=popov&lang=fr`);
	await page.locator('#status[data-tone=good]').waitFor();
	for (const [role, name] of [
		['main', undefined],
		['banner', undefined],
		['region', 'Player'],
		['region', 'What do you want to hear?'],
		['region', 'Picture and data'],
		['radiogroup', 'Language to hear'],
		['slider', 'Volume'],
		['combobox', 'Language of this page'],
		['combobox', 'Picture quality'],
	])
		assert.equal(await page.getByRole(role, name ? { name } : {}).count(), 1, `${role} ${name ?? ''}`);
	assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
	assert.equal(await page.getByRole('radio').count(), 7);
	assert.equal(await page.getByRole('radio', { checked: true }).count(), 1);
	assert.equal(await page.locator('#channels [tabindex="0"]').count(), 1);
	await leave(page);
	await relay.stop();
});
