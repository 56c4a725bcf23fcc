// A track of @roamhq/wrtc with any sound on it, which can be changed while it plays.
import wrtc from '@roamhq/wrtc';

const rateHz = 48_000;
const pieceMs = 10; // what libwebrtc takes at once
const pieceSamples = (rateHz * pieceMs) / 1000;

const starvedMs = 100; // more than a jitter buffer holds; choice

export class WrtcSound {
	/** For how long any of them had nothing to send, since the machine did other things. */
	static starvedMs = 0;

	/** @param {Int16Array | null} samples 48 kHz, again and again; null: digital silence */
	constructor(samples, from = 0) {
		this.source = new wrtc.nonstandard.RTCAudioSource();
		this.track = this.source.createTrack();
		this.pieces = 0;
		this.startedAt = performance.now();
		this.play(samples, from);
		this.timer = setInterval(() => this.#feed(), pieceMs);
	}

	/** From now on another sound, from its sample `from` on. */
	play(samples, from = 0) {
		this.samples = samples;
		this.at = from;
		this.passes = false;
	}

	/** What comes from elsewhere, 10 ms of one channel, goes out as it comes, until the next `play`. */
	pass(samples, sampleRate) {
		this.passes = true;
		this.source.onData({ samples, sampleRate, bitsPerSample: 16, channelCount: 1, numberOfFrames: samples.length });
	}

	/** What is due by now, so that the clock of the sound is the machine's. */
	#feed() {
		const lateMs = performance.now() - this.startedAt - this.pieces * pieceMs;
		if (lateMs > starvedMs) WrtcSound.starvedMs += lateMs;
		for (; this.startedAt + this.pieces * pieceMs <= performance.now(); this.pieces++) {
			if (this.passes) continue;
			const samples = new Int16Array(pieceSamples);
			for (let i = 0; this.samples && i < pieceSamples; i++) samples[i] = this.samples[this.at++ % this.samples.length];
			this.source.onData({ samples, sampleRate: rateHz, bitsPerSample: 16, channelCount: 1, numberOfFrames: pieceSamples });
		}
	}

	stop() {
		clearInterval(this.timer);
		this.track.stop();
	}
}
