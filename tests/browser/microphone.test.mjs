/* A microphone: what a check says of good and bad ones, on generated sound; then the module in Chromium. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { analyse, loudnessOf } from '../../client/web/sound/analysis.js';
import { launch, leave } from './browser.mjs';
import { FakeRelay } from './fake_relay.mjs';
import { lowPass, noise, speech, tone } from './sounds.mjs';

const RATE = 48_000;
const SECONDS = 8;

const show = ({ reasons, ...figures }) =>
	`${reasons.map(({ reason, verdict }) => `${reason} (${verdict})`).join(', ')} ${JSON.stringify(figures)}`;
const reasons = (analysis) => analysis.reasons.map(({ reason }) => reason);
const voice = (options = {}) => speech({ seconds: SECONDS, ...options });

/** @param {(sample: number, n: number) => number} change */
const changed = (sound, change) => Float32Array.from(sound, change);

test('a good microphone is good, at any usual level, rate and seed', () => {
	for (const level of [-36, -26, -16])
		for (const rate of [RATE, 44_100])
			for (const seed of [1, 2, 3]) {
				const found = analyse(voice({ level, room: level - 45, rate, seed }), rate);
				assert.deepEqual(found.reasons, [], show(found));
				assert.equal(found.verdict, 'good');
				assert.ok(found.ceiling > 15_000);
				assert.ok(Math.abs(found.distance - 45) < 8, show(found));
			}
});

test('what is cut at 3.4 or 8 kHz is named, and unfit', () => {
	for (const [cut, reason] of [
		[3400, 'telephone'],
		[8000, 'wideband'],
	])
		for (const seed of [1, 2]) {
			const limited = lowPass(voice({ seed }), cut);
			/* The system adds its own little noise after the cut: 16 bits. */
			for (const dither of [-120, -96]) {
				const system = noise(dither, SECONDS, RATE, 9);
				const found = analyse(changed(limited, (sample, n) => sample + system[n]), RATE);
				assert.equal(reasons(found)[0], reason, show(found));
				assert.equal(found.verdict, 'unfit');
				assert.ok(Math.abs(found.ceiling - cut) <= 400, `${found.ceiling} Hz for ${cut} Hz`);
			}
		}
	const narrow = analyse(lowPass(voice(), 12_000), RATE);
	assert.deepEqual([reasons(narrow)[0], narrow.verdict], ['narrow', 'poor'], show(narrow));
	assert.deepEqual(reasons(analyse(lowPass(voice(), 16_000), RATE)), [], '16 kHz is enough');
});

test('a context that runs at 16 kHz can carry no more', () => {
	const found = analyse(voice({ rate: 16_000 }), 16_000);
	assert.equal(reasons(found)[0], 'wideband', show(found));
	assert.equal(found.ceiling, 8000);
});

test('clipping is found, at full scale and below it', () => {
	const loud = voice({ level: -14 });
	const hard = analyse(changed(loud, (sample) => Math.max(-1, Math.min(1, 8 * sample))), RATE);
	assert.ok(reasons(hard).includes('clipped'), show(hard));
	assert.equal(hard.verdict, 'unfit');
	const before = analyse(changed(loud, (sample) => 0.3 * Math.max(-0.4, Math.min(0.4, sample))), RATE);
	assert.ok(reasons(before).includes('clipped'), `clipped before it was turned down: ${show(before)}`);
	assert.ok(!reasons(analyse(loud, RATE)).includes('clipped'), 'loud alone is not clipped');
});

test('noise is measured in the pauses', () => {
	const bad = analyse(voice({ room: -36 }), RATE);
	assert.ok(Math.abs(bad.distance - 10) < 3, show(bad));
	assert.deepEqual([reasons(bad)[0], bad.verdict], ['noisy', 'unfit'], show(bad));
	const fan = analyse(voice({ room: -49 }), RATE);
	assert.deepEqual([reasons(fan), fan.verdict], [['noisy'], 'poor'], show(fan));
});

test('hum is told from other noise, at 50 and 60 Hz', () => {
	for (const mains of [50, 60]) {
		const sound = voice();
		const [first, second] = [tone(mains, -50, SECONDS), tone(3 * mains, -56, SECONDS)];
		const found = analyse(changed(sound, (sample, n) => sample + first[n] + second[n]), RATE);
		assert.ok(reasons(found).includes('hum'), show(found));
		assert.ok(Math.abs(found.hum + 49) < 1.5, show(found));
	}
});

test('silence, and a dead cable, are no microphone', () => {
	for (const sound of [new Float32Array(SECONDS * RATE), noise(-80, SECONDS), new Float32Array(0), new Float32Array(100)]) {
		const found = analyse(sound, RATE);
		assert.deepEqual([reasons(found), found.verdict], [['silent'], 'unfit'], show(found));
	}
});

