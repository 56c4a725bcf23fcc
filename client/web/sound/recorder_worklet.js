/** The part of the recorder that runs on the audio thread: hands samples over in pieces. */

const scope = /** @type {any} */ (globalThis);

/** Samples in a piece: 43 ms at 48 kHz. A message for each 2.7 ms block would cost more than it carries. */
const PIECE = 2048;

class Recorder extends scope.AudioWorkletProcessor {
	#piece = new Float32Array(PIECE);
	#filled = 0;
	#stopped = false;

	constructor() {
		super();
		/** @type {any} */ (this).port.onmessage = () => (this.#stopped = true);
	}

	/** @param {Float32Array[][]} inputs @returns {boolean} whether to go on */
	process([input]) {
		const samples = input?.[0];

		if (this.#stopped) return false;
		if (samples) this.#add(samples);
		return true;
	}

	/** @param {Float32Array} samples */
	#add(samples) {
		for (const sample of samples) {
			this.#piece[this.#filled++] = sample;
			if (this.#filled < PIECE) continue;
			/** @type {any} */ (this).port.postMessage(this.#piece.slice());
			this.#filled = 0;
		}
	}
}

scope.registerProcessor('recorder', Recorder);
