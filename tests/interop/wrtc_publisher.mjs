// @roamhq/wrtc (libwebrtc for Node) as a WHIP publisher of a steady tone: encoder, pacing and
// congestion control are those of a browser.
import wrtc from '@roamhq/wrtc';
import { until } from './relay.mjs';
import { attributeOf, WhipSession } from './whip.mjs';
import { WrtcTone } from './wrtc_tone.mjs';

process.on('exit', (code) => process.exit(code)); // see wrtc_client.mjs

export class WrtcPublisher {
	/** @param {{hz: number, amplitude?: number} | import('./wrtc_sound.mjs').WrtcSound} tone see WrtcTone */
	constructor(tone) {
		this.tone = tone.track ? tone : new WrtcTone(tone);
		this.pc = new wrtc.RTCPeerConnection({ bundlePolicy: 'max-bundle' });
		this.pc.addTransceiver(this.tone.track, { direction: 'sendonly' });
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
		this.tone.stop();
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
