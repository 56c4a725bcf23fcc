/**
 * An organiser's connection: what the relay says of all rooms, and of one in detail, as one plain object;
 * and what an organiser may ask for. Works its way back after every break, and then knows nothing but
 * what the relay says anew.
 *
 *     const oversight = new Oversight({ url, room: null });
 *     oversight.on('alarm', ({ news, alarm }) => …);
 *     oversight.start();
 *     await oversight.say({ type: 'acknowledge', alarm: 17 }); // the reply's fields, or throws a RequestError
 *
 * No DOM.
 */

import { parseSeenBooth } from './booth_state.js';
import {
	parseAlarm,
	parseAlarms,
	parseAudience,
	parseCall,
	parseLineUp,
	parseLog,
	parseLogEntry,
	parseMeasures,
	parseMeters,
	parseOverview,
	parseRoomChat,
} from './oversight_state.js';
import { RequestError, Socket } from './socket.js';

/** @typedef {import('./oversight_state.js').Alarm} Alarm */
/** @typedef {import('./oversight_state.js').LogEntry} LogEntry */
/** @typedef {import('./oversight_state.js').RoomChat} RoomChat */
/** @typedef {import('./protocol.js').ServerMessage} ServerMessage */
/** @typedef {Readonly<Record<string, unknown>>} Fields */

/**
 * @typedef {object} OversightState
 * @property {import('./socket.js').SocketState} link
 * @property {number} attempt how many have failed since the relay last answered
 * @property {boolean} overseeing the relay lets us, and what is here is of now
 * @property {{ code: string, message: string } | null} problem why it does not let us
 * @property {import('./protocol.js').EventInfo | null} event with the titles of rooms, their channels and booths
 * @property {readonly string[]} allowed the rooms that may be seen
 * @property {boolean} mint the relay can sign tokens
 * @property {import('./oversight_state.js').Overview | null} overview
 * @property {string | null} room in detail; what follows, up to `chats`, is of this room
 * @property {import('./oversight_state.js').Measures | null} measures
 * @property {import('./oversight_state.js').Meters | null} meters
 * @property {import('./oversight_state.js').Audience | null} audience
 * @property {readonly import('./booth_state.js').BoothState[]} booths in the room's order
 * @property {readonly import('./oversight_state.js').Call[]} calls that are not done, oldest first
 * @property {number} slowDown interpreters who ask the speaker to slow down
 * @property {readonly RoomChat[]} chats of all rooms that were looked at, oldest first
 * @property {readonly Alarm[]} alarms that stand, worst and then newest first
 * @property {readonly LogEntry[]} log newest first
 * @property {Readonly<Record<string, import('./oversight_state.js').LineUp>>} lineUps by room
 */

/**
 * What may be listened to: `link` (connection, rights, room in detail, event), `overview`, `measures`,
 * `meters`, `audience`, `booths`, `calls` (and slow-down), `chat` (the message), `alarm` (its news),
 * `alarms` (the list, on every change of it), `log`, `line-up`, `notice`.
 * @typedef {object} OversightEvents
 * @property {null} link
 * @property {null} overview
 * @property {null} measures
 * @property {null} meters
 * @property {null} audience
 * @property {null} booths
 * @property {null} calls
 * @property {RoomChat} chat
 * @property {{ news: 'raised' | 'changed' | 'cleared', alarm: Alarm }} alarm
 * @property {null} alarms
 * @property {LogEntry | null} log one that was added, or null: all of them
 * @property {string} line-up the room
 * @property {{ room: string | null, text: string, time: number }} notice
 */

/** @typedef {{ url: string, room: string | null }} OversightOptions the websocket's address; the room in detail to begin with */

/** As many as the relay sends at first, and a day's worth besides; choices. */
const LOG_MAX = 1_000;
const CHATS_MAX = 200;
/** Points of the audience's curve that may be filled with "not known": a week of half minutes; choice. */
const MISSED_MAX = 20_160;
/** Milliseconds before the relay is asked again that was too busy to answer. */
const AGAIN = 2_000;

/** @returns {Pick<OversightState, 'measures' | 'meters' | 'audience' | 'booths' | 'calls' | 'slowDown'>} what is known of a room before the relay has said anything */
const nothing = () => ({ measures: null, meters: null, audience: null, booths: [], calls: [], slowDown: 0 });

/** Critical before warning, then what was raised last. @param {Alarm} a @param {Alarm} b */
export function worstFirst(a, b) {
	if (a.severity !== b.severity) return a.severity === 'critical' ? -1 : 1;
	return b.raised - a.raised || b.id - a.id;
}

export class Oversight {
	/** @type {OversightState} */
	state = {
		link: 'closed',
		attempt: 0,
		overseeing: false,
		problem: null,
		event: null,
		allowed: [],
		mint: false,
		overview: null,
		room: null,
		...nothing(),
		chats: [],
		alarms: [],
		log: [],
		lineUps: {},
	};

