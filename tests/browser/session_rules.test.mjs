/* The page's rules that need no browser: what a connection is called, how long to wait, what to believe. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoff } from '../../client/web/session/backoff.js';
import { DelayPolicy } from '../../client/web/session/delay.js';
import { findChannel, parseMessage } from '../../client/web/session/protocol.js';
import { QualityMeter, advise, judge } from '../../client/web/session/quality.js';
import { compare, read } from '../../client/web/session/stats.js';
import { describe as words } from '../../client/web/page/status.js';
import { directionOf, nameIn, ownName } from '../../client/web/page/language.js';
import { sampleEvent } from './fake_relay.mjs';

const calm = {
	elapsed: 1000,
	packets: 50,
	loss: 0,
	concealed: 0,
	pictureLoss: 0,
	frames: 25,
	frozen: 0,
	soundBits: 80_000,
	pictureBits: 500_000,
	jitter: 3,
	roundTrip: 40,
};

test('waiting grows, is spread, and never exceeds its bounds', () => {
	for (let attempt = 0; attempt < 40; attempt++) {
		assert.ok(backoff(attempt, 0) >= 100);
		assert.ok(backoff(attempt, 0.999999) <= 12_100);
		assert.ok(backoff(attempt, 0.9) >= backoff(Math.max(0, attempt - 1), 0.9));
	}
	assert.ok(backoff(0, 0.999) <= 500, 'the first attempt is quick');
	assert.ok(backoff(9, 0.999) - backoff(9, 0) > 11_000, 'a crowd is spread');
});

test('words for a connection follow loss, concealment, delay and freezes', () => {
	assert.equal(judge(calm), 'good');
	assert.equal(judge({ ...calm, concealed: 0.02 }), 'fair');
	assert.equal(judge({ ...calm, concealed: 0.2 }), 'poor');
	assert.equal(judge({ ...calm, loss: 0.05 }), 'fair');
	assert.equal(judge({ ...calm, loss: 0.3 }), 'poor');
	assert.equal(judge({ ...calm, roundTrip: 500 }), 'fair');
	assert.equal(judge({ ...calm, frozen: 400 }), 'poor');
	assert.equal(judge({ ...calm, packets: 0 }), 'poor');
});

test('one piece of advice, and one that can be taken', () => {
	const quiet = { ...calm, pictureBits: 0 };

	assert.equal(advise('good', calm), 'none');
	assert.equal(advise('poor', { ...calm, concealed: 0.2 }), 'picture-off');
	assert.equal(advise('fair', { ...calm, pictureLoss: 0.05 }), 'picture-lower');
	assert.equal(advise('poor', { ...quiet, loss: 0.3 }), 'move');
	assert.equal(advise('fair', { ...quiet, roundTrip: 500 }), 'late');
});

/** A reading of a connection that has run for `seconds`, `bad` of them without any packet of sound. */
function reading(seconds, bad = 0) {
	return {
		time: seconds * 1000,
		packets: (seconds - bad) * 50,
		lost: bad * 50,
		samples: seconds * 48_000,
		concealed: bad * 48_000,
		soundBytes: seconds * 10_000,
		pictureBytes: 0,
		pictureLost: 0,
		picturePackets: 0,
		frames: 0,
		frozen: 0,
		jitter: 3,
		roundTrip: 40,
	};
}

test('the word gets worse at once and better with patience', () => {
	const meter = new QualityMeter();
	let time = 0;

	for (; time < 8; time++) meter.add(reading(time));
	assert.equal(meter.add(reading(time++)).level, 'good');
	assert.equal(meter.add(reading(time++, 1)).level, 'poor');
	const levels = [];
	for (let i = 0; i < 20; i++) levels.push(meter.add(reading(time++, 1)).level);
	const recovered = levels.indexOf('good');
	assert.ok(recovered >= 6, `recovered after ${recovered} s`);
	assert.ok(levels.slice(recovered).every((level) => level === 'good'), levels.join(' '));
});

test('the receiver holds back more on a bad link, quickly, and less, warily', () => {
	const policy = new DelayPolicy();

	assert.equal(policy.add(calm), 0);
	assert.equal(policy.add({ ...calm, concealed: 0.05 }), 60);
	assert.equal(policy.add({ ...calm, concealed: 0.05 }), 60, 'a step gets time to work');
	for (let i = 0; i < 60; i++) policy.add({ ...calm, concealed: 0.05 });
	assert.equal(policy.target, 300, 'never more than live bears');
	for (let i = 0; i < 29; i++) policy.add(calm);
	assert.equal(policy.target, 300);
	policy.add(calm);
	assert.equal(policy.target, 200);
});

test('statistics of a browser become readings, and two readings a change', () => {
	const report = (packets, concealed, silent) => [
		{ type: 'inbound-rtp', kind: 'audio', packetsReceived: packets, packetsLost: 10, jitter: 0.004, totalSamplesReceived: packets * 960, concealedSamples: concealed, silentConcealedSamples: silent, bytesReceived: packets * 160 },
		{ type: 'inbound-rtp', kind: 'video', packetsReceived: 100, packetsLost: 0, framesDecoded: 25, totalFreezesDuration: 0.5, bytesReceived: 5000 },
		{ type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.05 },
		{ type: 'candidate-pair', nominated: false, state: 'waiting', currentRoundTripTime: 9 },
		{ type: 'something-new', kind: 3 },
	];
	const before = read(report(100, 960, 0), 1000);
	const after = read(report(150, 960 * 4, 960), 2000);
	const change = compare(before, after);

	assert.equal(before.roundTrip, 50);
	assert.equal(before.frozen, 500);
	assert.equal(change.packets, 50);
	assert.ok(Math.abs(change.concealed - 2 / 50) < 1e-9, 'concealed silence does not count');
	assert.equal(change.soundBits, 50 * 160 * 8);
	assert.equal(compare(after, after).concealed, 0);
});

