/* The console on the real relay: two interpreters in a booth, and a delegate who listens. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Relay, smallLadder } from '../interop/relay.mjs';
import { launch, leave, until, waitForTone } from './browser.mjs';
import { comeIn, examine, lamp, listenIn, tabTo, told } from './console.mjs';

/** Hertz: the room, and each interpreter's voice; one FFT bin of the delegate's page tells them apart. */
const TONES = { floor: 440, anna: 1000, ben: 1900 };

let browser, relay;
before(async () => {
	browser = await launch();
	relay = await Relay.start({
		rooms: [
			{
				id: 'plenary',
				title: { en: 'Plenary', ar: 'الجلسة العامة' },
				video: { frame_rate: 25, ladder: smallLadder },
				floor: { source: `test:tone?hz=${TONES.floor}`, language: 'en' },
				booths: [{ id: 'fr', languages: ['fr', 'en'], takes: ['en', 'es'], pivots: ['ru'] }, { id: 'ru', languages: ['ru'] }],
				channels: [{ language: 'fr' }, { language: 'en' }, { language: 'ru' }],
			},
		],
	});
	await relay.live();
});
after(async () => {
	await browser.close();
	await relay.stop();
});

/** A microphone that whistles instead of Chromium's that beeps: silence would be as good as a pause. */
const whistle = (hertz) => `
	navigator.mediaDevices.getUserMedia = async () => {
		const context = new AudioContext({ sampleRate: 48000 });
		const tone = new OscillatorNode(context, { frequency: ${hertz} });
		const quiet = new GainNode(context, { gain: 0.2 });
		const out = context.createMediaStreamDestination();
		tone.connect(quiet).connect(out);
		tone.start();
		return out.stream;
	};`;

const sit = (name, options = {}) =>
	comeIn(browser, `${relay.url}/`, { name, query: 'room=plenary&lang=fr', script: whistle(TONES[name.toLowerCase()]), ...options });

/** On air is asked for until the relay has heard the microphone. */
async function goOn(page) {
	await page.locator('.seat[data-link=alive]').first().waitFor({ timeout: 20_000 });
	await page.keyboard.press('m');
	await lamp(page, 'on-air');
}

test('a session: on air, cough, hand over, stand-by, relay, off; a delegate hears it all', async () => {
	const listener = await browser.open(`${relay.url}/?room=plenary&lang=fr`);
	await waitForTone(listener, TONES.floor);

	const anna = await sit('Anna', { consent: true });
	await listenIn(anna);
	await goOn(anna);
	await waitForTone(listener, TONES.anna);
	await until(async () => /Listeners: 1$/.test(await anna.locator('[data-output=A]').innerText()), 'the listener is counted');
	await until(() => anna.evaluate(() => Number(document.getElementById('meter-out').value) > -40), 'the level of what is sent');
	await until(() => anna.evaluate(() => document.getElementById('picture').getVideoPlaybackQuality().totalVideoFrames > 5), 'the room is seen');
	assert.deepEqual(await examine(anna), []);

	await anna.keyboard.down('c');
	await lamp(anna, 'muted');
	await waitForTone(listener, 0).catch(async () => {
		/* Comfort noise is no tone of anybody's. */
		await assert.rejects(waitForTone(listener, TONES.anna, 1_500));
		await assert.rejects(waitForTone(listener, TONES.floor, 1_500));
	});
	await anna.keyboard.up('c');
	await lamp(anna, 'on-air');
	await waitForTone(listener, TONES.anna);

	const ben = await sit('Ben', { consent: true });
	await lamp(ben, 'standby', 10_000);
	await until(() => ben.evaluate(() => Number(document.getElementById('meter-relay').value) > -40), 'Ben’s microphone arrives, unheard', 20_000);
	await ben.keyboard.press('h');
	await anna.locator('#handover-accept').waitFor();
	await anna.keyboard.press('y');
	await lamp(ben, 'on-air', 10_000);
	await lamp(anna, 'standby');
	await waitForTone(listener, TONES.ben);

	/* Hot stand-by: Ben's page dies without a word. */
	await leave(ben);
	await lamp(anna, 'on-air', 10_000);
	await waitForTone(listener, TONES.anna);

	/* Relay: the floor turns to a language that this booth does not take; nobody is in the pivot's booth. */
	await anna.locator('#automatic[aria-pressed=true]').waitFor(); /* from the beginning: the booth has pivots */
	await anna.keyboard.press('l');
	await anna.keyboard.press('R');
	await anna.locator('#incoming-now').getByText('the wanted channel is off').waitFor();
	await anna.keyboard.press('Escape');
	await tabTo(anna, '#microphone');
	await anna.keyboard.press('0');
	await anna.locator('#automatic[aria-pressed=false]').waitFor();
	await anna.keyboard.press('Shift+Digit3');
	await anna.getByText('Preset 3 is now: Original sound').waitFor();

	await anna.keyboard.press('s');
	await anna.getByText('Asking to slow down: 1').waitFor();
	await anna.keyboard.press('j');
	await anna.keyboard.type('Is anybody there?');
	await anna.keyboard.press('Enter');
	await anna.locator('#chat p').getByText('Is anybody there?').waitFor();
	await anna.keyboard.press('Escape');
	await anna.keyboard.press('t');
	await anna.locator('#call[data-call=open]').waitFor();
	await anna.keyboard.press('t');
	await anna.locator('#call[data-call=open]').waitFor({ state: 'detached' });

	await anna.keyboard.press('m');
	await lamp(anna, 'off');
	await waitForTone(listener, TONES.floor);
	const words = await told(anna);
	assert.ok(words.includes('say-now: On air. The server sends your voice: French'), words.join('\n'));
	assert.deepEqual(anna.problems, []);
	assert.deepEqual(listener.problems, []);
	await anna.keyboard.press('Shift+Q');
	await anna.locator('#sign-in').waitFor();
	await leave(anna);
	await leave(listener);
});

test('a reload on air comes back to the seat, and the voice with it', async () => {
	const listener = await browser.open(`${relay.url}/?room=plenary&lang=fr`);
	const anna = await sit('Anna');
	anna.on('dialog', (dialog) => dialog.accept());
	await goOn(anna);
	await waitForTone(listener, TONES.anna);
	await anna.reload();
	await lamp(anna, 'on-air', 20_000);
	await waitForTone(listener, TONES.anna);
	await anna.keyboard.press('m');
	await lamp(anna, 'off');
	await anna.keyboard.press('Shift+Q');
	assert.deepEqual(anna.problems, []);
	await leave(anna);
	await leave(listener);
});
