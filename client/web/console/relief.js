/**
 * Relieving each other: consent to hot stand-by, and the keys of a handover, each of which does what the
 * handover needs next from this seat.
 *
 * No DOM.
 */

import { handoverOf } from './handover.js';

/** @typedef {import('../session/booth.js').Booth} Booth */

export class Relief {
	/** To hot stand-by: told to the relay with each new connection. */ consent = false;
	/** @type {Booth} */ #booth;

	/** @param {Booth} booth */
	constructor(booth) {
		this.#booth = booth;
	}

	toggleStandby() {
		this.consent = !this.#booth.seat?.consents;
		this.#booth.standby(this.consent);
	}

	/** The connection is new. */
	tellConsent() {
		if (this.consent) this.#booth.standby(true);
	}

	askOrOffer() {
		const { state } = this.#booth;
		const offers = state && handoverOf(state).ask === 'handover.offer';

		this.#booth.handover(offers ? 'offer' : 'ask');
	}

	accept() {
		this.#booth.handover('accept');
	}

	take() {
		this.#booth.handover('take');
	}

	declineOrCancel() {
		const { state } = this.#booth;

		this.#booth.handover(state && handoverOf(state).decline === 'handover.decline' ? 'decline' : 'cancel');
	}

	/** The one key for whatever a handover needs next. */
	next() {
		const { state } = this.#booth;

		if (state && handoverOf(state).accept) this.accept();
		else this.askOrOffer();
	}
}
