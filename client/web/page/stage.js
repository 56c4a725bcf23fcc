/** The pictures: the room's and the signer's, which of them is large, and words where there is none. */

import { byId, setAttribute, setText } from './element.js';
import { setIcon } from './icon.js';

/** @typedef {import('../session/peer.js').PeerTracks} PeerTracks */
/** @typedef {import('./locale.js').Locale} Locale */

/**
 * @typedef {object} StageView
 * @property {boolean} picture
 * @property {boolean} sign
 * @property {boolean} playing
 * @property {boolean} blocked the browser waits for a tap
 * @property {string} words in place of a picture; "" for none
 * @property {string} title of the room
 */

export class Stage {
	#stage = byId('stage', HTMLDivElement);
	#picture = byId('picture', HTMLVideoElement);
	#sign = byId('sign', HTMLVideoElement);
	#words = byId('stage-words', HTMLParagraphElement);
	#tap = byId('tap', HTMLButtonElement);
	#signLarge = false;

	/** @param {() => void} onTap */
	constructor(onTap) {
		setIcon(this.#tap, 'headphones');
		this.#tap.addEventListener('click', onTap);
	}

	/** A picture is seen. */
	get showing() {
		return !this.#picture.hidden || !this.#sign.hidden;
	}

	/** @param {PeerTracks} tracks */
	attach({ picture, sign }) {
		this.#picture.srcObject = new MediaStream([picture]);
		this.#sign.srcObject = sign ? new MediaStream([sign]) : null;
	}

	swap() {
		this.#signLarge = !this.#signLarge;
		this.#layOut();
	}

	/** @param {StageView} view @param {Locale} locale */
	show({ picture, sign, playing, blocked, words, title }, locale) {
		this.#picture.hidden = !picture;
		this.#sign.hidden = !sign;
		this.#run(this.#picture, picture && playing);
		this.#run(this.#sign, sign && playing);
		setAttribute(this.#picture, 'aria-label', locale.text('picture.room', { room: title }));
		setAttribute(this.#sign, 'aria-label', locale.text('picture.sign', { room: title }));
		setText(this.#words, words);
		this.#words.hidden = !words || blocked;
		this.#tap.hidden = !blocked;
		this.#stage.dataset['pictures'] = String(Number(picture) + Number(sign));
		this.#layOut();
	}

	#layOut() {
		const signLarge = !this.#sign.hidden && (this.#signLarge || this.#picture.hidden);

		this.#picture.classList.toggle('large', !signLarge);
		this.#sign.classList.toggle('large', signLarge);
	}

	/** Pictures are silent, so the browser lets them play unasked. @param {HTMLVideoElement} video @param {boolean} run */
	#run(video, run) {
		if (run && video.paused && video.srcObject) video.play().catch(() => {});
		else if (!run && !video.paused) video.pause();
	}

	/** @returns {boolean} */
	get canFill() {
		return document.fullscreenEnabled || 'webkitEnterFullscreen' in this.#picture;
	}

	toggleFull() {
		if (document.fullscreenElement) document.exitFullscreen();
		else if (document.fullscreenEnabled) this.#stage.requestFullscreen().catch(() => {});
		else if ('webkitEnterFullscreen' in this.#picture)
			/** @type {{ webkitEnterFullscreen(): void }} */ (/** @type {unknown} */ (this.#picture)).webkitEnterFullscreen();
	}
}
