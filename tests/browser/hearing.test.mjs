/* Hearing protection, the weightings and the dose: sound that a test makes, no browser; then the headset in one. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decibel, linear, powerDecibel } from '../../client/web/sound/decibel.js';
import { Dose, doseOf, warningOf } from '../../client/web/sound/dose.js';
import { FULL_SCALE_SPL, LOOK_AHEAD, Protection } from '../../client/web/sound/protection.js';
import { Filter, aWeighting, kWeighting, response } from '../../client/web/sound/weighting.js';
import { launch, leave } from './browser.mjs';
import { FakeRelay } from './fake_relay.mjs';
import { random, speech, tone } from './sounds.mjs';

const RATE = 48_000;
const BLOCK = 128;

/** Through the protection, block by block as a browser does it. @param {Float32Array} input */
function protect(input, protection = new Protection(RATE), after = () => {}) {
	const output = input.slice();

	for (let at = 0; at < output.length; at += BLOCK) {
		protection.process([output.subarray(at, Math.min(at + BLOCK, output.length))]);
		after(protection, at / RATE);
	}
	return output;
}

/** dB SPL of a part, from and to in seconds. */
function spl(sound, from, to, rate = RATE) {
	const part = sound.subarray(from * rate, to * rate);
	const square = part.reduce((sum, sample) => sum + sample * sample, 0) / part.length;

	return powerDecibel(square) + FULL_SCALE_SPL;
}

const peak = (sound) => sound.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
const ceiling = linear(100 - FULL_SCALE_SPL);

test('a full-scale burst in silence never leaves above the first stage, from its first sample on', () => {
	for (const rate of [16_000, 44_100, RATE])
		for (const make of [(n) => 1, (n) => (n % 2 ? -1 : 1), (n) => Math.sin(n), (n) => (n % 7 ? 0 : 4)]) {
			const burst = new Float32Array(rate / 2);
			for (let n = rate / 10; n < rate / 4; n++) burst[n] = make(n);
			const output = protect(burst, new Protection(rate));
			const most = peak(output);

			assert.ok(most <= ceiling * 1.000001, `${decibel(most) + FULL_SCALE_SPL} dB SPL at ${rate} Hz`);
			assert.ok(most > ceiling * 0.9, 'and is not silenced either');
		}
});

test('one sample is enough to be caught, and bursts of any length at any place', () => {
	const next = random(7);
	for (let round = 0; round < 200; round++) {
		const sound = new Float32Array(4096);
		for (let bursts = 0; bursts < 8; bursts++) {
			const at = Math.floor(next() * 4000);
			const length = 1 + Math.floor(next() ** 3 * 90);
			for (let n = at; n < Math.min(4096, at + length); n++) sound[n] = (next() - 0.5) * 40 * next();
		}
		assert.ok(peak(protect(sound)) <= ceiling * 1.000001, `round ${round}`);
	}
});

test('a sustained loud tone is lowered to the second stage after 100 ms, without a step', () => {
	const sound = new Float32Array(3 * RATE);
	sound.set(tone(1000, -1, 2, RATE), RATE / 2);
	const output = protect(sound);

	assert.ok(Math.abs(spl(output, 0.52, 0.59) - 100) < 0.6, `at first ${spl(output, 0.52, 0.59)}`);
	assert.ok(spl(output, 0.7, 0.8) <= 94.2, `100 ms later ${spl(output, 0.7, 0.8)}`);
	assert.ok(spl(output, 1.5, 2.4) > 93 && spl(output, 1.5, 2.4) <= 94, `${spl(output, 1.5, 2.4)}`);
	/* The largest step of a 1 kHz sine at 100 dB is its slope: a gain that jumped would add to it. */
	let step = 0;
	for (let n = RATE / 2 + 300; n < 2.4 * RATE; n++) step = Math.max(step, Math.abs(output[n] - output[n - 1]));
	assert.ok(step < ceiling * 2 * Math.sin((Math.PI * 1000) / RATE) * 1.1, `a step of ${step}`);
});

test('what is above 94 dB for less than 100 ms is left to the first stage', () => {
	const sound = new Float32Array(RATE);
	sound.set(tone(1000, -11, 0.08, RATE), RATE / 2);
	const output = protect(sound);

	assert.ok(spl(output, 0.51, 0.57) > 98.5);
});

