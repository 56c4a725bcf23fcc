/** What a screen reader is told of a booth: at once what is on air and what a handover wants, in turn who came and went. */

import { say } from '../page/say.js';
import { handoverOf } from './handover.js';

/** @typedef {import('../session/booth_state.js').BoothState} BoothState */
/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('./air.js').Air} Air */

export class Announcer {
	#lamp = '';
	#handover = '';
	/** @type {Map<number, string>} */ #seats = new Map();

	/**
	 * Says what has changed since it was last called.
	 * @param {Air} air @param {string} airWords @param {BoothState} booth @param {Locale} locale
	 * @returns {{ lamp: boolean, asked: boolean }} what did
	 */
	follow(air, airWords, booth, locale) {
		const { words, name, accept } = handoverOf(booth);
		const handover = booth.handover.state === 'none' ? '' : `${booth.handover.state} ${words}`;
		const lamp = air.lamp !== this.#lamp;
		const asked = handover !== this.#handover && accept;
		const urgent = [lamp ? airWords : '', handover && handover !== this.#handover ? locale.text(words, { name }) : ''].filter(Boolean);

		this.#lamp = air.lamp;
		this.#handover = handover;
		if (urgent.length) say(urgent.join('. '), true);
		this.#followPartners(booth, locale);
		return { lamp, asked };
	}

	/** @param {BoothState} booth @param {Locale} locale */
	#followPartners(booth, locale) {
		const said = [];
		const now = new Map(
			booth.seats.filter(({ seat }) => seat !== booth.you).map(({ seat, name, link }) => [seat, link === 'lost' ? `${name}\n` : name]),
		);

		for (const [seat, name] of now) {
			const before = this.#seats.get(seat);
			if (before === undefined) said.push(locale.text('partner.came', { name: name.trim() }));
			else if (name.endsWith('\n') && before !== name) said.push(locale.text('partner.lost', { name: name.trim() }));
		}
		for (const [seat, name] of this.#seats) if (!now.has(seat)) said.push(locale.text('partner.left', { name: name.trim() }));
		this.#seats = now;
		if (said.length) say(said.join('. '));
	}
}
