/* The interpreter's console on the stand-in, all by keyboard: on air, cough, relay, handover, failures. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, leave, until } from './browser.mjs';
import { FR, boothRelay, comeIn, lamp, listenIn, tabTo, told } from './console.mjs';
import { TONES } from './fake_relay.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

/** Runs a test with a stand-in and one console in its French booth. */
async function inBooth(run, options) {
	const relay = await boothRelay();
	try {
		const page = await comeIn(browser, relay.url, options);
		await listenIn(page);
		await run(page, relay, relay.booths.get(FR));
		assert.deepEqual(page.problems, []);
		await leave(page);
	} finally {
		await relay.stop();
	}
}

/** The peak that the stand-in receives from the page's microphone now, dBFS. */
const arriving = (relay) => [...relay.media.uplinks.values()].at(-1) ?? -120;

test('sign in, check, on air, cough, relay, off: with keys alone', () =>
	inBooth(async (page, relay, booth) => {
		const [join] = relay.of('join');
		assert.deepEqual([join.booth, join.name, join.lang, join.key], ['fr', 'Anna Keller', undefined, undefined]);
		assert.match(join.offer, /m=audio[^]*a=sendrecv[^]*m=audio[^]*a=recvonly[^]*m=video[^]*a=recvonly/);

		await page.keyboard.press('m');
		await lamp(page, 'on-air');
		await page.locator('#lamp-detail').getByText('The server sends your voice: French').waitFor();
		assert.equal(await page.locator('#microphone').getAttribute('aria-pressed'), 'true');
		await until(() => arriving(relay) > -40, 'the microphone is heard at the relay');

		await page.keyboard.down('c');
		await lamp(page, 'muted');
		await until(() => arriving(relay) < -80, 'nothing comes from the microphone');
		await page.keyboard.up('c');
		await lamp(page, 'on-air');
		await until(() => arriving(relay) > -40, 'the microphone is heard again');

		await page.keyboard.press('o');
		await page.locator('#lamp-detail').getByText('The server sends your voice: English').waitFor();
		assert.equal(booth.seats[0].output, 'B');
		await page.keyboard.press('o');

		await page.keyboard.press('i');
		await page.keyboard.press('ArrowRight');
		await page.keyboard.press('Space');
		await page.locator('#incoming-now').getByText('Arabic · relay').waitFor();
		await page.keyboard.press('Shift+Digit2');
		await until(() => booth.incoming.presets[1] === 'ar', 'preset 2 is set');
		await page.keyboard.press('0');
		await page.locator('#incoming-now').getByText('Original sound · direct').waitFor();
		await page.keyboard.press('2');
		await page.locator('#incoming-now').getByText('Arabic · relay').waitFor();
		await page.keyboard.press('3');
		await until(async () => (await told(page)).some((each) => each.startsWith('note: This preset is empty')), 'the refusal in words');

		await page.keyboard.press('m');
		await lamp(page, 'off');
		const words = await told(page);
		assert.ok(words.includes('say-now: On air. The server sends your voice: French'), words.join('\n'));
		assert.ok(words.some((each) => each.startsWith('say-now: Muted.')), words.join('\n'));
		assert.equal(words.filter((each) => each.startsWith('doubt')).length, 0, 'nothing was in doubt');
	}));

test('automatic relay follows the floor’s language, which the booth may set', () =>
	inBooth(async (page, relay, booth) => {
		await page.keyboard.press('p');
		await page.keyboard.press('Space');
		await until(() => booth.incoming.pivots.includes('ar'), 'a pivot');
		booth.incoming.pivots = ['ar'];
		await page.keyboard.press('r');
		await page.locator('#automatic[aria-pressed=true]').waitFor();
		await page.keyboard.press('l');
		await page.keyboard.press('R'); /* Russian */
		await page.locator('#incoming-now').getByText('Arabic · relay').waitFor();
		assert.equal(relay.of('floor-language').at(-1).lang, 'ru');
		await page.waitForTimeout(1_200); /* letters typed faster are taken for one word */
		await page.keyboard.press('E');
		await page.locator('#incoming-now').getByText('Original sound · direct').waitFor();
	}));

