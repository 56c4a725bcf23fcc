/**
 * The interpreter's page: puts booth, microphone, headset and views together.
 *
 * What is on air is what the relay says; `render` writes everything down anew on each change, and each
 * view changes only what differs.
 */

import { Check } from './check/check.js';
import { AirPanel } from './console/air_panel.js';
import { judgeAir } from './console/air.js';
import { AGAIN, Announcer } from './console/announcer.js';
import { contactProblem } from './console/contact.js';
import { Cues } from './console/cues.js';
import { showDevices } from './console/devices.js';
import { handoverOf } from './console/handover.js';
import { IncomingPanel, channelName } from './console/incoming_panel.js';
import { Keys, capOf } from './console/keys.js';
import { MessagesPanel } from './console/messages_panel.js';
import { MeterView } from './console/meters.js';
import { MixPanel } from './console/mix_panel.js';
import { PartnersPanel } from './console/partners_panel.js';
import { keepSeat, keptSeat } from './console/place.js';
import { refusalText } from './console/refusal.js';
import { SignInForm } from './console/sign_in.js';
import { byId, make, setAttribute, setText } from './page/element.js';
import { Help } from './page/help.js';
import { setIcon } from './page/icon.js';
import { nameIn, ownName } from './page/language.js';
import { readLink } from './page/link.js';
import { Locale } from './page/locale.js';
import { recall, remember } from './page/memory.js';
import { LOCALES } from './page/preference.js';
import { Stage } from './page/stage.js';
import { WakeLock } from './page/wake_lock.js';
import { Booth, chatOf } from './session/booth.js';
import { FLOOR } from './session/protocol.js';
import { Headset } from './sound/headset.js';
import { Microphone } from './sound/microphone.js';

/** @typedef {import('./session/booth_state.js').OutputName} OutputName */
/** @typedef {import('./console/keys.js').Key} Key */
/** @typedef {import('./page/locale.js').MessageKey} MessageKey */
/** @typedef {import('./sound/microphone.js').MicrophoneProblem} MicrophoneProblem */

/** Milliseconds; choices. */
const TOAST = 6_000;
const CALL_DONE_SHOWN = 10_000;
const VOLUME_STEP = 4;
/** Between two readings of the meters on this device: as often as the relay sends its own. */
const METER_EVERY = 100;
/** For the relay's engine to follow its rules, and for the news to arrive. */
const DOUBT = 700;

/** @type {Readonly<Record<MicrophoneProblem, MessageKey>>} */
const MICROPHONE_PROBLEMS = {
	denied: 'mic.denied',
	none: 'mic.none',
	busy: 'mic.busy',
	lost: 'mic.lost',
	insecure: 'mic.insecure',
	other: 'mic.other',
};

/** @type {'sign-in' | 'check' | 'console'} */
let page = 'sign-in';
let ready = false;
let rendering = false;
let coughing = false;
/** @type {OutputName} */
let output = 'A';
/** @type {'none' | 'open' | 'taken' | 'done'} */
let call = 'none';
let toastTimer = 0;
let consent = false;
let contactWas = /** @type {MessageKey | null} */ (null);
let everInContact = false;
/** What page and server differ in, and since when. @type {{ key: MessageKey, since: number } | null} */
let doubt = null;
let doubtTimer = 0;

const link = readLink();
const locale = new Locale(['check', 'console']);
const announcer = new Announcer();
const wakeLock = new WakeLock();
const help = new Help();
const stage = new Stage(() => headset.unlock());
const headset = new Headset({ onChange: render, memory: { recall, remember } });
const cues = new Cues((sound) => headset.play(sound).catch(() => {}));
const microphone = new Microphone({ onChange: render, onTrack: (track) => booth.session.speak(track) });
const booth = new Booth({
	url: link.socket,
	early: null,
	microphone: () => microphone.track,
	onChange: render,
	onTracks: ({ audio, monitor, ...pictures }) => {
		headset.attach({ incoming: audio, monitor });
		stage.attach({ audio, monitor, ...pictures });
		if (consent) booth.standby(true);
	},
	onSeat: keepSeat,
	onEvent: happened,
	onLevels: showServerLevels,
	onRefused: (code, message) => toast(refusalText(code, message, locale)),
});

