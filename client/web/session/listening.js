/**
 * What an organiser listens to: any channel, or any microphone, of one room. It goes by a connection of its
 * own that does not count as a listener, so that the page's news and the sound never wait for each other.
 *
 * No DOM.
 */

import { RequestError } from './socket.js';
import { Session } from './session.js';

/** @typedef {{ readonly room: string, readonly lang: string, readonly booth: string | null, readonly seat: number | null }} Target seat null: the channel */

/**
 * @typedef {object} ListeningOptions
 * @property {string} url of the websocket
 * @property {() => void} onChange
 * @property {(track: MediaStreamTrack) => void} onTrack
 * @property {(code: string, message: string) => void} onRefused what was wanted last is given up
 */

export class Listening {
	/** What is wanted. @type {Target | null} */ target = null;
	/** What the relay says that it sends. @type {Target | null} */ heard = null;

	/** @type {ListeningOptions} */ #options;
	/** @type {Session} */ #session;
	#started = false;
	#asking = false;

	/** @param {ListeningOptions} options */
	constructor(options) {
		this.#options = options;
		this.#session = new Session({
			url: options.url,
			early: null,
			saying: { organiser: true },
			onChange: () => this.#changed(),
			onTracks: ({ audio }) => {
				/* A new place hears the channel that it joined with: ask anew. */
				this.heard = null;
				options.onTrack(audio);
				this.#ask();
			},
		});
	}

	/** Sound of what is wanted comes in. */
	get flowing() {
		return this.#session.phase === 'listening' && sameTarget(this.heard, this.target);
	}

	/** @param {Target} target */
	listen(target) {
		if (this.target?.room !== target.room) this.heard = null;
		this.target = target;
		if (!this.#started) this.#session.start();
		this.#started = true;
		this.#join();
		this.#ask();
		this.#options.onChange();
	}

	/** The wanted room, once it is known which there are. */
	#join() {
		const { target } = this;
		if (!target || !this.#session.event || this.#session.room?.id === target.room) return;

		this.#session.join(target.room, { lang: target.lang, video: 'none', sign: false });
	}

	stop() {
		this.target = null;
		this.heard = null;
		this.#session.leave();
		this.#options.onChange();
	}

	/** The network may have changed. */
	poke() {
		if (this.#started) this.#session.poke();
	}

	#changed() {
		const { problem } = this.#session;

		if (problem && this.target) {
			this.target = null;
			this.heard = null;
			this.#session.leave();
			this.#options.onRefused(problem.code, problem.message);
		}
		this.#join();
		if (this.#session.phase === 'listening') this.#ask();
		this.#options.onChange();
	}

	/** Until the relay has confirmed what is wanted last. */
	async #ask() {
		if (this.#asking) return;
		this.#asking = true;
		while (this.target && !sameTarget(this.heard, this.target) && this.#session.heard !== null) {
			const target = this.target;
			const { lang, booth, seat } = target;
			try {
				await this.#session.request('listen', seat === null ? { lang } : { booth, seat });
				this.heard = target;
			} catch (error) {
				if (!(error instanceof RequestError) || /^(closed|timeout|not-joined)$/.test(error.code)) break; /* joined again, it is asked again */
				if (!sameTarget(this.target, target)) continue;
				this.target = this.heard;
				this.#options.onRefused(error.code, error.message);
				if (!this.heard) this.stop();
			}
			this.#options.onChange();
		}
		this.#asking = false;
	}
}

/** @param {Target | null} a @param {Target | null} b */
export function sameTarget(a, b) {
	return a?.room === b?.room && a?.lang === b?.lang && a?.booth === b?.booth && a?.seat === b?.seat;
}
