/**
 * The organiser's page: puts the connection, the rooms and the panels together.
 *
 * What is shown is what the relay says. `render` writes everything down anew, at most once a frame, and
 * each view changes only what differs; meters have a way of their own.
 */

import { channelName } from './console/incoming_panel.js';
import { listKeys } from './console/key_list.js';
import { Keys } from './console/keys.js';
import { Note } from './console/note.js';
import { Actions } from './organiser/actions.js';
import { alarmLine } from './organiser/alarm_line.js';
import { ListeningPanel } from './organiser/listening_panel.js';
import { Overview } from './organiser/overview.js';
import { PANEL_WORDS, makePanels } from './organiser/panels.js';
import { organiserRefusal } from './organiser/refusal.js';
import { RelayLine } from './organiser/relay_line.js';
import { RoomView } from './organiser/room_view.js';
import { SEVERITIES } from './organiser/severity.js';
import { Stills } from './organiser/stills.js';
import { byId, setText } from './page/element.js';
import { Help } from './page/help.js';
import { setIcon } from './page/icon.js';
import { readLink, writeLink } from './page/link.js';
import { Locale } from './page/locale.js';
import { fillLocales } from './page/locale_choice.js';
import { recall, remember } from './page/memory.js';
import { say } from './page/say.js';
import { WakeLock } from './page/wake_lock.js';
import { Listening, sameTarget } from './session/listening.js';
import { Oversight } from './session/oversight.js';
import { Sound } from './sound/sound.js';

/** @typedef {import('./session/oversight_state.js').Alarm} Alarm */
/** @typedef {import('./organiser/selection.js').Selection} Selection */

const link = readLink();
const locale = new Locale([...new Set(/** @type {const} */ (['alarms', 'console', 'fitness', 'organiser', ...PANEL_WORDS]))]);
const note = new Note();
const wakeLock = new WakeLock();
const help = new Help();
const oversight = new Oversight({ url: link.socket, room: link.room });
let ready = false;
let rendering = false;

const actions = new Actions({ oversight, locale, onChange: render, onRefused: toast });
const stills = new Stills(new URLSearchParams(location.search).get('token'));
const sound = new Sound(byId('sound', HTMLAudioElement), render);
const listening = new Listening({
	url: link.socket,
	onChange: render,
	onTrack: (track) => sound.attach(track),
	onRefused: (code, message) => toast(organiserRefusal(code, message, locale)),
});
const overview = new Overview(go, stills);
const relayLine = new RelayLine();
const roomView = new RoomView({ onBack: () => go(null), onListen: listen, isHeard, onChoice: showAll, actions });
const listeningPanel = new ListeningPanel({ onStop: stopListening, onVolume: (percent) => sound.setVolume(percent) });
const tools = { oversight, locale, actions, toast, onRoom: go };
const { panels, dialogs } = makePanels(tools);

/* What is said */

/** @param {string} text */
function toast(text) {
	note.show(text);
}

/** @param {string | null} id */
function roomTitle(id) {
	const room = oversight.state.event?.rooms.find((each) => each.id === id);

	return room ? locale.title(room.title).text || room.id : (id ?? '');
}

/** Each alarm is told once, when it is raised. @param {{ news: string, alarm: Alarm }} what */
function tellAlarm({ news, alarm }) {
	if (news !== 'raised' || alarm.explained) return;
	const words = locale.text('alarm.told', { severity: locale.text(SEVERITIES[alarm.severity]), room: roomTitle(alarm.room) || locale.text('organiser.relay'), what: alarmLine(alarm, locale) });

	say(words, alarm.severity === 'critical');
}

/* What a person does */

/** @param {string | null} room to be shown in detail; null: all rooms */
function go(room) {
	const from = oversight.state.room;
	if (room === from) return;

	oversight.look(room);
	writeLink(room, null);
	showAll();
	if (room !== null) roomView.focus();
	else if (from !== null) overview.focus(from);
}

/** The room by its number, as configured. @param {number} n */
function goToRoom(n) {
	const room = oversight.state.overview?.rooms[n];

	if (room) go(room.id);
}

/** Where the worst alarm is that nobody has taken on; then the next. */
function goToAlarm() {
	const rooms = [...new Set(oversight.state.alarms.filter(({ room, acknowledged }) => room !== null && !acknowledged).map(({ room }) => room))];
	const next = rooms[(rooms.indexOf(oversight.state.room) + 1) % (rooms.length || 1)];

	if (next) go(next);
	else say(locale.text('alarms.none'));
}

/** @param {Selection} selection @returns {import('./session/listening.js').Target} */
const targetOf = (selection) => ({ room: oversight.state.room ?? '', ...selection });

/** @param {Selection} selection */
function isHeard(selection) {
	return listening.target !== null && sameTarget(listening.target, targetOf(selection));
}

/** @param {Selection} selection again: no longer */
function listen(selection) {
	if (isHeard(selection)) return stopListening();
	sound.unlock();
	return listening.listen(targetOf(selection));
}

function stopListening() {
	listening.stop();
	sound.pause();
}

/* What is shown */

/** Many changes at once are shown once, and none while nobody looks. */
function render() {
	if (rendering || !ready) return;
	rendering = true;
	requestAnimationFrame(() => {
		rendering = false;
		showAll();
	});
}