test('after a minute above 80 dB the third stage brings it down, and lets it back slowly', () => {
	const loud = -22; /* 88 dB SPL */
	const sound = new Float32Array(120 * RATE);
	sound.set(tone(500, loud, 75, RATE), 0);
	sound.set(tone(500, -35, 45, RATE), 75 * RATE); /* 75 dB SPL: nobody's harm */
	const output = protect(sound);

	assert.ok(Math.abs(spl(output, 30, 58) - 88) < 0.05, 'not before');
	assert.ok(spl(output, 66, 75) <= 80 && spl(output, 66, 75) > 79, `${spl(output, 66, 75)} dB SPL after a minute`);
	/* A dB a second at most, up. */
	for (let at = 76; at < 118; at++) {
		const rise = spl(output, at + 1, at + 2) - spl(output, at, at + 1);
		assert.ok(rise < 1.3 && rise > -0.1, `${rise} dB a second at ${at} s`);
	}
	assert.ok(Math.abs(spl(output, 110, 119) - 75) < 0.05, 'and it is as it was');
});

test('speech at a normal level leaves bit by bit as it came, only later', () => {
	const sound = speech({ seconds: 90, level: -40 });
	const most = peak(sound);
	const protection = new Protection(RATE);
	const output = protect(sound, protection);
	const delay = protection.delay;

	assert.ok(decibel(most) < -20 && decibel(most) > -32, `its peaks are at ${decibel(most)} dBFS`);
	assert.equal(delay, Math.round(LOOK_AHEAD * RATE) - 1);
	for (let n = delay; n < sound.length; n++)
		if (output[n] !== sound[n - delay]) assert.fail(`sample ${n} is ${output[n]}, not ${sound[n - delay]}`);
});

test('speech that is too loud is lowered evenly: pauses between sentences do not pump', () => {
	const sound = speech({ seconds: 60, level: -14 }); /* 96 dB SPL */
	/** @type {number[]} */
	const gains = [];
	protect(sound, new Protection(RATE), (protection, at) => {
		if (at > 5) gains.push(protection.reduction);
	});
	gains.sort((a, b) => a - b);
	const [low, high] = [0.1, 0.9].map((share) => gains[Math.floor(gains.length * share)]);

	assert.ok(low > 1 && high - low < 4, `between ${low} and ${high} dB`);
});

test('what is no number is silence, and what follows is sound again', () => {
	const sound = tone(440, -40, 2, RATE);
	for (let n = 1000; n < 1400; n++) sound[n] = [NaN, Infinity, -Infinity, 1e38][n % 4];
	const output = protect(sound);

	assert.ok(output.every(Number.isFinite));
	assert.ok(peak(output) <= ceiling * 1.000001);
	assert.ok(Math.abs(spl(output, 1.7, 2) - 70) < 0.1, `${spl(output, 1.7, 2)} dB SPL afterwards`);
	const broken = new Float32Array(RATE).fill(NaN);
	assert.equal(peak(protect(broken)), 0);
});

test('both ears get the same gain, and the louder one decides', () => {
	const protection = new Protection(RATE);
	const left = tone(1000, 0, 1, RATE);
	const right = tone(1000, -40, 1, RATE);

	for (let at = 0; at < left.length; at += BLOCK)
		protection.process([left.subarray(at, at + BLOCK), right.subarray(at, at + BLOCK)]);
	assert.ok(spl(left, 0.5, 1) < 94.1);
	assert.ok(Math.abs(spl(left, 0.5, 1) - spl(right, 0.5, 1) - 40) < 0.1);
});

test('a headset that is louder, or quieter, is protected from lower, or higher', () => {
	for (const [fullScale, level] of [
		[120, -20],
		[100, 0],
		[90, 0],
	]) {
		const output = protect(tone(1000, 0, 0.05, RATE), new Protection(RATE, fullScale));
		assert.ok(Math.abs(decibel(peak(output)) - level) < 0.1, `${fullScale}: ${decibel(peak(output))}`);
	}
	const nonsense = protect(tone(1000, 0, 0.05, RATE), new Protection(RATE, NaN));
	assert.ok(Math.abs(decibel(peak(nonsense)) + 10) < 0.1, 'no calibration is the usual one');
});

test('protection costs little', () => {
	const sound = speech({ seconds: 20, level: -10 });
	const since = performance.now();
	protect(sound);
	const share = (performance.now() - since) / 20_000;

	console.log(`# protection of one channel takes ${(share * 100).toFixed(2)} % of real time`);
	assert.ok(share < 0.1);
});

/* IEC 61672-1, table 3. */
const A_TABLE = { 31.5: -39.4, 63: -26.2, 125: -16.1, 250: -8.6, 500: -3.2, 1000: 0, 2000: 1.2, 4000: 1, 8000: -1.1 };