const meters = {
	microphone: new MeterView('meter-mic'),
	relay: new MeterView('meter-relay'),
	out: new MeterView('meter-out'),
	incoming: new MeterView('meter-in'),
};
const airPanel = new AirPanel({ onMicrophone: toggleMicrophone, onCough: cough, onOutput: useOutput, onSlow: slowDown, onCall: callTechnician });
const partnersPanel = new PartnersPanel({
	onStandby: toggleStandby,
	onAsk: askOrOffer,
	onAccept: () => booth.handover('accept'),
	onTake: () => booth.handover('take'),
	onDecline: declineOrCancel,
});
const incomingPanel = new IncomingPanel({
	onHear: (lang) => booth.hear(lang),
	onRecall: (preset) => booth.recall(preset),
	onSet: setPreset,
	onAutomatic: () => booth.relay(!booth.state?.incoming.automatic),
	onPivots: (langs) => booth.setPivots(langs),
	onFloorLanguage: (lang) => booth.setFloorLanguage(lang),
});
const mixPanel = new MixPanel({ onSet: (change) => headset.set(change), onMonitor: toggleMonitor, onMonitorOutput: swapMonitor });
const messagesPanel = new MessagesPanel((to, text) => booth.say(to, text));
const check = new Check({ root: byId('check-place', HTMLDivElement), locale, microphone, headset, onDone: enter });
const signIn = new SignInForm(
	{ onNext: checkFirst, onMicrophone: (id) => microphone.open(id), onHeadset: (id) => headset.choose(id) },
	{ room: link.room, lang: link.lang, booth: new URLSearchParams(location.search).get('booth'), name: recall('name') ?? '' },
);

/** @type {import('./console/sign_in.js').SignIn | null} */
let wish = null;

/* Coming in and going out */

/** @param {import('./console/sign_in.js').SignIn} wanted */
async function checkFirst(wanted) {
	wish = wanted;
	consent = wanted.consent;
	remember('name', wanted.name);
	go('check');
	headset.unlock();
	if (microphone.state !== 'open') await microphone.open(recall('microphone') ?? '');
	headset.list();
}

function enter() {
	const room = booth.session.event?.rooms.find(({ id }) => id === wish?.room);

	if (!wish) return;
	remember('microphone', microphone.device);
	headset.unlock();
	booth.sit({ room: wish.room, booth: wish.booth, name: wish.name }, { sign: room?.sign ?? false });
	go('console');
}

/** After a reload: the same seat, without a question. @param {import('./session/booth.js').Seating} seat */
async function comeBack(seat) {
	go('console');
	headset.unlock();
	await microphone.open(recall('microphone') ?? '');
	booth.sit(seat, { sign: booth.session.event?.rooms.find(({ id }) => id === seat.room)?.sign ?? false });
	headset.list();
}

function leave() {
	if (isOnAir() && !window.confirm(locale.text('console.leave.sure'))) return;
	booth.leave();
	microphone.close();
	headset.close();
	go('sign-in');
}

/** @param {'sign-in' | 'check' | 'console'} to */
function go(to) {
	if (page === 'check' && to !== 'check') check.close();
	page = to;
	showAll();
	byId(to === 'console' ? 'console-heading' : `${to}-heading`, HTMLHeadingElement).focus();
}

/* What a person does */

function isOpen() {
	const state = booth.seat?.microphone;

	return booth.wish ? booth.wish.state !== 'off' : state === 'on-air' || state === 'muted';
}

function isOnAir() {
	return booth.seat?.microphone === 'on-air' || booth.seat?.microphone === 'muted';
}

function toggleMicrophone() {
	if (isOpen()) booth.microphone('off');
	else if (!microphone.track) toast(locale.text('mic.none'));
	else booth.microphone('on', output);
	gateMicrophone();
}

