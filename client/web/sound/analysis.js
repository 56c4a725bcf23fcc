/**
 * Judges a microphone by some seconds of a voice with pauses: is it fit for interpretation?
 *
 * Pure: samples in, figures and reasons out. What is asked for is what simultaneous interpretation needs
 * (ISO 20109:2016, ISO 24019:2022): 125 Hz to 15 kHz, no distortion, little noise. How loud does not matter
 * much: the relay brings voices from -40 to -10 LUFS to one loudness.
 */

import { SILENCE_DB, decibel, powerDecibel } from './decibel.js';
import { powerSpectrum } from './spectrum.js';
import { Filter, aWeighting, kWeighting } from './weighting.js';

/** silent: nothing comes in; gated: switched off in pauses; telephone, wideband, narrow: cut below 5, 10, 14.5 kHz; dull: covered. @typedef {'silent' | 'quiet' | 'loud' | 'clipped' | 'noisy' | 'hum' | 'gated' | 'telephone' | 'wideband' | 'narrow' | 'dull'} Reason */
/** @typedef {'good' | 'poor' | 'unfit'} Verdict */

/**
 * @typedef {object} Analysis
 * @property {Verdict} verdict
 * @property {readonly { readonly reason: Reason, readonly verdict: Verdict }[]} reasons worst first
 * @property {number} loudness LUFS (ITU-R BS.1770-5, gated) of what was said
 * @property {number} peak dBFS
 * @property {number} noise dBFS, A-weighted, in pauses
 * @property {number} distance dB from the voice down to the noise, both A-weighted
 * @property {number} clipped share of samples that stand at the limit, 0..1
 * @property {number} ceiling hertz above which nothing comes
 * @property {number} hum dBFS of mains hum in pauses
 */

/** Seconds of a frame in which a voice is there or not; choice: shorter than a syllable. */
const FRAME = 0.05;
/** A voice's frames are those of at least this much below its loud ones; dB, choice. */
const VOICE_BELOW_LOUD = 20;
/** The quietest frames are the pauses; share, choice: people breathe, and are asked to be quiet first. */
const PAUSES = 0.08;
/** Samples of a spectrum: 23 Hz a bin at 48 kHz. */
const SPECTRUM = 2048;
/** Hertz of a band in which a cut is looked for. */
const BAND = 500;
/** dB from the bands before a cut to those behind it: codecs and converters fall more, voices less. */
const CUT = 22;
/** dB by which what lies behind a cut stays below what lay before it. */
const BEHIND = 18;
/** Hertz; below, a voice's own formants rise and fall as steeply. */
const CUT_MIN = 2_500;
/** Seconds over which hum is looked for: 4 Hz is then one bin's half width. */
const HUM_WINDOW = 0.5;

/** What is asked for: poor from the first figure on, unfit from the second. Choices, from ISO 20109:2016 and practice. */
const LIMITS = {
	silent: -60 /* dBFS of the loudest sample */,
	quiet: [-40, -52] /* LUFS */,
	loud: [-10, 0],
	clipped: [0.0005, 0.01],
	distance: [28, 15] /* dB */,
	hum: [-45, -25] /* dB against the voice */,
	dull: [-38, -55] /* dB, 5 to 10 kHz against 0.5 to 2 kHz */,
	/** Hertz */ ceiling: { telephone: 5_000, wideband: 10_000, narrow: 14_500 },
};

/** @type {Readonly<Record<Verdict, number>>} */
const ORDER = { unfit: 0, poor: 1, good: 2 };

/** @param {Float32Array} samples @param {number} rate hertz @returns {Analysis} */
export function analyse(samples, rate) {
	const clean = samples.map((sample) => (Number.isFinite(sample) ? sample : 0));
	const frames = framesOf(clean, rate);
	const voice = voiceOf(frames);
	const noise = pausesOf(frames);
	const peak = decibel(peakOf(clean));
	const spectrum = meanSpectrum(clean, rate, frames, voice.least);
	const loudness = loudnessOf(clean, rate);
	const measured = {
		loudness,
		peak,
		noise,
		distance: voice.level - noise,
		clipped: clippedShare(clean),
		ceiling: ceilingOf(spectrum, rate),
		hum: humOf(clean, rate, frames, voice.least),
	};
	const reasons = reasonsFor(measured, voice.level, {
		gated: gatedShare(clean, peak) > 0.1,
		brightness: brightnessOf(spectrum, rate),
	});

	return { ...measured, reasons, verdict: reasons[0]?.verdict ?? 'good' };
}

/** @typedef {Omit<Analysis, 'reasons' | 'verdict'>} Measured */

/**
 * @param {Measured} measured @param {number} voice dBFS, A-weighted @param {{ gated: boolean, brightness: number }} more
 * @returns {Analysis['reasons']}
 */