test('A-weighting follows the table', () => {
	for (const [hz, db] of Object.entries(A_TABLE)) {
		const found = decibel(response(aWeighting(RATE), Number(hz), RATE));
		assert.ok(Math.abs(found - db) < 0.7, `${hz} Hz: ${found} dB`);
	}
});

test('K-weighting is that of BS.1770 at 48 kHz', () => {
	/* ITU-R BS.1770-5, tables 1 and 2. */
	const printed = [
		[1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585],
		[1, -2, 1, -1.99004745483398, 0.99007225036621],
	];
	kWeighting(RATE).forEach((section, i) =>
		section.forEach((value, j) => assert.ok(Math.abs(value - printed[i][j]) < 1e-6, `${i} ${j}: ${value}`)),
	);
});

test('a filter does what its response says', () => {
	const filter = new Filter(aWeighting(RATE));
	const output = tone(125, 0, 1, RATE).map((sample) => filter.next(sample));

	assert.ok(Math.abs(decibel(peak(output.subarray(RATE / 2))) + 16.1) < 0.3);
});

test('the dose of a day: 80 dB(A) for eight hours, or 83 for four', () => {
	const day = '2025-7-7';
	const dose = new Dose(null, day);

	assert.equal(doseOf(80, 8 * 3600), 1);
	assert.ok(Math.abs(doseOf(83.0103, 4 * 3600) - 1) < 1e-5);
	for (let hour = 0; hour < 4; hour++) dose.add(80, 3600, day);
	assert.equal(dose.value, 0.5);
	assert.equal(warningOf(dose.value), 'half');
	dose.add(-Infinity, 3600, day);
	dose.add(NaN, 3600, day);
	assert.equal(dose.value, 0.5);
	assert.equal(new Dose(String(dose), day).value, 0.5);
	assert.equal(new Dose(String(dose), '2025-7-8').value, 0);
	for (const kept of ['', 'x', `${day} x`, `${day} -3`, `${day} Infinity`]) assert.equal(new Dose(kept, day).value, 0);
	dose.add(100, 600, '2025-7-8');
	assert.ok(Math.abs(dose.value - 600 / 288) < 1e-9, 'ten minutes of 100 dB(A) are two days');
	assert.equal(warningOf(dose.value), 'full');
});

/* In Chromium: a tone comes in by WebRTC, as from the relay, and goes through the headset. */

let browser, relay;
before(async () => {
	browser = await launch();
	relay = await new FakeRelay().start();
});
after(() => Promise.all([browser.close(), relay.stop()]));

/** In the page: tones by WebRTC, and a headset with a memory that can be looked at. */
const PREPARE = async () => {
	const { Headset } = await import('/sound/headset.js');
	const context = new AudioContext({ sampleRate: 48000 });
	const received = async (hertz, gain) => {
		const oscillator = new OscillatorNode(context, { frequency: hertz });
		const amount = new GainNode(context, { gain });
		const out = context.createMediaStreamDestination();
		oscillator.connect(amount).connect(out);
		oscillator.start();
		const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
		a.onicecandidate = ({ candidate }) => b.addIceCandidate(candidate);
		b.onicecandidate = ({ candidate }) => a.addIceCandidate(candidate);
		const track = new Promise((resolve) => (b.ontrack = (event) => resolve(event.track)));
		a.addTrack(out.stream.getAudioTracks()[0], out.stream);
		await a.setLocalDescription();
		await b.setRemoteDescription(a.localDescription);
		await b.setLocalDescription();
		await a.setRemoteDescription(b.localDescription);
		return { track: await track, amount };
	};
	const kept = {};
	const memory = { recall: (name) => kept[name] ?? null, remember: (name, value) => (kept[name] = value) };
	window.kept = kept;
	window.changes = 0;
	window.headset = new Headset({ onChange: () => window.changes++, memory });
	window.incoming = await received(1000, 0.1);
	window.monitor = await received(440, 0.1);
	await headset.attach({ incoming: incoming.track, monitor: monitor.track });
	await headset.unlock();
	/* The mean of what is measured while it settles. */
	window.levels = async () => {
		await new Promise((resolve) => setTimeout(resolve, 400));
		return { ear: headset.level(), ...headset.arriving() };
	};
};

