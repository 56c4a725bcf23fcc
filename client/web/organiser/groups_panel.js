/** How the listeners fare, by what they have in common: distributions, since an average hides those who suffer. */

import { channelName } from '../console/incoming_panel.js';
import { make, setAttribute, setText } from '../page/element.js';
import { ltr, plain, share } from './format.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */
/** @typedef {import('../session/oversight_state.js').Group} Group */

/** A share of lost packets that people hear through; choice, half of what raises an alarm. */
const LOSS_MARKED = 0.02;
/** @type {readonly { readonly by: string, readonly text: MessageKey }[]} */
const KINDS = [
	{ by: 'room', text: 'groups.room' },
	{ by: 'channel', text: 'groups.channel' },
	{ by: 'network', text: 'groups.network' },
	{ by: 'country', text: 'groups.country' },
];
/** @type {readonly MessageKey[]} */
const COLUMNS = ['groups.group', 'column.listeners', 'groups.round-trip', 'groups.loss', 'groups.resent'];

/** @param {string} code @param {string} locale */
function countryName(code, locale) {
	try {
		return new Intl.DisplayNames([locale], { type: 'region' }).of(code) ?? code;
	} catch {
		return code;
	}
}

export class GroupsPanel {
	element = make('section', { class: 'panel groups-panel', 'aria-labelledby': 'groups-heading' });
	#heading = make('h3', { id: 'groups-heading' });
	#choice = make('select', {});
	#heads = COLUMNS.map(() => make('th', { scope: 'col' }));
	#body = make('tbody');
	#none = make('p', { class: 'quiet' });
	#filled = '';
	/** @type {() => void} */ #onChange;

	/** @param {() => void} onChange another kind of group was chosen */
	constructor(onChange) {
		this.#onChange = onChange;
		this.#choice.addEventListener('change', () => this.#onChange());
		this.element.append(
			make('div', { class: 'panel-head' }, this.#heading, this.#choice),
			make('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-labelledby': 'groups-heading' }, make('table', {}, make('thead', {}, make('tr', {}, ...this.#heads)), this.#body)),
			this.#none,
		);
	}

	/** @param {readonly Group[]} groups @param {Locale} locale */
	show(groups, locale) {
		const filled = [locale.name, ...KINDS.filter(({ by }) => groups.some((group) => group.by === by)).map(({ by }) => by)].join(' ');

		setText(this.#heading, locale.text('groups.heading'));
		setAttribute(this.#choice, 'aria-label', locale.text('groups.by'));
		COLUMNS.forEach((key, n) => setText(/** @type {Node} */ (this.#heads[n]), locale.text(key)));
		if (filled !== this.#filled) this.#fill(filled, groups, locale);
		/* Those who suffer most come first. */
		const shown = groups.filter(({ by }) => by === this.#choice.value);
		this.#choice.hidden = groups.length === 0;
		setText(this.#none, shown.length ? '' : locale.text('groups.none'));
		while (this.#body.rows.length > shown.length) this.#body.deleteRow(-1);
		while (this.#body.rows.length < shown.length) this.#body.append(make('tr', {}, make('th', { scope: 'row', dir: 'auto' }), make('td'), make('td'), make('td'), make('td')));
		shown.forEach((group, n) => this.#row(/** @type {HTMLTableRowElement} */ (this.#body.rows[n]), group, locale));
	}

	/** @param {string} filled @param {readonly Group[]} groups @param {Locale} locale */
	#fill(filled, groups, locale) {
		const kinds = KINDS.filter(({ by }) => groups.some((group) => group.by === by));
		const chosen = this.#choice.value || (kinds.some(({ by }) => by === 'channel') ? 'channel' : (kinds[0]?.by ?? ''));

		this.#filled = filled;
		this.#choice.replaceChildren(...kinds.map(({ by, text }) => make('option', { value: by }, locale.text(text))));
		this.#choice.value = kinds.some(({ by }) => by === chosen) ? chosen : (kinds[0]?.by ?? '');
	}

	/** @param {HTMLTableRowElement} row @param {Group} group @param {Locale} locale */
	#row(row, { by, name, listeners, round_trip_ms, loss, resent_hz }, locale) {
		const [rtt50 = null, rtt95 = null] = round_trip_ms;
		const [loss50 = null, loss95 = null] = loss;
		const cells = [
			by === 'channel' ? channelName(name, locale) : by === 'country' ? countryName(name, locale.name) : by === 'room' ? locale.text('groups.all') : name,
			locale.count(listeners),
			ltr(`${plain(locale, rtt50)} / ${plain(locale, rtt95)}`),
			ltr(`${share(locale, loss50, 1)} / ${share(locale, loss95, 1)}`),
			plain(locale, resent_hz, 1),
		];

		cells.forEach((words, n) => setText(/** @type {Node} */ (row.cells[n]), words));
		setAttribute(row, 'data-tone', loss95 !== null && loss95 > LOSS_MARKED ? 'notice' : 'quiet');
	}
}