/** @param {boolean} down */
function cough(down) {
	const state = booth.seat?.microphone;

	if (down && !isOpen()) return;
	coughing = down;
	gateMicrophone();
	if (down) booth.microphone('muted');
	/* Switched off meanwhile, by a partner or the organiser: then it stays so. */ else if (state === 'muted' || state === 'on-air')
		booth.microphone('on', booth.seat?.output ?? output);
	render();
}

/** Sound leaves this device only when it may be heard: on air, or about to be. */
function gateMicrophone() {
	const { seat, state, wish: wanted } = booth;
	const handover = state?.handover;
	const awaited = handover && handover.state !== 'none' && (handover.to === state?.you || handover.invited.includes(state?.you ?? -1));
	const sends = seat && (seat.microphone !== 'off' || wanted?.state === 'on' || seat.consents || awaited);
	const muted = coughing || !sends;

	if (microphone.muted !== muted) microphone.setMuted(muted);
}

/** @param {OutputName} wanted */
function useOutput(wanted) {
	output = wanted;
	if (booth.seat?.microphone === 'on-air') booth.microphone('on', wanted);
	render();
}

function otherOutput() {
	if ((booth.state?.outputs.length ?? 0) > 1) useOutput(output === 'A' ? 'B' : 'A');
}

async function slowDown() {
	if (await booth.slowDown()) toast(locale.text('slow.sent'));
}

async function callTechnician() {
	if (await booth.call()) render();
}

function toggleStandby() {
	consent = !booth.seat?.consents;
	booth.standby(consent);
}

function askOrOffer() {
	const offers = booth.state && handoverOf(booth.state).ask === 'handover.offer';

	booth.handover(offers ? 'offer' : 'ask');
}

function declineOrCancel() {
	booth.handover(booth.state && handoverOf(booth.state).decline === 'handover.decline' ? 'decline' : 'cancel');
}

/** The one key for whatever a handover needs next. */
function handOver() {
	if (booth.state && handoverOf(booth.state).accept) booth.handover('accept');
	else askOrOffer();
}

/** @param {number} preset */
async function setPreset(preset) {
	const lang = booth.state?.incoming.lang ?? FLOOR;

	if (await booth.setPreset(preset, lang))
		toast(locale.text('preset.set', { number: locale.count(preset + 1), channel: channelName(lang, locale) }));
}

function toggleMonitor() {
	headset.set({ monitor: !headset.settings.monitor });
}

function swapMonitor() {
	if ((booth.state?.outputs.length ?? 0) > 1) booth.monitor(booth.state?.monitor === 'A' ? 'B' : 'A');
}

/** @param {number} by */
function turnVolume(by) {
	headset.set({ volume: headset.settings.volume + by });
	announcer.say(locale.percent(headset.settings.volume / 100));
}

/** Where things stand, in words, whenever somebody asks. */
function sayStatus() {
	const { state } = booth;
	if (!state) return announcer.say(locale.text('air.unknown'), true);
	const air = currentAir();
	const language = air.lang && nameIn(air.lang, locale.name);
	const listeners = state.outputs.reduce((sum, each) => sum + each.listeners, 0);

	announcer.say(
		[
			locale.text(air.word),
			locale.text(air.detail, { language, name: air.name }),
			locale.text('output.listeners', { count: locale.count(listeners) }),
			byId('incoming-now', HTMLParagraphElement).textContent,
			shiftText(),
		]
			.filter(Boolean)
			.join('. '),
		true,
	);
	return undefined;
}

function useOtherMicrophone() {
	const other = otherMicrophone();

	if (other) chooseMicrophone(other.id);
}

/** @param {string} id */
async function chooseMicrophone(id) {
	await microphone.open(id);
	remember('microphone', microphone.device);
}

function otherMicrophone() {
	return microphone.state === 'failed' ? microphone.devices.find(({ id }) => id !== microphone.device && id !== 'default') : undefined;
}

/* What happens */

