// werift as a WHIP publisher that sends ready-made frames of Opus: what leaves, and when, is known
// to the millisecond, and no encoder or clock of its own comes between.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters, RtpHeader, RtpPacket } from 'werift';
import { build, until } from './relay.mjs';

const frameMs = 20;
const payloadType = 111;

/** Frames of Opus: see tests/bench/opus_frames.c. */
export function opusFrames({ seconds, level = -12, loss = 0, kind = 'speech', hz }) {
	const args = [seconds, level, loss, kind, ...(hz ? [hz] : [])].map(String);
	const data = execFileSync(join(build, 'tests/bench/opus_frames'), args, { maxBuffer: 1 << 28 });
	const frames = [];
	for (let at = 0; at < data.length; ) {
		const bytes = data.readUInt16BE(at);
		frames.push(data.subarray(at + 2, at + 2 + bytes));
		at += 2 + bytes;
	}
	return frames;
}

export class WeriftPublisher {
	/**
	 * Publishes sound by WHIP.
	 * @param {string} base the relay's URL
	 * @param {string} path such as /whip/plenary/channels/fr
	 * @param {{token?: string, ppm?: number, way?: (sdp: string) => string}} [options] ppm: how much its
	 *   clock is fast; way: what it makes of the answer
	 */
	static async publish(base, path, { token, ppm = 0, way = (sdp) => sdp } = {}) {
		const headers = token ? { Authorization: `Bearer ${token}` } : {};
		const url = new URL(path, base);
		let resource;
		const publisher = await WeriftPublisher.connect(async (offer) => {
			const response = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/sdp', ...headers }, body: offer });
			const answer = await response.text();
			if (response.status !== 201) throw new Error(`POST ${url}: ${response.status} ${answer}`);
			resource = new URL(response.headers.get('location'), url);
			return way(answer);
		});
		return Object.assign(publisher, { ppm, headers, resource });
	}

	/** Connects to whatever answers the offer. */
	static async connect(answerTo) {
		const publisher = new WeriftPublisher();
		publisher.ppm = 0;
		publisher.sent = 0;
		publisher.leftOut = 0; // of a hundred packets, so many never leave, and are not sent again
		publisher.track = new MediaStreamTrack({ kind: 'audio' });
		publisher.pc = new RTCPeerConnection({
			bundlePolicy: 'max-bundle',
			codecs: { audio: [new RTCRtpCodecParameters({
				mimeType: 'audio/opus', clockRate: 48_000, channels: 2, payloadType, rtcpFeedback: [{ type: 'nack' }],
			})], video: [] },
		});
		publisher.pc.addTransceiver(publisher.track, { direction: 'sendonly' });
		await publisher.pc.setLocalDescription(await publisher.pc.createOffer());
		await publisher.pc.setRemoteDescription({ type: 'answer', sdp: await answerTo(publisher.pc.localDescription.sdp) });
		await until('the publisher is connected', () => publisher.pc.connectionState === 'connected');
		return publisher;
	}

	/**
	 * Sends the frames, one each 20 ms of its clock, round and round with `loop`. Returns at once; `done`
	 * resolves at the end. `onSent(n, at)` is told when frame n left (performance.now()).
	 */
	send(frames, { loop = false, onSent } = {}) {
		const startedAt = performance.now();
		const interval = frameMs / (1 + this.ppm / 1e6);
		let n = 0;
		this.sending = true;
		this.done = new Promise((resolve) => {
			const turn = () => {
				while (this.sending && (loop || n < frames.length) && performance.now() >= startedAt + n * interval) {
					this.#send(frames[n % frames.length]);
					onSent?.(n, performance.now());
					n++;
				}
				if (!this.sending || (!loop && n >= frames.length)) resolve();
				else setTimeout(turn, Math.max(0, startedAt + n * interval - performance.now()));
			};
			turn();
		});
	}

	#send(payload) {
		if ((this.sent * 37) % 100 >= this.leftOut) this.track.writeRtp(new RtpPacket(new RtpHeader({
			payloadType, sequenceNumber: this.sent & 0xffff, timestamp: (this.sent * 960) >>> 0, marker: this.sent === 0,
		}), payload));
		this.sent++;
	}

	/** Of its packets, on the wire. */
	get ssrc() {
		return this.pc.getTransceivers()[0].sender.ssrc;
	}

	/** Sends no more; the connection stays. */
	async pause() {
		this.sending = false;
		await this.done;
	}

	async close() {
		await this.pause();
		if (this.resource) await fetch(this.resource, { method: 'DELETE', headers: this.headers }).then((response) => response.arrayBuffer()).catch(() => {});
		await this.pc.close();
	}
}
