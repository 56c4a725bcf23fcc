/** What was written down, in words. Pure, but for the words. */

import { SEVERAL, nameIn } from '../page/language.js';
import { alarmName } from './alarm_text.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */
/** @typedef {import('../session/oversight_state.js').LogEntry} LogEntry */
/** @typedef {'alarms' | 'actions' | 'booths' | 'sources' | 'other'} LogSort */

/** What people do on this page (relay/control). @type {Readonly<Record<string, MessageKey>>} */
export const ACTIONS = {
	'override': 'log.override',
	'on-air-max-set': 'log.on-air-max-set',
	'booth-restart': 'log.booth-restart',
	'source': 'log.source',
	'sitting': 'log.sitting',
	'acknowledge': 'log.acknowledge',
	'notice': 'log.notice',
	'chat': 'log.chat',
	'mint': 'log.mint',
	'floor-language-set': 'log.floor-language-set',
	'call-take': 'log.call-take',
	'call-done': 'log.call-done',
	'line-up': 'log.line-up',
};

/** What happens, by kind and, where there are several, by its state (relay/monitor/chronicle.c). @type {Readonly<Record<string, MessageKey>>} */
const EVENTS = {
	'seated': 'log.seated',
	'left': 'log.left',
	'link alive': 'log.link.alive',
	'link lost': 'log.link.lost',
	'link none': 'log.link.none',
	'microphone on-air': 'log.mic.on-air',
	'microphone muted': 'log.mic.muted',
	'microphone standby': 'log.mic.standby',
	'microphone off': 'log.mic.off',
	'held none': 'log.held.none',
	'held muted': 'log.held.muted',
	'held off': 'log.held.off',
	'took-over': 'log.took-over',
	'on-air-max': 'log.on-air-max',
	'handover asked': 'log.handover.asked',
	'handover offered': 'log.handover.offered',
	'handover counting': 'log.handover.counting',
	'handover ended': 'log.handover.done',
	'handover failed': 'log.handover.failed',
	'programme voice': 'log.programme.voice',
	'programme floor': 'log.programme.floor',
	'programme channel': 'log.programme.channel',
	'programme source': 'log.programme.source',
	'programme silence': 'log.programme.silence',
	'programme concealment': 'log.programme.bridged',
	'programme comfort': 'log.programme.bridged',
	'floor-language': 'log.floor-language',
	'shift': 'log.shift',
	'slow-down': 'log.slow-down',
	'call open': 'log.call.open',
	'call taken': 'log.call.taken',
	'call done': 'log.call.done',
	'feed live': 'log.feed.live',
	'feed connecting': 'log.feed.connecting',
	'feed lost': 'log.feed.lost',
	'feed off': 'log.feed.off',
	'alarm raised': 'log.alarm.raised',
	'alarm changed': 'log.alarm.changed',
	'alarm acknowledged': 'log.alarm.acknowledged',
	'alarm cleared': 'log.alarm.cleared',
	'start': 'log.start',
	'stop': 'log.stop',
	'session': 'log.session',
	'lined-up': 'log.lined-up',
	'line-up-failed': 'log.line-up-failed',
};

/** @type {Readonly<Record<string, MessageKey>>} */
const SITTINGS = { 'closed': 'sitting.closed', 'line-up': 'sitting.line-up', 'running': 'sitting.running', 'paused': 'sitting.paused' };

/** How a handover ends that has not worked (relay/session/interpretation_name.c). */
const FAILED = /^(declined|cancelled|expired|withdrawn|no-sound)$/;
const BOOTHS = /^(seated|left|link|microphone|held|took-over|on-air-max|handover|shift|slow-down|call)$/;
const SOURCES = /^(feed|programme|floor-language|session|lined-up|line-up-failed)$/;

/** @param {LogEntry} entry @returns {Readonly<Record<string, unknown>>} */
function detailOf({ detail }) {
	return typeof detail === 'object' && detail !== null && !Array.isArray(detail) ? /** @type {Record<string, unknown>} */ (detail) : {};
}

/** @param {string} kind @returns {LogSort} */
export function sortOf(kind) {
	if (kind === 'alarm') return 'alarms';
	if (kind in ACTIONS) return 'actions';
	if (BOOTHS.test(kind)) return 'booths';
	return SOURCES.test(kind) ? 'sources' : 'other';
}

/** @param {LogEntry} entry */
function variantOf(entry) {
	const detail = detailOf(entry);

	if (entry.kind === 'alarm') return detail['news'] === 'changed' && entry.who ? 'acknowledged' : String(detail['news'] ?? '');
	if (entry.kind === 'programme') return String(detail['carries'] ?? '');
	if (entry.kind === 'handover' && FAILED.test(String(detail['how'] ?? ''))) return 'failed';
	return String(detail['state'] ?? '');
}

/** What stands for {detail}. @param {LogEntry} entry @param {Locale} locale */
function detailText(entry, locale) {
	const detail = detailOf(entry);
	const sitting = SITTINGS[String(detail['state'] ?? '')];

	if (entry.kind === 'alarm') return alarmName(String(detail['kind'] ?? ''), locale);
	if (entry.kind === 'floor-language') {
		const language = String(detail['language'] ?? '');
		return SEVERAL.test(language) ? language : nameIn(language, locale.name);
	}
	if (entry.kind === 'session') return sitting ? locale.text(sitting) : '';
	return typeof detail['count'] === 'number' ? locale.count(detail['count']) : '';
}

/** What happened; by whom and where stand beside it. @param {LogEntry} entry @param {Locale} locale */
export function logText(entry, locale) {
	const key = ACTIONS[entry.kind] ?? EVENTS[`${entry.kind} ${variantOf(entry)}`] ?? EVENTS[entry.kind];

	return key ? locale.text(key, { detail: detailText(entry, locale) }) : entry.kind;
}
