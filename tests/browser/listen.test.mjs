/* Listening: the right sound, changing language, volume, pictures, sound only, a browser that wants a tap. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { heardTone, launch, leave, until, waitForTone } from './browser.mjs';
import { FakeRelay, TONES, sampleEvent } from './fake_relay.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

async function withPage({ event, query = '?lang=en', using = browser, ...options }, body) {
	const relay = await new FakeRelay(event).start();
	const page = await using.open(relay.url + query, options);
	try {
		await body(page, relay);
		assert.deepEqual(page.problems, []);
	} finally {
		await leave(page);
		await relay.stop();
	}
}

const status = (page) => page.locator('#status');
const choose = (page, lang) => page.locator(`#channels [data-lang="${lang}"]`).click();
const frames = (page, id) => page.evaluate((each) => document.getElementById(each).getVideoPlaybackQuality().totalVideoFrames, id);

/** Remembers media session handlers, and lets a test hear what goes to the loudspeaker by Web Audio. */
function spy() {
	window.mediaActions = {};
	const set = MediaSession.prototype.setActionHandler;
	MediaSession.prototype.setActionHandler = function (action, handler) {
		window.mediaActions[action] = handler;
		set.call(this, action, handler);
	};
	const connect = AudioNode.prototype.connect;
	AudioNode.prototype.connect = function (target, ...rest) {
		if (target instanceof AudioDestinationNode && !(target.context instanceof OfflineAudioContext)) {
			window.loudspeaker = target.context.createAnalyser();
			window.loudspeaker.fftSize = 4096;
			connect.call(this, window.loudspeaker);
		}
		return connect.call(this, target, ...rest);
	};
	window.loudness = () => {
		const samples = new Float32Array(4096);
		window.loudspeaker?.getFloatTimeDomainData(samples);
		return Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0) / samples.length);
	};
}

test('each language is heard, on one connection, each change confirmed in words', async () => {
	await withPage({}, async (page, relay) => {
		await waitForTone(page, TONES.en);
		for (const [lang, name] of [
			['fr', 'French'],
			['ar', 'Arabic'],
			['floor', 'Original sound'],
			['zh', 'Chinese'],
		]) {
			await choose(page, lang);
			await status(page).getByText(`You hear: ${name}`).waitFor();
			await waitForTone(page, TONES[lang]);
		}
		assert.equal(await status(page).getAttribute('role'), 'status');
		assert.equal(relay.of('join').length, 1);
		assert.equal(relay.of('restart').length, 0);
		assert.equal(relay.of('select').length, 4);
	});
});

test('taps faster than answers end at the last one', async () => {
	await withPage({}, async (page, relay) => {
		await status(page).getByText('You hear: English').waitFor();
		relay.delays.set('select', 1_500);
		for (const lang of ['fr', 'ru', 'zh', 'es', 'ar']) await choose(page, lang);
		await status(page).getByText('Changing to: Arabic').waitFor();
		await status(page).getByText('You hear: Arabic').waitFor();
		assert.equal(relay.of('select').length, 2, 'those between are left out');
		await waitForTone(page, TONES.ar);
	});
});

test('a refused language leaves the old one playing and says so', async () => {
	await withPage({}, async (page, relay) => {
		await status(page).getByText('You hear: English').waitFor();
		relay.refusals.set('select', { code: 'unknown-language', message: 'no', times: 1 });
		await choose(page, 'fr');
		await status(page).getByText('This language is not offered here').waitFor();
		await waitForTone(page, TONES.en);
		assert.equal(await page.locator('[data-lang=en]').getAttribute('aria-checked'), 'true');
		await choose(page, 'ru');
		await status(page).getByText('You hear: Russian').waitFor();
	});
});

test('pictures: the room’s, the signer’s, which is large', async () => {
	await withPage({ event: sampleEvent({ sign: true }) }, async (page, relay) => {
		await until(() => frames(page, 'picture').then((count) => count > 3), 'a picture');
		assert.equal(await page.locator('#sign').isVisible(), false);
		await page.getByRole('button', { name: 'Sign language' }).click();
		await until(() => frames(page, 'sign').then((count) => count > 3), 'a signer');
		assert.equal(relay.of('select').at(-1).sign, true);
		const width = async (id) => (await page.locator(id).boundingBox()).width;
		assert.ok((await width('#picture')) > (await width('#sign')) * 2);
		await page.getByRole('button', { name: 'Swap pictures' }).click();
		assert.ok((await width('#sign')) > (await width('#picture')) * 2);
	});
});

