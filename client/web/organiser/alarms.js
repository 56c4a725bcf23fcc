/**
 * The alarms that stand, worst first: what, where, since when, what it means, what to do, who sees to it.
 * One that clears stays for a moment, marked as over; the timeline keeps it.
 *
 * Rows are made once and changed in place: a click never lands on another alarm than was aimed at.
 */

import { make, setAttribute, setText } from '../page/element.js';
import { lengthText } from '../page/length.js';
import { recall, remember } from '../page/memory.js';
import { showPending } from './actions.js';
import { alarmAdvice, alarmMeaning, alarmName, alarmValue } from './alarm_text.js';
import { chime } from './chime.js';
import { clock } from './format.js';
import { whereText } from './place_words.js';

/** @typedef {import('../session/oversight.js').OversightState} OversightState */
/** @typedef {import('../session/oversight_state.js').Alarm} Alarm */
/** @typedef {import('./panels.js').PanelTools} PanelTools */

/** Milliseconds that one which is over is still shown; choice: long enough to be seen to go. */
const FADES = 6_000;
const MEMORY = 'alarm-sound';

class Row {
	element = make('li', { class: 'alarm' });
	#mark = make('span', { class: 'alarm-mark', 'aria-hidden': 'true' });
	#severity = make('span', { class: 'alarm-severity' });
	#name = make('h3', { class: 'alarm-name' });
	#where = make('p', { class: 'alarm-where', dir: 'auto' });
	#since = make('p', { class: 'alarm-since' });
	#why = make('p', { class: 'alarm-why' });
	#help = make('p', { class: 'alarm-help' });
	#value = make('p', { class: 'alarm-value' });
	#times = make('p', { class: 'alarm-times' });
	#by = make('p', { class: 'alarm-by' });
	#button = make('button', { type: 'button', class: 'small alarm-acknowledge' });

	/** @param {number} id @param {() => void} onAcknowledge */
	constructor(id, onAcknowledge) {
		this.#name.id = `alarm-${id}`;
		this.element.setAttribute('aria-labelledby', this.#name.id);
		this.#button.setAttribute('aria-describedby', this.#name.id);
		this.#button.addEventListener('click', onAcknowledge);
		this.element.append(
			make('div', { class: 'alarm-head' }, this.#mark, this.#severity, this.#since),
			this.#name,
			this.#where,
			this.#why,
			this.#help,
			this.#value,
			this.#times,
			make('div', { class: 'alarm-foot' }, this.#by, this.#button),
		);
	}

	/** @param {Alarm} alarm @param {boolean} over @param {OversightState} state @param {PanelTools} tools */
	show(alarm, over, state, { locale, actions }) {
		const { acknowledged, severity } = alarm;
		const now = over ? (alarm.cleared ?? Date.now() / 1000) : Date.now() / 1000;

		setAttribute(this.element, 'data-severity', severity);
		setAttribute(this.element, 'data-over', String(over));
		setAttribute(this.element, 'data-acknowledged', String(acknowledged !== null));
		setText(this.#severity, over ? locale.text('alarms.over') : locale.text(severity === 'critical' ? 'severity.critical' : 'severity.warning'));
		setText(this.#name, alarmName(alarm.kind, locale));
		setText(this.#where, whereText(state.event, alarm, locale));
		setText(this.#since, locale.text('alarms.since', { time: clock(locale, alarm.since), length: lengthText(locale, now - alarm.since) }));
		setText(this.#why, alarmMeaning(alarm, locale));
		setText(this.#help, alarmAdvice(alarm, locale));
		setText(this.#value, alarmValue(alarm, locale));
		setText(this.#times, alarm.times > 1 ? locale.text('alarms.times', { count: locale.count(alarm.times) }) : '');
		setText(this.#by, acknowledged ? locale.text('alarms.by', { name: acknowledged.by, time: clock(locale, acknowledged.at) }) : '');
		setText(this.#button, locale.text('alarms.acknowledge'));
		this.#button.hidden = acknowledged !== null || over;
		showPending(this.#button, actions.isPending(`acknowledge ${alarm.id}`));
	}
}

export class AlarmsPanel {
	/** @type {PanelTools} */ #tools;
	#heading = make('h2', { id: 'alarms-heading', 'data-text': 'alarms.heading', tabindex: '-1' });
	#count = make('span', { class: 'alarms-count' });
	#empty = make('p', { class: 'alarms-empty' });
	#list = make('ul', { class: 'alarm-list', 'aria-labelledby': 'alarms-heading' });
	#sound = make('input', { type: 'checkbox' });
	/** @type {Map<number, Row>} */ #rows = new Map();
	/** Those that are over, and still shown. @type {Map<number, Alarm>} */ #over = new Map();

	/** @param {HTMLElement} element @param {PanelTools} tools */
	constructor(element, tools) {
		this.#tools = tools;
		element.classList.add('alarms');
		element.setAttribute('aria-labelledby', 'alarms-heading');
		element.append(
			make('div', { class: 'panel-head' }, this.#heading, this.#count),
			this.#empty,
			this.#list,
			make('label', { class: 'check alarms-sound' }, this.#sound, make('span', { 'data-text': 'alarms.sound' })),
		);
		tools.locale.translate(element);
		this.#sound.checked = recall(MEMORY) === 'on';
		this.#sound.addEventListener('change', () => {
			remember(MEMORY, this.#sound.checked ? 'on' : 'off');
			if (this.#sound.checked) chime();
		});
		tools.oversight.on('alarm', ({ news, alarm }) => {
			if (news === 'raised' && this.#sound.checked) chime();
			if (news === 'cleared') this.#fade(alarm);
		});
		setInterval(() => this.show(tools.oversight.state), 1_000);
	}

	/** @param {Alarm} alarm */
	#fade(alarm) {
		this.#over.set(alarm.id, alarm);
		setTimeout(() => {
			this.#over.delete(alarm.id);
			this.show(this.#tools.oversight.state);
		}, FADES);
	}

	/** @param {number} id */
	#acknowledge(id) {
		this.#tools.actions.do(`acknowledge ${id}`, { type: 'acknowledge', alarm: id }, ({ alarms }) => alarms.every((alarm) => alarm.id !== id || alarm.acknowledged !== null));
		this.#heading.focus();
	}

	/** @param {OversightState} state */
	show(state) {
		const { locale } = this.#tools;
		const standing = new Set(state.alarms.map(({ id }) => id));
		const over = [...this.#over.values()].filter(({ id }) => !standing.has(id));
		const shown = [...state.alarms, ...over];

		setText(this.#count, state.alarms.length ? locale.count(state.alarms.length) : '');
		setText(this.#empty, shown.length ? '' : locale.text(state.overseeing ? 'alarms.quiet' : 'alarms.unknown'));
		for (const [id, row] of this.#rows) if (!shown.some((alarm) => alarm.id === id)) this.#drop(id, row);
		shown.forEach((alarm, at) => {
			const row = this.#rows.get(alarm.id) ?? new Row(alarm.id, () => this.#acknowledge(alarm.id));

			this.#rows.set(alarm.id, row);
			row.show(alarm, this.#over.has(alarm.id) && !standing.has(alarm.id), state, this.#tools);
			if (this.#list.children[at] !== row.element) this.#list.insertBefore(row.element, this.#list.children[at] ?? null);
		});
	}

	/** @param {number} id @param {Row} row */
	#drop(id, row) {
		if (row.element.contains(document.activeElement)) this.#heading.focus();
		row.element.remove();
		this.#rows.delete(id);
	}
}
