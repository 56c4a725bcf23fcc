/**
 * A room's channels as a table: arrows move from key to key with one stop of the Tab key in all (WAI-ARIA,
 * grid), Enter and the space bar choose.
 */

import { make, setText } from '../page/element.js';
import { FLOOR } from '../session/protocol.js';
import { channelOf } from './alarm_line.js';
import { MatrixRow } from './matrix_row.js';
import { RelayArrows } from './relay_arrows.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */
/** @typedef {import('../session/booth_state.js').BoothState} BoothState */
/** @typedef {import('../session/oversight.js').OversightState} OversightState */
/** @typedef {import('../session/oversight_state.js').RoomGlance} RoomGlance */
/** @typedef {import('./selection.js').Selection} Selection */

/** @type {readonly { readonly text: MessageKey, readonly name: string }[]} */
const COLUMNS = [
	{ text: 'column.channel', name: 'channel' },
	{ text: 'column.booth', name: 'seats' },
	{ text: 'column.hears', name: 'hears' },
	{ text: 'column.level', name: 'level' },
	{ text: 'column.listeners', name: 'listeners' },
];

/** A booth stands at its first channel, and at another that it is on. @param {BoothState} booth @param {string} lang */
function belongs({ outputs, seats }, lang) {
	const n = outputs.findIndex((output) => output.lang === lang);

	return n === 0 || (n > 0 && seats.some(({ microphone, output }) => (output === 'B' ? 1 : 0) === n && (microphone === 'on-air' || microphone === 'muted')));
}

export class Matrix {
	element = make('div', { class: 'matrix' });
	#table = make('table', { role: 'grid' });
	#body = make('tbody', {});
	#heads = COLUMNS.map(({ name }) => make('th', { scope: 'col', class: `col-${name}` }));
	#arrows = new RelayArrows();
	/** @type {(selection: Selection) => void} */ #onSelect;
	/** @type {readonly MatrixRow[]} */ #rows = [];
	#built = '';
	/** The key that Tab comes to. @type {HTMLButtonElement | null} */ #stop = null;

	/** @param {(selection: Selection) => void} onSelect */
	constructor(onSelect) {
		this.#onSelect = onSelect;
		this.#table.append(make('thead', {}, make('tr', {}, ...this.#heads)), this.#body);
		this.element.append(this.#arrows.element, this.#table);
		this.#table.addEventListener('keydown', (event) => this.#key(event));
		this.#table.addEventListener('focusin', ({ target }) => target instanceof HTMLButtonElement && this.#stopAt(target));
	}

	focus() {
		(this.#stop ?? this.#rows[0]?.channel)?.focus();
	}

	/** @param {OversightState} state @param {RoomGlance} glance @param {Selection | null} selected @param {Locale} locale */
	show(state, glance, selected, locale) {
		const { measures, booths } = state;
		const alarms = state.alarms.filter(({ room }) => room === glance.id);
		const room = state.event?.rooms.find(({ id }) => id === glance.id);

		this.#table.setAttribute('aria-label', locale.text('matrix.title'));
		COLUMNS.forEach(({ text }, n) => setText(/** @type {Node} */ (this.#heads[n]), locale.text(text)));
		this.#build(glance);
		for (const row of this.#rows) {
			const channel = glance.channels.find(({ lang }) => lang === row.lang);
			if (!channel) continue;
			row.show(
				{
					channel,
					booths: row.lang === FLOOR ? [] : booths.filter((booth) => belongs(booth, row.lang)),
					measures: measures?.channels.find(({ lang }) => lang === row.lang) ?? null,
					fitness: (booth, seat) => measures?.microphones.find((each) => each.booth === booth && each.seat === seat)?.fitness ?? null,
					alarms: alarms.filter((alarm) => channelOf(alarm, room) === row.lang),
					selected,
				},
				locale,
			);
		}
		if (!this.#stop || !this.#table.contains(this.#stop)) this.#stopAt(this.#rows[0]?.channel ?? null);
		this.#showArrows(booths);
	}

	/** @param {import('../session/oversight_state.js').Meters} meters */
	showLevels({ channels }) {
		this.#rows.forEach((row, n) => {
			const [peak, momentary] = channels[n] ?? [null, null];
			row.bar.show(momentary, peak);
		});
	}

	/** @param {RoomGlance} glance */
	#build({ id, channels }) {
		const built = [id, ...channels.map(({ lang }) => lang)].join(' ');

		if (built === this.#built) return;
		this.#built = built;
		this.#rows = channels.map(({ lang }) => new MatrixRow(lang, this.#onSelect));
		this.#stop = null;
		this.#body.replaceChildren(...this.#rows.map(({ element }) => element));
	}

	/** @param {readonly BoothState[]} booths */
	#showArrows(booths) {
		const row = (/** @type {string | undefined} */ lang) => this.#rows.find((each) => each.lang === lang)?.element;

		this.#arrows.show(
			booths.flatMap(({ incoming, outputs, seats }) => {
				const from = incoming.lang === FLOOR || !seats.length ? undefined : row(incoming.lang);
				const to = row(outputs[0]?.lang);
				return from && to && from !== to ? [{ from, to, depth: incoming.depth }] : [];
			}),
		);
	}

	/** @param {HTMLButtonElement | null} key */
	#stopAt(key) {
		if (this.#stop && this.#stop !== key) this.#stop.tabIndex = -1;
		this.#stop = key;
		if (key) key.tabIndex = 0;
	}

	/** @param {KeyboardEvent} event */
	#key(event) {
		if (event.ctrlKey || event.altKey || event.metaKey) return;
		const rows = this.#rows.map(({ keys }) => keys);
		const y = rows.findIndex((keys) => keys.some((key) => key === document.activeElement));
		const x = rows[y]?.findIndex((key) => key === document.activeElement) ?? 0;
		const forward = document.documentElement.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
		const at = (/** @type {number} */ line, /** @type {number} */ place) => {
			const keys = rows[Math.min(rows.length - 1, Math.max(0, line))] ?? [];
			return keys[Math.min(keys.length - 1, Math.max(0, place))];
		};
		/** @type {Readonly<Record<string, () => HTMLButtonElement | undefined>>} */
		const moves = {
			ArrowDown: () => at(y + 1, x),
			ArrowUp: () => at(y - 1, x),
			ArrowLeft: () => at(y, x + (forward === 'ArrowLeft' ? 1 : -1)),
			ArrowRight: () => at(y, x + (forward === 'ArrowRight' ? 1 : -1)),
			Home: () => at(y, 0),
			End: () => at(y, Infinity),
		};
		const to = moves[event.key]?.();

		if (!to || y < 0) return;
		event.preventDefault();
		to.focus();
	}
}