function reasonsFor(measured, voice, { gated, brightness }) {
	const { loudness, peak, distance, clipped, ceiling, hum } = measured;
	/** @type {{ reason: Reason, verdict: Verdict }[]} */
	const found = [];
	const add = (/** @type {Reason} */ reason, /** @type {Verdict} */ verdict) => {
		if (verdict !== 'good') found.push({ reason, verdict });
	};

	if (peak < LIMITS.silent) return [{ reason: 'silent', verdict: 'unfit' }];
	if (ceiling < LIMITS.ceiling.telephone) add('telephone', 'unfit');
	else if (ceiling < LIMITS.ceiling.wideband) add('wideband', 'unfit');
	else if (ceiling < LIMITS.ceiling.narrow) add('narrow', 'poor');
	else add('dull', below(brightness, LIMITS.dull));
	add('clipped', above(clipped, LIMITS.clipped));
	add('noisy', below(distance, LIMITS.distance));
	add('hum', above(hum - voice, LIMITS.hum));
	if (gated) add('gated', 'poor');
	add('quiet', below(loudness, LIMITS.quiet));
	add('loud', above(loudness, LIMITS.loud));
	return found.sort((a, b) => ORDER[a.verdict] - ORDER[b.verdict]);
}

/** @param {number} value @param {readonly number[]} limits @returns {Verdict} */
function above(value, [poor = 0, unfit = 0]) {
	if (value > unfit) return 'unfit';
	return value > poor ? 'poor' : 'good';
}

/** @param {number} value @param {readonly number[]} limits @returns {Verdict} */
function below(value, [poor = 0, unfit = 0]) {
	if (value < unfit) return 'unfit';
	return value < poor ? 'poor' : 'good';
}

/** @param {Float32Array} samples */
function peakOf(samples) {
	let peak = 0;

	for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
	return peak;
}

/** A-weighted mean squares, one a frame. @param {Float32Array} samples @param {number} rate @returns {Float64Array} */
function framesOf(samples, rate) {
	const length = Math.round(FRAME * rate);
	const frames = new Float64Array(Math.floor(samples.length / length));
	const filter = new Filter(aWeighting(rate));

	for (let frame = 0; frame < frames.length; frame++) {
		let sum = 0;
		for (let n = frame * length; n < (frame + 1) * length; n++) sum += filter.next(/** @type {number} */ (samples[n])) ** 2;
		frames[frame] = sum / length;
	}
	return frames;
}

/** @param {Float64Array} frames @returns {{ level: number, least: number }} dBFS of the voice; the least mean square of its frames */
function voiceOf(frames) {
	const sorted = frames.slice().sort();
	const loud = sorted[Math.floor(sorted.length * 0.9)] ?? 0;
	const least = loud * 10 ** (-VOICE_BELOW_LOUD / 10);
	const voiced = sorted.filter((frame) => frame > 0 && frame >= least);

	return { level: powerDecibel(mean(voiced)), least };
}

/** @param {Float64Array} frames @returns {number} dBFS */
function pausesOf(frames) {
	const sorted = frames.slice().sort();

	return powerDecibel(mean(sorted.subarray(0, Math.max(1, Math.round(sorted.length * PAUSES)))));
}

/** @param {Float64Array} values */
function mean(values) {
	return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : 0;
}

/** Gated loudness of one channel (BS.1770-5, annex 1). @param {Float32Array} samples @param {number} rate @returns {number} LUFS */
export function loudnessOf(samples, rate) {
	const hop = Math.round(0.1 * rate);
	const filter = new Filter(kWeighting(rate));
	/** @type {number[]} */
	const hops = [];

	for (let at = 0; at + hop <= samples.length; at += hop) {
		let sum = 0;
		for (let n = at; n < at + hop; n++) sum += filter.next(/** @type {number} */ (samples[n])) ** 2;
		hops.push(sum / hop);
	}
	/* Blocks of 400 ms, each beginning 100 ms after the last. */
	const blocks = hops.slice(3).map((_, i) => mean(Float64Array.from(hops.slice(i, i + 4))));
	const loudness = (/** @type {number[]} */ each) => -0.691 + 10 * Math.log10(mean(Float64Array.from(each)));
	const heard = blocks.filter((block) => loudness([block]) > -70);
	const gate = loudness(heard) - 10;
	const counted = heard.filter((block) => loudness([block]) > gate);

	return counted.length ? loudness(counted) : SILENCE_DB;
}

/**
 * What stands in threes or more within 1 % of the largest amplitude. A voice's peaks are far apart; what is
 * clipped stands at the limit, wherever that is.
 * @param {Float32Array} samples
 */
function clippedShare(samples) {
	const limit = 0.99 * peakOf(samples);
	let run = 0;
	let clipped = 0;

	if (!limit) return 0;
	for (const sample of samples) {
		if (Math.abs(sample) >= limit) {
			run++;
			continue;
		}
		if (run >= 3) clipped += run;
		run = 0;
	}
	return clipped / samples.length;
}