/** @param {string} name @param {Readonly<Record<string, unknown>>} fields */
function happened(name, fields) {
	if (name === 'chat') {
		const message = chatOf(fields);
		messagesPanel.add(message, locale);
		if (message.seat === null || message.seat !== booth.state?.you) announcer.say(locale.text('chat.said', { name: messagesPanel.writer(message, locale), text: message.text }));
	} else if (name === 'shift') {
		toast(locale.text('shift.over', { time: locale.minutes((booth.state?.shift?.for ?? 0) / 60) }));
		cues.play('asked');
	} else if (name === 'took-over') {
		toast(locale.text('handover.took-over'));
	} else if (name === 'handover-ended') {
		const words = HANDOVER_ENDS[String(fields['how'])];
		if (words) toast(locale.text(words));
	} else if (name === 'call') {
		callChanged(String(fields['state']));
	}
}

/** How a handover ended, where it did not simply work. @type {Readonly<Record<string, MessageKey>>} */
const HANDOVER_ENDS = {
	declined: 'handover.declined',
	cancelled: 'handover.cancelled',
	expired: 'handover.expired',
	withdrawn: 'handover.withdrawn',
	'no-sound': 'handover.no-sound',
};

/** @param {string} state */
function callChanged(state) {
	if (state !== 'open' && state !== 'taken' && state !== 'done') return;
	call = state;
	if (state !== 'open') toast(locale.text(state === 'taken' ? 'call.taken' : 'call.done'));
	if (state === 'done')
		setTimeout(() => {
			if (call === 'done') call = 'none';
			render();
		}, CALL_DONE_SHOWN);
	render();
}

/** @param {string} text */
function toast(text) {
	const line = byId('note', HTMLParagraphElement);

	clearTimeout(toastTimer);
	line.textContent = '';
	setTimeout(() => (line.textContent = text), AGAIN);
	toastTimer = setTimeout(() => (line.textContent = ''), TOAST);
}

/* What is shown */

/** Many changes at once are shown once. */
function render() {
	if (rendering || !ready) return;
	rendering = true;
	queueMicrotask(() => {
		rendering = false;
		showAll();
	});
}

function showAll() {
	const { session } = booth;

	if (page === 'console' && session.problem && !booth.seating) page = 'sign-in';
	for (const id of ['sign-in', 'check', 'console']) byId(id, HTMLElement).hidden = id !== page;
	byId('leave', HTMLButtonElement).hidden = page !== 'console';
	gateMicrophone();
	showContact();
	if (page === 'sign-in') showSignIn();
	if (page === 'check') check.show();
	if (page === 'console') showConsole();
	showClock();
	wakeLock.want(page === 'console');
}

function showSignIn() {
	const { session } = booth;
	const problem = session.problem
		? refusalText(session.problem.code, session.problem.message, locale)
		: signIn.empty
			? locale.text('signin.none')
			: microphone.problem
				? locale.text(MICROPHONE_PROBLEMS[microphone.problem])
				: '';

	signIn.show(
		session.event,
		locale,
		{ microphones: microphone.devices, microphone: microphone.device, headsets: headset.devices, headset: headset.device, choosable: headset.choosable },
		problem,
	);
}

/** The relay or its sound is gone: said above everything, and heard. */
function showContact() {
	const { session } = booth;

	if (booth.inContact || (page !== 'console' && session.link === 'open')) everInContact = true;
	const key = contactProblem({
		seated: page === 'console',
		online: navigator.onLine,
		link: session.link,
		attempt: session.attempt,
		phase: session.phase,
		blocked: session.blocked,
		first: !everInContact,
	});
	const text = key ? locale.text(key) : '';

	setText(byId('lost', HTMLDivElement), text);
	if (key && !contactWas && page === 'console') cues.play('lost');
	contactWas = key;
}

function currentAir() {
	const { session } = booth;

	const air = judgeAir({
		booth: booth.state,
		inContact: booth.inContact,
		media: session.phase === 'listening',
		wish: booth.wish?.state ?? null,
		live: booth.levels?.microphone?.live ?? true,
	});

	return { ...air, doubt: lasting(air.doubt) };
}

