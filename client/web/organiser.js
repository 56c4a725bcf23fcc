/**
 * The organiser's page: puts the connection, the rooms and the panels together.
 *
 * What is shown is what the relay says. `render` writes everything down anew, at most once a frame, and
 * each view changes only what differs; meters have a way of their own.
 */

import { capOf, Keys } from './console/keys.js';
import { AGAIN } from './console/announcer.js';
import { PANEL_WORDS, makePanels } from './organiser/panels.js';
import { byId, make, setText } from './page/element.js';
import { Help } from './page/help.js';
import { setIcon } from './page/icon.js';
import { readLink, writeLink } from './page/link.js';
import { Locale } from './page/locale.js';
import { fillLocales } from './page/locale_choice.js';
import { recall, remember } from './page/memory.js';
import { WakeLock } from './page/wake_lock.js';
import { Oversight } from './session/oversight.js';

/** Milliseconds; choice. */
const TOAST = 6_000;

const link = readLink();
const locale = new Locale(['console', 'organiser', ...PANEL_WORDS]);
const wakeLock = new WakeLock();
const help = new Help();
const oversight = new Oversight({ url: link.socket, room: link.room });
let ready = false;
let rendering = false;
let toastTimer = 0;

const { panels, dialogs } = makePanels({ oversight, locale, say, toast, onRoom: go });

/* What is said */

/** To a screen reader. @param {string} text @param {boolean} [urgent] */
function say(text, urgent = false) {
	const region = byId(urgent ? 'say-now' : 'say', HTMLParagraphElement);

	/* The same words again are heard again. */
	region.textContent = '';
	setTimeout(() => (region.textContent = text), AGAIN);
}

/** @param {string} text */
function toast(text) {
	const line = byId('note', HTMLParagraphElement);

	clearTimeout(toastTimer);
	line.textContent = '';
	setTimeout(() => (line.textContent = text), AGAIN);
	toastTimer = setTimeout(() => (line.textContent = ''), TOAST);
}

/* Where one is */

/** @param {string | null} room to be shown in detail; null: all rooms */
function go(room) {
	oversight.look(room);
	writeLink(room, null);
	render();
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

	setText(byId('event-title', HTMLHeadingElement), event ? locale.title(event.title).text || event.id : locale.text('organiser.title'));
	showContact();
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

function showClock() {
	setText(byId('clock', HTMLParagraphElement), locale.time(new Date()));
}

/* Keys */

/** @type {readonly import('./console/keys.js').Key[]} */
const keys = [
	{ key: 'o', text: 'okey.overview', press: () => go(null) },
	{ key: '?', text: 'key.help', press: () => help.open() },
];

function listKeys() {
	byId('keys', HTMLDListElement).replaceChildren(
		...keys.map(({ key, text }) => make('div', {}, make('dt', {}, make('kbd', {}, capOf(key))), make('dd', {}, locale.text(text)))),
	);
}

/* The beginning */

function showTheme() {
	const light = recall('theme') === 'light';
	const button = byId('theme', HTMLButtonElement);

	document.documentElement.dataset['theme'] = light ? 'light' : 'dark';
	button.setAttribute('aria-pressed', String(light));
	setIcon(button, 'theme');
}

function listenToPage() {
	for (const button of document.querySelectorAll('[data-opens]')) {
		if (!(button instanceof HTMLButtonElement)) continue;
		const dialog = dialogs[/** @type {keyof typeof dialogs} */ (button.dataset['opens'])];

		button.hidden = !dialog;
		button.addEventListener('click', () => dialog?.open(oversight.state.room));
	}
	byId('theme', HTMLButtonElement).addEventListener('click', () => {
		remember('theme', recall('theme') === 'light' ? 'dark' : 'light');
		showTheme();
	});
	const report = new URL('report', document.baseURI);
	report.search = location.search;
	byId('report-link', HTMLAnchorElement).href = report.href;
	new Keys(keys, () => document.querySelector('dialog[open]') === null, () => help.shortcutsWanted);
	window.addEventListener('online', () => oversight.poke());
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
		listKeys();
		render();
	});
	for (const name of /** @type {const} */ (['link', 'overview', 'measures', 'audience', 'booths', 'calls', 'chat', 'alarms', 'log', 'line-up'])) oversight.on(name, render);
	showTheme();
	listenToPage();
	listKeys();
	showClock();
	document.title = locale.text('organiser.title');
	wakeLock.want(true);
	ready = true;
	oversight.start();
	showAll();
}

begin();
