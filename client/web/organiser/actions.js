/**
 * What an organiser has asked for: under way until the relay's own reports show that it is done, or refused
 * with the reason in a sentence.
 */

import { RequestError } from '../session/socket.js';
import { organiserRefusal } from './refusal.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../session/oversight.js').Oversight} Oversight */
/** @typedef {import('../session/oversight.js').OversightState} OversightState */
/** @typedef {Readonly<{ type: string } & Record<string, unknown>>} Message */

/** Milliseconds after the relay's yes in which its reports should show it; choice: two of its seconds, and a slow link. */
const SHOWN_WITHIN = 4_000;

/**
 * @typedef {object} ActionsOptions
 * @property {Oversight} oversight
 * @property {Locale} locale
 * @property {() => void} onChange
 * @property {(text: string) => void} onRefused a sentence for everybody
 */

export class Actions {
	/** @type {ActionsOptions} */ #options;
	/** By name: what shows that it is done. @type {Map<string, { done: (state: OversightState) => boolean }>} */ #pending = new Map();

	/** @param {ActionsOptions} options */
	constructor(options) {
		this.#options = options;
	}

	/** @param {string} name */
	isPending(name) {
		return this.#pending.has(name);
	}

	/**
	 * @param {string} name one at a time of each
	 * @param {Message} message
	 * @param {(state: OversightState) => boolean} [done] what the relay reports once it is done; none: its reply says so
	 * @returns {Promise<Readonly<Record<string, unknown>> | null>} the reply; null when it was refused
	 */
	async do(name, message, done) {
		const { oversight, locale, onChange, onRefused } = this.#options;
		if (this.#pending.has(name)) return null;

		this.#pending.set(name, { done: () => false });
		onChange();
		try {
			const reply = await oversight.say(message);
			if (done && !done(oversight.state)) this.#wait(name, done);
			else this.#pending.delete(name);
			return reply;
		} catch (error) {
			const { code, message: words } = error instanceof RequestError ? error : { code: 'browser', message: String(error) };
			this.#pending.delete(name);
			onRefused(organiserRefusal(code, words, locale));
			return null;
		} finally {
			onChange();
		}
	}

	/** The relay has said something new. @param {OversightState} state */
	follow(state) {
		for (const [name, { done }] of this.#pending) if (done(state)) this.#pending.delete(name);
	}

	/** @param {string} name @param {(state: OversightState) => boolean} done */
	#wait(name, done) {
		const entry = { done };

		this.#pending.set(name, entry);
		setTimeout(() => {
			if (this.#pending.get(name) !== entry) return;
			this.#pending.delete(name);
			this.#options.onRefused(this.#options.locale.text('action.not-shown'));
			this.#options.onChange();
		}, SHOWN_WITHIN);
	}
}

/** A key that shows that its action is under way. @param {HTMLButtonElement} button @param {boolean} pending */
export function showPending(button, pending) {
	const value = String(pending);

	if (button.getAttribute('aria-busy') === value) return;
	button.setAttribute('aria-busy', value);
	/* Not `disabled`: that would take the focus from it. */
	button.setAttribute('aria-disabled', value);
}
