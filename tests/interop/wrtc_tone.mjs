// A track of @roamhq/wrtc with a steady tone on it.
import wrtc from '@roamhq/wrtc';

const rateHz = 48_000;
const pieceMs = 10; // what libwebrtc takes at once
const pieceSamples = (rateHz * pieceMs) / 1000;

export class WrtcTone {
	/** @param {{hz: number, amplitude?: number}} tone amplitude: 1 is full scale; 0.1 at 1 kHz is -23 LUFS */
	constructor({ hz, amplitude = 0.1 }) {
		this.hz = hz;
		this.amplitude = amplitude;
		this.source = new wrtc.nonstandard.RTCAudioSource();
		this.track = this.source.createTrack();
		this.pieces = 0;
		this.startedAt = performance.now();
		this.timer = setInterval(() => this.#feed(), pieceMs);
	}

	/** What is due by now, so that the clock of the sound is the machine's. */
	#feed() {
		for (; this.startedAt + this.pieces * pieceMs <= performance.now(); this.pieces++) {
			const samples = new Int16Array(pieceSamples);
			for (let i = 0; i < pieceSamples; i++)
				samples[i] = 32767 * this.amplitude * Math.sin((2 * Math.PI * this.hz * (this.pieces * pieceSamples + i)) / rateHz);
			this.source.onData({ samples, sampleRate: rateHz, bitsPerSample: 16, channelCount: 1, numberOfFrames: pieceSamples });
		}
	}

	stop() {
		clearInterval(this.timer);
		this.track.stop();
	}
}