test('what is chosen is what is heard, and the monitor is the own channel', () =>
	inBooth(async (page) => {
		const tone = (name) =>
			page.evaluate(async (which) => {
				const { receiver } = window.connections.at(-1).getTransceivers().filter(({ receiver: { track } }) => track.kind === 'audio')[which];
				const context = new AudioContext({ sampleRate: 48000 });
				const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
				context.createMediaStreamSource(new MediaStream([receiver.track])).connect(analyser);
				await new Promise((resolve) => setTimeout(resolve, 300));
				const bins = new Float32Array(analyser.frequencyBinCount);
				analyser.getFloatFrequencyData(bins);
				await context.close();
				return (bins.indexOf(Math.max(...bins)) * 48000) / 8192;
			}, name);
		const near = async (which, hertz) => Math.abs((await tone(which)) - hertz) < 15;

		await until(() => near(0, TONES.floor), 'the floor');
		await until(() => near(1, 300), 'the own channel on the monitor');
		await page.keyboard.press('i');
		await page.keyboard.press('ArrowRight');
		await page.keyboard.press('Enter');
		await until(() => near(0, TONES.ar), 'the Arabic channel');
		const level = () => page.locator('#meter-in').evaluate((each) => each.value);
		await until(async () => (await level()) > -40, 'the meter moves');
		await page.keyboard.press('Tab'); /* among the channels arrows move */
		for (let i = 0; i < 30; i++) await page.keyboard.press('ArrowDown');
		assert.equal(await page.locator('#volume').getAttribute('aria-valuetext'), '0%');
	}, { script: exposeConnection }));

function exposeConnection() {
	const Original = window.RTCPeerConnection;
	window.connections = [];
	window.RTCPeerConnection = class extends Original {
		constructor(...values) {
			super(...values);
			window.connections.push(this);
		}
	};
}

test('the microphone is plain, and sent first and fullband', () =>
	inBooth(
		async (page) => {
			const { constraints, parameters } = await page.evaluate(() => ({
				constraints: window.asked,
				parameters: window.connections.at(-1).getSenders()[0].getParameters().encodings,
			}));

			for (const name of ['noiseSuppression', 'autoGainControl', 'echoCancellation']) assert.equal(constraints.audio[name], false, name);
			assert.deepEqual([constraints.audio.channelCount.ideal, constraints.audio.sampleRate.ideal], [1, 48000]);
			assert.equal(parameters[0].maxBitrate, 64_000);
			assert.equal(parameters[0].priority, 'high');
			assert.equal(parameters[0].networkPriority, 'high');
		},
		{
			script: `(${exposeConnection})();
			const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
			navigator.mediaDevices.getUserMedia = (wanted) => ((window.asked = wanted), original(wanted));`,
		},
	));

test('a handover between two consoles, asked for and agreed to, with the countdown at both', () =>
	inBooth(async (anna, relay, booth) => {
		const ben = await comeIn(browser, relay.url, { name: 'Ben', consent: true });
		await listenIn(ben);
		await anna.getByText('Ben', { exact: true }).waitFor();
		await anna.keyboard.press('b');
		await anna.keyboard.press('m');
		await lamp(anna, 'on-air');
		await lamp(ben, 'standby');
		await ben.keyboard.press('m');
		await until(async () => (await told(ben)).some((each) => /has the microphone. Ask for it/.test(each)), 'the interlock in words');

		await ben.keyboard.press('h');
		await anna.locator('#handover-words').getByText('Wants the microphone: Ben').waitFor();
		await anna.keyboard.press('n');
		await until(async () => (await told(ben)).includes('note: The answer was: not now.'), 'the answer');
		await ben.keyboard.press('h');
		await anna.locator('#handover-accept').waitFor();
		await anna.keyboard.press('F4');
		for (const page of [anna, ben]) {
			await page.locator('#countdown').waitFor();
			const left = Number(await page.locator('#countdown-value').textContent());
			assert.ok(left > 0 && left <= 3, `${left} s`);
		}
		await lamp(ben, 'on-air');
		await lamp(anna, 'standby');
		assert.equal(booth.seats[1].microphone, 'on-air');
		const words = await told(anna);
		assert.ok(words.some((each) => each.startsWith('say-now') && each.includes('Wants the microphone: Ben')), words.join('\n'));

		await ben.keyboard.press('h'); /* offers it back */
		await anna.keyboard.press('k'); /* and it is taken at once */
		await lamp(anna, 'on-air');
		await ben.keyboard.press('Shift+Q');
		await until(async () => (await told(anna)).includes('say: Has left the booth: Ben'), 'the partner is gone');
		assert.deepEqual(ben.problems, []);
		await leave(ben);
	}));

