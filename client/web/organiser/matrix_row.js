/** One channel of a room: its state, who is in its booths, what they listen to, how loud it is, who listens. */

import { channelName } from '../console/incoming_panel.js';
import { make, setAttribute, setText } from '../page/element.js';
import { icon, setIcon } from '../page/icon.js';
import { verdictText } from '../page/fitness.js';
import { FLOOR } from '../session/protocol.js';
import { alarmLine } from './alarm_line.js';
import { lookOf } from './channel_look.js';
import { UNKNOWN, level, ltr } from './format.js';
import { LevelBar } from './level_bar.js';
import { sameSelection } from './selection.js';
import { SEVERITIES } from './severity.js';

/** @typedef {import('../page/icon.js').IconName} IconName */
/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */
/** @typedef {import('../session/booth_state.js').BoothState} BoothState */
/** @typedef {import('../session/booth_state.js').Seat} Seat */
/** @typedef {import('../session/oversight_state.js').Alarm} Alarm */
/** @typedef {import('../session/oversight_state.js').ChannelGlance} ChannelGlance */
/** @typedef {import('../session/oversight_state.js').ChannelMeasures} ChannelMeasures */
/** @typedef {import('../session/oversight_state.js').Fitness} Fitness */
/** @typedef {import('./selection.js').Selection} Selection */

/** @type {Readonly<Record<string, { readonly icon: IconName, readonly text: MessageKey }>>} */
const MICS = {
	'on-air': { icon: 'microphone', text: 'seat.on-air' },
	muted: { icon: 'cough', text: 'seat.muted' },
	standby: { icon: 'wait', text: 'seat.standby' },
	off: { icon: 'none', text: 'seat.off' },
	lost: { icon: 'lost', text: 'seat.lost' },
};

/** @type {readonly MessageKey[]} by the number of interpreters in between */
const DEPTHS = ['depth.direct', 'depth.relay', 'depth.double'];

/** @param {Seat} seat */
export function micOf({ link, microphone }) {
	return /** @type {{ icon: IconName, text: MessageKey }} */ (MICS[link === 'lost' ? 'lost' : microphone] ?? MICS['off']);
}

/** Held by an organiser, in words; '' where nobody holds it. @param {Seat} seat @param {Locale} locale */
export function heldText({ held }, locale) {
	return held === 'off' ? locale.text('held.off') : held === 'muted' ? locale.text('held.muted') : '';
}

/** Somebody's microphone, as a key that chooses it. */
class SeatKey {
	element = make('button', { type: 'button', class: 'seat', tabindex: '-1', 'aria-pressed': 'false' });
	#name = make('span', { class: 'seat-name', dir: 'auto' });
	#word = make('span', { class: 'seat-word' });
	#verdict = make('span', { class: 'seat-verdict' });

