/**
 * The delegate's page: puts session, sound and views together.
 *
 * Everything that is shown follows from the session, the sound and what this module keeps; `render`
 * writes it all down anew, and each view changes only what differs.
 */

import { ChannelList, channelByDigit } from './page/channels.js';
import { Controls } from './page/controls.js';
import { early } from './page/early.js';
import { byId, make, setAttribute, setText } from './page/element.js';
import { Help } from './page/help.js';
import { setIcon } from './page/icon.js';
import { nameIn, ownName } from './page/language.js';
import { readLink, writeLink } from './page/link.js';
import { Locale } from './page/locale.js';
import { recall, remember } from './page/memory.js';
import { MyLanguages } from './page/my_languages.js';
import { LOCALES } from './page/preference.js';
import { QualityLine } from './page/quality_line.js';
import { RoomList } from './page/rooms.js';
import { listenToKeys } from './page/shortcuts.js';
import { Stage } from './page/stage.js';
import { describe } from './page/status.js';
import { WakeLock } from './page/wake_lock.js';
import { FLOOR, findChannel, isVideoChoice } from './session/protocol.js';
import { Session } from './session/session.js';
import { MediaControls } from './sound/media_controls.js';
import { Sound } from './sound/sound.js';

/** @typedef {import('./session/protocol.js').Choice} Choice */
/** @typedef {import('./session/protocol.js').Room} Room */
/** @typedef {import('./session/protocol.js').VideoChoice} VideoChoice */
/** @typedef {import('./page/status.js').Tone} Tone */
/** @typedef {import('./page/icon.js').IconName} IconName */

/** Milliseconds that a page is hidden before it gives up its pictures; choice: a look at another tab is shorter. */
const HIDDEN_PATIENCE = 10_000;
/** Milliseconds of pause before the stream is stopped; choice. */
const PAUSE_PATIENCE = 30_000;
const VOLUME_STEP = 10;

/** @type {Readonly<Record<Tone, IconName | null>>} */
const TONE_ICONS = { quiet: null, busy: 'wait', good: 'sound', notice: 'wait', trouble: 'lost' };

/** The room on screen; null shows the list. @type {string | null} */
let shownRoom = null;
/** The address was followed, once. */
let arrived = false;
let ready = false;
let rendering = false;
let hiddenTimer = 0;
let pauseTimer = 0;
let hiddenLong = false;
/** The picture chosen last, to return to from sound only. */
let video = rememberedVideo();
let sign = recall('sign') === 'on';
let soundOnly = recall('only') === 'on';
/** Loaded with the first message: most people never get one. @type {Promise<import('./page/notices.js').Notices> | null} */
let notices = null;

const link = readLink();
const locale = new Locale();
const supported = typeof RTCPeerConnection === 'function' && typeof WebSocket === 'function';

const session = new Session({ url: link.socket, early, onChange: sessionChanged, onTracks: attach, onNews: (name, fields) => name === 'notice' && tell(fields) });
const sound = new Sound(byId('sound', HTMLAudioElement), soundChanged);
const stage = new Stage(() => listen());
const roomList = new RoomList(showRoom);
const channelList = new ChannelList(choose);
const mine = new MyLanguages((langs) => {
	session.understand(langs);
	render();
});
const help = new Help();
const wakeLock = new WakeLock();
const qualityLine = new QualityLine(takeHint);
const controls = new Controls({
	onPlay: togglePlay,
	onMute: toggleMute,
	onVolume: setVolume,
	onStop: stop,
	onOnly: toggleOnly,
	onVideo: setVideo,
	onSign: toggleSign,
	onSwap: () => stage.swap(),
	onFull: () => stage.toggleFull(),
});
const mediaControls = new MediaControls({
	play: listen,
	pause,
	stop,
	previous: () => step(-1),
	next: () => step(1),
});

