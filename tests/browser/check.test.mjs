/* The check of microphone and headset, in Chromium with microphones that a test makes. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { examine } from './axe.mjs';
import { launch, leave, until } from './browser.mjs';
import { FakeRelay } from './fake_relay.mjs';
import { soundFile } from './sound_file.mjs';
import { lowPass, noise, speech } from './sounds.mjs';

let relay;
before(async () => {
	relay = await new FakeRelay().start();
});
after(() => relay.stop());

/** A browser whose microphone carries a sound. */
async function withMicrophone(sound, body, { args = [], ...options } = {}) {
	const file = sound && soundFile(sound);
	const capture = file ? [`--use-file-for-fake-audio-capture=${file.path}`] : [];
	const browser = await launch({ args: [...capture, ...args] });
	try {
		const page = await browser.open(`${relay.url}check.html`, { viewport: { width: 800, height: 900 }, ...options });
		await page.locator('.mic-check-start').waitFor();
		await body(page, browser);
		assert.deepEqual(page.problems, []);
		await leave(page);
	} finally {
		await browser.close();
		file?.remove();
	}
}

const verdict = (page) => page.locator('.mic-check-verdict');
const reasons = (page) => page.locator('.mic-check-reasons li').allInnerTexts();
const judged = (page) => verdict(page).waitFor({ timeout: 20_000 });

/** Counts what arrives at the loudspeaker: the headset's own meter. */
const WATCH_OUTPUT = `
	window.heard = 0;
	const connect = AudioNode.prototype.connect;
	AudioNode.prototype.connect = function (to, ...rest) {
		if (to instanceof AudioDestinationNode) {
			const analyser = to.context.createAnalyser();
			const samples = new Float32Array(analyser.fftSize);
			connect.call(this, analyser);
			setInterval(() => {
				analyser.getFloatTimeDomainData(samples);
				for (const sample of samples) window.heard = Math.max(window.heard, Math.abs(sample));
			}, 20);
		}
		return connect.call(this, to, ...rest);
	};`;

test('by keyboard alone: a good microphone is judged good, and heard', async () => {
	await withMicrophone(
		speech({ seconds: 12 }),
		async (page) => {
			await page.getByRole('combobox', { name: 'Microphone' }).focus();
			await page.keyboard.press('Tab');
			assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Start the check');
			await page.keyboard.press('Enter');
			await page.getByRole('status').getByText('Please be quiet').waitFor();
			await page.getByRole('status').getByText('Now read this aloud').waitFor();
			await page.getByText('Distinguished delegates').waitFor();
			await until(async () => Number(await page.getByRole('meter').getAttribute('aria-valuenow')) > -40, 'the level moves');
			assert.match(await page.getByRole('meter').getAttribute('aria-valuetext'), /^-\d+ decibels$/);
			await judged(page);
			await page.getByRole('status').getByText('Good. This microphone is fit for interpretation.').waitFor();
			assert.deepEqual(await reasons(page), []);
			assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Check again', 'the focus stays');

			await page.keyboard.press('Tab');
			await page.keyboard.press('Enter');
			const ceiling = page.getByRole('definition').last();
			assert.ok(parseFloat(await ceiling.innerText()) > 15, await ceiling.innerText());
			await page.keyboard.press('Tab');
			assert.equal(await page.evaluate(() => window.heard), 0, 'nothing was played yet');
			await page.keyboard.press('Space');
			await page.getByRole('button', { name: 'Stop' }).waitFor();
			await until(() => page.evaluate(() => window.heard > 0.003), 'it is heard');
			const loudest = await page.evaluate(() => window.heard);
			assert.ok(loudest <= 0.3163, `${loudest} is above the first stage`);
			await page.keyboard.press('Space');
			await page.getByRole('button', { name: 'Play the recording' }).waitFor();
		},
		{ script: WATCH_OUTPUT },
	);
});

test('a microphone that is cut at 8 kHz is named, with what to do', async () => {
	await withMicrophone(lowPass(speech({ seconds: 12 }), 8000), async (page) => {
		await page.click('.mic-check-start');
		await judged(page);
		assert.equal(await verdict(page).innerText(), 'Not fit for interpretation as it is.');
		assert.match((await reasons(page))[0], /^The sound is cut off at (7\.\d|8|8\.\d) kHz.*Use a headset with a cable\.$/);
	});
});

test('noise is named; cancelling and checking again work', async () => {
	await withMicrophone(speech({ seconds: 12, room: -36 }), async (page) => {
		await page.click('.mic-check-start');
		await page.getByText('Please be quiet').waitFor();
		await page.getByRole('button', { name: 'Cancel' }).click();
		await page.getByRole('button', { name: 'Start the check' }).click();
		await judged(page);
		assert.match((await reasons(page))[0], /^There is much noise/);
		await page.getByRole('button', { name: 'Check again' }).click();
		await until(async () => !(await verdict(page).isVisible()), 'the old verdict is gone');
		await judged(page);
	});
});

