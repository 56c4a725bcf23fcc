/**
 * Plays a stream louder than a media element can: Web Audio, with a limiter after the gain.
 *
 * No DOM. Used above 100 % only, and where a media element has no volume of its own (iOS): below,
 * the element plays the stream itself, which costs less battery and a few milliseconds less delay.
 */

/**
 * The limiter. A DynamicsCompressorNode looks 6 ms ahead, so a short attack catches peaks; it then
 * makes up for its own loss: by (1 / its gain at full scale) ^ 0.6 (Web Audio API, 1.19.5), which is
 * taken off again here.
 */
const THRESHOLD_DB = -2;
const RATIO = 20;
const MAKE_UP_DB = 0.6 * -THRESHOLD_DB * (1 - 1 / RATIO);
/** Seconds; a change of volume without a click. */
const RAMP = 0.03;

/** @param {number} db */
const linear = (db) => 10 ** (db / 20);

/**
 * Gain and limiter in any context, so that a test can measure them offline.
 * @param {BaseAudioContext} context
 * @returns {{ input: GainNode, output: GainNode }}
 */
export function limitedGain(context) {
	const input = context.createGain();
	const limiter = context.createDynamicsCompressor();
	const output = context.createGain();

	limiter.threshold.value = THRESHOLD_DB;
	limiter.knee.value = 0;
	limiter.ratio.value = RATIO;
	limiter.attack.value = 0.002;
	limiter.release.value = 0.1;
	output.gain.value = linear(-MAKE_UP_DB);
	input.connect(limiter).connect(output);
	return { input, output };
}

export class Amplifier {
	/** @type {AudioContext} */ #context;
	/** @type {{ input: GainNode, output: GainNode }} */ #chain;
	/** @type {MediaStreamAudioSourceNode | null} */ #source = null;

	/** @param {() => void} onState `running` changed */
	constructor(onState) {
		this.#context = new AudioContext({ latencyHint: 'interactive', sampleRate: 48_000 });
		this.#chain = limitedGain(this.#context);
		this.#chain.input.gain.value = 0;
		this.#chain.output.connect(this.#context.destination);
		this.#context.onstatechange = onState;
	}

	/** False while the browser still waits for a gesture, or a phone call has the loudspeaker. */
	get running() {
		return this.#context.state === 'running';
	}

	/** To be called in a gesture of the person, once at least. */
	resume() {
		this.#context.resume().catch(() => {});
	}

	/** @param {MediaStreamTrack} track */
	attach(track) {
		this.#source?.disconnect();
		this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
		this.#source.connect(this.#chain.input);
	}

	/** @param {number} gain 0 is silence, 1 unchanged */
	setGain(gain) {
		this.#chain.input.gain.setTargetAtTime(gain, this.#context.currentTime, RAMP / 3);
	}
}
