/**
 * The websocket to the relay: opens it, opens it again when it breaks, matches answers to requests,
 * and notices a connection that has silently died.
 *
 * No DOM.
 */

import { backoff } from './backoff.js';
import { PROTOCOL, parseMessage } from './protocol.js';

/** @typedef {import('./protocol.js').ServerMessage} ServerMessage */
/** @typedef {'connecting' | 'open' | 'waiting' | 'closed'} SocketState */

/** @typedef {{ socket: WebSocket, received: readonly unknown[] }} OpenedSocket with what it has received until taken over */

/**
 * @typedef {object} SocketOptions
 * @property {string} url
 * @property {OpenedSocket | null} early opened already, to be used first
 * @property {(message: ServerMessage) => void} onMessage a welcome, or what the relay says unasked
 * @property {() => void} onState `state`, `attempt` or `retryAt` changed
 */

/** Milliseconds; choices. A poor link may take seconds for TCP, TLS and the upgrade. */
const OPEN_TIMEOUT = 10_000;
const ANSWER_TIMEOUT = 8_000;
const PING_EVERY = 10_000;
const PONG_TIMEOUT = 6_000;
/** After a change of network an answer is overdue sooner. */
const PROBE_TIMEOUT = 2_500;

/** What a request ends with when it does not succeed: the relay's code, or `closed` or `timeout`. */
export class RequestError extends Error {
	/** @param {string} code @param {string} message */
	constructor(code, message) {
		super(message);
		this.name = 'RequestError';
		this.code = code;
	}
}

/** @typedef {{ resolve: (fields: Readonly<Record<string, unknown>>) => void, reject: (error: RequestError) => void, timer: number }} Pending */

export class Socket {
	/** @type {SocketState} */
	state = 'closed';
	/** How many attempts have failed since it was last open. */
	attempt = 0;
	/** When the next attempt is made, as `performance.now()` counts; null when none is planned. @type {number | null} */
	retryAt = null;
	/** Counts connections, so that others can tell whether they still talk over the same one. */
	generation = 0;

	/** @type {SocketOptions} */ #options;
	/** @type {OpenedSocket | null} */ #early;
	/** @type {WebSocket | null} */ #socket = null;
	/** @type {Map<number, Pending>} */ #pending = new Map();
	#nextId = 1;
	/** Retry while waiting, open timeout while connecting. */ #timer = 0;
	#pingTimer = 0;
	#pongTimer = 0;

	/** @param {SocketOptions} options */
	constructor(options) {
		this.#options = options;
		this.#early = options.early;
	}

	connect() {
		if (this.#socket) return;
		const { socket, received } = this.#open();

		clearTimeout(this.#timer);
		this.#socket = socket;
		this.#timer = setTimeout(() => this.#lost(socket), OPEN_TIMEOUT);
		socket.onmessage = (event) => this.#received(socket, event.data);
		socket.onclose = () => this.#lost(socket);
		this.#setState('connecting', null);
		for (const data of received) this.#received(socket, data);
	}

	/** @returns {OpenedSocket} */
	#open() {
		const early = this.#early;

		this.#early = null;
		if (early && early.socket.readyState <= WebSocket.OPEN) return early;
		return { socket: new WebSocket(this.#options.url, PROTOCOL), received: [] };
	}

	/** Something changed that may have broken or mended the connection: find out now. */
	poke() {
		if (this.state === 'waiting') {
			this.attempt = 0;
			this.connect();
		} else if (this.state === 'open') {
			this.#ping(PROBE_TIMEOUT);
		}
	}

	/** Over a new connection, at once. */
	renew() {
		if (this.state !== 'open') return;
		this.close();
		this.connect();
	}

	close() {
		const socket = this.#socket;

		this.#socket = null;
		this.#stopTimers();
		this.#rejectAll();
		if (socket) socket.close(1000);
		this.#setState('closed', null);
	}

	/** @param {string} type @param {Readonly<Record<string, unknown>>} [fields] */
	send(type, fields = {}) {
		if (this.state === 'open') this.#socket?.send(JSON.stringify({ type, ...fields }));
	}

	/**
	 * @param {string} type @param {Readonly<Record<string, unknown>>} [fields]
	 * @returns {Promise<Readonly<Record<string, unknown>>>} rejects with a RequestError
	 */
	request(type, fields = {}) {
		if (this.state !== 'open') return Promise.reject(new RequestError('closed', 'not connected'));
		const id = this.#nextId++;

		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => {
				this.#pending.delete(id);
				reject(new RequestError('timeout', `no answer to ${type}`));
			}, ANSWER_TIMEOUT);

			this.#pending.set(id, { resolve, reject, timer });
			this.send(type, { id, ...fields });
		});
	}

	/** @param {WebSocket} socket @param {unknown} data */
	#received(socket, data) {
		if (socket !== this.#socket || typeof data !== 'string') return;
		const message = parseMessage(data);

		/* Whatever arrives proves that the connection lives, a pong that we cannot parse too. */
		clearTimeout(this.#pongTimer);
		this.#pongTimer = 0;
		if (!message) return;

		if (message.type === 'welcome') this.#welcomed();
		if (message.type === 'reply') this.#settle(message.id, (pending) => pending.resolve(message.fields));
		else if (message.type === 'error' && message.id !== null)
			this.#settle(message.id, (pending) => pending.reject(new RequestError(message.code, message.message)));
		else this.#options.onMessage(message);
	}

	#welcomed() {
		if (this.state === 'open') return;
		clearTimeout(this.#timer);
		this.attempt = 0;
		this.generation++;
		this.#pingTimer = setInterval(() => this.#ping(PONG_TIMEOUT), PING_EVERY);
		this.#setState('open', null);
	}

	/** @param {number} id @param {(pending: Pending) => void} settle */
	#settle(id, settle) {
		const pending = this.#pending.get(id);

		if (!pending) return;
		this.#pending.delete(id);
		clearTimeout(pending.timer);
		settle(pending);
	}

	/** @param {number} timeout */
	#ping(timeout) {
		const socket = this.#socket;

		if (!socket) return;
		this.send('ping', { time: Math.round(performance.now()) });
		clearTimeout(this.#pongTimer);
		this.#pongTimer = setTimeout(() => this.#lost(socket), timeout);
	}

	/** @param {WebSocket} socket */
	#lost(socket) {
		if (socket !== this.#socket) return;
		const delay = backoff(this.attempt, Math.random());

		socket.onclose = null;
		socket.close();
		this.#socket = null;
		this.#stopTimers();
		this.attempt++;
		this.#timer = setTimeout(() => this.connect(), delay);
		this.#setState('waiting', performance.now() + delay);
		this.#rejectAll();
	}

	#stopTimers() {
		clearTimeout(this.#timer);
		clearInterval(this.#pingTimer);
		clearTimeout(this.#pongTimer);
	}

	#rejectAll() {
		const all = [...this.#pending.keys()];

		for (const id of all)
			this.#settle(id, (pending) => pending.reject(new RequestError('closed', 'connection lost')));
	}

	/** @param {SocketState} state @param {number | null} retryAt */
	#setState(state, retryAt) {
		this.state = state;
		this.retryAt = retryAt;
		this.#options.onState();
	}
}
