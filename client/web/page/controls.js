/** The player's buttons, sliders and choices. They show what is so, and report what a person wants. */

import { isVideoChoice } from '../session/protocol.js';
import { byId, setAttribute, setText } from './element.js';
import { setIcon } from './icon.js';

/** @typedef {import('../session/protocol.js').VideoChoice} VideoChoice */
/** @typedef {import('./icon.js').IconName} IconName */
/** @typedef {import('./locale.js').Locale} Locale */
/** @typedef {import('./locale.js').MessageKey} MessageKey */

/**
 * @typedef {object} ControlsView
 * @property {boolean} playing
 * @property {boolean} muted
 * @property {number} volume percent
 * @property {VideoChoice} video
 * @property {boolean} sign
 * @property {boolean} hasPicture
 * @property {boolean} hasSign
 * @property {boolean} canFill the screen
 */

/**
 * @typedef {object} ControlsActions
 * @property {() => void} onPlay
 * @property {() => void} onMute
 * @property {(percent: number) => void} onVolume
 * @property {() => void} onStop
 * @property {() => void} onOnly
 * @property {(video: VideoChoice) => void} onVideo
 * @property {() => void} onSign
 * @property {() => void} onSwap
 * @property {() => void} onFull
 */

/** @param {string} id */
const button = (id) => byId(id, HTMLButtonElement);

export class Controls {
	#play = button('play');
	#mute = button('mute');
	#volume = byId('volume', HTMLInputElement);
	#volumeValue = byId('volume-value', HTMLOutputElement);
	#full = button('full');
	#only = button('only');
	#signToggle = button('sign-toggle');
	#swap = button('swap');
	#video = byId('video', HTMLSelectElement);
	#quality = byId('quality-choice', HTMLLabelElement);

	/** @param {ControlsActions} actions */
	constructor(actions) {
		this.#play.addEventListener('click', actions.onPlay);
		this.#mute.addEventListener('click', actions.onMute);
		this.#volume.addEventListener('input', () => actions.onVolume(this.#volume.valueAsNumber));
		button('stop').addEventListener('click', actions.onStop);
		this.#only.addEventListener('click', actions.onOnly);
		this.#signToggle.addEventListener('click', actions.onSign);
		this.#swap.addEventListener('click', actions.onSwap);
		this.#full.addEventListener('click', actions.onFull);
		this.#video.addEventListener('change', () => {
			if (isVideoChoice(this.#video.value)) actions.onVideo(this.#video.value);
		});
		setIcon(button('stop'), 'stop');
		setIcon(this.#only, 'headphones');
		setIcon(this.#signToggle, 'sign');
		setIcon(this.#swap, 'swap');
	}

	/** @param {ControlsView} view @param {Locale} locale */
	show(view, locale) {
		const picture = view.video !== 'none';
		const full = document.fullscreenElement !== null;

		name(this.#play, view.playing ? 'pause' : 'play', view.playing ? 'player.pause' : 'player.play', locale);
		name(this.#mute, view.muted ? 'silent' : 'sound', view.muted ? 'player.unmute' : 'player.mute', locale);
		name(this.#full, 'full', full ? 'player.full.leave' : 'player.full', locale);
		this.#full.hidden = !view.canFill || !(picture || view.sign);
		this.#showVolume(view.volume, locale);

		setAttribute(this.#only, 'aria-pressed', String(!picture));
		this.#only.hidden = !view.hasPicture;
		setAttribute(this.#signToggle, 'aria-pressed', String(view.sign));
		this.#signToggle.hidden = !view.hasSign;
		this.#swap.hidden = !(view.sign && picture && view.hasPicture && view.hasSign);
		this.#quality.hidden = !picture || !view.hasPicture;
		if (picture && this.#video.value !== view.video) this.#video.value = view.video;
	}

	/** @param {number} volume @param {Locale} locale */
	#showVolume(volume, locale) {
		const text = locale.percent(volume / 100);

		if (this.#volume.valueAsNumber !== volume) this.#volume.value = String(volume);
		setAttribute(this.#volume, 'aria-valuetext', text);
		setText(this.#volumeValue, text);
	}
}

/** @param {HTMLButtonElement} element @param {IconName} icon @param {MessageKey} key @param {Locale} locale */
function name(element, icon, key, locale) {
	const text = locale.text(key);

	setIcon(element, icon);
	setAttribute(element, 'aria-label', text);
	setAttribute(element, 'title', text);
}
