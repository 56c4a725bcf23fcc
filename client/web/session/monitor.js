/**
 * Watches a running connection: reads its statistics once a second, judges its quality, sets how
 * much the receiver holds back, and calls out when sound stops arriving.
 *
 * No DOM.
 */

import { DelayPolicy } from './delay.js';
import { QualityMeter } from './quality.js';
import { compare, read } from './stats.js';

/** @typedef {import('./peer.js').Peer} Peer */
/** @typedef {import('./quality.js').Quality} Quality */
/** @typedef {import('./stats.js').Reading} Reading */
/** @typedef {import('./stats.js').Change} Change */

/**
 * @typedef {object} MonitorOptions
 * @property {(quality: Quality) => void} onQuality once a second
 * @property {() => void} onFlow sound arrives
 * @property {(again: boolean) => void} onStall none arrived for `stallAfter`; `again` when none came since the last call
 * @property {number} stallAfter milliseconds
 */

/** Milliseconds; choice. */
const EVERY = 1_000;

export class Monitor {
	/** @type {MonitorOptions} */ #options;
	/** @type {Peer | null} */ #peer = null;
	/** @type {Reading | null} */ #last = null;
	#timer = 0;
	/** Milliseconds without a packet of sound. */ #still = 0;
	#stalled = false;
	#meter = new QualityMeter();
	#delay = new DelayPolicy();

	/** @param {MonitorOptions} options */
	constructor(options) {
		this.#options = options;
	}

	/** @param {Peer} peer connected */
	watch(peer) {
		this.stop();
		this.#peer = peer;
		this.#meter.reset();
		peer.setDelay(this.#delay.target);
		this.#timer = setInterval(() => this.#look(peer), EVERY);
	}

	stop() {
		clearInterval(this.#timer);
		this.#peer = null;
		this.#last = null;
		this.#still = 0;
		this.#stalled = false;
	}

	/** @param {Peer} peer */
	async #look(peer) {
		const report = await peer.stats();
		if (peer !== this.#peer) return;
		const reading = read(report, performance.now());
		const last = this.#last;

		this.#last = reading;
		if (!last) {
			this.#meter.add(reading);
			return;
		}
		const change = compare(last, reading);
		peer.setDelay(this.#delay.add(change));
		this.#options.onQuality(this.#meter.add(reading));
		this.#judgeFlow(change);
	}

	/** @param {Change} change */
	#judgeFlow(change) {
		if (change.packets > 0) {
			this.#still = 0;
			this.#stalled = false;
			this.#options.onFlow();
			return;
		}
		this.#still += change.elapsed;
		if (this.#still < this.#options.stallAfter) return;
		const again = this.#stalled;
		this.#still = 0;
		this.#stalled = true;
		this.#options.onStall(again);
	}
}
