/**
 * The interpreter's page: puts booth, microphone, headset and views together.
 *
 * What is on air is what the relay says; `render` writes everything down anew on each change, and each
 * view changes only what differs.
 */

import { Check } from './check/check.js';
import { AirPanel } from './console/air_panel.js';
import { judgeAir } from './console/air.js';
import { Announcer } from './console/announcer.js';
import { Call } from './console/call.js';
import { ContactLine } from './console/contact_line.js';
import { Cues } from './console/cues.js';
import { Doubt } from './console/doubt.js';
import { EMPTY_BOOTH } from './console/empty_booth.js';
import { Events } from './console/events.js';
import { FitnessPanel } from './console/fitness_panel.js';
import { Head } from './console/head.js';
import { IncomingPanel, channelName } from './console/incoming_panel.js';
import { listKeys } from './console/key_list.js';
import { keyTable } from './console/key_table.js';
import { Keys } from './console/keys.js';
import { MessagesPanel } from './console/messages_panel.js';
import { Meters } from './console/meters.js';
import { MICROPHONE_PROBLEMS, MicrophonePanel, otherMicrophone } from './console/microphone_panel.js';
import { MixPanel } from './console/mix_panel.js';
import { Note } from './console/note.js';
import { PartnersPanel } from './console/partners_panel.js';
import { keepSeat, keptSeat } from './console/place.js';
import { refusalText } from './console/refusal.js';
import { Relief } from './console/relief.js';
import { SignInForm } from './console/sign_in.js';
import { Speaking } from './console/speaking.js';
import { airText, statusText } from './console/status_text.js';
import { WayIn } from './console/way_in.js';
import { byId, setText } from './page/element.js';
import { Help } from './page/help.js';
import { setIcon } from './page/icon.js';
import { readLink } from './page/link.js';
import { Locale } from './page/locale.js';
import { fillLocales } from './page/locale_choice.js';
import { recall, remember } from './page/memory.js';
import { Notices } from './page/notices.js';
import { say } from './page/say.js';
import { Stage } from './page/stage.js';
import { WakeLock } from './page/wake_lock.js';
import { Booth } from './session/booth.js';
import { FLOOR } from './session/protocol.js';
import { Headset } from './sound/headset.js';
import { Microphone } from './sound/microphone.js';

/** Per cent; choice. */
const VOLUME_STEP = 4;
/** Milliseconds between two readings of the meters on this device: as often as the relay sends its own. */
const METER_EVERY = 100;

let ready = false;
let rendering = false;

const link = readLink();
const locale = new Locale(['check', 'console', 'fitness']);
const announcer = new Announcer();
const note = new Note();
const notices = new Notices(byId('notices', HTMLDivElement), locale);
const wakeLock = new WakeLock();
const help = new Help();
const doubt = new Doubt(render);
const call = new Call(render);
const head = new Head();
const fitnessPanel = new FitnessPanel();
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
		relief.tellConsent();
	},
	onSeat: keepSeat,
	onEvent: (name, fields) => events.take(name, fields),
	onLevels: showServerLevels,
	onRefused: (code, message) => note.show(refusalText(code, message, locale)),
});

const speaking = new Speaking({ booth, microphone, onChange: render, onNone: () => note.show(locale.text('mic.none')) });
const relief = new Relief(booth);