test('sound only stops the picture, says what it saves, and comes back', async () => {
	await withPage({ event: sampleEvent({ sign: true }) }, async (page, relay) => {
		await until(() => frames(page, 'picture').then((count) => count > 3), 'a picture');
		await page.locator('#data').getByText(/Now about [\d,.]+ MB an hour; sound only [\d,.]+ MB/).waitFor();
		await page.locator('#only').click();
		await page.getByText('Sound only. The picture is off.').waitFor();
		await until(() => relay.of('select').at(-1)?.video === 'none', 'the relay was asked');
		await page.locator('#data').getByText(/Sound only uses about [\d,.]+ MB an hour/).waitFor();
		assert.equal(await page.getByLabel('Picture quality').isVisible(), false);
		await waitForTone(page, TONES.en);
		await page.reload();
		await page.getByText('Sound only. The picture is off.').waitFor();
		await until(() => relay.of('join').at(-1)?.video === 'none', 'remembered');
		await page.locator('#only').click();
		await until(() => relay.of('select').at(-1)?.video === 'auto', 'the picture is asked for again');
		await page.getByLabel('Picture quality').selectOption('low');
		await until(() => relay.of('select').at(-1)?.video === 'low', 'low was asked for');
	});
});

test('a hidden page gives up its picture after a while, not its sound', async () => {
	await withPage({}, async (page, relay) => {
		await status(page).getByText('You hear: English').waitFor();
		const hide = (hidden) =>
			page.evaluate((value) => {
				Object.defineProperty(document, 'hidden', { value, configurable: true });
				document.dispatchEvent(new Event('visibilitychange'));
			}, hidden);
		await hide(true);
		await page.waitForTimeout(3_000);
		assert.equal(relay.of('select').length, 0, 'a glance elsewhere changes nothing');
		await until(() => relay.of('select').at(-1)?.video === 'none', 'no picture for nobody', 15_000);
		await waitForTone(page, TONES.en);
		await hide(false);
		await until(() => relay.of('select').at(-1)?.video === 'auto', 'the picture is back');
	});
});

test('pause stops sound and picture, and play brings them back', async () => {
	await withPage({}, async (page, relay) => {
		await status(page).getByText('You hear: English').waitFor();
		await page.getByRole('button', { name: 'Pause' }).click();
		await status(page).getByText('Paused').waitFor();
		await until(() => relay.of('select').at(-1)?.video === 'none', 'no picture while paused');
		assert.equal(await page.evaluate(() => document.getElementById('sound').paused), true);
		await page.getByRole('button', { name: 'Play' }).click();
		await status(page).getByText('You hear: English').waitFor();
		await until(() => relay.of('select').at(-1)?.video === 'auto', 'the picture is back');
		assert.equal(await page.evaluate(() => document.getElementById('sound').paused), false);
	});
});

test('stop leaves the room and goes back to the choice', async () => {
	await withPage({}, async (page, relay) => {
		await status(page).getByText('You hear: English').waitFor();
		await page.getByRole('button', { name: 'Stop listening' }).click();
		await until(() => relay.of('leave').length === 1, 'left');
		await page.getByRole('heading', { name: 'What do you want to hear?' }).waitFor();
		assert.equal(await page.locator('#player').isVisible(), false);
		assert.equal(await page.locator('[aria-checked=true]').count(), 0);
		await choose(page, 'fr');
		await waitForTone(page, TONES.fr);
	});
});

test('volume: up to 100 % by the element, above it amplified and limited', async () => {
	await withPage({ script: spy }, async (page, relay) => {
		await status(page).getByText('You hear: English').waitFor();
		const slider = page.getByRole('slider', { name: 'Volume' });
		const element = () => page.evaluate(() => ({ volume: document.getElementById('sound').volume, muted: document.getElementById('sound').muted }));
		const loudness = async () => {
			await page.waitForTimeout(300);
			return page.evaluate(() => window.loudness());
		};

		await slider.fill('40');
		assert.deepEqual(await element(), { volume: 0.4, muted: false });
		assert.equal(await slider.getAttribute('aria-valuetext'), '40%');
		await slider.fill('200');
		await until(() => element().then(({ muted }) => muted), 'the amplifier took over');
		/* The tone's amplitude is 0.25: twice as loud, its effective value is 0.25 × 2 / √2. */
		await until(async () => Math.abs((await loudness()) - 0.354) < 0.04, `twice as loud, not ${await loudness()}`);
		for (const sender of relay.senders.values()) sender.set({ level: 0.9 });
		await page.waitForTimeout(1_000);
		assert.ok((await loudness()) < 1 / Math.SQRT2, 'a loud voice stays below full scale');
		await page.getByRole('button', { name: 'Mute', exact: true }).click();
		await until(async () => (await loudness()) < 0.001, 'silent');
		await page.getByRole('button', { name: 'Unmute' }).click();
		await until(async () => (await loudness()) > 0.3, 'loud again');
		await slider.fill('100');
		await until(async () => (await loudness()) < 0.001, 'the amplifier is silent');
		assert.deepEqual(await element(), { volume: 1, muted: false });
	});
});