function showAll() {
	const { state } = oversight;
	const { event } = state;

	actions.follow(state);
	setText(byId('event-title', HTMLHeadingElement), event ? locale.title(event.title).text || event.id : locale.text('organiser.title'));
	document.title = [locale.text('organiser.title'), roomTitle(state.room)].filter(Boolean).join(' – ');
	showContact();
	showReportLink();
	relayLine.show(state.overview?.relay ?? null, locale);
	overview.show(state, locale);
	roomView.show(state, stills, locale);
	showListening();
	for (const panel of panels) panel.show(state);
}

/** Without the relay nothing here is of now: said above everything. */
function showContact() {
	const { link: contact, problem, attempt, event } = oversight.state;
	const lost = contact !== 'open' && (event !== null || attempt > 0);
	const words = problem ? locale.text('organiser.denied', { message: problem.message }) : lost ? locale.text('organiser.lost') : '';

	setText(byId('lost', HTMLDivElement), words);
	document.documentElement.dataset['contact'] = words ? 'lost' : 'open';
}

function showListening() {
	const { target, flowing } = listening;
	const booth = target?.booth ? oversight.state.booths.find(({ id, room }) => id === target.booth && room === target.room) : undefined;
	const person = booth?.seats.find(({ seat }) => seat === target?.seat);
	const name = !target || target.seat === null ? '' : locale.text('listening.microphone', { name: person?.name ?? channelName(target.lang, locale) });

	listeningPanel.show({ target, flowing, blocked: sound.state === 'blocked', name, room: roomTitle(target?.room ?? null) }, locale);
}

function showMeters() {
	const { meters } = oversight.state;

	if (meters && !document.hidden) roomView.showLevels(meters);
}

function showClock() {
	setText(byId('clock', HTMLParagraphElement), locale.time(new Date()));
}

/* Keys */

const inRoom = (/** @type {() => void} */ act) => () => oversight.state.room !== null && act();

/** @type {readonly import('./console/keys.js').Key[]} */
const keys = [
	{ key: 'o', text: 'okey.overview', press: () => go(null) },
	{ key: 'n', text: 'okey.alarm', press: goToAlarm },
	{ key: 'b', text: 'okey.matrix', press: inRoom(() => roomView.focusMatrix()) },
	{ key: 'i', text: 'okey.actions', press: inRoom(() => roomView.focusActions()) },
	{ key: 'l', text: 'okey.listen', press: inRoom(() => listen(roomView.selection)) },
	{ key: 's', text: 'okey.stop', press: stopListening },
	{ key: 'j', text: 'okey.message', press: inRoom(() => roomView.write()) },
	{ key: '?', text: 'key.help', press: () => help.open() },
];
const digits = Array.from({ length: 9 }, (_, n) => ({ key: String(n + 1), text: /** @type {const} */ ('okey.room'), press: () => goToRoom(n) }));

function showKeys() {
	listKeys([{ key: '1 … 9', text: 'okey.room' }, ...keys], locale);
}

/* The beginning */

function showTheme() {
	const light = recall('theme') === 'light';
	const button = byId('theme', HTMLButtonElement);

	document.documentElement.dataset['theme'] = light ? 'light' : 'dark';
	button.setAttribute('aria-pressed', String(light));
	setIcon(button, 'theme');
}

function listenToDialogs() {
	for (const button of document.querySelectorAll('[data-opens]')) {
		if (!(button instanceof HTMLButtonElement)) continue;
		const dialog = dialogs[/** @type {keyof typeof dialogs} */ (button.dataset['opens'])];

		button.hidden = !dialog;
		button.addEventListener('click', () => dialog?.open(oversight.state.room));
	}
}

/** Of the room in detail, of all, or of one of those that this organiser may see. */
function showReportLink() {
	const { event, allowed, room } = oversight.state;
	const report = new URL('report', document.baseURI);
	const of = room ?? (event && allowed.length < event.rooms.length ? allowed[0] : null);

	report.search = location.search;
	if (of) report.searchParams.set('room', of);
	byId('report-link', HTMLAnchorElement).href = report.href;
}

function listenToPage() {
	byId('theme', HTMLButtonElement).addEventListener('click', () => {
		remember('theme', recall('theme') === 'light' ? 'dark' : 'light');
		showTheme();
	});
	new Keys([...digits, ...keys], () => document.querySelector('dialog[open]') === null, () => help.shortcutsWanted);
	window.addEventListener('online', () => {
		oversight.poke();
		listening.poke();
	});
	document.addEventListener('visibilitychange', () => {
		if (document.hidden) return;
		oversight.poke();
		render();
	});
	setInterval(showClock, 1_000);
}

async function begin() {
	await locale.loadPreferred(link.lang);
	fillLocales(byId('interface', HTMLSelectElement), locale, () => {
		showKeys();
		render();
	});
	for (const name of /** @type {const} */ (['link', 'overview', 'measures', 'audience', 'booths', 'calls', 'chat', 'alarms', 'log', 'line-up'])) oversight.on(name, render);
	oversight.on('meters', showMeters);
	oversight.on('alarm', tellAlarm);
	showTheme();
	listenToPage();
	listenToDialogs();
	showKeys();
	showClock();
	wakeLock.want(true);
	ready = true;
	oversight.start();
	showAll();
}

begin();
