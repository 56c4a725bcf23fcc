/* Choosing: rooms, languages, the language of the page; by touch, by keyboard, by link. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, leave, until, waitForTone } from './browser.mjs';
import { FakeRelay, TONES, sampleEvent } from './fake_relay.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

/** Runs with a relay and a page, and ends both. */
async function withPage({ event, query = '', ...options }, body) {
	const relay = await new FakeRelay(event).start();
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
const language = (page, lang) => page.locator(`#channels [data-lang="${lang}"]`);

test('room and language by keyboard alone', async () => {
	await withPage({ event: sampleEvent({ rooms: 3 }) }, async (page) => {
		await page.getByRole('heading', { name: 'Choose a room' }).waitFor();
		const press = async (key, times = 1) => {
			for (let i = 0; i < times; i++) await page.keyboard.press(key);
		};
		const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim().slice(0, 30));

		await press('Tab');
		assert.equal(await focused(), 'Skip to the content');
		await press('Enter');
		await press('Tab', 2);
		assert.match(await focused(), /^Room A/);
		await press('Enter');
		assert.equal(await focused(), 'Room A', 'the new heading has the focus');

		await press('Tab');
		assert.match(await focused(), /^English/, 'the group is entered at the language of the page');
		await press('ArrowRight');
		assert.match(await focused(), /^Français/);
		assert.equal(await page.locator('[role=radio][aria-checked=true]').count(), 0, 'passing by chooses nothing');
		await press('End');
		assert.match(await focused(), /^Español/);
		await press('ArrowDown');
		assert.match(await focused(), /^Original sound/);
		await press('Home');
		await press('ArrowUp');
		await press('ArrowLeft', 2);
		assert.match(await focused(), /^Français/);
		await press('Space');
		await status(page).getByText('You hear: French').waitFor();
		assert.match(await focused(), /^Français/, 'the focus stays');
		assert.equal(await language(page, 'fr').getAttribute('aria-checked'), 'true');
		await waitForTone(page, TONES.fr);
		await press('ArrowRight');
		await press('Enter');
		await status(page).getByText('You hear: Russian').waitFor();
		await waitForTone(page, TONES.ru);
	});
});

test('shortcuts, and that they can be turned off', async () => {
	await withPage({ query: '?lang=en' }, async (page) => {
		await status(page).getByText('You hear: English').waitFor();
		await page.locator('#main').focus();
		const volume = () => page.locator('#volume').inputValue();

		await page.keyboard.press('4');
		await status(page).getByText('You hear: French').waitFor();
		await page.keyboard.press('0');
		await status(page).getByText('You hear: Original sound').waitFor();
		await page.keyboard.press('m');
		await page.getByRole('button', { name: 'Unmute' }).waitFor();
		await page.keyboard.press('m');
		await page.keyboard.press('ArrowDown');
		assert.equal(await volume(), '90');
		await page.keyboard.press('ArrowUp');
		assert.equal(await volume(), '100');
		await page.keyboard.press('Space');
		await status(page).getByText('Paused').waitFor();
		await page.keyboard.press('Space');
		await status(page).getByText('You hear').waitFor();
		await page.keyboard.press('s');
		assert.equal(await page.locator('#only').getAttribute('aria-pressed'), 'true');

		await page.keyboard.press('?');
		await page.getByRole('dialog', { name: 'Help' }).waitFor();
		await page.getByRole('checkbox', { name: 'Use keyboard shortcuts' }).uncheck();
		await page.keyboard.press('Escape');
		await page.locator('#main').focus();
		await page.keyboard.press('4');
		await page.waitForTimeout(200);
		assert.match(await status(page).textContent(), /Original sound/);
	});
});

test('letters of other scripts reach the same keys', async () => {
	await withPage({ query: '?lang=ru', locale: 'ru' }, async (page) => {
		await status(page).getByText('Вы слушаете').waitFor();
		await page.evaluate(() =>
			document.dispatchEvent(new KeyboardEvent('keydown', { key: 'ь', code: 'KeyM', bubbles: true })),
		);
		await page.getByRole('button', { name: 'Включить звук' }).waitFor();
	});
});

test('one room needs no choice of room', async () => {
	await withPage({ event: sampleEvent({ rooms: 1 }) }, async (page) => {
		await page.getByRole('heading', { name: 'Popov Room' }).waitFor();
		assert.equal(await page.locator('#rooms').isVisible(), false);
		assert.equal(await page.getByRole('button', { name: 'All rooms' }).isVisible(), false);
	});
});

test('a link chooses room and language, and the address keeps what is chosen later', async () => {
	await withPage({ event: sampleEvent({ rooms: 3 }), query: '?room=room-a&lang=es-MX' }, async (page, relay) => {
		await status(page).getByText('You hear: Spanish').waitFor();
		await waitForTone(page, TONES.es);
		assert.equal(relay.of('join')[0].room, 'room-a');
		await language(page, 'zh').click();
		await status(page).getByText('You hear: Chinese').waitFor();
		assert.match(page.url(), /room=room-a&lang=zh/);
		await page.reload();
		await status(page).getByText('You hear: Chinese').waitFor();
		assert.equal(relay.of('join').at(-1).lang, 'zh');
	});
});

