/**
 * The sound that is heard: plays the session's track, pauses, sets the volume from 0 to 200 %.
 *
 * Touches no document, only the media element it is given. Sound has an element of its own, not the
 * picture's: a muted picture may start without a gesture while sound waits for one, and phones stop
 * videos, but not sound, when their screen locks. Sound and picture stay in step all the same: that
 * is the work of the receiving streams (RTP timestamps and sender reports), not of elements.
 */

import { Amplifier } from './amplifier.js';

export const VOLUME_MAX = 200;

/** blocked: the browser wants a gesture first. @typedef {'stopped' | 'playing' | 'paused' | 'blocked'} SoundState */

export class Sound {
	/** @type {SoundState} */ state = 'stopped';
	/** Percent. */ volume = 100;
	muted = false;

	/** @type {HTMLAudioElement} */ #element;
	/** @type {() => void} */ #onState;
	/** One stream for the element's life: tracks come and go in it, so that it need not start again. */
	#stream = new MediaStream();
	/** @type {MediaStreamTrack | null} */ #track = null;
	/** @type {Amplifier | null} */ #amplifier = null;
	/** iOS ignores a media element's volume. */ #fixedVolume;

	/** @param {HTMLAudioElement} element @param {() => void} onState */
	constructor(element, onState) {
		this.#element = element;
		this.#onState = onState;
		element.volume = 0.5;
		this.#fixedVolume = element.volume !== 0.5;
		element.volume = 1;
		element.onpause = () => this.#pausedBySystem();
		element.onplaying = () => {
			if (this.state === 'blocked') this.#setState('playing');
		};
	}

	/** The amplifier plays, not the element. */
	get amplified() {
		return this.#needsAmplifier() && this.#amplifier !== null && this.#amplifier.running;
	}

	/** @param {MediaStreamTrack} track */
	attach(track) {
		const old = this.#stream.getAudioTracks();

		/* In this order the stream always has a track, and the element goes on playing. */
		this.#stream.addTrack(track);
		for (const each of old) this.#stream.removeTrack(each);
		this.#track = track;
		/* Not sooner: an element with an empty stream keeps the page from finishing to load. */
		if (this.#element.srcObject !== this.#stream) this.#element.srcObject = this.#stream;
		this.#amplifier?.attach(track);
		if (this.state === 'playing') this.play();
	}

	/** To be called in a gesture of the person: from then on the browser lets sound play. */
	unlock() {
		if (this.#needsAmplifier()) this.#amplify();
		this.play();
	}

	async play() {
		if (this.state !== 'playing') this.#setState('playing');
		try {
			await this.#element.play();
		} catch (error) {
			if (error instanceof DOMException && error.name === 'NotAllowedError') this.#setState('blocked');
			/* An AbortError means that a newer play() or pause() took over. */
		}
	}

	pause() {
		this.#setState('paused');
		this.#element.pause();
		this.#apply();
	}

	stop() {
		this.#setState('stopped');
		this.#element.pause();
		for (const old of this.#stream.getAudioTracks()) this.#stream.removeTrack(old);
		this.#track = null;
		this.#apply();
	}

	/** @param {number} percent 0..VOLUME_MAX */
	setVolume(percent) {
		this.volume = Math.min(VOLUME_MAX, Math.max(0, Math.round(percent)));
		if (this.#needsAmplifier()) this.#amplify();
		this.#apply();
	}

	/** @param {boolean} muted */
	setMuted(muted) {
		this.muted = muted;
		this.#apply();
	}

	#needsAmplifier() {
		return this.volume > 100 || this.#fixedVolume;
	}

	#amplify() {
		if (!this.#amplifier) {
			this.#amplifier = new Amplifier(() => this.#apply());
			if (this.#track) this.#amplifier.attach(this.#track);
		}
		this.#amplifier.resume();
	}

	/** Exactly one of element and amplifier is heard. Chrome feeds Web Audio from a remote track only while an element plays it, muted or not. */
	#apply() {
		const amplified = this.amplified;
		const audible = !this.muted && this.state !== 'paused' && this.state !== 'stopped';

		this.#amplifier?.setGain(amplified && audible ? this.volume / 100 : 0);
		this.#element.muted = amplified || this.muted;
		this.#element.volume = Math.min(1, this.volume / 100);
		this.#onState();
	}

	/** A headset was unplugged, a phone call came in. */
	#pausedBySystem() {
		if (this.state === 'playing' && this.#track && this.#element.paused) this.#setState('paused');
	}

	/** @param {SoundState} state */
	#setState(state) {
		this.state = state;
		this.#apply();
	}
}
