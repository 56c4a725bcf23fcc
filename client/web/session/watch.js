/**
 * Watches a room without joining it: what it is called, what is spoken, how many interpreters ask for
 * slower speech. Works its way back after every break.
 *
 * No DOM.
 */

import { RequestError, Socket } from './socket.js';

/** @typedef {import('./protocol.js').EventInfo} EventInfo */
/** @typedef {import('./protocol.js').Room} Room */
/** @typedef {import('./protocol.js').ServerMessage} ServerMessage */

/**
 * @typedef {object} WatchOptions
 * @property {string} url of the websocket
 * @property {string | null} room null: the event's only one
 * @property {() => void} onChange
 * @property {(fields: Readonly<Record<string, unknown>>) => void} onNotice what organisers tell everybody
 */

export class Watch {
	/** @type {EventInfo | null} */ event = null;
	/** Interpreters who ask for slower speech. */ slowDown = 0;
	/** Why the relay does not let us; the link must be changed. @type {{ code: string, message: string } | null} */ problem = null;

	/** @type {WatchOptions} */ #options;
	/** @type {Socket} */ #socket;
	/** The connection over which the relay was asked. */ #asked = 0;

	/** @param {WatchOptions} options */
	constructor(options) {
		this.#options = options;
		this.#socket = new Socket({
			url: options.url,
			early: null,
			onMessage: (message) => this.#received(message),
			onState: () => this.#changed(),
		});
	}

	get connected() {
		return this.#socket.state === 'open';
	}

	/** @returns {Room | null} */
	get room() {
		const rooms = this.event?.rooms ?? [];
		const { room } = this.#options;

		return rooms.find(({ id }) => id === room) ?? (!room && rooms.length === 1 ? (rooms[0] ?? null) : null);
	}

	start() {
		this.#socket.connect();
	}

	/** The network may have changed, or the page woke up. */
	poke() {
		this.#socket.poke();
	}

	/** @param {ServerMessage} message */
	#received(message) {
		if (message.type === 'welcome') this.event = message.event;
		else if (message.type === 'room' && this.event) this.#take(message.room);
		else if (message.type === 'news' && message.name === 'slow-down') this.#slowDown(message.fields);
		else if (message.type === 'news' && message.name === 'notice') this.#options.onNotice(message.fields);
		this.#changed();
	}

	/** @param {Room} room */
	#take(room) {
		const { event } = this;
		if (!event) return;

		this.event = { ...event, rooms: event.rooms.map((old) => (old.id === room.id ? room : old)) };
		if (room.id === this.room?.id && room.slow_down !== undefined) this.slowDown = room.slow_down;
	}

	/** @param {Readonly<Record<string, unknown>>} fields */
	#slowDown({ room, count }) {
		if (room === this.room?.id && typeof count === 'number') this.slowDown = count;
	}

	#changed() {
		if (!this.connected) this.slowDown = 0; /* nobody knows now */
		else if (this.#asked !== this.#socket.generation && this.room) this.#ask(this.room);
		this.#options.onChange();
	}

	/** @param {Room} room */
	async #ask(room) {
		this.#asked = this.#socket.generation;
		this.slowDown = room.slow_down ?? 0;
		this.problem = null;
		try {
			const { count } = await this.#socket.request('watch', { room: room.id });
			if (typeof count === 'number') this.slowDown = count;
		} catch (error) {
			if (!(error instanceof RequestError) || error.code === 'closed') return;
			if (error.code === 'timeout' || error.code === 'busy') this.#socket.poke();
			else this.problem = { code: error.code, message: error.message };
		}
		this.#options.onChange();
	}
}