/** Differences that are over in a moment are those of every change. @param {MessageKey | null} key */
function lasting(key) {
	const now = performance.now();

	if (key && !doubt) {
		clearTimeout(doubtTimer);
		doubtTimer = setTimeout(render, DOUBT + 20);
	}
	doubt = key && { key, since: doubt?.since ?? now };
	return doubt && now - doubt.since >= DOUBT ? doubt.key : null;
}

function showConsole() {
	const { state, session } = booth;
	const room = session.event?.rooms.find(({ id }) => id === booth.seating?.room);
	const air = currentAir();
	const language = air.lang && nameIn(air.lang, locale.name);

	document.documentElement.dataset['lamp'] = air.lamp;
	if (!state || !room) {
		airPanel.show({ air, booth: EMPTY, open: false, coughing, output, call }, locale);
		return;
	}
	if (isOnAir() && booth.seat) output = booth.seat.output;
	if (call === 'none' && state.call !== null) call = 'open';
	if (call === 'open' && state.call === null) call = 'none';
	airPanel.show({ air, booth: state, open: isOpen(), coughing, output, call }, locale);
	partnersPanel.show(state, booth.stateAt, booth.inContact, locale);
	incomingPanel.show(state, room, locale);
	mixPanel.show(headset, state, locale);
	messagesPanel.show(locale);
	showPicture(room);
	showMicrophone();
	setText(byId('slow-state', HTMLParagraphElement), room.slow_down ? locale.text('slow.state', { count: locale.count(room.slow_down) }) : '');
	const words = `${locale.text(air.word)}. ${locale.text(air.detail, { language, name: air.name })}`;
	const { lamp, asked } = announcer.follow(air, words, state, locale);
	if (lamp && (air.lamp === 'on-air' || air.lamp === 'off')) cues.play(air.lamp === 'on-air' ? 'on' : 'off');
	if (asked) cues.play('asked');
	showWhere(room, state.id, locale.text(air.word));
}

/** Before the relay has said anything. */
const EMPTY = {
	id: '',
	room: '',
	you: -1,
	monitor: /** @type {const} */ ('A'),
	outputs: [],
	seats: [],
	handover: { state: /** @type {const} */ ('none'), from: null, to: null, invited: [], ends_in: 0 },
	incoming: { automatic: false, chosen: FLOOR, lang: FLOOR, depth: 0, why: '', pivots: [], presets: [null, null, null] },
	shift: null,
	call: null,
};

/** @param {import('./session/protocol.js').Room} room @param {string} id of the booth @param {string} word */
function showWhere(room, id, word) {
	const title = locale.title(room.title);
	const langs = booth.state?.outputs.map(({ lang }) => ownName(lang)).join(', ') ?? '';
	const name = byId('where-room', HTMLSpanElement);
	const line = byId('quality', HTMLParagraphElement);
	const { level } = booth.session.quality;

	setText(name, title.text || room.id);
	setAttribute(name, 'lang', title.lang || locale.name);
	setText(byId('where-booth', HTMLSpanElement), locale.text('console.booth', { booth: id, languages: langs }));
	setText(byId('console-heading', HTMLHeadingElement), `${title.text} – ${locale.text('console.booth', { booth: id, languages: langs })}`);
	line.hidden = false;
	setAttribute(line, 'data-level', level);
	setText(line, locale.text(QUALITIES[level]));
	document.title = [word, id, title.text].join(' – ');
}

/** @type {Readonly<Record<import('./session/quality.js').Level, MessageKey>>} */
const QUALITIES = { unknown: 'quality.unknown', good: 'quality.good', fair: 'quality.fair', poor: 'quality.poor' };

/** @param {import('./session/protocol.js').Room} room */
function showPicture(room) {
	const playing = booth.session.phase === 'listening';

	stage.show(
		{
			picture: room.picture,
			sign: room.sign,
			playing,
			blocked: headset.state === 'blocked',
			words: room.picture || room.sign ? '' : locale.text('picture.none'),
			title: locale.title(room.title).text,
		},
		locale,
	);
}

