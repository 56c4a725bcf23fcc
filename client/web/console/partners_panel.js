/** Who sits in the booth, hot stand-by, and the microphone's way from one to the other. */

import { ownSeat } from '../session/booth_state.js';
import { byId, make, setAttribute, setText } from '../page/element.js';
import { setIcon } from '../page/icon.js';
import { handoverOf } from './handover.js';

/** @typedef {import('../session/booth_state.js').BoothState} BoothState */
/** @typedef {import('../session/booth_state.js').MicState} MicState */
/** @typedef {import('../session/booth_state.js').Seat} Seat */
/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */
/** @typedef {import('../page/icon.js').IconName} IconName */

/**
 * @typedef {object} PartnersActions
 * @property {() => void} onStandby
 * @property {() => void} onAsk asks for the microphone, or offers it
 * @property {() => void} onAccept
 * @property {() => void} onTake
 * @property {() => void} onDecline declines, or takes back
 */

/** @type {Readonly<Record<MicState, { icon: IconName, text: MessageKey }>>} */
const STATES = {
	'on-air': { icon: 'live', text: 'seat.on-air' },
	muted: { icon: 'pause', text: 'seat.muted' },
	standby: { icon: 'wait', text: 'seat.standby' },
	off: { icon: 'none', text: 'seat.off' },
};

const button = (/** @type {string} */ id) => byId(id, HTMLButtonElement);

export class PartnersPanel {
	#seats = byId('seats', HTMLUListElement);
	#countdown = byId('countdown', HTMLParagraphElement);
	#bar = byId('countdown-bar', HTMLProgressElement);
	#frame = 0;
	/** As `performance.now()` counts; 0: none runs. */ #endsAt = 0;
	/** @type {Locale | null} */ #locale = null;

	/** @param {PartnersActions} actions */
	constructor(actions) {
		button('standby').addEventListener('click', actions.onStandby);
		button('handover-ask').addEventListener('click', actions.onAsk);
		button('handover-accept').addEventListener('click', actions.onAccept);
		button('handover-take').addEventListener('click', actions.onTake);
		button('handover-decline').addEventListener('click', actions.onDecline);
	}

	/** @param {BoothState} booth @param {number} at when it was said @param {boolean} fresh it is of now @param {Locale} locale */
	show(booth, at, fresh, locale) {
		const rows = booth.seats.map((seat) => this.#row(seat, booth, locale));
		const key = rows.map((row) => row.dataset['key']).join('|');

		this.#locale = locale;
		setAttribute(byId('partners', HTMLElement), 'data-stale', String(!fresh));
		if (this.#seats.dataset['key'] !== key) {
			this.#seats.dataset['key'] = key;
			this.#seats.replaceChildren(...rows);
		}
		setAttribute(button('standby'), 'aria-pressed', String(ownSeat(booth)?.consents === true));
		this.#showHandover(booth, at, locale);
	}

	/** @param {Seat} seat @param {BoothState} booth @param {Locale} locale */
	#row(seat, booth, locale) {
		const you = seat.seat === booth.you;
		const state = STATES[seat.microphone];
		const words = [
			locale.text(state.text),
			seat.link === 'lost' ? locale.text('seat.lost') : seat.link === 'none' ? locale.text('seat.no-link') : '',
			seat.consents && seat.microphone !== 'standby' ? locale.text('seat.consents') : '',
			seat.held === 'none' ? '' : locale.text(seat.held === 'off' ? 'seat.held.off' : 'seat.held.muted'),
		].filter(Boolean);
		const line = make('span', { class: 'seat-state' }, words.join(' · '));
		const name = make('span', { class: 'seat-name', dir: 'auto' }, seat.name);
		const row = make('li', { class: 'seat', 'data-microphone': seat.microphone, 'data-link': seat.link }, name);

		if (you) row.append(make('span', { class: 'you' }, locale.text('seat.you')));
		row.append(line);
		setIcon(row, seat.link === 'lost' ? 'lost' : state.icon);
		row.dataset['key'] = [locale.name, seat.seat, seat.name, you, ...words].join(' ');
		return row;
	}

	/** @param {BoothState} booth @param {number} at @param {Locale} locale */
	#showHandover(booth, at, locale) {
		const { words, name, ask, accept, take, decline } = handoverOf(booth);
		const counting = booth.handover.state === 'counting';

		setText(byId('handover-words', HTMLParagraphElement), locale.text(words, { name }));
		setAttribute(byId('handover', HTMLDivElement), 'data-state', booth.handover.state);
		this.#button('handover-ask', ask, locale, 'handover-ask-word');
		this.#button('handover-accept', accept ? 'handover.accept' : null, locale);
		this.#button('handover-take', take ? 'handover.take' : null, locale);
		this.#button('handover-decline', decline, locale, 'handover-decline-word');
		this.#countdown.hidden = !counting;
		this.#endsAt = counting ? at + booth.handover.ends_in * 1000 : 0;
		if (counting && !this.#frame) this.#tick();
	}

	/** @param {string} id @param {MessageKey | null} key null: not now @param {Locale} locale @param {string} [word] */
	#button(id, key, locale, word) {
		const made = button(id);

		/* Whoever has pressed it keeps a place on the page. */
		if (!key && document.activeElement === made) byId('microphone', HTMLButtonElement).focus();
		made.hidden = !key;
		if (key && word) setText(byId(word, HTMLSpanElement), locale.text(key));
	}

	#tick() {
		const left = Math.max(0, this.#endsAt - performance.now()) / 1000;

		if (!this.#endsAt || !this.#locale) {
			this.#frame = 0;
			return;
		}
		setText(byId('countdown-value', HTMLSpanElement), this.#locale.seconds(left));
		this.#bar.value = left;
		this.#frame = requestAnimationFrame(() => this.#tick());
	}
}
