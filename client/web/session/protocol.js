/**
 * The messages of the websocket protocol dragoman.v1 (relay/control/README.md), as the relay sends
 * them: their types, and a parser that lets nothing through that does not have their shape.
 *
 * Pure.
 */

export const PROTOCOL = 'dragoman.v1';

/** The channel that carries the room's sound as spoken. */
export const FLOOR = 'floor';

/** @typedef {'off' | 'connecting' | 'live' | 'lost'} FeedState */
/** @typedef {'auto' | 'high' | 'medium' | 'low' | 'none'} VideoChoice */
/** @typedef {Readonly<Record<string, string>>} Title one text for each BCP 47 tag */
/** What a channel carries, and why (relay/session/interpretation_name.h). @typedef {{ readonly carries?: string, readonly why?: string, readonly served?: boolean }} Programme */
/** @typedef {{ readonly lang: string, readonly state: FeedState } & Programme} Channel */
/** @typedef {{ readonly id: string, readonly langs: readonly string[], readonly free: number }} BoothPlace */

/**
 * @typedef {object} Room
 * @property {string} id
 * @property {Title} title
 * @property {{ readonly language: string, readonly state: FeedState }} floor
 * @property {readonly Channel[]} channels the floor is one of them
 * @property {boolean} picture
 * @property {boolean} sign
 * @property {readonly BoothPlace[]} [booths]
 * @property {number} [slow_down] how many interpreters ask the speaker to slow down
 */

/** @typedef {{ readonly id: string, readonly title: Title, readonly rooms: readonly Room[] }} EventInfo */
/** @typedef {{ readonly lang: string, readonly video: VideoChoice, readonly sign: boolean }} Choice */

/**
 * @typedef {{ type: 'welcome', event: EventInfo }
 *   | { type: 'room', room: Room }
 *   | { type: 'peer', state: string, peer: string }
 *   | { type: 'error', id: number | null, code: string, message: string }
 *   | { type: 'news', name: string, fields: Readonly<Record<string, unknown>> }
 *   | { type: 'reply', id: number, name: string, fields: Readonly<Record<string, unknown>> }
 * } ServerMessage
 */

/** Longer messages are no event of ours: 64 rooms of 32 channels fit in a quarter of it. */
const MESSAGE_MAX = 1 << 20;

const FEED_STATES = new Set(['off', 'connecting', 'live', 'lost']);
/** What the relay says unasked to those whom it concerns; whoever listens to one reads its fields. */
const NEWS = new Set(
	'alarm alarms audience booth booths call chat fitness floor-fitness handover-ended heard levels line-up log logged measures meters notice overview shift slow-down took-over'.split(' '),
);
const VIDEO_CHOICES = new Set(['auto', 'high', 'medium', 'low', 'none']);

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isObject(value) {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param {unknown} value @returns {value is FeedState} */
function isFeedState(value) {
	return typeof value === 'string' && FEED_STATES.has(value);
}

/** @param {unknown} value @returns {value is VideoChoice} */
export function isVideoChoice(value) {
	return typeof value === 'string' && VIDEO_CHOICES.has(value);
}

/** @param {unknown} value @returns {Title} */
function parseTitle(value) {
	/** @type {Record<string, string>} */
	const title = {};

	if (isObject(value))
		for (const [lang, text] of Object.entries(value))
			if (typeof text === 'string') title[lang] = text;
	return title;
}

/** @param {unknown} value @returns {Channel | null} */
function parseChannel(value) {
	if (!isObject(value) || typeof value['lang'] !== 'string' || !isFeedState(value['state'])) return null;
	const { carries, why, served } = value;

	return {
		lang: value['lang'],
		state: value['state'],
		...(typeof carries === 'string' && { carries }),
		...(typeof why === 'string' && { why }),
		...(typeof served === 'boolean' && { served }),
	};
}

/** @param {unknown} value @returns {BoothPlace[]} one, or none when it is not one */
function parseBoothPlace(value) {
	if (!isObject(value) || typeof value['id'] !== 'string' || !Array.isArray(value['langs'])) return [];
	const langs = value['langs'].filter((lang) => typeof lang === 'string');

	return [{ id: value['id'], langs, free: typeof value['free'] === 'number' ? value['free'] : 0 }];
}

/** @param {unknown} value @returns {Room | null} */
function parseRoom(value) {
	if (!isObject(value) || typeof value['id'] !== 'string' || !Array.isArray(value['channels'])) return null;

	/** @type {Channel[]} */
	const channels = [];
	for (const each of value['channels']) {
		const channel = parseChannel(each);
		if (!channel) return null;
		channels.push(channel);
	}
	const floor = isObject(value['floor']) ? value['floor'] : {};
	return {
		id: value['id'],
		title: parseTitle(value['title']),
		floor: {
			language: typeof floor['language'] === 'string' ? floor['language'] : '',
			state: isFeedState(floor['state']) ? floor['state'] : 'connecting',
		},
		channels,
		picture: value['picture'] === true,
		sign: value['sign'] === true,
		...(Array.isArray(value['booths']) && { booths: value['booths'].flatMap(parseBoothPlace) }),
		...(typeof value['slow_down'] === 'number' && { slow_down: value['slow_down'] }),
	};
}

/** @param {unknown} value @returns {EventInfo | null} */
function parseEvent(value) {
	if (!isObject(value) || !Array.isArray(value['rooms'])) return null;

	/** @type {Room[]} */
	const rooms = [];
	for (const each of value['rooms']) {
		const room = parseRoom(each);
		if (!room) return null;
		rooms.push(room);
	}
	return { id: String(value['id'] ?? ''), title: parseTitle(value['title']), rooms };
}

/**
 * @param {string} text
 * @returns {ServerMessage | null} null when it is not a message that we know
 */
export function parseMessage(text) {
	if (text.length > MESSAGE_MAX) return null;

	/** @type {unknown} */
	let value;
	try {
		value = JSON.parse(text);
	} catch {
		return null;
	}
	if (!isObject(value) || typeof value['type'] !== 'string') return null;

	const id = typeof value['id'] === 'number' ? value['id'] : null;
	switch (value['type']) {
		case 'welcome': {
			const event = parseEvent(value['event']);
			return event && { type: 'welcome', event };
		}
		case 'room': {
			const room = parseRoom(value['room']);
			return room && { type: 'room', room };
		}
		case 'peer':
			return { type: 'peer', state: String(value['state'] ?? ''), peer: String(value['peer'] ?? '') };
		case 'error':
			return {
				type: 'error',
				id,
				code: String(value['code'] ?? 'unknown'),
				message: String(value['message'] ?? ''),
			};
		default:
			if (id !== null) return { type: 'reply', id, name: value['type'], fields: value };
			return NEWS.has(value['type']) ? { type: 'news', name: value['type'], fields: value } : null;
	}
}

/**
 * The channel of a room for a wanted language: exactly, else by its primary subtag (`fr-CH` finds `fr`).
 * @param {Room} room @param {string} lang
 * @returns {Channel | null}
 */
export function findChannel(room, lang) {
	const wanted = lang.toLowerCase();
	const primary = wanted.split('-')[0];
	const exact = room.channels.find((channel) => channel.lang.toLowerCase() === wanted);

	return exact ?? room.channels.find((channel) => channel.lang.toLowerCase().split('-')[0] === primary) ?? null;
}