function showMicrophone() {
	const { problem, silenced } = microphone;
	const other = otherMicrophone();
	const button = byId('microphone-other', HTMLButtonElement);

	setText(
		byId('microphone-trouble', HTMLParagraphElement),
		problem ? locale.text(MICROPHONE_PROBLEMS[problem]) : silenced ? locale.text('mic.silenced') : '',
	);
	button.hidden = !other;
	if (other) setText(byId('microphone-other-word', HTMLSpanElement), locale.text('mic.other.use', { name: other.label }));
	showDevices(byId('microphone-again', HTMLSelectElement), microphone.devices, microphone.device, locale);
	showDevices(byId('headset-again', HTMLSelectElement), headset.devices, headset.device, locale);
	byId('headset-again-row', HTMLLabelElement).hidden = !headset.choosable;
}

function shiftText() {
	const shift = booth.state?.shift;
	if (!shift || !booth.state) return '';
	const since = (performance.now() - booth.stateAt) / 1000;
	const name = booth.state.seats.find(({ seat }) => seat === shift.seat)?.name ?? '';
	const values = { name, time: locale.minutes((shift.for + since) / 60), left: locale.minutes(Math.max(0, shift.remind_in - since) / 60) };

	if (!Number.isFinite(shift.remind_in)) return locale.text('shift.for', values);
	return locale.text(shift.remind_in - since > 0 ? 'shift.left' : 'shift.long', values);
}

function showClock() {
	const shift = byId('shift', HTMLParagraphElement);
	const text = page === 'console' ? shiftText() : '';
	const remind = booth.state?.shift ? booth.state.shift.remind_in - (performance.now() - booth.stateAt) / 1000 : Infinity;

	setText(byId('clock', HTMLParagraphElement), locale.time(new Date()));
	shift.hidden = !text;
	setText(shift, text);
	setAttribute(shift, 'data-due', String(remind <= 0));
}

function showServerLevels() {
	const { levels, seat } = booth;
	const out = levels?.outputs[seat?.output === 'B' ? 1 : 0];

	if (!ready || page !== 'console') return;
	meters.relay.show(levels?.microphone?.peak ?? null, locale);
	meters.out.show(out?.peak ?? null, locale);
}

function showOwnLevels() {
	if (!ready || page !== 'console') return;
	meters.microphone.show(microphone.level()?.peak ?? null, locale);
	meters.incoming.show(headset.level()?.peak ?? null, locale);
	if (!booth.levels) showServerLevels();
}

/* Keys */

/** @type {readonly Key[]} */
const KEYS = [
	{ key: 'm', always: 'F8', text: 'ckey.microphone', press: toggleMicrophone },
	{ key: 'c', always: 'F9', text: 'ckey.cough', press: () => cough(true), release: () => cough(false) },
	{ key: 'h', always: 'F4', text: 'ckey.handover', press: handOver },
	{ key: 'x', always: 'F2', text: 'ckey.status', press: sayStatus },
	{ key: 'y', text: 'ckey.accept', press: () => booth.handover('accept') },
	{ key: 'n', text: 'ckey.decline', press: declineOrCancel },
	{ key: 'k', text: 'ckey.take', press: () => booth.handover('take') },
	{ key: 'b', text: 'ckey.standby', press: toggleStandby },
	{ key: 'o', text: 'ckey.output', press: otherOutput },
	{ key: 's', text: 'ckey.slow', press: slowDown },
	{ key: 't', text: 'ckey.call', press: callTechnician },
	{ key: '0', text: 'ckey.floor', press: () => booth.hear(FLOOR) },
	{ key: '1', text: 'ckey.preset.1', press: () => booth.recall(0) },
	{ key: '2', text: 'ckey.preset.2', press: () => booth.recall(1) },
	{ key: '3', text: 'ckey.preset.3', press: () => booth.recall(2) },
	{ key: 'shift+1', text: 'ckey.preset.set.1', press: () => setPreset(0) },
	{ key: 'shift+2', text: 'ckey.preset.set.2', press: () => setPreset(1) },
	{ key: 'shift+3', text: 'ckey.preset.set.3', press: () => setPreset(2) },
	{ key: 'i', text: 'ckey.incoming', press: () => incomingPanel.focus() },
	{ key: 'r', text: 'ckey.automatic', press: () => booth.relay(!booth.state?.incoming.automatic) },
	{ key: 'p', text: 'ckey.pivots', press: () => incomingPanel.focusPivots() },
	{ key: 'l', text: 'ckey.floor-language', press: () => incomingPanel.focusFloor() },
	{ key: 'ArrowUp', text: 'ckey.louder', press: () => turnVolume(VOLUME_STEP) },
	{ key: 'ArrowDown', text: 'ckey.quieter', press: () => turnVolume(-VOLUME_STEP) },
	{ key: 'e', text: 'ckey.bass', press: () => mixPanel.focus('bass') },
	{ key: 'd', text: 'ckey.treble', press: () => mixPanel.focus('treble') },
	{ key: 'g', text: 'ckey.balance', press: () => mixPanel.focus('balance') },
	{ key: 'v', text: 'ckey.monitor', press: toggleMonitor },
	{ key: 'shift+v', text: 'ckey.monitor.output', press: swapMonitor },
	{ key: 'j', text: 'ckey.message', press: () => messagesPanel.focus() },
	{ key: 'shift+j', text: 'ckey.ready', press: () => messagesPanel.focusReady() },
	{ key: 'f', text: 'key.full', press: () => stage.toggleFull() },
	{ key: 'w', text: 'ckey.swap', press: () => stage.swap() },
	{ key: 'u', text: 'ckey.other', press: useOtherMicrophone },
	{ key: 'shift+q', text: 'ckey.leave', press: leave },
	{ key: '?', text: 'key.help', press: () => help.open() },
];