/** Samples that are nothing at all: converters always have some noise. @param {Float32Array} samples @param {number} peak dBFS */
function gatedShare(samples, peak) {
	const nothing = samples.reduce((count, sample) => count + (sample === 0 ? 1 : 0), 0);

	return peak > LIMITS.silent ? nothing / samples.length : 0;
}

/** Of the frames with a voice. @param {Float32Array} samples @param {number} rate @param {Float64Array} frames @param {number} least */
function meanSpectrum(samples, rate, frames, least) {
	const total = new Float64Array(SPECTRUM / 2 + 1);
	let count = 0;

	for (let at = 0; at + SPECTRUM <= samples.length; at += SPECTRUM / 2) {
		const frame = Math.floor((at + SPECTRUM / 2) / Math.round(FRAME * rate));
		if (!((frames[frame] ?? 0) >= least) || !least) continue;
		powerSpectrum(samples, at, SPECTRUM).forEach((power, k) => (total[k] = /** @type {number} */ (total[k]) + power));
		count++;
	}
	return total.map((power) => power / Math.max(1, count));
}

/** @param {Float64Array} spectrum @param {number} rate @param {number} from hertz @param {number} to @returns {number} dB */
function bandLevel(spectrum, rate, from, to) {
	const bin = rate / SPECTRUM;
	let sum = 0;

	for (let k = Math.ceil(from / bin); k < Math.min(spectrum.length, to / bin); k++) sum += /** @type {number} */ (spectrum[k]);
	return powerDecibel(sum);
}

/**
 * The lowest cut behind which nothing comes any more; half the rate when there is none.
 * @param {Float64Array} spectrum @param {number} rate
 * @returns {number} hertz
 */
function ceilingOf(spectrum, rate) {
	/** @type {number[]} */
	const bands = [];

	for (let hz = 0; hz + BAND <= rate / 2; hz += BAND) bands.push(bandLevel(spectrum, rate, hz, hz + BAND));
	for (let k = Math.ceil(CUT_MIN / BAND); k + 2 < bands.length; k++) {
		const before = Math.max(bands[k - 1] ?? 0, bands[k - 2] ?? 0);
		const behind = bands.slice(k + 1);

		if (before - (bands[k + 1] ?? 0) >= CUT && before - Math.max(...behind) >= BEHIND) return edge(spectrum, rate, k * BAND, before);
	}
	return rate / 2;
}

/** Where near `hz` it has fallen by half the cut: to 100 Hz. @param {Float64Array} spectrum @param {number} rate @param {number} hz @param {number} before dB of a band */
function edge(spectrum, rate, hz, before) {
	const step = 100;
	const perStep = before + 10 * Math.log10(step / BAND);

	for (let at = hz - 2 * BAND; at < hz + 2 * BAND; at += step)
		if (perStep - bandLevel(spectrum, rate, at, at + step) >= CUT / 2) return at;
	return hz;
}

/** 5 to 10 kHz against 0.5 to 2 kHz. @param {Float64Array} spectrum @param {number} rate @returns {number} dB */
function brightnessOf(spectrum, rate) {
	return bandLevel(spectrum, rate, 5_000, 10_000) - bandLevel(spectrum, rate, 500, 2_000);
}

/** Of the mains and its first harmonics, in a pause long enough: low voices hum too. @param {Float32Array} samples @param {number} rate @param {Float64Array} frames @param {number} least mean square of a frame with a voice @returns {number} dBFS */
function humOf(samples, rate, frames, least) {
	const length = Math.round(HUM_WINDOW * rate);
	const count = Math.round(HUM_WINDOW / FRAME);
	const first = quietest(frames, count);
	const at = first * Math.round(FRAME * rate);
	const level = (/** @type {number} */ mains) => {
		let sum = 0;
		for (let harmonic = 1; harmonic <= 4; harmonic++) sum += tonePower(samples, at, length, (mains * harmonic) / rate);
		return sum;
	};

	if (frames.subarray(first, first + count).some((frame) => frame >= least)) return SILENCE_DB;
	return powerDecibel(Math.max(level(50), level(60)));
}

/** Where so many frames together are least. @param {Float64Array} frames @param {number} count */
function quietest(frames, count) {
	let best = 0;
	let least = Infinity;

	for (let at = 0; at + count <= frames.length; at++) {
		const most = Math.max(...frames.subarray(at, at + count));
		if (most >= least) continue;
		least = most;
		best = at;
	}
	return best;
}

/** The mean square of one frequency, under a Hann window (Goertzel's sum, written out). @param {Float32Array} samples @param {number} at @param {number} length @param {number} cycles a sample */
function tonePower(samples, at, length, cycles) {
	let re = 0;
	let im = 0;

	for (let n = 0; n < length; n++) {
		const value = (samples[at + n] ?? 0) * (1 - Math.cos((2 * Math.PI * n) / length));
		re += value * Math.cos(2 * Math.PI * cycles * n);
		im += value * Math.sin(2 * Math.PI * cycles * n);
	}
	return (2 * (re * re + im * im)) / (length * length);
}
