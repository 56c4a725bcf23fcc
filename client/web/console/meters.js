/** Level meters: what this device measures and what the relay says, ten times a second. */

import { byId, setText } from '../page/element.js';

/** @typedef {import('../session/booth_state.js').OutputName} OutputName */
/** @typedef {import('../session/booth_state.js').ServerLevels} ServerLevels */
/** @typedef {import('../page/locale.js').Locale} Locale */

/** dB a second that a peak falls, as a quasi-peak programme meter does (IEC 60268-10, type I: 20 dB in 1.7 s). */
const FALL = 11.8;
const FLOOR_DB = -60;

class MeterView {
	/** @type {HTMLMeterElement} */ #meter;
	/** @type {HTMLOutputElement} */ #value;
	#shown = FLOOR_DB;
	#at = 0;

	/** @param {string} id */
	constructor(id) {
		this.#meter = byId(id, HTMLMeterElement);
		this.#value = byId(`${id}-value`, HTMLOutputElement);
		/* Numbers that change all the time are nothing to read out: the meter itself can be asked. */
		this.#value.setAttribute('aria-hidden', 'true');
	}

	/** @param {number | null} db null: nothing is known @param {Locale} locale */
	show(db, locale) {
		const now = performance.now();
		const fallen = this.#shown - (FALL * (now - this.#at)) / 1000;

		this.#at = now;
		this.#shown = Math.max(FLOOR_DB, db ?? FLOOR_DB, fallen);
		const rounded = Math.round(this.#shown);
		if (this.#meter.value !== rounded) this.#meter.value = rounded;
		setText(this.#value, db === null ? '–' : rounded <= FLOOR_DB ? '−∞' : locale.decimal(rounded));
	}
}

/** The console's four: the own microphone, and what of it the relay receives; what goes out, and what is heard. */
export class Meters {
	#microphone = new MeterView('meter-mic');
	#relay = new MeterView('meter-relay');
	#out = new MeterView('meter-out');
	#incoming = new MeterView('meter-in');

	/** What this device measures. @param {number | null} microphone @param {number | null} incoming @param {Locale} locale */
	showOwn(microphone, incoming, locale) {
		this.#microphone.show(microphone, locale);
		this.#incoming.show(incoming, locale);
	}

	/** What the relay says. @param {ServerLevels | null} levels @param {OutputName | undefined} output that is used @param {Locale} locale */
	showServer(levels, output, locale) {
		const out = levels?.outputs[output === 'B' ? 1 : 0];

		this.#relay.show(levels?.microphone?.peak ?? null, locale);
		this.#out.show(out?.peak ?? null, locale);
	}
}
