// @roamhq/wrtc (libwebrtc for Node) as a WHIP publisher of a steady tone: encoder, pacing and
// congestion control are those of a browser.
import wrtc from '@roamhq/wrtc';
import { until } from './relay.mjs';
import { attributeOf, WhipSession } from './whip.mjs';

const rateHz = 48_000;
const pieceMs = 10; // what libwebrtc takes at once
const pieceSamples = (rateHz * pieceMs) / 1000;

process.on('exit', (code) => process.exit(code)); // see wrtc_client.mjs

export class WrtcPublisher {
	/** @param {{hz: number, amplitude?: number}} tone amplitude: 1 is full scale; 0.1 at 1 kHz is -23 LUFS */
	constructor({ hz, amplitude = 0.1 }) {
		this.hz = hz;
		this.amplitude = amplitude;
		this.source = new wrtc.nonstandard.RTCAudioSource();
		this.track = this.source.createTrack();
		this.pc = new wrtc.RTCPeerConnection({ bundlePolicy: 'max-bundle' });
		this.pc.addTransceiver(this.track, { direction: 'sendonly' });
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

	/** @param {string} place see WhipSession.publish */
	static async publish(base, place, tone, token) {
		const publisher = new WrtcPublisher(tone);
		try {
			const offer = await publisher.pc.createOffer();
			await publisher.pc.setLocalDescription(offer);
			publisher.session = await WhipSession.publish(base, place, offer.sdp, token);
			await publisher.pc.setRemoteDescription({ type: 'answer', sdp: publisher.session.answer });
			await publisher.connected();
		} catch (error) {
			publisher.#stop();
			throw error;
		}
		return publisher;
	}

	connected() {
		return until('the publisher is connected', () => this.pc.connectionState === 'connected');
	}

	/** ICE restart by PATCH (RFC 9725, 4.3.3); the status. */
	async restartIce() {
		const offer = await this.pc.createOffer({ iceRestart: true });
		await this.pc.setLocalDescription(offer);
		const [ufrag, pwd] = ['ice-ufrag', 'ice-pwd'].map((name) => attributeOf(offer.sdp, name));
		const { status, text } = await this.session.patch(
			`a=ice-options:trickle ice2\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:${ufrag}\r\na=ice-pwd:${pwd}\r\n`, '*');
		if (status !== 200) return status;
		// The answer as it was, with the new credentials: what a fragment means.
		const answer = ['ice-ufrag', 'ice-pwd'].reduce(
			(sdp, name) => sdp.replaceAll(new RegExp(`^a=${name}:.*?(\r?)$`, 'gm'), `a=${name}:${attributeOf(text, name)}$1`), this.session.answer);
		await this.pc.setRemoteDescription({ type: 'answer', sdp: answer });
		return status;
	}

	#stop() {
		clearInterval(this.timer);
		this.track.stop();
		this.pc.close();
	}

	/** Ends the session, and the connection; the status of DELETE. */
	async leave() {
		const status = await this.session.leave();
		this.#stop();
		return status;
	}

	/** Closes the connection without a word over HTTP. */
	vanish() {
		this.#stop();
	}
}