	/** @type {Socket} */ #socket;
	/** The room that is wanted in detail. @type {string | null} */ #wanted;
	/** The connection over which the relay was asked last. */ #asked = 0;
	/** @type {Map<string, Set<(detail: never) => void>>} */ #listeners = new Map();

	/** @param {OversightOptions} options */
	constructor({ url, room }) {
		this.#wanted = room;
		this.#socket = new Socket({
			url,
			early: null,
			onMessage: (message) => this.#received(message),
			onState: () => this.#socketChanged(),
		});
	}

	/**
	 * @template {keyof OversightEvents} K
	 * @param {K} name @param {(detail: OversightEvents[K]) => void} listener
	 * @returns {() => void} stops it
	 */
	on(name, listener) {
		const listeners = this.#listeners.get(name) ?? new Set();

		this.#listeners.set(name, listeners);
		listeners.add(listener);
		return () => listeners.delete(listener);
	}

	start() {
		this.#socket.connect();
	}

	/** The network may have changed, or the page woke up. */
	poke() {
		this.#socket.poke();
	}

	/** The room to be shown in detail from now on; null for none. @param {string | null} room */
	look(room) {
		if (room === this.#wanted) return;
		this.#wanted = room;
		this.#set({ room, ...nothing() });
		this.#tell('link', null);
		if (this.#socket.state === 'open') this.#oversee();
	}

	/**
	 * Asks the relay for something; done once it has said so.
	 * @param {Readonly<{ type: string } & Record<string, unknown>>} message
	 * @returns {Promise<Fields>} rejects with a RequestError
	 */
	say({ type, ...fields }) {
		return this.#socket.request(type, fields);
	}

	/** @param {Partial<OversightState>} change */
	#set(change) {
		this.state = { ...this.state, ...change };
	}

	/** @template {keyof OversightEvents} K @param {K} name @param {OversightEvents[K]} detail */
	#tell(name, detail) {
		for (const listener of this.#listeners.get(name) ?? []) /** @type {(detail: OversightEvents[K]) => void} */ (listener)(detail);
	}

	#socketChanged() {
		const { state, attempt, generation } = this.#socket;
		const open = state === 'open';

		this.#set({ link: state, attempt, ...(!open && { overseeing: false, ...nothing() }) });
		this.#tell('link', null);
		if (open && this.#asked !== generation) this.#oversee();
	}

	async #oversee() {
		const { generation } = this.#socket;
		const room = this.#wanted;

		this.#asked = generation;
		try {
			const answer = await this.say({ type: 'oversee', room });
			if (generation !== this.#socket.generation || room !== this.#wanted) return;
			this.#set({
				overseeing: true,
				problem: null,
				room: typeof answer['room'] === 'string' ? answer['room'] : null,
				allowed: Array.isArray(answer['rooms']) ? answer['rooms'].filter((each) => typeof each === 'string') : [],
				mint: answer['mint'] === true,
			});
		} catch (error) {
			if (room === this.#wanted) this.#refused(error);
		}
		this.#tell('link', null);
	}

	/** @param {unknown} error */
	#refused(error) {
		if (!(error instanceof RequestError) || error.code === 'closed') return;
		if (error.code === 'timeout' || error.code === 'busy') {
			setTimeout(() => this.#socket.state === 'open' && !this.state.overseeing && this.#oversee(), AGAIN);
		} else if (error.code === 'unknown-room' && this.#wanted !== null) {
			this.look(null);
		} else {
			this.#set({ overseeing: false, problem: { code: error.code, message: error.message } });
		}
	}

	/** @param {ServerMessage} message */
	#received(message) {
		if (message.type === 'welcome') {
			this.#set({ event: message.event });
		} else if (message.type === 'room') {
			const { event } = this.state;
			if (!event) return;
			this.#set({ event: { ...event, rooms: event.rooms.map((old) => (old.id === message.room.id ? message.room : old)) } });
			if (message.room.id === this.state.room && message.room.slow_down !== undefined) this.#set({ slowDown: message.room.slow_down });
		} else if (message.type === 'news') {
			this.#news(message.name, message.fields);
			return;
		} else {
			return;
		}
		this.#tell('link', null);
	}

	/** @param {string} name @param {Fields} fields */
	#news(name, fields) {
		const ofRoom = fields['room'] === this.#wanted;

		switch (name) {
			case 'overview':
				this.#set({ overview: parseOverview(fields) });
				this.#extend();
				this.#tell('overview', null);
				break;
			case 'measures':
				if (!ofRoom) return;
				this.#set({ measures: parseMeasures(fields) });
				this.#tell('measures', null);
				break;
			case 'meters':
				if (!ofRoom) return;
				this.#set({ meters: parseMeters(fields) });
				this.#tell('meters', null);
				break;
			case 'audience':
				if (!ofRoom) return;
				this.#set({ audience: parseAudience(fields) });
				this.#tell('audience', null);
				break;
			case 'booths':
				if (ofRoom) this.#booths(fields['booths']);
				break;
			case 'slow-down':
				if (!ofRoom || typeof fields['count'] !== 'number') return;
				this.#set({ slowDown: fields['count'] });
				this.#tell('calls', null);
				break;
			default:
				this.#eventNews(name, fields);
		}
	}

	/** What is of no one room. @param {string} name @param {Fields} fields */
	#eventNews(name, fields) {
		switch (name) {
			case 'call':
				this.#call(fields);
				break;
			case 'chat':
				this.#chat(fields);
				break;
			case 'alarms':
				this.#set({ alarms: parseAlarms(fields['alarms']).sort(worstFirst) });
				this.#tell('alarms', null);
				break;
			case 'alarm':
				this.#alarm(fields);
				break;
			case 'log':
				this.#set({ log: parseLog(fields['entries']) });
				this.#tell('log', null);
				break;
			case 'logged':
				this.#logged(fields['entry']);
				break;
			case 'line-up': {
				const lineUp = parseLineUp(fields);
				this.#set({ lineUps: { ...this.state.lineUps, [lineUp.room]: lineUp } });
				this.#tell('line-up', lineUp.room);
				break;
			}
			case 'notice':
				this.#tell('notice', {
					room: typeof fields['room'] === 'string' ? fields['room'] : null,
					text: String(fields['text'] ?? ''),
					time: typeof fields['time'] === 'number' ? fields['time'] : 0,
				});
		}
	}

	/** All at first, later those that changed. @param {unknown} value */
	#booths(value) {
		const changed = (Array.isArray(value) ? value : []).flatMap((each) => parseSeenBooth(each) ?? []);
		const known = this.state.booths;
		const kept = known.map((booth) => changed.find(({ id }) => id === booth.id) ?? booth);

		this.#set({ booths: [...kept, ...changed.filter(({ id }) => !known.some((booth) => booth.id === id))] });
		this.#tell('booths', null);
	}

	/** @param {Fields} fields */
	#call(fields) {
		const call = parseCall(fields);
		if (!call || (this.#wanted !== null && call.room !== this.#wanted)) return;
		const calls = this.state.calls.filter((each) => each.call !== call.call);

		if (call.state !== 'done') calls.push(call);
		this.#set({ calls: calls.sort((a, b) => a.call - b.call) });
		this.#tell('calls', null);
	}

	/** @param {Fields} fields */
	#chat(fields) {
		const chat = parseRoomChat(fields);

		this.#set({ chats: [...this.state.chats, chat].slice(-CHATS_MAX) });
		this.#tell('chat', chat);
	}

	/** @param {Fields} fields */
	#alarm(fields) {
		const alarm = parseAlarm(fields['alarm']);
		const { news } = fields;
		if (!alarm || (news !== 'raised' && news !== 'changed' && news !== 'cleared')) return;
		const alarms = this.state.alarms.filter(({ id }) => id !== alarm.id);

		if (news !== 'cleared') alarms.push(alarm);
		this.#set({ alarms: alarms.sort(worstFirst) });
		this.#tell('alarms', null);
		this.#tell('alarm', { news, alarm });
	}

	/** @param {unknown} value */
	#logged(value) {
		const entry = parseLogEntry(value);
		if (!entry) return;

		this.#set({ log: [entry, ...this.state.log].slice(0, LOG_MAX) });
		this.#tell('log', entry);
	}

	/** The audience's next points are in the overviews. */
	#extend() {
		const { audience, overview } = this.state;
		const room = overview?.rooms.find(({ id }) => id === audience?.room);
		if (!audience || !overview || !room) return;
		const now = new Map(room.channels.map(({ lang, listeners }) => [lang, listeners]));
		const length = Math.max(0, ...Object.values(audience.series).map((points) => points.length));
		const due = Math.floor((overview.at - audience.start) / audience.step) + 1 - length;
		if (due <= 0 || due > MISSED_MAX) return;
		/* What was missed while the connection was broken, or this computer slept, is not known. */
		const missed = /** @type {null[]} */ (Array(due - 1).fill(null));
		const langs = new Set([...Object.keys(audience.series), ...now.keys()]);

		this.#set({
			audience: {
				...audience,
				series: Object.fromEntries(
					[...langs].map((lang) => {
						const points = audience.series[lang] ?? /** @type {null[]} */ (Array(length).fill(null));
						return [lang, [...points, ...missed, now.get(lang) ?? null]];
					}),
				),
			},
		});
		this.#tell('audience', null);
	}
}