	constructor() {
		this.element.append(icon('none'), this.#name, this.#word, this.#verdict);
	}

	/** @param {Seat} seat @param {Fitness | null} fitness @param {boolean} selected @param {Locale} locale */
	show(seat, fitness, selected, locale) {
		const mic = micOf(seat);
		const bad = fitness?.verdict === 'poor' || fitness?.verdict === 'unfit';

		setIcon(this.element, mic.icon);
		setAttribute(this.element, 'data-mic', seat.link === 'lost' ? 'lost' : seat.microphone);
		setAttribute(this.element, 'data-held', seat.held);
		setAttribute(this.element, 'aria-pressed', String(selected));
		setText(this.#name, seat.name);
		setText(this.#word, heldText(seat, locale) || locale.text(mic.text));
		setText(this.#verdict, bad && fitness ? verdictText(fitness, locale) : '');
		setAttribute(this.#verdict, 'data-verdict', fitness?.verdict ?? 'unknown');
	}
}

/**
 * @typedef {object} RowView
 * @property {ChannelGlance} channel
 * @property {readonly BoothState[]} booths whose first output it is, or who are on it
 * @property {ChannelMeasures | null} measures
 * @property {(booth: string, seat: number) => Fitness | null} fitness
 * @property {readonly Alarm[]} alarms of this channel, worst first
 * @property {Selection | null} selected
 */

export class MatrixRow {
	lang;
	element = make('tr', { class: 'row' });
	bar = new LevelBar();
	channel = make('button', { type: 'button', class: 'channel-key', tabindex: '-1', 'aria-pressed': 'false' });
	/** @type {(selection: Selection) => void} */ #onSelect;
	#name = make('span', { class: 'channel-name' });
	#state = make('span', { class: 'channel-state' });
	#shape = make('span', { class: 'shape', 'aria-hidden': 'true' });
	#word = make('span', {});
	#alarm = make('span', { class: 'channel-alarm' });
	#alarmShape = make('span', { class: 'shape', 'aria-hidden': 'true' });
	#alarmWords = make('span', {});
	#seats = make('td', { class: 'col-seats', role: 'gridcell' });
	#hears = make('td', { class: 'col-hears', role: 'gridcell' });
	#momentary = make('span', { class: 'figure' });
	#shortTerm = make('span', { class: 'figure' });
	#peak = make('span', { class: 'figure' });
	#listeners = make('td', { class: 'col-listeners', role: 'gridcell' });
	/** @type {Map<string, SeatKey>} */ #keys = new Map();
	#built = '';

	/** @param {string} lang @param {(selection: Selection) => void} onSelect */
	constructor(lang, onSelect) {
		this.lang = lang;
		this.#onSelect = onSelect;
		this.channel.addEventListener('click', () => onSelect({ lang, booth: null, seat: null }));
		this.#state.append(this.#shape, this.#word);
		this.#alarm.append(this.#alarmShape, this.#alarmWords);
		this.channel.append(this.#name, this.#state, this.#alarm);
		this.element.append(
			make('th', { class: 'col-channel', scope: 'row', role: 'rowheader' }, this.channel),
			this.#seats,
			this.#hears,
			make('td', { class: 'col-level', role: 'gridcell' }, this.bar.element, make('p', { class: 'figures' }, this.#momentary, this.#shortTerm, this.#peak)),
			this.#listeners,
		);
	}

	/** What can have the focus, from start to end. @returns {readonly HTMLButtonElement[]} */
	get keys() {
		return [this.channel, ...[...this.#keys.values()].map(({ element }) => element)];
	}

	/** @param {RowView} view @param {Locale} locale */
	show(view, locale) {
		const { channel, selected, alarms } = view;
		const look = lookOf(channel);
		const worst = alarms[0];

		setText(this.#name, channelName(channel.lang, locale));
		setAttribute(this.element, 'data-look', look.name);
		setAttribute(this.element, 'data-alarm', channel.alarm ?? worst?.severity ?? 'none');
		setAttribute(this.#shape, 'data-shape', look.shape);
		setText(this.#word, locale.text(look.text));
		setAttribute(this.#alarmShape, 'data-shape', channel.alarm ?? worst?.severity ?? 'none');
		setText(this.#alarmWords, worst ? alarmLine({ ...worst, place: '' }, locale) : channel.alarm ? locale.text(SEVERITIES[channel.alarm]) : '');
		setAttribute(this.channel, 'aria-pressed', String(selected !== null && sameSelection(selected, { lang: channel.lang, booth: null, seat: null })));
		setText(this.#listeners, locale.count(channel.listeners));
		this.#showSeats(view, locale);
		this.#showHears(view.booths, locale);
		this.#showFigures(view, locale);
	}

	/** @param {RowView} view @param {Locale} locale */
	#showSeats({ booths, fitness, selected }, locale) {
		const taken = booths.flatMap((booth) => booth.seats.map((seat) => ({ booth, seat })));
		const built = [...booths.map(({ id }) => id), ...taken.map(({ booth, seat }) => `${booth.id} ${seat.seat}`)].join('\n');

		if (built !== this.#built) this.#build(booths, built);
		for (const { booth, seat } of taken) {
			const own = selected !== null && selected.booth === booth.id && selected.seat === seat.seat;
			this.#keys.get(`${booth.id} ${seat.seat}`)?.show(seat, fitness(booth.id, seat.seat), own, locale);
		}
		for (const none of this.#seats.querySelectorAll('.nobody')) setText(none, locale.text('booth.empty'));
	}

	/** @param {readonly BoothState[]} booths @param {string} built */
	#build(booths, built) {
		this.#built = built;
		const old = this.#keys;
		this.#keys = new Map();
		const focused = document.activeElement;

		this.#seats.replaceChildren(
			...booths.map(({ id, seats }) => {
				const keys = seats.map(({ seat }) => {
					const name = `${id} ${seat}`;
					const key = old.get(name) ?? new SeatKey();
					if (!old.has(name)) key.element.addEventListener('click', () => this.#onSelect({ lang: this.lang, booth: id, seat }));
					this.#keys.set(name, key);
					return key.element;
				});
				const label = booths.length > 1 || id !== this.lang ? [make('span', { class: 'booth-id', dir: 'auto' }, id)] : [];
				return make('div', { class: 'booth' }, ...label, ...(keys.length ? keys : [make('span', { class: 'nobody' })]));
			}),
		);
		if (focused instanceof HTMLElement && this.#seats.contains(focused)) focused.focus();
	}

	/** @param {readonly BoothState[]} booths @param {Locale} locale */
	#showHears(booths, locale) {
		const incoming = booths[0]?.seats.length ? booths[0].incoming : undefined;
		const depth = incoming ? (DEPTHS[incoming.depth] ?? 'depth.double') : null;

		setAttribute(this.#hears, 'data-depth', String(incoming?.depth ?? 0));
		setText(
			this.#hears,
			this.lang === FLOOR || !incoming || !depth ? '' : `${incoming.lang === FLOOR ? locale.text('chan.floor') : channelName(incoming.lang, locale)} · ${locale.text(depth)}`,
		);
	}

	/** @param {RowView} view @param {Locale} locale */
	#showFigures({ channel, measures }, locale) {
		setText(this.#momentary, ltr(`${level(locale, measures ? measures.momentary : channel.lufs)} LUFS`));
		setText(this.#shortTerm, measures ? locale.text('figure.short', { value: level(locale, measures.short_term) }) : UNKNOWN);
		setText(this.#peak, measures ? locale.text('figure.peak', { value: level(locale, measures.true_peak) }) : UNKNOWN);
	}
}
