// @roamhq/wrtc (libwebrtc for Node) as a receiver: decodes sound, has no H.264.
import wrtc from '@roamhq/wrtc';
import { floats, toneOf } from './tone.mjs';
import { until, within } from './relay.mjs';
import { RoomSocket, WhepSession } from './whep.mjs';

// Its threads outlive its connections, and crash when Node takes its environment down around them;
// exiting from within the exit event leaves that out.
process.on('exit', (code) => process.exit(code));

/** One peer connection; heard sound is kept as pieces of 10 ms with the time they came. */
export class WrtcClient {
	/** @param {{video?: boolean, keep?: boolean}} [options] keep: all sound, not the last second alone */
	constructor({ video = true, keep = false } = {}) {
		this.keep = keep;
		/** @type {{at: number, samples: Float32Array, rateHz: number}[]} */
		this.heard = [];
		this.negotiations = 0;
		this.pc = new wrtc.RTCPeerConnection({ bundlePolicy: 'max-bundle' });
		this.pc.addTransceiver('audio', { direction: 'recvonly' });
		if (video) this.pc.addTransceiver('video', { direction: 'recvonly' });
		this.pc.onnegotiationneeded = () => this.negotiations++;
		this.pc.ontrack = ({ track }) => track.kind === 'audio' && this.#listen(track);
	}

	#listen(track) {
		this.sink = new wrtc.nonstandard.RTCAudioSink(track);
		this.sink.ondata = ({ samples, sampleRate, channelCount }) => {
			const first = channelCount === 1 ? samples : samples.filter((_, i) => i % channelCount === 0);
			this.heard.push({ at: performance.now(), samples: floats(first), rateHz: sampleRate });
			if (!this.keep && this.heard.length > 100) this.heard.shift();
		};
	}

	async offer() {
		const offer = await this.pc.createOffer();
		await this.pc.setLocalDescription(offer);
		return offer.sdp;
	}

	async #accept(sdp) {
		this.answer = sdp;
		await this.pc.setRemoteDescription({ type: 'answer', sdp });
		this.negotiations = 0; // what comes from now on would be a renegotiation
	}

	/** Joins by WHEP. */
	static async whep(base, choice, options) {
		const client = new WrtcClient(options);
		client.session = await WhepSession.join(base, choice, await client.offer());
		await client.#accept(client.session.answer);
		return client;
	}

	/** Joins by the websocket dragoman.v1. */
	static async websocket(base, { room, lang, video = 'auto' }, options) {
		const client = new WrtcClient(options);
		client.socket = await RoomSocket.open(base);
		const joined = await client.socket.request('join', { room, lang, video, offer: await client.offer() });
		await client.#accept(joined.answer);
		return client;
	}

	/** Changes language; resolves with performance.now() of the answer. */
	async select(lang) {
		if (this.session) return this.session.select(lang);
		return (await this.socket.request('select', { lang })).receivedAt;
	}

	/** The tone in the last 100 ms of sound. */
	tone(tones) {
		const pieces = this.heard.slice(-10);
		if (pieces.length < 10) return null;
		return toneOf(pieces.flatMap(({ samples }) => [...samples]), tones, pieces[0].rateHz);
	}

	async hears(name, tones, withinMs = 10_000) {
		await until(`${name} is heard (now ${this.tone(tones)}, ${this.pc.connectionState})`, () => this.tone(tones) === name, withinMs);
	}

	/** Statistics of one type, as getStats() has them. */
	async stats(type) {
		return [...(await this.pc.getStats()).values()].filter((entry) => entry.type === type);
	}

	async close() {
		this.sink?.stop();
		if (this.session) await this.session.leave().catch(() => {});
		this.socket?.close();
		this.pc.close();
	}

	connected(withinMs = 10_000) {
		return within('connected', withinMs, until('connected', () => this.pc.connectionState === 'connected', withinMs));
	}
}