/** @returns {Exclude<VideoChoice, 'none'>} */
function rememberedVideo() {
	const remembered = recall('video');
	const saving = /** @type {{ connection?: { saveData?: boolean } }} */ (navigator).connection?.saveData === true;

	if (isVideoChoice(remembered) && remembered !== 'none') return remembered;
	return saving ? 'low' : 'auto';
}

/** @returns {Omit<Choice, 'lang'>} */
function pictures() {
	return { video: soundOnly ? 'none' : video, sign };
}

/* What a person does */

/** @param {string} lang */
function choose(lang) {
	const room = roomOnScreen();
	if (!room) return;

	sound.unlock();
	if (session.room?.id === room.id) session.select({ lang });
	else session.join(room.id, { lang, ...pictures() });
	writeLink(room.id, lang);
	remember('lang', lang);
}

/** @param {string} room */
function showRoom(room) {
	const old = session.choice;

	shownRoom = room;
	if (old && session.room?.id !== room) {
		/* Who listens already goes on listening, to the same language where the room has it. */
		const there = roomOnScreen();
		choose((there && findChannel(there, old.lang)?.lang) ?? FLOOR);
	}
	showAll();
	byId('room-title', HTMLHeadingElement).focus();
}

function showRooms() {
	shownRoom = null;
	showAll();
	byId('rooms-heading', HTMLHeadingElement).focus();
}

/** In a gesture: lets sound start, or go on. */
function listen() {
	sound.unlock();
}

function pause() {
	sound.pause();
}

function togglePlay() {
	if (sound.state === 'playing') pause();
	else listen();
}

function stop() {
	const room = session.room;

	sound.stop();
	session.leave();
	writeLink(room?.id ?? null, null);
	if (room) byId('room-title', HTMLHeadingElement).focus();
}

function toggleMute() {
	sound.setMuted(!sound.muted);
}

/** @param {number} percent */
function setVolume(percent) {
	sound.setVolume(percent);
	if (sound.muted) sound.setMuted(false);
	remember('volume', String(sound.volume));
}

function toggleOnly() {
	soundOnly = !soundOnly;
	if (soundOnly) sign = false;
	remember('only', soundOnly ? 'on' : 'off');
	session.select(pictures());
}

/** @param {VideoChoice} choice */
function setVideo(choice) {
	if (choice === 'none') return;
	video = choice;
	remember('video', choice);
	session.select(pictures());
}

function toggleSign() {
	sign = !sign;
	remember('sign', sign ? 'on' : 'off');
	session.select(pictures());
}

/** @param {import('./session/quality.js').Hint} hint */
function takeHint(hint) {
	if (hint === 'picture-off' && !soundOnly) toggleOnly();
	if (hint === 'picture-lower') setVideo('low');
}

/** To the language before or after. @param {number} by */
function step(by) {
	const { room, choice } = session;
	if (!room || !choice) return;
	const at = room.channels.findIndex(({ lang }) => lang === choice.lang);
	const next = room.channels[(at + by + room.channels.length) % room.channels.length];

	if (next) choose(next.lang);
}

/** @param {string} digit */
function chooseDigit(digit) {
	const room = roomOnScreen();
	const lang = room && channelByDigit(room, digit);

	if (room && lang && findChannel(room, lang)) choose(lang);
}

/* What happens */

function sessionChanged() {
	if (session.event && !arrived && ready) arrive();
	render();
}

/** Paused, the pictures stop at once and the stream after a while; the choice stays. */
function soundChanged() {
	const paused = sound.state === 'paused';

	session.setBlind(hiddenLong || paused);
	if (paused && !pauseTimer) {
		pauseTimer = setTimeout(() => session.setAsleep(true), PAUSE_PATIENCE);
	} else if (!paused && pauseTimer) {
		clearTimeout(pauseTimer);
		pauseTimer = 0;
		session.setAsleep(false);
	}
	render();
}