test('a cough ends whatever happens to the key', () =>
	inBooth(async (page, relay, booth) => {
		await page.keyboard.press('m');
		await lamp(page, 'on-air');
		await page.keyboard.down('c');
		await lamp(page, 'muted');
		await page.evaluate(() => window.dispatchEvent(new Event('blur')));
		await lamp(page, 'on-air');
		await page.keyboard.up('c');

		/* Faster than the answers: the last word counts. */
		relay.delays.set('microphone', 150);
		for (let i = 0; i < 4; i++) await page.keyboard.press('c');
		await until(() => booth.seats[0].microphone === 'on-air' && relay.of('microphone').at(-1).state === 'on', 'on air in the end');
		await page.waitForTimeout(400);
		await lamp(page, 'on-air');

		/* With the button, by Space and by a pointer that slides off it. */
		relay.delays.clear();
		await tabTo(page, '#cough');
		await page.keyboard.down(' ');
		await lamp(page, 'muted');
		await page.keyboard.up(' ');
		await lamp(page, 'on-air');
		await page.locator('#cough').hover();
		await page.mouse.down();
		await lamp(page, 'muted');
		await page.mouse.move(600, 600);
		await page.mouse.up();
		await lamp(page, 'on-air');

		/* Taken off the air meanwhile, the key's release does not bring it back. */
		await page.keyboard.down('F9');
		await lamp(page, 'muted');
		booth.seats[0].microphone = 'off';
		booth.settle();
		await lamp(page, 'off');
		await page.keyboard.up('F9');
		await page.waitForTimeout(300);
		await lamp(page, 'off');
	}));

test('while a message is written, letters are letters and function keys are keys', () =>
	inBooth(async (page, relay, booth) => {
		await page.keyboard.press('j');
		await page.keyboard.type('mcsth');
		assert.equal(await page.locator('#chat-text').inputValue(), 'mcsth');
		assert.equal(relay.of('microphone').length, 0);
		await page.keyboard.press('F8');
		await lamp(page, 'on-air');
		await page.keyboard.press('Enter');
		await page.locator('#chat p').getByText('mcsth').waitFor();
		await page.keyboard.press('Escape');
		await page.keyboard.press('Shift+J');
		await page.keyboard.press('Shift+Tab');
		await page.keyboard.press('T');
		await page.keyboard.press('Tab');
		await page.keyboard.press('ArrowDown');
		await page.keyboard.press('ArrowDown');
		await page.keyboard.press('Enter');
		await until(() => relay.of('chat').length === 2, 'a ready-made text');
		assert.deepEqual([relay.of('chat').at(-1).to, relay.of('chat').at(-1).text], ['technician', 'The floor is too loud.']);
		booth.broadcast({ type: 'chat', from: 'technician', to: 'booth', text: 'One moment.', time: 1_750_000_000 });
		await until(async () => (await told(page)).includes('say: Message from Technician: One moment.'), 'read out');
		await page.keyboard.press('Escape');

		await page.keyboard.press('s');
		await until(async () => (await told(page)).some((each) => each.includes('Nobody sees who asked')), 'slow down');
		await page.keyboard.press('t');
		await page.locator('#call[data-call=open]').waitFor();
		booth.broadcast({ type: 'call', call: booth.call, booth: 'fr', name: 'Anna Keller', state: 'taken' });
		await page.getByText('The technician is coming').first().waitFor();
		booth.broadcast({ type: 'call', call: booth.call, booth: 'fr', name: 'Anna Keller', state: 'done' });
		await page.locator('#call[data-call=done]').waitFor();
		await page.keyboard.press('F2');
		await until(async () => (await told(page)).some((each) => /^say-now: On air\..*Listeners: 24.*Original sound/.test(each)), 'the state in words');
	}));

test('letters can be switched off; function keys stay', () =>
	inBooth(async (page, relay) => {
		await page.keyboard.press('?');
		await tabTo(page, '#shortcuts');
		await page.keyboard.press('Space');
		await page.keyboard.press('Escape');
		await page.keyboard.press('m');
		await page.waitForTimeout(200);
		assert.equal(relay.of('microphone').length, 0);
		await page.keyboard.press('F8');
		await lamp(page, 'on-air');
	}));

test('the lamp shows what the server sends, and the page says when it differs', () =>
	inBooth(async (page, relay, booth) => {
		booth.obeys = false; /* the engine sends something else */
		await page.keyboard.press('m');
		await page.locator('#doubt').getByText('the server does not send your voice yet').waitFor();
		assert.equal(await page.locator('#lamp').getAttribute('data-lamp'), 'off');
		booth.obeys = true;
		booth.settle();
		await lamp(page, 'on-air');
		await until(async () => (await page.locator('#doubt').textContent()) === '', 'no doubt any more');

		relay.media.uplinks.clear();
		relay.media.uplinks.set = () => {}; /* nothing arrives from the microphone */
		await page.locator('#doubt').getByText('No sound from your microphone reaches the server').waitFor();
		delete relay.media.uplinks.set;
	}));