function listKeys() {
	byId('keys', HTMLDListElement).replaceChildren(
		...KEYS.map(({ key, always, text }) =>
			make(
				'div',
				{},
				make('dt', {}, make('kbd', {}, capOf(key)), ...(always ? [' ', make('kbd', {}, always)] : [])),
				make('dd', {}, locale.text(text)),
			),
		),
	);
}

/* The beginning */

function listenToPage() {
	const listen = (/** @type {string} */ id, /** @type {() => void} */ act) => byId(id, HTMLButtonElement).addEventListener('click', act);
	const again = byId('microphone-again', HTMLSelectElement);
	const headsetAgain = byId('headset-again', HTMLSelectElement);
	const wanted = byId('cues', HTMLInputElement);

	listen('check-back', () => go('sign-in'));
	listen('leave', leave);
	listen('microphone-other', useOtherMicrophone);
	again.addEventListener('change', () => chooseMicrophone(again.value));
	headsetAgain.addEventListener('change', () => headset.choose(headsetAgain.value));
	wanted.checked = cues.wanted;
	wanted.addEventListener('change', () => cues.want(wanted.checked));
	setIcon(byId('leave', HTMLButtonElement), 'back');
	incomingPanel.mark();
	new Keys(KEYS, () => page === 'console' && !help.isOpen, () => help.shortcutsWanted);
	window.addEventListener('online', () => booth.session.poke());
	window.addEventListener('offline', render);
	document.addEventListener('visibilitychange', () => document.hidden || booth.session.poke());
	/* Whoever closes the tab by mistake is asked first; who reloads comes back to the same seat. */
	window.addEventListener('beforeunload', (event) => {
		if (page === 'console' && isOnAir()) event.preventDefault();
	});
	setInterval(showClock, 1_000);
	setInterval(showOwnLevels, METER_EVERY);
}

async function begin() {
	const select = byId('interface', HTMLSelectElement);

	booth.session.start();
	await locale.loadPreferred(link.lang);
	select.append(...LOCALES.map((name) => make('option', { value: name, lang: name }, ownName(name))));
	select.value = locale.name;
	select.addEventListener('change', async () => {
		const name = LOCALES.find((each) => each === select.value);
		if (name) await locale.load(name, true);
		listKeys();
		render();
	});
	listenToPage();
	listKeys();
	ready = true;
	document.title = locale.text('console.title');
	const seat = keptSeat();
	if (seat && (!link.room || link.room === seat.room)) await comeBack(seat);
	else showAll();
}

begin();