/** @param {import('./session/peer.js').PeerTracks} tracks */
function attach(tracks) {
	sound.attach(tracks.audio);
	stage.attach(tracks);
}

/** The first welcome: go where the address points, as far as it does. */
function arrive() {
	const rooms = session.event?.rooms ?? [];
	const room = rooms.find(({ id }) => id === link.room) ?? (rooms.length === 1 && !link.room ? rooms[0] : undefined);
	const channel = room && link.lang ? findChannel(room, link.lang) : null;

	arrived = true;
	shownRoom = room?.id ?? null;
	if (link.room && !room) session.problem = { code: 'unknown-room', message: link.room };
	else if (link.lang && room && !channel) session.problem = { code: 'unknown-language', message: link.lang };
	if (channel) choose(channel.lang);
}

/** What organisers tell everybody. @param {Readonly<Record<string, unknown>>} fields */
async function tell(fields) {
	notices ??= import('./page/notices.js').then(({ Notices }) => new Notices(byId('notices', HTMLDivElement), locale));
	(await notices).add(fields);
}

function visibilityChanged() {
	clearTimeout(hiddenTimer);
	if (document.hidden) {
		hiddenTimer = setTimeout(() => setHidden(true), HIDDEN_PATIENCE);
		return;
	}
	setHidden(false);
	session.poke();
}

/** @param {boolean} hidden for so long that pictures are a waste */
function setHidden(hidden) {
	hiddenLong = hidden;
	session.setBlind(hidden || sound.state === 'paused');
	render();
}

/* What is shown */

/** @returns {Room | null} */
function roomOnScreen() {
	return session.event?.rooms.find(({ id }) => id === shownRoom) ?? null;
}

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
	const event = session.event;
	const room = roomOnScreen();
	const rooms = event?.rooms ?? [];

	setText(byId('event-title', HTMLParagraphElement), event ? locale.title(event.title).text : '');
	showStatus();
	byId('waiting', HTMLHeadingElement).hidden = event !== null;
	byId('rooms', HTMLElement).hidden = !event || room !== null;
	byId('room', HTMLDivElement).hidden = room === null;
	byId('rooms-open', HTMLButtonElement).hidden = rooms.length < 2;
	if (event && !room) roomList.show(rooms, session.room?.id ?? null, locale);
	if (room) showInRoom(room);
	showOutside();
}

/** @param {Room} room */
function showInRoom(room) {
	const here = session.room?.id === room.id;
	const heading = byId('room-title', HTMLHeadingElement);
	const title = locale.title(room.title);

	setText(heading, title.text || room.id);
	setAttribute(heading, 'lang', title.lang || locale.name);
	channelList.show(room, here ? (session.choice?.lang ?? null) : null, locale);
	mine.show(room, locale);
	byId('player', HTMLElement).hidden = !here;
	byId('settings', HTMLElement).hidden = !here;
	byId('room', HTMLDivElement).dataset['joined'] = String(here);
	if (here) showPlayer(room, title.text);
}

/** @param {Room} room @param {string} title */
function showPlayer(room, title) {
	const choice = session.choice ?? { ...pictures(), lang: FLOOR };
	const listening = session.phase === 'listening';
	const picture = room.picture && choice.video !== 'none';
	const showsSign = room.sign && choice.sign;

	stage.show(
		{
			picture,
			sign: showsSign,
			playing: listening && sound.state !== 'paused',
			blocked: sound.state === 'blocked',
			words: picture || showsSign ? pictureWords() : locale.text(room.picture ? 'picture.off' : 'picture.none'),
			title,
		},
		locale,
	);
	controls.show(
		{
			playing: sound.state === 'playing',
			muted: sound.muted,
			volume: sound.volume,
			video: choice.video,
			sign: choice.sign,
			hasPicture: room.picture,
			hasSign: room.sign,
			canFill: stage.canFill,
		},
		locale,
	);
	qualityLine.show(session.quality, listening, locale);
}

