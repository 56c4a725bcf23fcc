/**
 * The check of microphone and headset: be quiet, read a few lines, see what is good and what is not, hear it
 * played back. The console shows it before an interpreter goes on air; check.html shows it alone.
 */

import { analyse } from '../sound/analysis.js';
import { CheckView } from './view.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../sound/analysis.js').Analysis} Analysis */
/** @typedef {import('../sound/headset.js').Headset} Headset */
/** @typedef {import('../sound/microphone.js').Microphone} Microphone */
/** @typedef {import('../sound/recorder.js').Recording} Recording */
/** quiet and speak are parts of one recording. @typedef {'idle' | 'opening' | 'quiet' | 'speak' | 'judging' | 'judged'} CheckStep */

/**
 * @typedef {object} CheckOptions
 * @property {HTMLElement} root is filled
 * @property {Locale} locale with the set 'check'
 * @property {Microphone} microphone
 * @property {Headset} headset
 * @property {(analysis: Analysis | null) => void} [onDone] offers "Continue", which calls this
 */

/** Seconds; choices: pauses to hear the room in, and enough of a voice to judge. */
export const QUIET_SECONDS = 2;
export const SPEAK_SECONDS = 6.5;

export class Check {
	/** @type {CheckStep} */ step = 'idle';
	/** @type {Analysis | null} */ analysis = null;

	/** @type {CheckOptions} */ #options;
	/** @type {CheckView} */ #view;
	/** @type {Recording | null} */ #recording = null;
	/** @type {AbortController | null} */ #running = null;
	#playing = false;
	#shown = false;

	/** @param {CheckOptions} options */
	constructor(options) {
		const { root, microphone, headset, onDone } = options;

		this.#options = options;
		this.#view = new CheckView(root, {
			onStart: () => (this.#running ? this.#cancel() : this.#run()),
			onPlay: () => (this.#playing ? headset.stopPlaying() : this.#play()),
			onMicrophone: (device) => this.#choose(device),
			onHeadset: (device) => headset.choose(device),
			onLoudness: (fullScaleSpl) => headset.set({ fullScaleSpl }),
			onDone: onDone ? () => onDone(this.analysis) : null,
			level: () => microphone.level(),
		});
	}

	/** Shows what is so now; to be called again when microphone, headset or the page's language have changed. */
	show() {
		const { locale, microphone, headset } = this.#options;

		this.#shown = true;
		/* Unplugged meanwhile, or not allowed: it says so itself. */
		if (this.#running && microphone.state === 'failed') this.#cancel();
		this.#view.show(
			{ step: this.step, analysis: this.analysis, playing: this.#playing, playable: this.#recording !== null, microphone, headset },
			locale,
		);
	}

	/** Out of sight: nothing is recorded, played or drawn any more. */
	close() {
		this.#cancel();
		this.#options.headset.stopPlaying();
		this.#shown = false;
		this.#view.rest();
	}

	/** @param {CheckStep} step */
	#go(step) {
		this.step = step;
		if (this.#shown) this.show();
	}

	#cancel() {
		this.#running?.abort();
		this.#running = null;
		if (this.step !== 'judged') this.#go('idle');
	}

	async #run() {
		const { microphone, headset } = this.#options;
		const running = new AbortController();
		const { signal } = running;

		this.#running = running;
		headset.stopPlaying();
		this.#go('opening');
		try {
			if (microphone.state === 'open' || (await microphone.open())) await this.#record(signal);
		} catch {
			/* The microphone went meanwhile. */
		}
		if (this.#running !== running) return;
		this.#running = null;
		if (this.step !== 'judged') this.#go('idle');
	}

	/** @param {AbortSignal} signal */
	async #record(signal) {
		if (signal.aborted) return;
		this.#options.headset.list().catch(() => {}); /* named, now that the microphone is allowed */
		this.#go('quiet');
		const timer = setTimeout(() => this.#go('speak'), QUIET_SECONDS * 1000);
		const recording = await this.#options.microphone.record(QUIET_SECONDS + SPEAK_SECONDS, signal);

		clearTimeout(timer);
		if (signal.aborted) return;
		this.#go('judging');
		await new Promise((resolve) => setTimeout(resolve)); /* lets it be shown */
		this.#recording = recording;
		this.analysis = analyse(recording.samples, recording.rate);
		this.#go('judged');
	}

	/** The part with the voice. */
	async #play() {
		const recording = this.#recording;
		if (!recording || this.#playing) return;
		const from = Math.round(QUIET_SECONDS * recording.rate);

		this.#playing = true;
		this.show();
		await this.#options.headset.play({ rate: recording.rate, samples: recording.samples.slice(from) }).catch(() => {});
		this.#playing = false;
		if (this.#shown) this.show();
	}

	/** What was found out about another microphone counts no more. @param {string} device */
	async #choose(device) {
		this.#cancel();
		this.analysis = null;
		this.#recording = null;
		this.#go('idle');
		await this.#options.microphone.open(device);
		this.show();
	}
}
