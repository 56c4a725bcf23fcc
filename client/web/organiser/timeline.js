/** What has happened, newest first, of all rooms or one, of every sort or one. */

import { make, setText } from '../page/element.js';
import { logText, sortOf } from './log_text.js';
import { roomName, whereText } from './place_words.js';

/** @typedef {import('../session/oversight.js').OversightState} OversightState */
/** @typedef {import('../session/oversight_state.js').LogEntry} LogEntry */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */
/** @typedef {import('./panels.js').PanelTools} PanelTools */

/** Rows that are drawn: a day's worth of them makes a page slow; the report has the rest. Choice. */
const SHOWN = 150;

/** @type {readonly { sort: string, text: MessageKey }[]} */
const SORTS = [
	{ sort: '', text: 'tl.all' },
	{ sort: 'alarms', text: 'tl.alarms' },
	{ sort: 'actions', text: 'tl.actions' },
	{ sort: 'booths', text: 'tl.booths' },
	{ sort: 'sources', text: 'tl.sources' },
];

export class TimelinePanel {
	/** @type {PanelTools} */ #tools;
	#room = make('select', { id: 'timeline-room' });
	#sort = make('select', { id: 'timeline-sort' });
	#empty = make('p', { class: 'timeline-empty' });
	#list = make('ol', { class: 'timeline-list', tabindex: '0', 'aria-labelledby': 'timeline-heading' });
	/** The log, the language and the filters that are shown. @type {readonly unknown[]} */ #shown = [];
	#rooms = '';

	/** @param {HTMLElement} element @param {PanelTools} tools */
	constructor(element, tools) {
		this.#tools = tools;
		element.classList.add('timeline');
		element.setAttribute('aria-labelledby', 'timeline-heading');
		element.append(
			make('div', { class: 'panel-head' }, make('h2', { id: 'timeline-heading', 'data-text': 'tl.heading' })),
			make(
				'div',
				{ class: 'timeline-filters' },
				make('label', {}, make('span', { 'data-text': 'tl.room' }), this.#room),
				make('label', {}, make('span', { 'data-text': 'tl.kind' }), this.#sort),
			),
			this.#empty,
			this.#list,
		);
		this.#sort.append(...SORTS.map(({ sort, text }) => make('option', { 'value': sort, 'data-text': text })));
		tools.locale.translate(element);
		for (const select of [this.#room, this.#sort]) select.addEventListener('change', () => this.show(tools.oversight.state));
	}

	/** @param {OversightState} state */
	show(state) {
		const { locale } = this.#tools;
		this.#showRooms(state);
		const shown = [state.log, locale.name, this.#room.value, this.#sort.value, this.#rooms];

		if (shown.every((each, i) => each === this.#shown[i])) return;
		this.#shown = shown;
		const entries = state.log
			.filter(({ room, kind }) => (!this.#room.value || room === this.#room.value) && (!this.#sort.value || sortOf(kind) === this.#sort.value))
			.slice(0, SHOWN);
		const top = this.#list.scrollTop;
		const height = this.#list.scrollHeight;

		this.#list.replaceChildren(...entries.map((entry) => this.#row(entry, state)));
		/* Whoever reads further down goes on reading there. */
		if (top > 0) this.#list.scrollTop = top + this.#list.scrollHeight - height;
		setText(this.#empty, entries.length ? '' : locale.text('tl.none'));
	}

	/** @param {OversightState} state */
	#showRooms({ event }) {
		const { locale } = this.#tools;
		const rooms = (event?.rooms ?? []).map(({ id }) => ({ id, name: roomName(event, id, locale) }));
		const key = JSON.stringify([locale.name, rooms]);
		const { value } = this.#room;

		if (key === this.#rooms) return;
		this.#rooms = key;
		this.#room.replaceChildren(make('option', { value: '' }, locale.text('organiser.rooms')), ...rooms.map(({ id, name }) => make('option', { value: id }, name)));
		this.#room.value = value;
	}

	/** @param {LogEntry} entry @param {OversightState} state */
	#row(entry, { event }) {
		const { locale } = this.#tools;
		const at = new Date(entry.at * 1_000);
		const detail = /** @type {Readonly<Record<string, unknown>> | null} */ (typeof entry.detail === 'object' ? entry.detail : null);
		const severity = entry.kind === 'alarm' && detail?.['news'] !== 'cleared' ? String(detail?.['severity'] ?? '') : '';

		return make(
			'li',
			{ 'class': 'entry', 'data-sort': sortOf(entry.kind), 'data-severity': severity },
			make('time', { datetime: at.toISOString() }, locale.time(at)),
			make(
				'p',
				{},
				make('span', { class: 'entry-what' }, logText(entry, locale)),
				...(entry.who ? [' ', make('bdi', { class: 'entry-who' }, entry.who)] : []),
				' ',
				make('span', { class: 'entry-where', dir: 'auto' }, whereText(event, entry, locale)),
			),
		);
	}
}
