// werift (WebRTC in TypeScript) as a receiver: sees every RTP packet, decodes nothing.
import { RTCPeerConnection, RTCRtpCodecParameters } from 'werift';
import { OpusDecoder } from 'opus-decoder';
import { toneOf } from './tone.mjs';
import { until } from './relay.mjs';
import { WhepSession } from './whep.mjs';

const codecs = {
	audio: [new RTCRtpCodecParameters({ mimeType: 'audio/opus', clockRate: 48_000, channels: 2, payloadType: 111 })],
	video: [new RTCRtpCodecParameters({
		mimeType: 'video/H264', clockRate: 90_000, payloadType: 102,
		rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }, { type: 'ccm', parameter: 'fir' }],
		parameters: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
	})],
};

/** Counts the seams of one stream. */
export class Continuity {
	constructor(ticks) {
		this.ticks = ticks;
		this.packets = 0;
		this.sequenceGaps = 0;
		this.timestampGaps = 0;
		this.ssrcs = new Set();
	}

	/** @param {{sequenceNumber: number, timestamp: number, ssrc: number}} header */
	take({ sequenceNumber, timestamp, ssrc }) {
		this.ssrcs.add(ssrc);
		if (this.packets++ > 0) {
			if (((sequenceNumber - this.sequence) & 0xffff) !== 1) this.sequenceGaps++;
			if (this.ticks && (timestamp - this.timestamp) >>> 0 !== this.ticks) this.timestampGaps++;
			// A picture may rest, but never goes back.
			if (!this.ticks && (timestamp - this.timestamp) >>> 0 > 0x7fffffff) this.timestampGaps++;
		}
		this.sequence = sequenceNumber;
		this.timestamp = timestamp;
	}
}

export class WeriftClient {
	/** @param {{video?: boolean, keep?: boolean}} [options] keep: every packet of sound */
	constructor({ video = true, keep = false } = {}) {
		this.keep = keep;
		/** @type {{at: number, payload: Buffer, timestamp: number, sequence: number, ssrc: number}[]} */
		this.packets = [];
		this.audio = new Continuity(960); // 20 ms
		this.video = new Continuity(0);
		this.keyFrames = 0;
		/** Bytes of each frame of the picture by RTP timestamp, in the order of their coming. */
		this.frames = new Map();
		/** The last sender report of each stream: what its timestamps mean (RFC 3550, 6.4.1). */
		this.reports = { audio: null, video: null };
		this.pc = new RTCPeerConnection({ codecs, bundlePolicy: 'max-bundle' });
		this.pc.addTransceiver('audio', { direction: 'recvonly' });
		if (video) this.pc.addTransceiver('video', { direction: 'recvonly' });
		this.pc.onTrack.subscribe((track) => {
			track.onReceiveRtp.subscribe((rtp) => this.#take(track.kind, rtp));
			track.onReceiveRtcp.subscribe((rtcp) => {
				if (rtcp.senderInfo) this.reports[track.kind] = rtcp.senderInfo;
			});
		});
	}

	#take(kind, { header, payload }) {
		const at = performance.now();
		this[kind].take(header);
		if (kind === 'video') {
			const type = payload[0] & 0x1f;
			const inner = type === 28 ? payload[1] & 0x1f : type === 24 ? payload[3] & 0x1f : type; // FU-A, STAP-A
			if (inner === 5 || inner === 7) this.keyFrames++;
			this.frames.set(header.timestamp, (this.frames.get(header.timestamp) ?? 0) + payload.length);
			return;
		}
		this.packets.push({ at, payload: Buffer.from(payload), timestamp: header.timestamp, sequence: header.sequenceNumber, ssrc: header.ssrc });
		if (!this.keep && this.packets.length > 50) this.packets.shift();
	}

	/** @param {{way?: (sdp: string) => string, headers?: Record<string, string>}} [options] way: what it makes of the answer */
	static async whep(base, choice, options = {}) {
		const { way = (sdp) => sdp, headers } = options;
		const client = new WeriftClient(options);
		const offer = await client.pc.createOffer();
		await client.pc.setLocalDescription(offer);
		client.session = await WhepSession.join(base, choice, client.pc.localDescription.sdp, headers);
		await client.pc.setRemoteDescription({ type: 'answer', sdp: way(client.session.answer) });
		return client;
	}

	select(lang) {
		return this.session.select(lang);
	}

	/** Whether `count` packets of sound are kept. */
	async receives(count, withinMs = 10_000) {
		await until(`${count} packets of sound`, () => this.audio.packets >= count, withinMs);
	}

	/** Seconds of the sender's clock at an RTP timestamp, by the last sender report. */
	timeOf(kind, timestamp) {
		const { ntpTimestamp, rtpTimestamp } = this.reports[kind];
		const seconds = Number(ntpTimestamp >> 32n) + Number(ntpTimestamp & 0xffffffffn) / 2 ** 32;
		return seconds + ((timestamp - rtpTimestamp) | 0) / (kind === 'audio' ? 48_000 : 90_000);
	}

	/** Calls back with the decoded samples of each kept packet. */
	async decode(each) {
		const decoder = new OpusDecoder({ channels: 1, sampleRate: 48_000 });
		await decoder.ready;
		for (const packet of this.packets) each(packet, decoder.decodeFrame(new Uint8Array(packet.payload)).channelData[0]);
		decoder.free();
	}

	/** The tone of each kept packet, by decoding them one after another as they came. */
	async tones(tones) {
		const names = [];
		// The first 2.5 ms overlap with the packet before (RFC 6716, 4.3.7).
		await this.decode((_, samples) => names.push(toneOf(samples.subarray(240), tones)));
		return names;
	}

	async close() {
		if (this.session) await this.session.leave().catch(() => {});
		await this.pc.close();
	}
}
