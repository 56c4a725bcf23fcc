// WHEP as a player speaks it, and the websocket dragoman.v1, for whichever WebRTC library.
import WebSocket from 'ws';
import { within } from './relay.mjs';

const answerWithinMs = 10_000;

/** A WHEP session on a relay. */
export class WhepSession {
	/**
	 * Posts an offer. `postedAt` and `answeredAt` are performance.now().
	 * @param {string} base the relay's URL
	 * @param {{room: string, lang?: string, video?: string}} choice
	 * @param {string} offer SDP
	 * @param {Record<string, string>} [headers] of the request, besides
	 */
	static async join(base, { room, lang, video }, offer, headers = {}) {
		const url = new URL(`/whep/${room}`, base);
		if (lang) url.searchParams.set('lang', lang);
		if (video) url.searchParams.set('video', video);
		const session = new WhepSession();
		session.postedAt = performance.now();
		const response = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/sdp', ...headers }, body: offer });
		session.answer = await response.text();
		session.answeredAt = performance.now();
		if (response.status !== 201) throw new Error(`POST ${url}: ${response.status} ${session.answer}`);
		session.resource = new URL(response.headers.get('location'), url);
		session.etag = response.headers.get('etag');
		return session;
	}

	/** Changes language; resolves with performance.now() of the answer. */
	async select(lang) {
		const response = await fetch(`${this.resource}/select`, {
			method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ lang }),
		});
		const at = performance.now();
		const text = await response.text();
		if (!response.ok) throw new Error(`select ${lang}: ${response.status} ${text}`);
		return at;
	}

	async leave() {
		const response = await fetch(this.resource, { method: 'DELETE' });
		await response.arrayBuffer();
		if (!response.ok) throw new Error(`DELETE ${this.resource}: ${response.status}`);
	}
}

/** The websocket dragoman.v1: one request at a time gets its answer by id; the rest are events. */
export class RoomSocket {
	/** @param {{token?: string, ca?: Buffer}} [options] ca: whose certificate is taken */
	static async open(base, { token, ...tls } = {}) {
		const socket = new RoomSocket();
		socket.events = [];
		socket.waiting = new Map();
		socket.nextId = 1;
		socket.ws = new WebSocket(`${base.replace(/^http/, 'ws')}/ws${token ? `?token=${token}` : ''}`, 'dragoman.v1', tls);
		socket.ws.on('message', (data) => socket.#take(JSON.parse(data)));
		await within('the websocket is open', answerWithinMs, new Promise((resolve, reject) => {
			socket.ws.once('open', resolve);
			socket.ws.once('error', reject);
		}));
		return socket;
	}

	#take(message) {
		const waiting = this.waiting.get(message.id);
		if (!waiting) {
			this.events.push(message);
			return;
		}
		this.waiting.delete(message.id);
		message.receivedAt = performance.now();
		if (message.type === 'error') waiting.reject(Object.assign(new Error(JSON.stringify(message)), { message }));
		else waiting.resolve(message);
	}

	/** Sends {type, id, …fields} and resolves with the answer of that id. */
	request(type, fields = {}) {
		const id = this.nextId++;
		const answer = new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
		this.ws.send(JSON.stringify({ type, id, ...fields }));
		return within(`an answer to ${type}`, answerWithinMs, answer);
	}

	close() {
		this.ws.close();
	}
}

/** The m-lines of a description: [{kind, port, formats, lines}]. */
export function mediaOf(sdp) {
	return sdp.split(/\r?\n(?=m=)/).slice(1).map((section) => {
		const lines = section.split(/\r?\n/);
		const [kind, port, , ...formats] = lines[0].slice(2).split(' ');
		return { kind, port: Number(port), formats, lines };
	});
}
