/** Sign-in, check, console: which of the three a person is at, and the steps from one to the next and out again. */

import { byId } from '../page/element.js';
import { recall, remember } from '../page/memory.js';

/** @typedef {import('../session/booth.js').Seating} Seating */
/** @typedef {import('./sign_in.js').SignIn} SignIn */
/** @typedef {'sign-in' | 'check' | 'console'} Stop */

/**
 * @typedef {object} WayInOptions
 * @property {import('../session/booth.js').Booth} booth
 * @property {import('../sound/microphone.js').Microphone} microphone
 * @property {import('../sound/headset.js').Headset} headset
 * @property {(consent: boolean) => void} onConsent to hot stand-by, as said when signing in
 * @property {import('../check/check.js').Check} check
 * @property {() => boolean} mayLeave
 * @property {() => void} onMove to be shown at once
 */

/** @type {readonly Stop[]} */
const STOPS = ['sign-in', 'check', 'console'];

export class WayIn {
	/** @type {Stop} */ at = 'sign-in';
	/** @type {WayInOptions} */ #options;
	/** @type {SignIn | null} */ #wish = null;

	/** @param {WayInOptions} options */
	constructor(options) {
		this.#options = options;
	}

	/** Shows where a person is, and no other; whoever lost the seat for good signs in anew. */
	show() {
		const { session, seating } = this.#options.booth;

		if (this.at === 'console' && session.problem && !seating) this.at = 'sign-in';
		for (const id of STOPS) byId(id, HTMLElement).hidden = id !== this.at;
		byId('leave', HTMLButtonElement).hidden = this.at !== 'console';
	}

	/** @param {Stop} to */
	go(to) {
		const { check, onMove } = this.#options;

		if (this.at === 'check' && to !== 'check') check.close();
		this.at = to;
		onMove();
		byId(`${to}-heading`, HTMLHeadingElement).focus();
	}

	/** @param {SignIn} wanted */
	async checkFirst(wanted) {
		const { headset, microphone, onConsent } = this.#options;

		this.#wish = wanted;
		onConsent(wanted.consent);
		remember('name', wanted.name);
		this.go('check');
		headset.unlock();
		if (microphone.state !== 'open') await microphone.open(recall('microphone') ?? '');
		headset.list();
	}

	enter() {
		const { booth, headset, microphone } = this.#options;

		if (!this.#wish) return;
		const { room, booth: id, name } = this.#wish;
		remember('microphone', microphone.device);
		headset.unlock();
		booth.sit({ room, booth: id, name }, { sign: this.#hasSign(room) });
		this.go('console');
	}

	/** After a reload: the same seat, without a question. @param {Seating} seat */
	async comeBack(seat) {
		const { booth, headset, microphone } = this.#options;

		this.go('console');
		headset.unlock();
		await microphone.open(recall('microphone') ?? '');
		booth.sit(seat, { sign: this.#hasSign(seat.room) });
		headset.list();
	}

	leave() {
		const { booth, headset, microphone, mayLeave } = this.#options;

		if (!mayLeave()) return;
		booth.leave();
		microphone.close();
		headset.close();
		this.go('sign-in');
	}

	/** @param {string} room */
	#hasSign(room) {
		return this.#options.booth.session.event?.rooms.find(({ id }) => id === room)?.sign ?? false;
	}
}
