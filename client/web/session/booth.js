/**
 * A seat in a booth: what the relay says about it, and what the interpreter may ask for.
 *
 * What is shown is what the relay says; a wish is kept only to tell when both differ. Microphone
 * wishes faster than answers end at the last, so that a short cough never leaves a microphone muted.
 *
 * No DOM.
 */

import { outputOf, ownSeat, parseBooth, parseChat, parseLevels } from './booth_state.js';
import { Session } from './session.js';
import { RequestError } from './socket.js';

/** @typedef {import('./booth_state.js').BoothState} BoothState */
/** @typedef {import('./booth_state.js').ChatMessage} ChatMessage */
/** @typedef {import('./booth_state.js').OutputName} OutputName */
/** @typedef {import('./booth_state.js').ServerLevels} ServerLevels */
/** @typedef {import('./peer.js').PeerTracks} PeerTracks */
/** @typedef {'on' | 'muted' | 'off'} MicWish */
/** @typedef {'ask' | 'offer' | 'accept' | 'decline' | 'cancel' | 'take'} HandoverStep */
/** @typedef {{ room: string, booth: string, name: string, key: string }} Seating */

/** @typedef {Readonly<Record<string, unknown>>} Fields */

/**
 * @typedef {object} BoothOptions
 * @property {string} url of the websocket
 * @property {import('./socket.js').OpenedSocket | null} early
 * @property {() => MediaStreamTrack | null} microphone
 * @property {() => void} onChange
 * @property {(tracks: PeerTracks) => void} onTracks
 * @property {(seating: Seating | null) => void} onSeat taken, or given up: to be kept for coming back
 * @property {(name: string, fields: Fields) => void} onEvent chat, call, slow-down, shift, handover-ended, took-over
 * @property {() => void} onLevels
 * @property {(code: string, message: string) => void} onRefused what was asked for last
 */

/** What a seat is refused with for good (relay/session/ruling.h). */
const FINAL = /^(booth-full|already-seated|bad-participant|no-such-booth|not-seated)$/;

export class Booth {
	/** What the relay said last. @type {BoothState | null} */ state = null;
	/** When it did, as `performance.now()` counts. */ stateAt = 0;
	/** @type {ServerLevels | null} */ levels = null;
	/** @type {Seating | null} */ seating = null;
	/** The microphone as it was asked for and not yet granted. @type {{ state: MicWish } | null} */ wish = null;

	/** @type {BoothOptions} */ #options;
	/** @type {Session} */ session;
	/** What is to be asked for next. @type {{ state: MicWish, output: OutputName } | null} */ #next = null;
	#asking = false;
	/** The state is of this websocket connection. */ #fresh = false;

	/** @param {BoothOptions} options */
	constructor(options) {
		this.#options = options;
		this.session = new Session({
			url: options.url,
			early: options.early,
			onChange: () => this.#sessionChanged(),
			onTracks: options.onTracks,
			onNews: (name, fields) => this.#news(name, fields),
			place: {
				microphone: options.microphone,
				ask: () => this.#place(),
				got: (answer) => this.#seated(answer),
				refused: (code) => FINAL.test(code),
			},
		});
	}

	/** Your own seat, as the relay says it is now. */
	get seat() {
		return this.state && ownSeat(this.state);
	}

	/** The relay is within reach, and what it said is of now. */
	get inContact() {
		return this.session.link === 'open' && this.#fresh;
	}

	/**
	 * @param {Omit<Seating, 'key'> & { key?: string }} seating key: of the seat to come back to
	 * @param {{ sign: boolean }} pictures
	 */
	sit({ room, booth, name, key = '' }, { sign }) {
		this.seating = { room, booth, name, key };
		this.session.join(room, { lang: 'floor', video: 'auto', sign });
	}

	/** Gives the seat up. */
	leave() {
		this.seating = null;
		this.state = null;
		this.levels = null;
		this.#next = null;
		this.wish = null;
		this.session.leave();
		this.#options.onSeat(null);
		this.#options.onChange();
	}

	/** @param {MicWish} state @param {OutputName} [output] */
	microphone(state, output = this.seat?.output ?? 'A') {
		this.#next = { state, output };
		this.wish = { state };
		this.#askMicrophone();
		this.#options.onChange();
	}

	/** @param {boolean} consent */
	standby(consent) {
		return this.#ask('standby', { consent });
	}

	/** @param {HandoverStep} step @param {number} [seat] of the partner that is meant */
	handover(step, seat) {
		return this.#ask('handover', { do: step, ...(seat !== undefined && { seat }) });
	}

