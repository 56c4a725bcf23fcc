/**
 * The call to the technician: whether it is open, taken or done. That it is done is shown for a while.
 *
 * No DOM.
 */

/** @typedef {'none' | 'open' | 'taken' | 'done'} CallState */

/** Milliseconds; choice. */
const DONE_SHOWN = 10_000;

export class Call {
	/** @type {CallState} */ state = 'none';
	/** @type {() => void} */ #onChange;

	/** @param {() => void} onChange */
	constructor(onChange) {
		this.#onChange = onChange;
	}

	/** What has just become of it. @param {string} state others than these are passed over */
	become(state) {
		if (state !== 'open' && state !== 'taken' && state !== 'done') return;
		this.state = state;
		if (state === 'done')
			setTimeout(() => {
				if (this.state === 'done') this.state = 'none';
				this.#onChange();
			}, DONE_SHOWN);
		this.#onChange();
	}

	/** The booth's state tells of a call that was open before this page came. @param {number | null} open */
	follow(open) {
		if (this.state === 'none' && open !== null) this.state = 'open';
		if (this.state === 'open' && open === null) this.state = 'none';
	}
}
