// Somebody in a booth, by the websocket and @roamhq/wrtc: a microphone with a steady tone, and ears.
import wrtc from '@roamhq/wrtc';
import { until } from './relay.mjs';
import { floats, toneOf } from './tone.mjs';
import { RoomSocket } from './whep.mjs';
import { WrtcTone } from './wrtc_tone.mjs';

process.on('exit', (code) => process.exit(code)); // see wrtc_client.mjs

/** What one track brings, as pieces of 10 ms with the time they came. */
class Ears {
	constructor(track) {
		/** @type {{at: number, samples: Float32Array, rateHz: number}[]} */
		this.heard = [];
		this.sink = new wrtc.nonstandard.RTCAudioSink(track);
		this.sink.ondata = ({ samples, sampleRate, channelCount }) => {
			const first = channelCount === 1 ? samples : samples.filter((_, i) => i % channelCount === 0);
			this.heard.push({ at: performance.now(), samples: floats(first), rateHz: sampleRate });
		};
	}

	/** The tone in the last `pieces` × 10 ms. */
	tone(tones, pieces = 10) {
		const last = this.heard.slice(-pieces);
		return last.length < pieces ? null : toneOf(last.flatMap(({ samples }) => [...samples]), tones, last[0].rateHz);
	}

	async hears(name, tones, withinMs = 10_000) {
		await until(`${name} is heard (now ${this.tone(tones)})`, () => this.tone(tones) === name, withinMs);
	}

	/** When a piece of a tone came first after `since`; performance.now(). */
	firstOf(name, tones, since) {
		return this.heard.find(({ at, samples, rateHz: rate }) => at > since && toneOf(samples, tones, rate) === name)?.at;
	}
}

export class Interpreter {
	/** @param {{hz: number, amplitude?: number} | import('./wrtc_sound.mjs').WrtcSound} tone see WrtcTone */
	constructor(tone) {
		this.tone = tone.track ? tone : new WrtcTone(tone);
		this.pc = new wrtc.RTCPeerConnection({ bundlePolicy: 'max-bundle' });
		this.pc.addTransceiver(this.tone.track, { direction: 'sendrecv' });
		this.pc.addTransceiver('audio', { direction: 'recvonly' });
	}

	/** Sits down, and waits until the relay hears the microphone. Without `ears` nothing is kept of what comes. */
	static async sit(base, { room, booth, name, key, token, ears = true, way = (sdp) => sdp }, tone) {
		const interpreter = new Interpreter(tone);
		try {
			interpreter.socket = await RoomSocket.open(base);
			const offer = await interpreter.pc.createOffer();
			await interpreter.pc.setLocalDescription(offer);
			interpreter.joined = await interpreter.ask('join', { room, booth, name, offer: offer.sdp, ...(key && { key }), ...(token && { token }) });
			await interpreter.pc.setRemoteDescription({ type: 'answer', sdp: way(interpreter.joined.answer) });
			const [incoming, monitor] = interpreter.pc.getReceivers();
			if (ears) {
				interpreter.incoming = new Ears(incoming.track);
				interpreter.monitor = new Ears(monitor.track);
			}
			await until('the relay hears the microphone', () => interpreter.seat()?.link === 'alive');
		} catch (error) {
			interpreter.vanish();
			throw error;
		}
		return interpreter;
	}

	ask(type, fields = {}) {
		return this.socket.request(type, fields);
	}

	/** The latest of its kind that the relay has said by itself. */
	latest(type) {
		return this.socket.events.findLast((event) => event.type === type);
	}

	get booth() {
		return this.latest('booth')?.booth;
	}

	/** A seat of the booth as last told; one's own by default. */
	seat(number = this.joined.seat) {
		return this.booth?.seats.find(({ seat }) => seat === number);
	}

	/** Waits for the seat's microphone to be in a state. */
	async becomes(microphone, seat = undefined) {
		await until(`the microphone is ${microphone}`, () => this.seat(seat)?.microphone === microphone);
	}

	/** No more packets of sound come, and nothing else is changed. */
	silence() {
		return this.pc.getSenders()[0].replaceTrack(null);
	}

	/** Stops sending at once; nobody is told, but the connection's end tells. */
	vanish() {
		this.vanished = true;
		this.tone.stop();
		this.incoming?.sink.stop();
		this.monitor?.sink.stop();
		this.pc.close();
		this.socket?.close();
	}

	async leave() {
		await this.ask('leave').catch(() => {});
		this.vanish();
	}
}
