/**
 * Short sounds for what must not be missed: contact lost, on air, off, a handover that asks for an answer.
 * Optional: they reach the interpreter's ears only, but some want to hear nothing but the speaker.
 */

import { recall, remember } from '../page/memory.js';

/** @typedef {'lost' | 'on' | 'off' | 'asked'} Cue */

/** Hertz, one after the other. @type {Readonly<Record<Cue, readonly number[]>>} */
const NOTES = { lost: [520, 390, 520, 390], on: [520, 780], off: [780, 520], asked: [660, 660] };
/** Seconds. */
const NOTE = 0.11;
/** -26 dB: below speech. */
const GAIN = 0.05;
const RATE = 48_000;
const MEMORY = 'cues';

export class Cues {
	/** @type {(recording: { samples: Float32Array<ArrayBuffer>, rate: number }) => void} */ #play;
	wanted = recall(MEMORY) !== 'off';

	/** @param {(recording: { samples: Float32Array<ArrayBuffer>, rate: number }) => void} play */
	constructor(play) {
		this.#play = play;
	}

	/** @param {boolean} wanted */
	want(wanted) {
		this.wanted = wanted;
		remember(MEMORY, wanted ? 'on' : 'off');
	}

	/** @param {Cue} cue */
	play(cue) {
		if (this.wanted) this.#play({ samples: render(NOTES[cue]), rate: RATE });
	}
}

/** Sines that swell and fade: no click. @param {readonly number[]} notes @returns {Float32Array<ArrayBuffer>} */
export function render(notes) {
	const length = Math.round(NOTE * RATE);
	const samples = new Float32Array(length * notes.length);

	notes.forEach((hertz, n) => {
		for (let i = 0; i < length; i++)
			samples[n * length + i] = GAIN * Math.sin((Math.PI * i) / length) ** 2 * Math.sin((2 * Math.PI * hertz * i) / RATE);
	});
	return samples;
}