const meters = new Meters();
const contactLine = new ContactLine(() => cues.play('lost'));
const airPanel = new AirPanel({
	onMicrophone: () => speaking.toggle(),
	onCough: (down) => speaking.cough(down),
	onOutput: (wanted) => speaking.use(wanted),
	onSlow: slowDown,
	onCall: callTechnician,
});
const partnersPanel = new PartnersPanel({
	onStandby: () => relief.toggleStandby(),
	onAsk: () => relief.askOrOffer(),
	onAccept: () => relief.accept(),
	onTake: () => relief.take(),
	onDecline: () => relief.declineOrCancel(),
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
const events = new Events({ booth, locale, note, cues, call, messages: messagesPanel, fitness: fitnessPanel, notices });
const microphonePanel = new MicrophonePanel({ onMicrophone: chooseMicrophone, onHeadset: (id) => headset.choose(id), onOther: useOtherMicrophone });
const check = new Check({ root: byId('check-place', HTMLDivElement), locale, microphone, headset, onDone: () => wayIn.enter() });
const signIn = new SignInForm(
	{ onNext: (wanted) => wayIn.checkFirst(wanted), onMicrophone: (id) => microphone.open(id), onHeadset: (id) => headset.choose(id) },
	{ room: link.room, lang: link.lang, booth: new URLSearchParams(location.search).get('booth'), name: recall('name') ?? '' },
);

const wayIn = new WayIn({
	booth,
	microphone,
	headset,
	check,
	onConsent: (consent) => (relief.consent = consent),
	mayLeave: () => !speaking.isOnAir || window.confirm(locale.text('console.leave.sure')),
	onMove: showAll,
});

/* What a person does */

async function slowDown() {
	if (await booth.slowDown()) note.show(locale.text('slow.sent'));
}

async function callTechnician() {
	if (await booth.call()) render();
}

/** @param {number} preset */
async function setPreset(preset) {
	const lang = booth.state?.incoming.lang ?? FLOOR;

	if (await booth.setPreset(preset, lang))
		note.show(locale.text('preset.set', { number: locale.count(preset + 1), channel: channelName(lang, locale) }));
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
	say(locale.percent(headset.settings.volume / 100));
}

/** Where things stand, in words, whenever somebody asks. */
function sayStatus() {
	const { state } = booth;
	if (!state) return say(locale.text('air.unknown'), true);
	say(statusText(state, currentAir(), byId('incoming-now', HTMLParagraphElement).textContent, sinceState(), locale), true);
	return undefined;
}

function useOtherMicrophone() {
	const other = otherMicrophone(microphone);

	if (other) chooseMicrophone(other.id);
}

/** @param {string} id */
async function chooseMicrophone(id) {
	await microphone.open(id);
	remember('microphone', microphone.device);
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
	wayIn.show();
	speaking.gate();
	contactLine.show(booth, wayIn.at === 'console', locale);
	if (wayIn.at === 'sign-in') showSignIn();
	if (wayIn.at === 'check') check.show();
	if (wayIn.at === 'console') showConsole();
	showClock();
	wakeLock.want(wayIn.at === 'console');
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

function currentAir() {
	const { session } = booth;

	const air = judgeAir({
		booth: booth.state,
		inContact: booth.inContact,
		media: session.phase === 'listening',
		wish: booth.wish?.state ?? null,
		live: booth.levels?.microphone?.live ?? true,
	});

	return { ...air, doubt: doubt.judge(air.doubt) };
}

function showConsole() {
	const { state, session } = booth;
	const room = session.event?.rooms.find(({ id }) => id === booth.seating?.room);
	const air = currentAir();

	document.documentElement.dataset['lamp'] = air.lamp;
	if (!state || !room) {
		airPanel.show({ air, booth: EMPTY_BOOTH, open: false, coughing: speaking.coughing, output: speaking.output, call: call.state }, locale);
		return;
	}
	speaking.follow();
	call.follow(state.call);
	airPanel.show({ air, booth: state, open: speaking.isOpen, coughing: speaking.coughing, output: speaking.output, call: call.state }, locale);
	partnersPanel.show(state, booth.stateAt, booth.inContact, locale);
	incomingPanel.show(state, room, locale);
	mixPanel.show(headset, state, locale);
	messagesPanel.show(locale);
	showPicture(room);
	microphonePanel.show(microphone, headset, locale);
	fitnessPanel.show(locale);
	setText(byId('slow-state', HTMLParagraphElement), room.slow_down ? locale.text('slow.state', { count: locale.count(room.slow_down) }) : '');
	const { lamp, asked } = announcer.follow(air, airText(air, locale), state, locale);
	if (lamp && (air.lamp === 'on-air' || air.lamp === 'off')) cues.play(air.lamp === 'on-air' ? 'on' : 'off');
	if (asked) cues.play('asked');
	head.show(room, state, session.quality.level, locale.text(air.word), locale);
}

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

/** Seconds since the relay said what is shown. */
function sinceState() {
	return (performance.now() - booth.stateAt) / 1000;
}

function showClock() {
	head.tick(wayIn.at === 'console' ? booth.state : null, sinceState(), locale);
}

function showServerLevels() {
	if (!ready || wayIn.at !== 'console') return;
	meters.showServer(booth.levels, booth.seat?.output, locale);
}

function showOwnLevels() {
	if (!ready || wayIn.at !== 'console') return;
	meters.showOwn(microphone.level()?.peak ?? null, headset.level()?.peak ?? null, locale);
	if (!booth.levels) showServerLevels();
}

/* Keys */

const keys = keyTable({
	microphone: () => speaking.toggle(),
	cough: (down) => speaking.cough(down),
	handOver: () => relief.next(),
	status: sayStatus,
	accept: () => relief.accept(),
	decline: () => relief.declineOrCancel(),
	take: () => relief.take(),
	standby: () => relief.toggleStandby(),
	output: () => speaking.useOther(),
	slow: slowDown,
	call: callTechnician,
	floor: () => booth.hear(FLOOR),
	incoming: () => incomingPanel.focus(),
	automatic: () => booth.relay(!booth.state?.incoming.automatic),
	pivots: () => incomingPanel.focusPivots(),
	floorLanguage: () => incomingPanel.focusFloor(),
	louder: () => turnVolume(VOLUME_STEP),
	quieter: () => turnVolume(-VOLUME_STEP),
	bass: () => mixPanel.focus('bass'),
	treble: () => mixPanel.focus('treble'),
	balance: () => mixPanel.focus('balance'),
	monitor: toggleMonitor,
	monitorOutput: swapMonitor,
	message: () => messagesPanel.focus(),
	ready: () => messagesPanel.focusReady(),
	full: () => stage.toggleFull(),
	swap: () => stage.swap(),
	otherMicrophone: useOtherMicrophone,
	leave: () => wayIn.leave(),
	help: () => help.open(),
	preset: (preset) => booth.recall(preset),
	setPreset,
});

/* The beginning */

function listenToPage() {
	const listen = (/** @type {string} */ id, /** @type {() => void} */ act) => byId(id, HTMLButtonElement).addEventListener('click', act);
	const wanted = byId('cues', HTMLInputElement);

	listen('check-back', () => wayIn.go('sign-in'));
	listen('leave', () => wayIn.leave());
	wanted.checked = cues.wanted;
	wanted.addEventListener('change', () => cues.want(wanted.checked));
	setIcon(byId('leave', HTMLButtonElement), 'back');
	incomingPanel.mark();
	new Keys(keys, () => wayIn.at === 'console', () => help.shortcutsWanted && !help.isOpen);
	window.addEventListener('online', () => booth.session.poke());
	window.addEventListener('offline', render);
	document.addEventListener('visibilitychange', () => document.hidden || booth.session.poke());
	/* Whoever closes the tab by mistake is asked first; who reloads comes back to the same seat. */
	window.addEventListener('beforeunload', (event) => {
		if (wayIn.at === 'console' && speaking.isOnAir) event.preventDefault();
	});
	setInterval(showClock, 1_000);
	setInterval(showOwnLevels, METER_EVERY);
}

async function begin() {
	booth.session.start();
	await locale.loadPreferred(link.lang);
	fillLocales(byId('interface', HTMLSelectElement), locale, () => {
		listKeys(keys, locale);
		render();
	});
	listenToPage();
	listKeys(keys, locale);
	ready = true;
	document.title = locale.text('console.title');
	const seat = keptSeat();
	if (seat && (!link.room || link.room === seat.room)) await wayIn.comeBack(seat);
	else showAll();
}

begin();