/** Over a picture that stands still or is not there yet. */
function pictureWords() {
	const { key } = currentStatus();

	if (session.phase === 'joining') return locale.text('status.joining');
	return key === 'status.waiting' || key === 'status.waiting.first' || key === 'status.paused' ? locale.text(key) : '';
}

function currentStatus() {
	return describe(session, { sound: sound.state, online: navigator.onLine, supported });
}

function showStatus() {
	const { key, tone, lang, message = '', retry = false } = currentStatus();
	const line = byId('status', HTMLDivElement);
	const language = lang === FLOOR ? locale.text('floor.name') : lang ? nameIn(lang, locale.name) : '';
	const icon = TONE_ICONS[tone];
	const text = key ? locale.text(key, { language, message }) : '';

	setAttribute(line, 'data-tone', tone);
	if (line.textContent !== text) line.replaceChildren(text);
	if (icon && text) setIcon(line, icon);
	byId('retry', HTMLButtonElement).hidden = !retry;
}

/** The tab's title, the lock screen, the screen's light. */
function showOutside() {
	const event = session.event ? locale.title(session.event.title).text : '';
	const shown = session.room ?? roomOnScreen();
	const room = shown ? locale.title(shown.title).text : '';
	const lang = session.choice?.lang ?? null;
	const playing = lang !== null && sound.state === 'playing';

	document.title = [room, event || locale.text('page.title')].filter(Boolean).join(' – ');
	mediaControls.show({
		title: [lang === FLOOR ? locale.text('floor.name') : lang && ownName(lang), room].filter(Boolean).join(' – '),
		artist: event,
		artwork: new URL('icons/dragoman-512.png', document.baseURI).href,
		playing,
		active: lang !== null && sound.state !== 'stopped',
	});
	wakeLock.want(playing && session.phase === 'listening' && stage.showing);
}

/** @param {HTMLSelectElement} select */
function fillLocales(select) {
	select.append(...LOCALES.map((name) => make('option', { value: name, lang: name }, ownName(name))));
	select.addEventListener('change', async () => {
		const name = LOCALES.find((each) => each === select.value);
		if (name) await locale.load(name, true);
		render();
	});
}

function listenToPage() {
	byId('rooms-open', HTMLButtonElement).addEventListener('click', showRooms);
	setIcon(byId('rooms-open', HTMLButtonElement), 'back');
	byId('retry', HTMLButtonElement).addEventListener('click', () => session.poke());
	document.addEventListener('visibilitychange', visibilityChanged);
	document.addEventListener('fullscreenchange', render);
	window.addEventListener('online', () => session.poke());
	window.addEventListener('offline', render);
	/* The relay need not wait until we are silent for long. */
	window.addEventListener('pagehide', () => session.setAsleep(true));
	window.addEventListener('pageshow', (event) => {
		if (event.persisted) session.setAsleep(false);
	});
	listenToKeys(
		() => help.shortcutsWanted && !help.isOpen,
		{
			' ': () => session.choice && togglePlay(),
			m: () => session.choice && toggleMute(),
			s: () => session.room?.picture && toggleOnly(),
			g: () => session.room?.sign && toggleSign(),
			f: () => session.choice && stage.toggleFull(),
			ArrowUp: () => setVolume(sound.volume + VOLUME_STEP),
			ArrowDown: () => setVolume(sound.volume - VOLUME_STEP),
			'?': () => help.open(),
		},
		chooseDigit,
	);
}

async function begin() {
	const select = byId('interface', HTMLSelectElement);

	session.understand(mine.langs);
	if (supported) session.start();
	listenToPage();
	fillLocales(select);
	await locale.loadPreferred(link.lang);
	select.value = locale.name;
	ready = true;
	const volume = Number(recall('volume') ?? 100);
	if (Number.isFinite(volume)) sound.setVolume(volume);
	sessionChanged();
}

begin();