test('a headset in Chromium: mix, tone, protection, dose, memory', async () => {
	const page = await browser.open(`${relay.url}check.html`);
	await page.evaluate(PREPARE);
	const levels = () => page.evaluate(() => window.levels());
	const set = (change) => page.evaluate((value) => headset.set(value), change);
	/** Until it is so: sound takes its time through WebRTC, and longer on a busy machine. */
	const near = async (read, wanted, what, within = 1) => {
		const end = Date.now() + 8_000;
		let found = read(await levels());
		while (Math.abs(found - wanted) >= within && Date.now() < end) found = read(await levels());
		assert.ok(Math.abs(found - wanted) < within, `${what}: ${found}, not ${wanted}`);
	};

	await page.waitForFunction(() => headset.arriving().incoming.rms > -40 && headset.arriving().monitor.rms > -40);
	assert.equal(await page.evaluate(() => headset.protection), 'full');
	assert.equal(await page.evaluate(() => headset.state), 'playing');
	await near(({ incoming }) => incoming.rms, -20, 'it arrives');
	await near(({ ear }) => ear.rms, -32, 'and is 12 dB down by default, without the monitor');
	await set({ volume: 100 });
	await near(({ ear }) => ear.rms, -20, 'unity');
	await set({ monitor: true });
	await near(({ ear }) => ear.rms, -17, 'both');
	await set({ balance: 100 });
	await near(({ ear }) => ear.rms, -20, 'the monitor alone');
	await set({ bass: 12 });
	await near(({ ear }) => ear.rms, -19, 'bass reaches 440 Hz a little', 1.5);
	await set({ balance: -100, bass: 0, treble: -12 });
	await near(({ ear }) => ear.rms, -20, 'treble does not reach 1 kHz');
	await set({ treble: 0, volume: 0 });
	assert.ok((await levels()).ear.peak < -80, 'nothing');

	/* Full scale, at full volume: never above the first stage, and soon at the second. */
	await set({ volume: 100 });
	await page.evaluate(() => (incoming.amount.gain.value = 1));
	await page.waitForFunction(() => headset.arriving().incoming.rms > -3);
	await page.waitForFunction(() => headset.relief.stage > 0);
	await near(({ ear }) => ear.rms, -16, 'at the second stage');
	assert.ok((await levels()).ear.peak <= -10);
	assert.ok((await page.evaluate(() => headset.relief)).reduction > 10);

	await page.waitForFunction(() => Math.abs(headset.exposure.dba - 94) < 1, null, { timeout: 10_000 }); /* 1 kHz: A is 0 dB */
	const exposure = await page.evaluate(() => headset.exposure);
	assert.ok(exposure.dose > 0 && exposure.warning === 'none');
	await set({ fullScaleSpl: 120 });
	await near(({ ear }) => ear.rms, -26, 'a louder headset is protected sooner');
	await page.evaluate(() => headset.close());
	const kept = await page.evaluate(() => window.kept);
	assert.match(kept.dose, /^\d+-\d+-\d+ \d/);
	const settings = JSON.parse(kept.headset);
	assert.deepEqual([settings.volume, settings.fullScaleSpl, settings.monitor], [100, 120, undefined]);
	assert.deepEqual(page.problems, []);
	await leave(page);
});

test('kept settings that are nonsense are not believed', async () => {
	const { DEFAULTS, readSettings, volumeGain, balanceGains } = await import('../../client/web/sound/headset.js');

	assert.deepEqual(readSettings({ volume: 'loud', bass: NaN, monitor: 1 }), DEFAULTS);
	assert.deepEqual(readSettings({ volume: 900, treble: -90 }), { ...DEFAULTS, volume: 100, treble: -12 });
	assert.deepEqual([volumeGain(0), volumeGain(100)], [0, 1]);
	assert.deepEqual([balanceGains(0), balanceGains(-100), balanceGains(50)].map(Object.values), [[1, 1], [1, 0], [0.5, 1]]);
	/* What most will hear: speech of -23 LUFS at the default volume is below every stage. */
	assert.ok(FULL_SCALE_SPL - 23 + decibel(volumeGain(DEFAULTS.volume)) < 80);
});

test('where the browser runs no worklet, a limiter stands in', async () => {
	const page = await browser.open(`${relay.url}check.html`, { script: 'AudioWorklet.prototype.addModule = async () => { throw new Error("no"); };' });
	await page.evaluate(PREPARE);
	await page.waitForFunction(() => headset.arriving().incoming.rms > -40);
	assert.equal(await page.evaluate(() => headset.protection), 'basic');
	await page.evaluate(() => {
		headset.set({ volume: 100 });
		incoming.amount.gain.value = 1;
	});
	await page.waitForFunction(() => headset.arriving().incoming.rms > -3);
	const { ear } = await page.evaluate(() => window.levels());
	assert.ok(ear.peak <= -9, `${ear.peak} dBFS`);
	await leave(page);
});
