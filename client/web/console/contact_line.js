/** The relay or its sound is gone: said above everything, and heard. */

import { byId, setText } from '../page/element.js';
import { contactProblem } from './contact.js';

/** @typedef {import('../session/booth.js').Booth} Booth */
/** @typedef {import('../page/locale.js').Locale} Locale */

export class ContactLine {
	#line = byId('lost', HTMLDivElement);
	/** @type {() => void} */ #onLost;
	/** It has worked before. */ #ever = false;
	/** It was lost when last shown. */ #lost = false;

	/** @param {() => void} onLost by somebody who is seated */
	constructor(onLost) {
		this.#onLost = onLost;
	}

	/** @param {Booth} booth @param {boolean} seated @param {Locale} locale */
	show({ session, inContact }, seated, locale) {
		if (inContact || (!seated && session.link === 'open')) this.#ever = true;
		const key = contactProblem({
			seated,
			online: navigator.onLine,
			link: session.link,
			attempt: session.attempt,
			phase: session.phase,
			blocked: session.blocked,
			first: !this.#ever,
		});

		setText(this.#line, key ? locale.text(key) : '');
		if (key && !this.#lost && seated) this.#onLost();
		this.#lost = !!key;
	}
}
