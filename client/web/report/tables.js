/** The report's sections: a heading, perhaps a sentence, and tables that print well. */

import { channelName } from '../console/incoming_panel.js';
import { alarmName, placeName } from '../organiser/alarm_text.js';
import { UNKNOWN, level, plain, share, span } from '../organiser/format.js';
import { ACTIONS } from '../organiser/log_text.js';
import { make } from '../page/element.js';
import { lengthText } from '../page/length.js';
import { Plot } from '../page/plot.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */
/** @typedef {import('./report_data.js').Incident} Incident */
/** @typedef {import('./report_data.js').Interpreter} Interpreter */
/** @typedef {import('./report_data.js').Percentiles} Percentiles */
/** @typedef {import('./report_data.js').Report} Report */
/** @typedef {import('./report_data.js').ReportRoom} ReportRoom */
/** @typedef {{ readonly locale: Locale, readonly roomName: (id: string | null) => string }} Words */

/**
 * @param {string} name that a screen reader says @param {readonly MessageKey[]} columns @param {readonly (readonly (string | Node)[])[]} rows the first cell is the row's head
 * @param {Words} words
 */
function table(name, columns, rows, { locale }) {
	return make(
		'div',
		{ 'class': 'report-scroll', 'tabindex': '0', 'role': 'group', 'aria-label': name },
		make(
			'table',
			{ 'class': 'report-table', 'aria-label': name },
			make('thead', {}, make('tr', {}, ...columns.map((key) => make('th', { scope: 'col' }, locale.text(key))))),
			make('tbody', {}, ...rows.map(([head = '', ...cells]) => make('tr', {}, make('th', { scope: 'row' }, make('bdi', {}, head)), ...cells.map((cell) => make('td', {}, make('bdi', {}, cell)))))),
		),
	);
}

/** @param {MessageKey} heading @param {Words} words @param {...(Node | string)} content */
function section(heading, { locale }, ...content) {
	return make('section', { class: 'report-section' }, make('h2', {}, locale.text(heading)), ...(content.length ? content : [make('p', { class: 'report-none' }, locale.text('rep.none'))]));
}

/** @param {Percentiles} pair @param {(value: number | null) => string} write */
const pair = ({ p50, p95 }, write) => (p50 === null && p95 === null ? UNKNOWN : `${write(p50)} / ${write(p95)}`);

/** @param {ReportRoom} room @param {Words} words */
function attendanceOf(room, words) {
	const { locale } = words;
	const name = words.roomName(room.id);
	const place = make('div');
	const first = room.channels[0]?.listeners;

	if (first)
		new Plot(place, locale).show(
			{ start: first.start, step: first.step, curves: room.channels.map(({ lang, listeners }) => ({ name: channelName(lang, locale), points: listeners.points })) },
			`${locale.text('rep.attendance')}: ${name}`,
		);
	return [
		make('h3', {}, name),
		place,
		table(
			`${locale.text('rep.attendance')}: ${name}`,
			['act.channel', 'rep.peak', 'rep.hours', 'rep.served'],
			room.channels.map(({ lang, peak, hours, served }) => [channelName(lang, locale), plain(locale, peak), plain(locale, hours, 1), plain(locale, served, 1)]),
			words,
		),
	];
}

/** @param {ReportRoom} room @param {Words} words */
function qualityOf(room, words) {
	const { locale } = words;
	const name = words.roomName(room.id);

	return [
		make('h3', {}, name),
		table(
			`${locale.text('rep.quality')}: ${name}`,
			['act.channel', 'rep.loudness', 'rep.loss', 'rep.trip'],
			room.channels.map(({ lang, lufs, loss, trip }) => [
				channelName(lang, locale),
				pair(lufs, (value) => level(locale, value)),
				pair(loss, (value) => share(locale, value, 1)),
				pair(trip, (value) => plain(locale, value)),
			]),
			words,
		),
	];
}

/** @param {Incident} incident @param {Words} words */
function incidentRow({ kind, severity, room, place, raised, cleared, seconds, by }, { locale, roomName }) {
	const date = new Intl.DateTimeFormat(locale.name, { dateStyle: 'short', timeStyle: 'medium' });
	const mark = make('span', { 'class': 'incident-mark', 'data-severity': severity, 'aria-hidden': 'true' });
	const grade = locale.text(severity === 'critical' ? 'severity.critical' : 'severity.warning');

	return [
		make('span', {}, mark, `${alarmName(kind, locale)} (${grade})`),
		[roomName(room), place && placeName(place, locale)].filter(Boolean).join(' · ') || UNKNOWN,
		raised === null ? UNKNOWN : date.format(new Date(raised * 1_000)),
		cleared === null ? locale.text('rep.standing') : seconds === null ? UNKNOWN : lengthText(locale, seconds),
		by || UNKNOWN,
	];
}

/** @param {Interpreter} interpreter @param {Words} words */
function interpreterRow({ who, room, booth, onAir, seated, turns }, { locale, roomName }) {
	return [who, [roomName(room), placeName(booth, locale)].filter(Boolean).join(' · '), span(locale, onAir), span(locale, seated), plain(locale, turns)];
}

/** @param {Report} report @param {Words} words @returns {readonly HTMLElement[]} */
export function reportSections({ rooms, incidents, interpreters, actions }, words) {
	const { locale } = words;
	const text = (/** @type {MessageKey} */ key) => locale.text(key);
	const actionName = (/** @type {string} */ kind) => (ACTIONS[kind] ? locale.text(ACTIONS[kind]) : kind);

	return [
		section('rep.attendance', words, ...rooms.flatMap((room) => attendanceOf(room, words))),
		section('rep.quality', words, ...(rooms.length ? [make('p', { class: 'note' }, text('rep.quality.about')), ...rooms.flatMap((room) => qualityOf(room, words))] : [])),
		section(
			'rep.incidents',
			words,
			...(incidents.length ? [table(text('rep.incidents'), ['rep.what', 'rep.where', 'rep.begin', 'rep.lasted', 'rep.seen'], incidents.map((each) => incidentRow(each, words)), words)] : []),
		),
		section(
			'rep.interpreters',
			words,
			...(interpreters.length
				? [make('p', { class: 'note' }, text('rep.pseudonyms')), table(text('rep.interpreters'), ['rep.who', 'rep.booth', 'rep.air', 'rep.seated', 'rep.turns'], interpreters.map((each) => interpreterRow(each, words)), words)]
				: []),
		),
		section('rep.actions', words, ...(actions.length ? [table(text('rep.actions'), ['rep.what', 'rep.times'], actions.map(({ kind, count }) => [actionName(kind), plain(locale, count)]), words)] : [])),
	];
}