test('a lost websocket is unmistakable, and the seat is the same afterwards', () =>
	inBooth(async (page, relay, booth) => {
		await page.keyboard.press('m');
		await lamp(page, 'on-air');
		relay.accepting = false;
		relay.dropSockets();
		await lamp(page, 'unknown');
		await page.locator('#lost').getByText('The connection to the server is lost').waitFor();
		relay.accepting = true;
		await lamp(page, 'on-air', 15_000);
		await until(async () => (await page.locator('#lost').textContent()) === '', 'the banner is gone');
		assert.equal(relay.of('resume').length, 1);
		assert.equal(booth.seats.filter(Boolean).length, 1);
	}));

test('a relay that forgot the connection gets the seat’s key, and never a “leave”', () =>
	inBooth(async (page, relay, booth) => {
		const { key } = booth.seats[0];
		relay.forgetPeers();
		await page.locator('#lost').getByText('The sound is lost').waitFor({ timeout: 15_000 });
		await until(() => relay.of('join').length > 1, 'another join', 30_000);
		await lamp(page, 'off', 15_000);
		assert.equal(relay.of('join').at(-1).key, key);
		assert.equal(relay.of('leave').length, 0);
		assert.equal(booth.seats.filter(Boolean).length, 1);
	}));

test('a reload comes back to the same seat, after a question while on air', () =>
	inBooth(async (page, relay, booth) => {
		const { key } = booth.seats[0];
		const questions = [];
		page.on('dialog', (dialog) => {
			questions.push(dialog.type());
			dialog.accept();
		});
		await page.keyboard.press('m');
		await lamp(page, 'on-air');
		await page.reload();
		assert.deepEqual(questions, ['beforeunload']);
		await lamp(page, 'on-air', 15_000);
		assert.equal(relay.of('join').at(-1).key, key);
		assert.equal(booth.seats.filter(Boolean).length, 1);

		await page.keyboard.press('m');
		await lamp(page, 'off');
		await page.keyboard.press('Shift+Q');
		await page.locator('#sign-in').waitFor();
		await until(() => relay.of('leave').length === 1, 'the seat is given up');
		await page.reload();
		await page.locator('#sign-in-form').waitFor();
		assert.equal(await page.locator('#name').inputValue(), 'Anna Keller');
	}));

test('an unplugged microphone is told, another one is a key away, and the seat is kept', () =>
	inBooth(
		async (page, relay, booth) => {
			await page.keyboard.press('m');
			await lamp(page, 'on-air');
			await page.evaluate(() => {
				const track = window.tracks.at(-1);
				track.stop();
				track.dispatchEvent(new Event('ended'));
			});
			await page.locator('#microphone-trouble').getByText('The microphone was unplugged').waitFor();
			assert.equal(booth.seats.filter(Boolean).length, 1);
			await page.locator('#microphone-other').waitFor();
			await page.keyboard.press('u');
			await until(() => arriving(relay) > -40, 'the other microphone is heard');
			await until(async () => (await page.locator('#microphone-trouble').textContent()) === '', 'all is well');
			assert.equal(relay.of('join').length, 1);
		},
		{
			script: `window.tracks = [];
			const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
			navigator.mediaDevices.getUserMedia = async (wanted) => {
				const stream = await original(wanted);
				window.tracks.push(...stream.getAudioTracks());
				return stream;
			};`,
		},
	));

test('a booth that is full says so at the door', async () => {
	const relay = await boothRelay();
	relay.refusals.set('join', { code: 'booth-full', message: 'All seats of booth fr are taken.', times: 1 });
	const page = await browser.open(`${relay.url}interpreter?room=popov&lang=ar`, { permissions: ['microphone'] });
	await page.locator('#booth-choice option').first().waitFor({ state: 'attached' });
	assert.equal(await page.locator('#booth-choice').inputValue(), 'ar', 'the link’s booth');
	await page.locator('#sign-in-next').press('Enter');
	assert.equal(await page.locator('#name').getAttribute('aria-invalid'), 'true', 'a name is needed');
	await page.keyboard.type('Chen');
	await page.keyboard.press('Enter');
	await page.locator('.mic-check-done').press('Enter');
	await page.locator('#sign-in-problem').getByText('All seats of this booth are taken.').waitFor();
	assert.deepEqual(page.problems, []);
	await leave(page);
	await relay.stop();
});