test('another microphone wants another check', async () => {
	await withMicrophone(noise(-75, 3), async (page) => {
		await page.click('.mic-check-start');
		await judged(page);
		assert.match((await reasons(page))[0], /^Nothing comes from this microphone/);
		const select = page.getByRole('combobox', { name: 'Microphone' });
		const names = await select.locator('option').allInnerTexts();
		assert.ok(names.length >= 2, names.join());
		await select.selectOption({ index: names.length - 1 });
		await until(async () => !(await verdict(page).isVisible()), 'nothing is known of it');
		await page.getByRole('button', { name: 'Start the check' }).click();
		await page.getByText('Please be quiet').waitFor();
		assert.equal(await select.inputValue(), await select.locator('option').last().getAttribute('value'), 'it is the one that opened');
	});
});

test('a microphone that is denied, absent, busy or unplugged is said so', async () => {
	const fake = (name) => `navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', '${name}'); };`;
	const expected = {
		NotAllowedError: 'This page may not use the microphone.',
		NotFoundError: 'There is no microphone.',
		NotReadableError: 'Another program is using the microphone.',
		OddError: 'The microphone could not be started.',
	};
	for (const [name, text] of Object.entries(expected))
		await withMicrophone(
			null,
			async (page) => {
				await page.click('.mic-check-start');
				await page.getByRole('alert').getByText(text).waitFor();
				await page.getByRole('button', { name: 'Start the check' }).waitFor();
			},
			{ script: fake(name) },
		);
});

test('unplugged while it is checked: said, and back by itself when it is plugged in again', async () => {
	await withMicrophone(
		speech({ seconds: 12 }),
		async (page) => {
			await page.click('.mic-check-start');
			await page.getByText('Please be quiet').waitFor();
			/* A track does not tell of what a page does to it: the event of unplugging is made by hand. */
			await page.evaluate(() => window.tracks[0].dispatchEvent(new Event('ended')));
			await page.getByRole('alert').getByText('The microphone was unplugged').waitFor();
			await page.getByRole('button', { name: 'Start the check' }).waitFor({ timeout: 15_000 });
			await page.evaluate(() => navigator.mediaDevices.dispatchEvent(new Event('devicechange')));
			await until(async () => !(await page.getByRole('alert').isVisible()), 'back by itself');
			await until(async () => Number(await page.getByRole('meter').getAttribute('aria-valuenow')) > -50, 'and it is measured');
		},
		{
			script: `
				window.tracks = [];
				const get = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
				navigator.mediaDevices.getUserMedia = async (wish) => {
					const stream = await get(wish);
					window.tracks.push(...stream.getTracks());
					return stream;
				};`,
		},
	);
});

test('how loud the headset is can be said, and is kept', async () => {
	await withMicrophone(null, async (page) => {
		await page.getByText('Hearing protection').click();
		const select = page.getByRole('combobox', { name: 'At full volume, my headset is' });
		assert.equal(await select.inputValue(), '110');
		await select.selectOption('louder than most');
		await page.reload();
		await page.getByText('Hearing protection').click();
		assert.equal(await select.inputValue(), '120');
	});
});

test('the browser’s own processing is off', async () => {
	await withMicrophone(
		null,
		async (page) => {
			await page.click('.mic-check-start');
			await page.getByText('Please be quiet').waitFor();
			const { audio } = await page.evaluate(() => window.wish);
			assert.deepEqual([audio.echoCancellation, audio.noiseSuppression, audio.autoGainControl], [false, false, false]);
			const settings = await page.evaluate(() => window.settings);
			assert.deepEqual([settings.echoCancellation, settings.noiseSuppression, settings.autoGainControl], [false, false, false]);
		},
		{
			script: `
				const get = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
				navigator.mediaDevices.getUserMedia = async (wish) => {
					window.wish = wish;
					const stream = await get(wish);
					window.settings = stream.getAudioTracks()[0].getSettings();
					return stream;
				};`,
		},
	);
});

test('axe-core finds nothing before, during and after, in six languages, light and dark', async () => {
	await withMicrophone(lowPass(speech({ seconds: 12, room: -45 }), 8000), async (page) => {
		for (const moment of ['before', 'during', 'after']) {
			if (moment === 'during') {
				await page.click('.mic-check-start');
				await page.getByText('Distinguished delegates').waitFor();
			} else if (moment === 'after') {
				await judged(page);
				await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
			}
			const locales = moment === 'during' ? ['en'] : ['ar', 'zh', 'fr', 'ru', 'es', 'en'];
			for (const locale of locales) {
				await page.locator('#interface').selectOption(locale);
				await until(() => page.evaluate((value) => document.documentElement.lang === value, locale), locale);
				for (const colorScheme of moment === 'during' ? ['light'] : ['light', 'dark']) {
					await page.emulateMedia({ colorScheme });
					assert.deepEqual(await examine(page), [], `${moment} ${locale} ${colorScheme}`);
				}
			}
		}
		await page.setViewportSize({ width: 320, height: 800 });
		assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 320, 'nothing is cut off on a small phone');
	});
});
