/** A soft sound for a new alarm, where it is wanted. */

/** @type {AudioContext | null} */
let context = null;

/** Two short sines, a fourth apart, that fade in and out: soft enough for a quiet room; choice. */
const TONES = /** @type {const} */ ([
	{ hertz: 587, at: 0 },
	{ hertz: 784, at: 0.16 },
]);
const LENGTH = 0.3;
const LEVEL = 0.08;

export function chime() {
	context ??= new AudioContext();
	context.resume().catch(() => {}); /* the browser wants a click first: then it is only seen */
	for (const { hertz, at } of TONES) {
		const tone = new OscillatorNode(context, { frequency: hertz });
		const gain = new GainNode(context, { gain: 0 });
		const begin = context.currentTime + at;

		gain.gain.setValueAtTime(0, begin);
		gain.gain.linearRampToValueAtTime(LEVEL, begin + 0.02);
		gain.gain.exponentialRampToValueAtTime(0.0001, begin + LENGTH);
		tone.connect(gain).connect(context.destination);
		tone.start(begin);
		tone.stop(begin + LENGTH);
	}
}
