/** An alarm in words: its name, what it means, what to do, what was measured, where. Pure, but for the words. */

import { channelName } from '../console/incoming_panel.js';
import { days, level, milliseconds, plain, share } from './format.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */
/** @typedef {import('../session/oversight_state.js').Alarm} Alarm */
/** @typedef {{ readonly name: MessageKey, readonly why: MessageKey, readonly help: MessageKey, readonly value?: MessageKey, readonly unit?: 'percent' | 'ms' | 'days' | 'level' | 'plain' }} Kind */

/** As relay/monitor/alarm.c names them; what is measured as relay/monitor/finding.c has it. @type {Readonly<Record<string, Kind>>} */
const KINDS = {
	'disk-full': { name: 'alarm.disk-full', why: 'alarm.disk-full.why', help: 'alarm.disk-full.do', value: 'alarm.value.free', unit: 'percent' },
	'certificate-ends': { name: 'alarm.certificate-ends', why: 'alarm.certificate-ends.why', help: 'alarm.certificate-ends.do', value: 'alarm.value.days', unit: 'days' },
	'token-ends': { name: 'alarm.token-ends', why: 'alarm.token-ends.why', help: 'alarm.token-ends.do', value: 'alarm.value.days', unit: 'days' },
	'worker-stalled': { name: 'alarm.worker-stalled', why: 'alarm.worker-stalled.why', help: 'alarm.worker-stalled.do', value: 'alarm.value.turn', unit: 'ms' },
	'worker-drops': { name: 'alarm.worker-drops', why: 'alarm.worker-drops.why', help: 'alarm.worker-drops.do', value: 'alarm.value.lost', unit: 'percent' },
	'source-lost': { name: 'alarm.source-lost', why: 'alarm.source-lost.why', help: 'alarm.source-lost.do' },
	'source-black': { name: 'alarm.source-black', why: 'alarm.source-black.why', help: 'alarm.source-black.do' },
	'source-frozen': { name: 'alarm.source-frozen', why: 'alarm.source-frozen.why', help: 'alarm.source-frozen.do', value: 'alarm.value.pictures', unit: 'plain' },
	'source-silent': { name: 'alarm.source-silent', why: 'alarm.source-silent.why', help: 'alarm.source-silent.do' },
	'sound-early': { name: 'alarm.sound-early', why: 'alarm.sound-early.why', help: 'alarm.sound-early.do', value: 'alarm.value.offset', unit: 'ms' },
	'sound-late': { name: 'alarm.sound-late', why: 'alarm.sound-late.why', help: 'alarm.sound-late.do', value: 'alarm.value.offset', unit: 'ms' },
	'booth-unmanned': { name: 'alarm.booth-unmanned', why: 'alarm.booth-unmanned.why', help: 'alarm.booth-unmanned.do' },
	'booth-crowded': { name: 'alarm.booth-crowded', why: 'alarm.booth-crowded.why', help: 'alarm.booth-crowded.do' },
	'microphone-dead': { name: 'alarm.microphone-dead', why: 'alarm.microphone-dead.why', help: 'alarm.microphone-dead.do' },
	'microphone-loss': { name: 'alarm.microphone-loss', why: 'alarm.microphone-loss.why', help: 'alarm.microphone-loss.do', value: 'alarm.value.lost', unit: 'percent' },
	'microphone-unfit': { name: 'alarm.microphone-unfit', why: 'alarm.microphone-unfit.why', help: 'alarm.microphone-unfit.do' },
	'channel-wrong': { name: 'alarm.channel-wrong', why: 'alarm.channel-wrong.why', help: 'alarm.channel-wrong.do' },
	'channel-voices': { name: 'alarm.channel-voices', why: 'alarm.channel-voices.why', help: 'alarm.channel-voices.do' },
	'channel-silent': { name: 'alarm.channel-silent', why: 'alarm.channel-silent.why', help: 'alarm.channel-silent.do', value: 'alarm.value.level', unit: 'level' },
	'channel-muted': { name: 'alarm.channel-muted', why: 'alarm.channel-muted.why', help: 'alarm.channel-muted.do' },
	'channel-leak': { name: 'alarm.channel-leak', why: 'alarm.channel-leak.why', help: 'alarm.channel-leak.do', value: 'alarm.value.alike', unit: 'percent' },
	'channel-loop': { name: 'alarm.channel-loop', why: 'alarm.channel-loop.why', help: 'alarm.channel-loop.do' },
	'channel-twin': { name: 'alarm.channel-twin', why: 'alarm.channel-twin.why', help: 'alarm.channel-twin.do', value: 'alarm.value.alike', unit: 'percent' },
	'channel-clips': { name: 'alarm.channel-clips', why: 'alarm.channel-clips.why', help: 'alarm.channel-clips.do', value: 'alarm.value.clipped', unit: 'percent' },
	'uplink-loss': { name: 'alarm.uplink-loss', why: 'alarm.uplink-loss.why', help: 'alarm.uplink-loss.do', value: 'alarm.value.listeners', unit: 'percent' },
	'group-loss': { name: 'alarm.group-loss', why: 'alarm.group-loss.why', help: 'alarm.group-loss.do', value: 'alarm.value.lost', unit: 'percent' },
};

/** @param {string} kind @param {Locale} locale */
export function alarmName(kind, locale) {
	const words = KINDS[kind];

	return words ? locale.text(words.name) : kind;
}

/** In the relay's English where this page does not know the kind. @param {Alarm} alarm @param {Locale} locale */
export function alarmMeaning({ kind, meaning }, locale) {
	const words = KINDS[kind];

	return words ? locale.text(words.why) : meaning;
}

/** @param {Alarm} alarm @param {Locale} locale */
export function alarmAdvice({ kind, advice }, locale) {
	const words = KINDS[kind];

	return words ? locale.text(words.help) : advice;
}

/** '' where it was judged by a state. @param {Alarm} alarm @param {Locale} locale */
export function alarmValue({ kind, value }, locale) {
	const words = KINDS[kind];
	if (!words?.value || value === null) return '';
	const figures = {
		percent: () => share(locale, value, value < 0.1 ? 1 : 0),
		ms: () => milliseconds(locale, value),
		days: () => days(locale, value),
		level: () => level(locale, value),
		plain: () => plain(locale, value, 1),
	};

	return locale.text(words.value, { number: figures[words.unit ?? 'plain']() });
}

/** A channel or a booth by its language, whatever else by the relay's name. @param {string} place @param {Locale} locale */
export function placeName(place, locale) {
	const [head = '', seat] = place.split('/');
	const name = /^[a-z]{2,3}(-|$)/i.test(head) || head === 'floor' ? channelName(head, locale) : head;

	/* Seats count from 0 for the relay, and from 1 for people. */
	return seat === undefined ? name : `${name} ${locale.count(Number(seat) + 1)}`;
}
