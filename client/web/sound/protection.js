/**
 * Hearing protection: nothing louder than the stages allow comes out, whatever goes in.
 *
 * Pure: blocks of samples in, the same blocks out, later by LOOK_AHEAD. The stages are those that
 * Televic publishes for its interpreters' desks:
 *
 *     1   100 dB SPL   at once       a limiter that looks ahead, so that not even one sample passes
 *     2    94 dB SPL   after 100 ms  a gain that follows the level
 *     3    80 dB SPL   after 1 min   the same, slower
 *
 * They come in reverse order: what 3 and 2 let through is what 1 sees. A page does not know how loud a
 * headset is, so sound pressure is counted from an assumption, `fullScaleSpl`: the sound pressure of a
 * full-scale sine. A peak is judged as that of a sine, a level by its mean square.
 *
 * What needs no protection leaves as it came, bit by bit.
 */

import { linear, powerDecibel } from './decibel.js';

/**
 * dB SPL of a full-scale sine (0 dBFS, AES17), device at full volume. EN 50332-1 keeps players with their
 * own headphones to 100 dB(A) on programme simulation noise of -10 dBFS.
 */
export const FULL_SCALE_SPL = 110;
export const FULL_SCALE_SPL_MIN = 80;
export const FULL_SCALE_SPL_MAX = 130;

/** Seconds; choice: short against the 20 ms of a packet, long against the period of what limiting would distort. */
export const LOOK_AHEAD = 0.0015;
/** Seconds in which the limiter's gain comes back by 63 %; choice: no syllable pumps. */
const LIMITER_RELEASE = 0.15;

/**
 * @typedef {object} StageOptions
 * @property {number} spl dB SPL that is let through
 * @property {number} patience seconds above it before the gain goes down
 * @property {number} average seconds over which the level is taken
 * @property {number} attack seconds in which the gain has gone down by 63 %
 * @property {number} hold seconds that it stays down when the level falls
 * @property {number} release dB a second that it then comes back
 */

/** spl and patience: Televic; the rest are choices, tried on speech so that pauses between sentences do not pump. */
export const STAGE_1_SPL = 100;
/** @type {StageOptions} */
export const STAGE_2 = { spl: 94, patience: 0.1, average: 0.01, attack: 0.02, hold: 1, release: 6 };
/** @type {StageOptions} */
export const STAGE_3 = { spl: 80, patience: 60, average: 1, attack: 1, hold: 5, release: 1 };

/** dB below a stage's level that its gain aims at, for what the averages ripple. */
const MARGIN = 0.2;
/** Amplitude: what is beyond is no sound, and would be remembered for long. Tone controls reach 4. */
const AMPLITUDE_MAX = 16;
/** A gain this near to one is one. */
const UNITY_DB = -0.001;

/** One of the slow stages: from a level to a gain, block by block. */
export class Stage {
	/** dB, at most 0. */ gain = 0;

	/** @type {StageOptions} */ #options;
	/** dBFS */ #threshold;
	#square = 0;
	/** Seconds above the threshold, less those below. */ #above = 0;
	/** Seconds since the level last asked for less than there is. */ #quiet = 0;
	#engaged = false;

	/** @param {StageOptions} options @param {number} fullScaleSpl */
	constructor(options, fullScaleSpl) {
		this.#options = options;
		this.#threshold = options.spl - fullScaleSpl;
	}