test('messages are believed only when they have their shape', () => {
	const event = sampleEvent();
	const welcome = parseMessage(JSON.stringify({ type: 'welcome', protocol: 'dragoman.v1', event }));

	assert.equal(welcome.type, 'welcome');
	assert.deepEqual(welcome.event, event);
	for (const text of [
		'',
		'null',
		'[]',
		'{',
		'7',
		'{"type":7}',
		'{"type":"welcome"}',
		'{"type":"welcome","event":{"rooms":[null]}}',
		'{"type":"welcome","event":{"rooms":[{"id":"x","channels":[{"lang":"fr","state":"singing"}]}]}}',
		'{"type":"room","room":[]}',
		'{"type":"pong","time":3}',
		'{"type":"booth-of-nobody"}',
		'{"type":"__proto__"}',
		`{"type":"room","x":"${'y'.repeat(1 << 20)}"}`,
	])
		assert.equal(parseMessage(text), null, text.slice(0, 60));
	assert.deepEqual(parseMessage('{"type":"error","id":null,"code":"busy","message":"m"}'), {
		type: 'error',
		id: null,
		code: 'busy',
		message: 'm',
	});
	assert.equal(parseMessage('{"type":"joined","id":4,"lang":"fr"}').fields.lang, 'fr');
});

test('a language is found as BCP 47 means it', () => {
	const [room] = sampleEvent().rooms;

	assert.equal(findChannel(room, 'FR').lang, 'fr');
	assert.equal(findChannel(room, 'fr-CH').lang, 'fr');
	assert.equal(findChannel(room, 'floor').lang, 'floor');
	assert.equal(findChannel(room, 'de'), null);
});

test('languages are named in their own script, and in that of the page', () => {
	const own = { ar: 'العربية', zh: '中文', en: 'English', fr: 'Français', ru: 'Русский', es: 'Español', ils: 'International Sign' };

	for (const [lang, name] of Object.entries(own)) assert.equal(ownName(lang), name);
	assert.equal(nameIn('fr', 'ru'), 'французский');
	assert.equal(nameIn('ar', 'en'), 'Arabic');
	assert.equal(ownName('not a tag'), 'not a tag');
	assert.equal(directionOf('ar-EG'), 'rtl');
	assert.equal(directionOf('fr'), 'ltr');
});

test('every situation has its sentence', () => {
	const [room] = sampleEvent().rooms;
	const choice = { lang: 'fr', video: 'auto', sign: false };
	const fine = { event: sampleEvent(), problem: null, phase: 'listening', link: 'open', attempt: 0, blocked: false, room, choice, heard: 'fr' };
	const page = { sound: 'playing', online: true, supported: true };
	const say = (session, around) => words({ ...fine, ...session }, { ...page, ...around }).key;
	const withStates = (states) => ({ room: sampleEvent({ states }).rooms[0] });

	assert.equal(say({}), 'status.hearing');
	assert.equal(say({ phase: 'idle' }), null);
	assert.equal(say({ heard: 'en' }), 'status.changing');
	assert.equal(say(withStates({ fr: 'off' })), 'status.hearing.off');
	assert.equal(say(withStates({ fr: 'lost' })), 'status.waiting.channel');
	assert.equal(say(withStates({ floor: 'lost' })), 'status.waiting');
	assert.equal(say(withStates({ floor: 'connecting' })), 'status.waiting.first');
	assert.equal(say({}, { sound: 'paused' }), 'status.paused');
	assert.equal(say({}, { sound: 'blocked' }), 'tap.reason');
	assert.equal(say({ phase: 'joining' }), 'status.joining');
	assert.equal(say({ phase: 'joining', blocked: true }), 'status.blocked');
	assert.equal(say({ phase: 'broken' }), 'status.reconnecting');
	assert.equal(say({ phase: 'broken', link: 'waiting', attempt: 1 }), 'status.reconnecting');
	assert.equal(say({ phase: 'broken', link: 'waiting', attempt: 5 }), 'status.gone');
	assert.equal(say({ phase: 'idle', link: 'connecting', event: null }), 'status.connecting');
	assert.equal(say({ phase: 'idle', link: 'waiting', event: null, attempt: 4 }), 'status.gone');
	assert.equal(say({ phase: 'broken', link: 'waiting' }, { online: false }), 'status.offline');
	assert.equal(say({ link: 'waiting', attempt: 1 }), 'status.hearing', 'a short break of the control line is nobody’s concern');
	assert.equal(say({ link: 'waiting', attempt: 3 }), 'status.deaf');
	assert.equal(say({}, { supported: false }), 'status.unsupported');
	assert.equal(say({ problem: { code: 'unknown-room', message: '' } }), 'error.room');
	assert.equal(say({ problem: { code: 'something-else', message: 'x' } }), 'error.other');
});
