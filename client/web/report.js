/**
 * The report after a session: asks the relay for a span of its history and lays it out, on the screen and on
 * paper. The span is in the address, so that a report can be passed on.
 */

import { byId, make, setText } from './page/element.js';
import { Locale } from './page/locale.js';
import { fillLocales } from './page/locale_choice.js';
import { parseReport } from './report/report_data.js';
import { reportSections } from './report/tables.js';

/** @typedef {import('./report/report_data.js').Report} Report */
/** @typedef {{ readonly id: string, readonly title: Readonly<Record<string, string>> }} RoomTitle */

const locale = new Locale(['alarms', 'console', 'organiser', 'panels', 'report']);
const FILES = /** @type {const} */ ([
	{ name: 'events', key: 'rep.events' },
	{ name: 'minutes', key: 'rep.minutes' },
]);
const FORMATS = /** @type {const} */ ([
	{ ending: 'csv', name: 'CSV' },
	{ ending: 'jsonl', name: 'JSON' },
]);

/** @type {Report | null} */
let report = null;
/** @type {readonly RoomTitle[]} */
let rooms = [];
/** @type {'loading' | 'done' | 'denied' | 'busy' | { readonly failed: string }} */
let state = 'loading';
let asked = 0;

/** What the relay takes of the address. */
function asking() {
	const query = new URLSearchParams(location.search);
	const wanted = new URLSearchParams();

	for (const name of ['from', 'until', 'room']) {
		const value = query.get(name);
		if (value) wanted.set(name, value);
	}
	return { wanted, token: query.get('token') };
}

/** @param {string} path @param {URLSearchParams} [query] */
async function ask(path, query) {
	const { token } = asking();
	const url = new URL(path, document.baseURI);

	url.search = query?.toString() ?? '';
	return fetch(url, { headers: token ? { Authorization: `Bearer ${token}` } : {} });
}

async function load() {
	const turn = ++asked;

	state = 'loading';
	report = null;
	show();
	try {
		const [answer, event] = await Promise.all([ask('api/report', asking().wanted), ask('api/event')]);
		if (event.ok) rooms = (await event.json()).rooms ?? [];
		const next = answer.ok ? parseReport(await answer.json()) : null;
		if (turn !== asked) return; /* another span was asked for meanwhile */
		report = next;
		if (next) state = 'done';
		else if (answer.status === 401 || answer.status === 403) state = 'denied';
		else if (answer.status === 503) state = 'busy';
		else state = { failed: String(answer.status) };
	} catch (error) {
		if (turn !== asked) return;
		state = { failed: error instanceof Error ? error.message : String(error) };
	}
	show();
}

/** @param {string | null} id */
function roomName(id) {
	const room = rooms.find((each) => each.id === id);

	return (room && locale.title(room.title).text) || (id ?? '');
}

function stateText() {
	if (state === 'loading') return locale.text('rep.loading');
	if (state === 'denied') return locale.text('rep.denied');
	if (state === 'busy') return locale.text('rep.busy');
	return state === 'done' ? '' : locale.text('rep.failed', { message: state.failed });
}

function show() {
	document.title = locale.text('rep.title');
	setText(byId('state', HTMLParagraphElement), stateText());
	showSpan();
	showRooms();
	showFiles();
	byId('report', HTMLDivElement).replaceChildren(...(report ? reportSections(report, { locale, roomName }) : []));
}

function showSpan() {
	const date = new Intl.DateTimeFormat(locale.name, { dateStyle: 'long', timeStyle: 'short' });
	const { from = null, until = null } = report ?? {};

	setText(byId('span', HTMLParagraphElement), from !== null && until !== null ? date.formatRange(new Date(from * 1_000), new Date(until * 1_000)) : '');
}

function showRooms() {
	const select = byId('room', HTMLSelectElement);

	select.replaceChildren(make('option', { value: '' }, locale.text('organiser.rooms')), ...rooms.map(({ id }) => make('option', { value: id }, roomName(id))));
	select.value = asking().wanted.get('room') ?? '';
}

/** The same span, for a spreadsheet or a program; a download takes the token in its address. */
function showFiles() {
	const { wanted, token } = asking();

	if (token) wanted.set('token', token);
	byId('files', HTMLUListElement).replaceChildren(
		...FILES.flatMap(({ name, key }) =>
			FORMATS.map(({ ending, name: format }) => {
				const url = new URL(`api/history/${name}.${ending}`, document.baseURI);

				url.search = wanted.toString();
				return make('li', {}, make('a', { href: url.href, download: '' }, locale.text(key, { format })));
			}),
		),
	);
}

/** For a field that takes local time. @param {string | null} seconds */
function toField(seconds) {
	const time = Number(seconds);
	if (!seconds || !Number.isFinite(time)) return '';
	const date = new Date(time * 1_000);

	return Number.isNaN(date.getTime()) ? '' : new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function listenToPage() {
	const form = byId('choice', HTMLFormElement);
	const fields = { from: byId('from', HTMLInputElement), until: byId('until', HTMLInputElement) };
	const { wanted } = asking();

	fields.from.value = toField(wanted.get('from'));
	fields.until.value = toField(wanted.get('until'));
	form.addEventListener('submit', (event) => {
		const url = new URL(location.href);
		const values = { from: fields.from.value && String(new Date(fields.from.value).getTime() / 1_000), until: fields.until.value && String(new Date(fields.until.value).getTime() / 1_000), room: byId('room', HTMLSelectElement).value };

		event.preventDefault();
		for (const [name, value] of Object.entries(values)) {
			if (value) url.searchParams.set(name, value);
			else url.searchParams.delete(name);
		}
		history.replaceState(null, '', url);
		load();
	});
	byId('print', HTMLButtonElement).addEventListener('click', () => window.print());
}

async function begin() {
	await locale.loadPreferred(null);
	fillLocales(byId('interface', HTMLSelectElement), locale, show);
	listenToPage();
	await load();
}

begin();