	/** @param {number} square mean square of a block before this stage's gain @param {number} seconds its length @returns {number} dB */
	next(square, seconds) {
		const { average, patience } = this.#options;

		this.#square += (square - this.#square) * -Math.expm1(-seconds / average);
		const over = powerDecibel(this.#square) - this.#threshold;

		this.#above = over > 0 ? Math.min(patience, this.#above + seconds) : Math.max(0, this.#above - seconds);
		if (this.#above >= patience) this.#engaged = true;
		if (this.#engaged) this.#follow(Math.min(0, -over - MARGIN), seconds);
		return this.gain;
	}

	/** @param {number} wanted dB @param {number} seconds */
	#follow(wanted, seconds) {
		const { attack, hold, release } = this.#options;

		if (wanted <= this.gain) {
			this.#quiet = 0;
			this.gain += (wanted - this.gain) * -Math.expm1(-seconds / attack);
			return;
		}
		this.#quiet += seconds;
		if (this.#quiet < hold) return;
		this.gain = Math.min(wanted, this.gain + release * seconds);
		if (this.gain < UNITY_DB) return;
		this.gain = 0;
		this.#engaged = false;
		this.#above = 0;
	}
}

/**
 * The limiter's gain: for each sample the least that any of the next LOOK_AHEAD asks for, then a straight
 * way down to it as long as the look-ahead. An average of values that are all low enough is low enough:
 * that is why no sample passes.
 */
export class LimiterGain {
	/** Samples that sound must be delayed by. */ delay;

	#ceiling;
	#length;
	#release;
	/** The smallest value of the last #length ones, by a queue that never grows (Lemire 2006). @type {Float64Array} */ #values;
	/** @type {Int32Array} */ #times;
	#head = 0;
	#size = 0;
	#time = 0;
	#held = 1;
	/** The last #length of #held. @type {Float64Array} */ #window;
	#sum;
	#at = 0;

	/** @param {number} ceiling amplitude @param {number} rate hertz */
	constructor(ceiling, rate) {
		this.#ceiling = ceiling;
		this.#length = Math.max(2, Math.round(LOOK_AHEAD * rate));
		this.#release = -Math.expm1(-1 / (LIMITER_RELEASE * rate));
		this.#values = new Float64Array(this.#length + 1);
		this.#times = new Int32Array(this.#length + 1);
		this.#window = new Float64Array(this.#length).fill(1);
		this.#sum = this.#length;
		this.delay = this.#length - 1;
	}

	/** @param {number} peak the largest amplitude of the channels, now @returns {number} for the sample `delay` ago */
	next(peak) {
		const least = this.#least(peak > this.#ceiling ? this.#ceiling / peak : 1);
		const risen = this.#held + (1 - this.#held) * this.#release;

		this.#held = Math.min(least, risen > 0.99999 ? 1 : risen);
		this.#sum += this.#held - /** @type {number} */ (this.#window[this.#at]);
		this.#window[this.#at] = this.#held;
		if (++this.#at === this.#length) this.#turn();
		return Math.min(1, this.#sum / this.#length);
	}

	/** Once a window: what adding and taking away has rounded is put right. */
	#turn() {
		this.#at = 0;
		this.#sum = 0;
		for (const held of this.#window) this.#sum += held;
	}

	/** @param {number} value @returns {number} */
	#least(value) {
		const { length } = this.#values;
		const now = (this.#time = (this.#time + 1) | 0);

		while (this.#size && /** @type {number} */ (this.#values[(this.#head + this.#size - 1) % length]) >= value) this.#size--;
		const tail = (this.#head + this.#size++) % length;
		this.#values[tail] = value;
		this.#times[tail] = now;
		if (((now - /** @type {number} */ (this.#times[this.#head])) | 0) >= this.#length) {
			this.#head = (this.#head + 1) % length;
			this.#size--;
		}
		return /** @type {number} */ (this.#values[this.#head]);
	}
}

/** @param {number} sample */
function clean(sample) {
	return Number.isNaN(sample) ? 0 : Math.max(-AMPLITUDE_MAX, Math.min(AMPLITUDE_MAX, sample));
}

/** What is done now: 0 nothing, else the stage that does most of it. @typedef {0 | 1 | 2 | 3} Stages */

export class Protection {
	/** dB that were taken off at the most in the last block, by all stages. */ reduction = 0;
	/** @type {Stages} */ stage = 0;

	#rate;
	#slow = { third: new Stage(STAGE_3, FULL_SCALE_SPL), second: new Stage(STAGE_2, FULL_SCALE_SPL) };
	#limiter = new LimiterGain(1, 48_000);
	/** The slow gain at the end of the last block. */ #gain = 1;
	/** The last `delay` samples of each channel. @type {Float32Array[]} */ #delayed = [];
	#at = 0;

	/** @param {number} rate hertz @param {number} [fullScaleSpl] dB SPL */
	constructor(rate, fullScaleSpl = FULL_SCALE_SPL) {
		this.#rate = rate;
		this.calibrate(fullScaleSpl);
	}

	/** @param {number} fullScaleSpl dB SPL; the stages begin anew */
	calibrate(fullScaleSpl) {
		const spl = Math.min(FULL_SCALE_SPL_MAX, Math.max(FULL_SCALE_SPL_MIN, fullScaleSpl || FULL_SCALE_SPL));

		this.#slow = { third: new Stage(STAGE_3, spl), second: new Stage(STAGE_2, spl) };
		this.#limiter = new LimiterGain(Math.min(1, linear(STAGE_1_SPL - spl)), this.#rate);
		this.#delayed = [];
		this.#at = 0;
		this.#gain = 1;
	}

	/** Samples between in and out. */
	get delay() {
		return this.#limiter.delay;
	}

	/**
	 * @param {readonly Float32Array[]} channels of equal length; protected in place. what is no number becomes silence
	 */
	process(channels) {
		const length = channels[0]?.length ?? 0;
		if (!length) return;
		const before = this.#gain;
		const after = this.#slowGain(channels, length);
		let least = 1;

		while (this.#delayed.length < channels.length) this.#delayed.push(new Float32Array(this.delay));
		for (let n = 0; n < length; n++)
			least = Math.min(least, this.#sample(channels, n, before + ((after - before) * (n + 1)) / length));
		this.#gain = after;
		this.#report(least);
	}

	/** Cleans the block, and measures it. @param {readonly Float32Array[]} channels @param {number} length */
	#slowGain(channels, length) {
		const seconds = length / this.#rate;
		let square = 0;

		/* The louder ear counts. */
		for (const channel of channels) {
			let sum = 0;
			for (let n = 0; n < length; n++) {
				const sample = clean(/** @type {number} */ (channel[n]));
				channel[n] = sample;
				sum += sample * sample;
			}
			square = Math.max(square, sum / length);
		}
		const third = this.#slow.third.next(square, seconds);
		const second = this.#slow.second.next(square * 10 ** (third / 10), seconds);
		return linear(third + second);
	}

	/** @param {readonly Float32Array[]} channels @param {number} n @param {number} slow @returns {number} the limiter's gain */
	#sample(channels, n, slow) {
		let peak = 0;

		for (const channel of channels) peak = Math.max(peak, Math.abs(/** @type {number} */ (channel[n]) * slow));
		const gain = this.#limiter.next(peak);
		channels.forEach((channel, index) => {
			const delayed = /** @type {Float32Array} */ (this.#delayed[index]);
			const old = /** @type {number} */ (delayed[this.#at]);
			delayed[this.#at] = /** @type {number} */ (channel[n]) * slow;
			channel[n] = old * gain;
		});
		this.#at = (this.#at + 1) % this.delay;
		return gain;
	}

	/** @param {number} limiter its least gain in this block */
	#report(limiter) {
		const parts = [20 * Math.log10(limiter), this.#slow.second.gain, this.#slow.third.gain];
		const most = Math.min(...parts);

		this.reduction = -parts.reduce((sum, part) => sum + part);
		this.stage = most < UNITY_DB ? /** @type {Stages} */ (parts.indexOf(most) + 1) : 0;
	}
}
