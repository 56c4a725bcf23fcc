/**
 * Page and server differ for a moment with every change; only what lasts is worth a word.
 *
 * No DOM.
 */

/** @typedef {import('../page/locale.js').MessageKey} MessageKey */

/** Milliseconds for the relay's engine to follow its rules, and for the news to arrive. */
export const PATIENCE = 700;

export class Doubt {
	/** @type {() => void} */ #onChange;
	/** @type {number | null} */ #since = null;
	#timer = 0;

	/** @param {() => void} onChange it has lasted long enough */
	constructor(onChange) {
		this.#onChange = onChange;
	}

	/** @param {MessageKey | null} key what differs now @returns {MessageKey | null} what has differed for long */
	judge(key) {
		const now = performance.now();

		if (!key) {
			clearTimeout(this.#timer);
			this.#since = null;
			return null;
		}
		if (this.#since === null) {
			this.#since = now;
			this.#timer = setTimeout(this.#onChange, PATIENCE + 20);
		}
		return now - this.#since >= PATIENCE ? key : null;
	}
}
