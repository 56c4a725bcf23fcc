/** Consoles for tests: a stand-in with booths, interpreters who come in by keyboard, what is examined. */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { BOOTHS, FakeRelay, sampleEvent } from './fake_relay.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export const FR = 'popov fr';

export function boothRelay({ states = { ru: 'off', es: 'off' }, sign = false } = {}) {
	return new FakeRelay(sampleEvent({ rooms: 2, sign, states, booths: BOOTHS })).start();
}

/** Opens the page and goes through sign-in and check, with keys alone. */
export async function comeIn(browser, url, { name = 'Anna Keller', consent = false, query = 'room=popov&lang=fr', ...options } = {}) {
	const page = await browser.open(`${url}interpreter?${query}`, { viewport: { width: 1280, height: 720 }, permissions: ['microphone'], ...options });

	await page.locator('#booth-choice option').first().waitFor({ state: 'attached' });
	await tabTo(page, '#name');
	await page.keyboard.press('Control+A');
	await page.keyboard.type(name);
	if (consent) {
		await tabTo(page, '#consent');
		await page.keyboard.press('Space');
	}
	await tabTo(page, '#sign-in-next');
	await page.keyboard.press('Enter');
	await page.locator('#check .mic-check-done').waitFor();
	await tabTo(page, '.mic-check-done');
	await page.keyboard.press('Enter');
	/* Somebody on air who agreed to it too has them stand by as soon as the microphone is heard. */
	await page.locator('#lamp[data-lamp="off"], #lamp[data-lamp="standby"]').waitFor({ timeout: 20_000 });
	return page;
}

/** Moves the focus as a person without a mouse does. */
export async function tabTo(page, selector) {
	for (let i = 0; i < 60; i++) {
		if (await page.evaluate((each) => document.activeElement?.matches(each), selector)) return;
		await page.keyboard.press('Tab');
	}
	throw new Error(`the Tab key does not reach ${selector}`);
}

/** Waits until the lamp shows a state. */
export async function lamp(page, state, timeout = 20_000) {
	await page.locator(`#lamp[data-lamp="${state}"]`).waitFor({ timeout });
}

/** What a screen reader was told at once and in turn, from now on. */
export async function listenIn(page) {
	await page.evaluate(() => {
		window.told = [];
		for (const id of ['say', 'say-now', 'note', 'doubt', 'lost'])
			new MutationObserver(() => {
				const text = document.getElementById(id).textContent;
				if (text) window.told.push(`${id}: ${text}`);
			}).observe(document.getElementById(id), { childList: true, characterData: true, subtree: true });
	});
}

export const told = (page) => page.evaluate(() => window.told);

/** @returns {Promise<string[]>} what axe-core complains about */
export async function examine(page) {
	await page.evaluate(axe);
	const { violations } = await page.evaluate((values) => window.axe.run(document, { runOnly: { type: 'tag', values } }), RULES);

	return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} ${target}: ${failureSummary}`));
}

export async function speak(page, locale) {
	await page.evaluate((value) => {
		const select = document.getElementById('interface');
		select.value = value;
		select.dispatchEvent(new Event('change'));
	}, locale);
	await page.waitForFunction((value) => document.documentElement.lang === value, locale);
}
