/**
 * Hearing protection on the audio thread: the last thing before the headset. Measures what the ear gets,
 * A-weighted, and tells once a second.
 */

import { FULL_SCALE_SPL, Protection } from './protection.js';
import { Filter, aWeighting } from './weighting.js';

const scope = /** @type {any} */ (globalThis);

class Protector extends scope.AudioWorkletProcessor {
	#protection = new Protection(scope.sampleRate);
	/** @type {Filter[]} */ #weightings = [];
	/** Of each channel. @type {number[]} */ #sums = [];
	#samples = 0;
	#reduction = 0;
	#stage = 0;

	/** @param {{ processorOptions?: { fullScaleSpl?: number } }} options */
	constructor(options) {
		super();
		this.#protection.calibrate(options.processorOptions?.fullScaleSpl ?? FULL_SCALE_SPL);
		/** @type {any} */ (this).port.onmessage = (/** @type {{ data: number }} */ { data }) => this.#protection.calibrate(data);
	}

	/** @param {Float32Array[][]} inputs @param {Float32Array[][]} outputs @returns {boolean} */
	process([input = []], [output = []]) {
		output.forEach((channel, index) => {
			const from = input[index] ?? input[0];
			if (from) channel.set(from);
		});
		this.#protection.process(output);
		this.#measure(output);
		return true;
	}

	/** @param {readonly Float32Array[]} output */
	#measure(output) {
		output.forEach((channel, index) => {
			const weighting = (this.#weightings[index] ??= new Filter(aWeighting(scope.sampleRate)));
			let sum = this.#sums[index] ?? 0;
			for (const sample of channel) sum += weighting.next(sample) ** 2;
			this.#sums[index] = sum;
		});
		this.#samples += output[0]?.length ?? 0;
		if (this.#protection.reduction >= this.#reduction) {
			this.#reduction = this.#protection.reduction;
			this.#stage = this.#protection.stage;
		}
		if (this.#samples >= scope.sampleRate) this.#tell();
	}

	#tell() {
		const square = Math.max(...this.#sums) / this.#samples;

		/** @type {any} */ (this).port.postMessage({
			square,
			seconds: this.#samples / scope.sampleRate,
			reduction: this.#reduction,
			stage: this.#stage,
		});
		this.#sums.fill(0);
		this.#samples = 0;
		this.#reduction = 0;
		this.#stage = 0;
	}
}

scope.registerProcessor('protector', Protector);