test('a link to what is not there says so and lets choose', async () => {
	await withPage({ event: sampleEvent({ rooms: 3 }), query: '?room=cellar' }, async (page) => {
		await status(page).getByText('This room is not open. Please choose another.').waitFor();
		await page.getByRole('button', { name: /^Room A/ }).waitFor();
	});
	await withPage({ event: sampleEvent({ rooms: 1 }), query: '?lang=de' }, async (page, relay) => {
		await status(page).getByText('This language is not offered here. Please choose another.').waitFor();
		await language(page, 'en').click();
		await status(page).getByText('You hear: English').waitFor();
		assert.equal(relay.of('join').length, 1);
	});
});

test('another room keeps the language, and the sound until then', async () => {
	await withPage({ event: sampleEvent({ rooms: 3 }), query: '?room=popov&lang=ru' }, async (page, relay) => {
		await status(page).getByText('You hear: Russian').waitFor();
		await page.getByRole('button', { name: 'All rooms' }).click();
		assert.equal(relay.of('leave').length, 0, 'looking around costs nothing');
		assert.equal(await page.getByRole('button', { name: /^Popov Room/ }).getAttribute('aria-current'), 'true');
		await page.getByRole('button', { name: /^Montbrillant/ }).click();
		await until(() => relay.of('join').length === 2, 'joined the other room');
		const { room, lang } = relay.of('join')[1];
		assert.deepEqual({ room, lang }, { room: 'montbrillant', lang: 'ru' });
		await waitForTone(page, TONES.ru);
	});
});

test('the page speaks the browser’s language, and another one when asked, remembered', async () => {
	const headings = {
		ar: 'ماذا تريد أن تسمع؟',
		'zh-CN': '您想听什么语言？',
		'en-US': 'What do you want to hear?',
		'fr-CH': 'Que voulez-vous écouter ?',
		ru: 'Что вы хотите слушать?',
		'es-MX': '¿Qué desea escuchar?',
		'de-DE': 'What do you want to hear?',
	};
	const relay = await new FakeRelay().start();
	for (const [locale, heading] of Object.entries(headings)) {
		const page = await browser.open(relay.url, { locale });
		await page.getByRole('heading', { name: heading }).waitFor();
		const expected = locale.startsWith('de') ? 'en' : locale.slice(0, 2);
		assert.equal(await page.locator('html').getAttribute('lang'), expected);
		assert.equal(await page.locator('html').getAttribute('dir'), expected === 'ar' ? 'rtl' : 'ltr');
		await leave(page);
	}
	const page = await browser.open(relay.url);
	await page.getByLabel('Language of this page').selectOption({ label: 'Français' });
	await page.getByRole('heading', { name: headings['fr-CH'] }).waitFor();
	assert.equal(await page.title(), 'Salle Popov – Forum du SMSI 2025');
	await page.reload();
	await page.getByRole('heading', { name: headings['fr-CH'] }).waitFor();
	await leave(page);
	await relay.stop();
});

test('a language shows its state in words and in a shape', async () => {
	const states = { ru: 'off', es: 'lost', zh: 'connecting' };
	await withPage({ event: sampleEvent({ states }) }, async (page, relay) => {
		const look = async (lang) => [
			await language(page, lang).locator('.state').innerText(),
			await language(page, lang).locator('.state svg').getAttribute('data-icon'),
		];
		await language(page, 'fr').waitFor();
		assert.deepEqual(await look('fr'), ['Live', 'live']);
		assert.deepEqual(await look('ru'), ['Original sound for now', 'none']);
		assert.deepEqual(await look('es'), ['Interrupted', 'lost']);
		assert.deepEqual(await look('zh'), ['Starting soon', 'wait']);
		await page.getByRole('radio', { name: 'Français French Live' }).waitFor();
		await language(page, 'ru').click();
		await status(page).getByText('nobody interprets').waitFor();
		relay.update('popov', (room) => ({
			channels: room.channels.map((channel) => (channel.lang === 'ru' ? { ...channel, state: 'live' } : channel)),
		}));
		await status(page).getByText('You hear: Russian', { exact: true }).waitFor();
		assert.deepEqual(await look('ru'), ['Live', 'live']);
		relay.update('popov', (room) => ({ floor: { ...room.floor, state: 'lost' } }));
		await status(page).getByText('The room’s picture and sound will be back shortly.').waitFor();
	});
});

test('Arabic runs from right to left', async () => {
	await withPage({ event: sampleEvent({ rooms: 3, sign: true }), locale: 'ar', query: '?room=popov&lang=fr' }, async (page) => {
		await status(page).getByText('أنت تستمع إلى').waitFor();
		const box = async (selector) => page.locator(selector).boundingBox();
		const middle = 390 / 2;

		assert.ok((await box('#play')).x > middle, 'play is at the start, on the right');
		assert.ok((await box('#full')).x < middle);
		assert.ok((await box('#interface')).x < middle);
		const [arabic, chinese] = [await box('[data-lang=ar]'), await box('[data-lang=zh]')];
		assert.ok(arabic.x > chinese.x && arabic.y === chinese.y);
		const name = await box('[data-lang=fr] .own');
		const card = await box('[data-lang=fr]');
		assert.ok(card.x + card.width - (name.x + name.width) < 24, 'a Latin name too starts on the right');
		assert.equal(await language(page, 'fr').locator('.own').getAttribute('lang'), 'fr');
		await page.locator('#channels [data-lang=ar]').focus();
		await page.keyboard.press('ArrowLeft');
		assert.equal(await page.evaluate(() => document.activeElement.dataset.lang), 'zh', 'left is onwards');
		assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
	});
});
