/** How the relay itself does, in one line: quiet figures, marked when they are out of the ordinary. */

import { byId, make, setAttribute, setText } from '../page/element.js';
import { days, milliseconds, plain, share } from './format.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */
/** @typedef {import('../session/oversight_state.js').RelayGlance} RelayGlance */
/** @typedef {{ readonly name: MessageKey, readonly value: string, readonly marked: boolean, readonly shown: boolean }} Item */

/** When a figure is marked; choices, below what raises an alarm. */
const CPU = 0.8;
const DISK = 0.1;
const DAYS = 14;
/** Tokens are made for hours: the next to end is told on its last day, and marked in its last two hours. */
const TOKEN_TOLD_DAYS = 1;
const TOKEN_DAYS = 1 / 12;
const LOOP_MS = 10;

/** By the first word of relay/monitor/history.c; what comes after it says why. @type {Readonly<Record<string, MessageKey>>} */
const HISTORIES = { starting: 'history.running', running: 'history.running', stopped: 'history.stopped', off: 'history.off' };

/** @param {RelayGlance} relay @param {Locale} locale @returns {readonly Item[]} */
function itemsOf(relay, locale) {
	const { cpu, history, disk_free, certificate_days, token_days, worker_drops, worker_loop_ms, listeners } = relay;
	const soon = (/** @type {number | null} */ left, /** @type {number} */ limit) => left !== null && left < limit;

	return [
		{ name: 'column.listeners', value: plain(locale, listeners), marked: false, shown: true },
		{ name: 'relay.cpu', value: share(locale, cpu), marked: cpu !== null && cpu > CPU, shown: true },
		{ name: 'relay.loop', value: milliseconds(locale, worker_loop_ms), marked: worker_loop_ms !== null && worker_loop_ms > LOOP_MS, shown: true },
		{ name: 'relay.drops', value: plain(locale, worker_drops, 1), marked: true, shown: (worker_drops ?? 0) > 0 },
		{ name: 'relay.history', value: locale.text(HISTORIES[history.split(':')[0] ?? ''] ?? 'history.stopped'), marked: history.startsWith('stopped'), shown: history !== '' },
		{ name: 'relay.disk', value: share(locale, disk_free), marked: disk_free !== null && disk_free < DISK, shown: disk_free !== null },
		{ name: 'relay.certificate', value: days(locale, certificate_days), marked: soon(certificate_days, DAYS), shown: certificate_days !== null },
		{ name: 'relay.token', value: days(locale, token_days), marked: soon(token_days, TOKEN_DAYS), shown: soon(token_days, TOKEN_TOLD_DAYS) },
	];
}

export class RelayLine {
	#list = byId('relay', HTMLDListElement);
	/** @type {Map<string, { line: HTMLElement, name: HTMLElement, value: HTMLElement }>} */ #items = new Map();

	/** @param {RelayGlance | null} relay @param {Locale} locale */
	show(relay, locale) {
		this.#list.hidden = relay === null;
		if (!relay) return;
		for (const { name, value, marked, shown } of itemsOf(relay, locale)) {
			const item = this.#items.get(name) ?? this.#make(name);
			item.line.hidden = !shown;
			setText(item.name, locale.text(name));
			setText(item.value, value);
			setAttribute(item.line, 'data-tone', marked ? 'notice' : 'quiet');
		}
	}

	/** @param {string} key */
	#make(key) {
		const [name, value] = [make('dt'), make('dd')];
		const item = { line: make('div', {}, name, value), name, value };

		this.#items.set(key, item);
		this.#list.append(item.line);
		return item;
	}
}
