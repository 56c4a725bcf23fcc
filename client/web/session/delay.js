/**
 * How long a receiver should hold sound and picture back before it plays them.
 *
 * As little as possible on a clean link, since the room is live; more as soon as sound has to be
 * invented because packets came too late. The browser adapts on its own to the jitter that it has
 * seen; this is the least that it keeps, and stops a bad link from surprising it again and again.
 *
 * Pure: one change a second comes in.
 */

/** @typedef {import('./stats.js').Change} Change */

/** Milliseconds; choices. The last keeps source to ear within 500 ms on a link of 100 ms. */
const STEPS = /** @type {const} */ ([0, 60, 120, 200, 300]);
/** Above this share of concealed sound one step more. */
const TOO_MUCH = 0.015;
/** Below this the link is clean. */
const CLEAN = 0.002;
/** Milliseconds of clean link before one step less; choice: slow down quickly, speed up warily. */
const PATIENCE = 30_000;
/** Milliseconds that a step gets to show its effect before the next; choice. */
const SETTLE = 4_000;

export class DelayPolicy {
	#step = 0;
	#clean = 0;
	#sinceRaise = SETTLE;

	/** Milliseconds. */
	get target() {
		return STEPS[this.#step] ?? 0;
	}

	/** @param {Change} change @returns {number} the target, in milliseconds */
	add(change) {
		this.#sinceRaise += change.elapsed;
		if (change.packets > 0 && change.concealed > TOO_MUCH) {
			if (this.#sinceRaise < SETTLE) return this.target;
			this.#step = Math.min(this.#step + 1, STEPS.length - 1);
			this.#clean = 0;
			this.#sinceRaise = 0;
		} else if (change.concealed < CLEAN) {
			this.#clean += change.elapsed;
			if (this.#clean >= PATIENCE) {
				this.#step = Math.max(0, this.#step - 1);
				this.#clean = 0;
			}
		}
		return this.target;
	}
}