test('too quiet and too loud are said, since both can be helped', () => {
	const quiet = analyse(voice({ level: -44, room: -95 }), RATE);
	assert.deepEqual([reasons(quiet), quiet.verdict], [['quiet'], 'poor'], show(quiet));
	const loud = analyse(voice({ level: -5 }), RATE);
	assert.ok(reasons(loud).includes('loud'), show(loud));
});

test('what switches off in pauses is found', () => {
	const found = analyse(changed(voice(), (sample, n) => ((n / RATE) % 4 < 3.2 ? sample : 0)), RATE);
	assert.ok(reasons(found).includes('gated'), show(found));
});

test('a covered microphone is dull', () => {
	let last = 0;
	const follow = 1 - Math.exp((-2 * Math.PI * 700) / RATE);
	const once = changed(voice({ room: -110 }), (sample) => (last += (sample - last) * follow));
	last = 0;
	const found = analyse(changed(once, (sample) => (last += (sample - last) * follow)), RATE);
	assert.ok(reasons(found).includes('dull'), show(found));
});

test('what is no number does no harm', () => {
	const found = analyse(changed(voice(), (sample, n) => (n % 9999 ? sample : NaN)), RATE);
	assert.equal(found.verdict, 'good', show(found));
});

test('loudness is that of BS.1770: a full-scale 997 Hz sine is -3.01 LUFS', () => {
	assert.ok(Math.abs(loudnessOf(tone(997, 0, 3), RATE) + 3.01) < 0.02);
	const half = new Float32Array(6 * RATE);
	half.set(tone(997, -20, 3), 0);
	assert.ok(Math.abs(loudnessOf(half, RATE) + 23.01) < 0.3, 'pauses do not count');
});

test('eight seconds are judged while nobody waits', () => {
	const sound = voice();
	const since = performance.now();
	analyse(sound, RATE);
	const took = performance.now() - since;
	console.log(`# judged in ${Math.round(took)} ms`);
	assert.ok(took < 1500);
});

let browser, relay;
before(async () => {
	browser = await launch();
	relay = await new FakeRelay().start();
});
after(() => Promise.all([browser.close(), relay.stop()]));

test('in Chromium: opened, muted, changed, closed; the level is there though it is muted', async () => {
	const page = await browser.open(`${relay.url}check.html`);
	await page.evaluate(async () => {
		const { Microphone } = await import('/sound/microphone.js');
		window.tracks = [];
		window.states = [];
		window.microphone = new Microphone({
			onChange: () => states.push(microphone.state),
			onTrack: (track) => tracks.push(track),
		});
		await microphone.open();
	});
	const get = (read) => page.evaluate(read);
	const beeps = () => page.waitForFunction(() => (microphone.level()?.peak ?? -120) > -30);

	assert.deepEqual(await get(() => [microphone.state, microphone.problem, tracks.length]), ['open', null, 1]);
	assert.equal(await get(() => tracks[0] === microphone.track && tracks[0].contentHint === 'speech'), true);
	assert.ok((await get(() => microphone.devices.map(({ label }) => label))).length >= 2);
	await beeps();
	await get(() => microphone.setMuted(true));
	assert.equal(await get(() => microphone.track.enabled), false, 'silence is sent');
	await page.waitForTimeout(300);
	await beeps();

	const other = await get(() => microphone.devices.at(-1).id);
	await get(() => microphone.open(microphone.devices.at(-1).id));
	assert.equal(await get(() => microphone.device), other);
	assert.deepEqual(await get(() => tracks.map((track) => track && track.readyState)), ['ended', null, 'live']);
	assert.equal(await get(() => microphone.track.enabled), false, 'muted, the new one too');
	await get(() => microphone.setMuted(false));
	assert.equal(await get(() => microphone.track.enabled), true);

	/* Two openings at once: the last one counts, and nothing stays open behind it. */
	await get(() => Promise.all([microphone.open('default'), microphone.open()]));
	assert.equal(await get(() => tracks.filter((track) => track?.readyState === 'live').length), 1);
	const recording = await get(async () => {
		const { samples, rate } = await microphone.record(1.5);
		return { length: samples.length, rate, peak: Math.max(...samples) };
	});
	assert.equal(recording.length, 72_000);
	assert.equal(recording.rate, 48_000);
	assert.ok(recording.peak > 0.03);
	await get(() => microphone.close());
	assert.deepEqual(await get(() => [microphone.state, microphone.track, microphone.level(), tracks.at(-1)]), ['closed', null, null, null]);
	assert.ok(await get(() => tracks.every((track) => !track || track.readyState === 'ended')));
	await leave(page);
});