test('the limiter doubles a quiet voice exactly and lets no sample over full scale', async () => {
	await withPage({ query: '' }, async (page) => {
		const peak = (amplitude, gain) =>
			page.evaluate(
				async ([level, factor]) => {
					const { limitedGain } = await import('/sound/amplifier.js');
					const context = new OfflineAudioContext(1, 48000, 48000);
					const source = new OscillatorNode(context, { frequency: 1000 });
					const loud = new GainNode(context, { gain: level });
					const { input, output } = limitedGain(context);
					input.gain.value = factor;
					source.connect(loud).connect(input);
					output.connect(context.destination);
					source.start();
					const [samples] = [(await context.startRendering()).getChannelData(0)];
					return samples.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
				},
				[amplitude, gain],
			);
		const quiet = await peak(0.1, 2);
		assert.ok(Math.abs(quiet - 0.2) < 0.006, `0.1 became ${quiet}`);
		for (const amplitude of [0.5, 0.89, 1]) {
			const loud = await peak(amplitude, 2);
			assert.ok(loud > 0.7 && loud < 1, `${amplitude} became ${loud}`);
		}
	});
});

test('the system’s media controls: title, language, and what they do', async () => {
	await withPage({ event: sampleEvent(), script: spy }, async (page) => {
		await status(page).getByText('You hear: English').waitFor();
		const shown = () =>
			page.evaluate(() => {
				const { metadata, playbackState } = navigator.mediaSession;
				return { title: metadata?.title, artist: metadata?.artist, artwork: metadata?.artwork[0].src, playbackState };
			});
		const { artwork, ...words } = await shown();
		assert.deepEqual(words, { title: 'English – Popov Room', artist: 'WSIS Forum 2025', playbackState: 'playing' });
		assert.equal((await page.request.get(artwork)).headers()['content-type'], 'image/png');

		const act = (action) => page.evaluate((each) => window.mediaActions[each](), action);
		await act('nexttrack');
		await status(page).getByText('You hear: French').waitFor();
		assert.equal((await shown()).title, 'Français – Popov Room');
		await act('previoustrack');
		await act('previoustrack');
		await status(page).getByText('You hear: Chinese').waitFor();
		await act('pause');
		await status(page).getByText('Paused').waitFor();
		assert.equal((await shown()).playbackState, 'paused');
		await act('play');
		await status(page).getByText('You hear: Chinese').waitFor();
		await act('stop');
		await until(async () => (await shown()).playbackState === 'none', 'stopped');
	});
});

test('a browser that wants a tap gets one clear button, over the picture', async () => {
	const strict = await launch({ gesture: true });
	try {
		await withPage({ using: strict, query: '?lang=fr' }, async (page, relay) => {
			const tap = page.getByRole('button', { name: 'Tap to listen' });
			await tap.waitFor();
			await until(() => frames(page, 'picture').then((count) => count > 3), 'the silent picture runs meanwhile');
			const box = await tap.boundingBox();
			assert.ok(box.width > 200 && box.height >= 64, JSON.stringify(box));
			assert.equal(await page.evaluate(() => document.getElementById('sound').paused), true);
			await tap.click();
			await tap.waitFor({ state: 'hidden' });
			await until(() => page.evaluate(() => !document.getElementById('sound').paused), 'sound plays');
			assert.equal(relay.of('join').length, 1, 'no second connection');
		});
		await withPage({ using: strict, query: '' }, async (page) => {
			await choose(page, 'fr');
			await status(page).getByText('You hear: French').waitFor();
			assert.equal(await page.getByRole('button', { name: 'Tap to listen' }).isVisible(), false, 'choosing was the tap');
			await until(() => page.evaluate(() => !document.getElementById('sound').paused), 'sound plays');
		});
		await withPage({ using: strict, query: '?lang=fr' }, async (page) => {
			await page.getByRole('button', { name: 'Tap to listen' }).waitFor();
			await choose(page, 'ru');
			await until(() => page.evaluate(() => !document.getElementById('sound').paused), 'any choice is a tap');
		});
	} finally {
		await strict.close();
	}
});

test('the first sound comes within a second of opening a link', async () => {
	await withPage({ query: '' }, async (page, relay) => {
		const times = [];
		for (let i = 0; i < 5; i++) {
			await page.goto(`${relay.url}?lang=fr`);
			times.push(
				await page.evaluate(async () => {
					const element = document.getElementById('sound');
					while (!(element.currentTime > 0)) await new Promise((resolve) => setTimeout(resolve, 5));
					return performance.now();
				}),
			);
		}
		times.sort((a, b) => a - b);
		console.log(`first sound after ${times.map(Math.round).join(', ')} ms`);
		assert.ok(times[2] < 1000, `median ${times[2]} ms`);
	});
	assert.equal(typeof heardTone, 'function');
});