	/** @param {string} lang */
	hear(lang) {
		return this.#ask('incoming', { lang });
	}

	/** @param {number} preset */
	recall(preset) {
		return this.#ask('incoming', { preset });
	}

	/** @param {boolean} automatic */
	relay(automatic) {
		return this.#ask('incoming', automatic ? { automatic } : { lang: this.state?.incoming.lang ?? 'floor' });
	}

	/** @param {number} preset @param {string} lang */
	setPreset(preset, lang) {
		return this.#ask('preset', { preset, lang });
	}

	/** @param {readonly string[]} langs */
	setPivots(langs) {
		return this.#ask('pivots', { langs });
	}

	/** @param {OutputName} output */
	monitor(output) {
		return this.#ask('monitor', { output });
	}

	/** @param {string} lang */
	setFloorLanguage(lang) {
		return this.#ask('floor-language', { lang });
	}

	slowDown() {
		return this.#ask('slow-down', {});
	}

	/** The technician; again: no longer needed. */
	call() {
		const open = this.state?.call ?? null;

		return open === null ? this.#ask('call', {}) : this.#ask('call-done', { call: open });
	}

	/** @param {'booth' | 'technician'} to @param {string} text */
	say(to, text) {
		return this.#ask('chat', { to, text });
	}

	/** @param {string} type @param {Fields} fields @returns {Promise<boolean>} granted */
	async #ask(type, fields) {
		try {
			await this.session.request(type, fields);
			return true;
		} catch (error) {
			this.#refused(error);
			return false;
		}
	}

	async #askMicrophone() {
		if (this.#asking) return;
		this.#asking = true;
		while (this.#next) {
			const { state, output } = this.#next;
			this.#next = null;
			try {
				await this.session.request('microphone', state === 'on' ? { state, output } : { state });
				if (!this.#next) this.#judgeWish();
			} catch (error) {
				/* A wish that came meanwhile says what to do now; this one is over. */
				if (this.#next) continue;
				this.wish = null;
				if (!(error instanceof RequestError && /^already-/.test(error.code))) this.#refused(error);
			}
		}
		this.#asking = false;
		this.#options.onChange();
	}

	/** @param {unknown} error */
	#refused(error) {
		const code = error instanceof RequestError ? error.code : 'browser';

		this.#options.onRefused(code, error instanceof Error ? error.message : String(error));
	}

	#place() {
		const { booth = '', name = '', key = '' } = this.seating ?? {};

		return { booth, name, ...(key && { key }) };
	}

	/** @param {Fields} answer */
	#seated(answer) {
		if (!this.seating) return;
		this.seating = { ...this.seating, key: String(answer['key'] ?? this.seating.key) };
		this.#options.onSeat(this.seating);
	}

	#sessionChanged() {
		const { link, problem } = this.session;

		if (link !== 'open') {
			this.#fresh = false;
			this.levels = null;
			this.#next = null;
			this.wish = null;
		}
		/* A key that the relay no longer knows is worth nothing: sign in anew. */
		if (problem && this.seating && !this.session.choice) {
			this.seating = null;
			this.state = null;
			this.#options.onSeat(null);
		}
		this.#options.onChange();
	}

	/** @param {string} name @param {Fields} fields */
	#news(name, fields) {
		if (name === 'levels') {
			this.levels = parseLevels(fields);
			this.#options.onLevels();
			return;
		}
		if (name === 'booth') {
			const state = parseBooth(fields['booth']);
			if (!state || !this.seating) return;
			this.state = state;
			this.stateAt = performance.now();
			this.#fresh = true;
			if (!this.#asking && !this.#next) this.#judgeWish();
		} else {
			this.#options.onEvent(name, fields);
		}
		this.#options.onChange();
	}

	/** Granted wishes are forgotten: from then on the relay's word is all there is. */
	#judgeWish() {
		const seat = this.seat;
		if (!this.wish || !seat || !this.state) return;
		const output = outputOf(this.state, seat);
		const granted =
			this.wish.state === 'on'
				? seat.microphone === 'on-air' && output?.heard === true && output.voice === seat.seat
				: this.wish.state === 'muted'
					? seat.microphone !== 'on-air'
					: seat.microphone === 'off' || seat.microphone === 'standby';

		if (granted) this.wish = null;
	}
}

/** @param {Fields} fields @returns {ChatMessage} */
export const chatOf = parseChat;
