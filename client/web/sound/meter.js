/**
 * Peak and loudness of what passes a point of an audio graph, to be read as often as it is drawn.
 *
 * No DOM.
 */

import { decibel, powerDecibel } from './decibel.js';

/** dBFS; `rms` against a full-scale sine (AES17). @typedef {{ peak: number, rms: number }} Level */

/** Samples: 85 ms at 48 kHz, so that nothing is missed when it is read 12 times a second or more. */
const WINDOW = 4096;

export class Meter {
	/** @type {AnalyserNode} */ #analyser;
	#samples = new Float32Array(WINDOW);

	/** @param {BaseAudioContext} context */
	constructor(context) {
		this.#analyser = context.createAnalyser();
		this.#analyser.fftSize = WINDOW;
	}

	/** Connect to it what is to be measured; it may be connected on. @returns {AudioNode} */
	get node() {
		return this.#analyser;
	}

	/** Of the last 85 ms. @returns {Level} */
	read() {
		this.#analyser.getFloatTimeDomainData(this.#samples);
		return levelOf(this.#samples);
	}
}

/** @param {Float32Array} samples @returns {Level} */
export function levelOf(samples) {
	let peak = 0;
	let sum = 0;

	for (const sample of samples) {
		peak = Math.max(peak, Math.abs(sample));
		sum += sample * sample;
	}
	return { peak: decibel(peak), rms: powerDecibel(sum / Math.max(1, samples.length)) };
}
