/**
 * A booth as the relay describes it to those who sit in it (relay/control/README.md): types, and a
 * parser that lets nothing through that does not have their shape.
 *
 * Pure.
 */

/** @typedef {'off' | 'standby' | 'muted' | 'on-air'} MicState */
/** @typedef {'A' | 'B'} OutputName */
/** @typedef {'none' | 'asked' | 'offered' | 'counting'} HandoverState */

/**
 * @typedef {object} Output one of the booth's own channels
 * @property {string} lang
 * @property {string} carries
 * @property {string} why
 * @property {string | null} booth that has it, perhaps another one
 * @property {number | null} voice the seat that it should carry
 * @property {boolean} heard the channel's engine sends that voice now
 * @property {number} listeners
 */

/**
 * @typedef {object} Seat
 * @property {number} seat
 * @property {string} name
 * @property {MicState} microphone
 * @property {OutputName} output
 * @property {string} link none, alive, lost
 * @property {string} held by the organiser: none, muted, off
 * @property {boolean} consents to hot stand-by
 * @property {number} on_air_for seconds
 */

/**
 * @typedef {object} Handover
 * @property {HandoverState} state
 * @property {number | null} from
 * @property {number | null} to
 * @property {readonly number[]} invited
 * @property {number} ends_in seconds
 */

/**
 * @typedef {object} Incoming what the booth listens to
 * @property {boolean} automatic
 * @property {string} chosen
 * @property {string} lang
 * @property {number} depth interpreters in between
 * @property {string} why
 * @property {readonly string[]} pivots
 * @property {readonly (string | null)[]} presets
 */

/**
 * @typedef {object} BoothState
 * @property {string} id
 * @property {string} room
 * @property {number} you your seat
 * @property {OutputName} monitor which own channel it carries
 * @property {readonly Output[]} outputs A, and perhaps B
 * @property {readonly Seat[]} seats that are taken
 * @property {Handover} handover
 * @property {Incoming} incoming
 * @property {{ readonly seat: number, readonly for: number, readonly remind_in: number } | null} shift
 * @property {number | null} call to the technician that is open
 * @property {number} on_air_max microphones at once
 */

/** dB, -Infinity for silence; null where there is none. @typedef {{ peak: number, lufs: number }} LevelPair */
/** @typedef {{ outputs: readonly LevelPair[], incoming: LevelPair | null, microphone: { peak: number, live: boolean } | null }} ServerLevels */
/** seat: of who wrote it, where it is of this booth. @typedef {{ from: string, to: string, text: string, time: number, seat: number | null }} ChatMessage */

/** @typedef {Readonly<Record<string, unknown>>} Fields */

const MICS = new Set(['off', 'standby', 'muted', 'on-air']);
const HANDOVERS = new Set(['none', 'asked', 'offered', 'counting']);

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isObject(value) {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param {unknown} value @returns {readonly Record<string, unknown>[]} */
function objects(value) {
	return Array.isArray(value) ? value.filter(isObject) : [];
}

/** @param {unknown} value @param {string} [otherwise] */
const text = (value, otherwise = '') => (typeof value === 'string' ? value : otherwise);
/** @param {unknown} value @param {number} [otherwise] */
const number = (value, otherwise = 0) => (typeof value === 'number' && Number.isFinite(value) ? value : otherwise);
/** @param {unknown} value @returns {number | null} */
const maybe = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : null);
/** @param {unknown} value @returns {string[]} */
const texts = (value) => (Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []);

/** @param {Fields} value @returns {Output} */
function parseOutput(value) {
	return {
		lang: text(value['lang']),
		carries: text(value['carries']),
		why: text(value['why']),
		booth: text(value['booth']) || null,
		voice: maybe(value['voice']),
		heard: value['heard'] === true,
		listeners: number(value['listeners']),
	};
}

/** @param {Fields} value @returns {Seat} */
function parseSeat(value) {
	const microphone = text(value['microphone']);

	return {
		seat: number(value['seat'], -1),
		name: text(value['name']),
		microphone: MICS.has(microphone) ? /** @type {MicState} */ (microphone) : 'off',
		output: value['output'] === 'B' ? 'B' : 'A',
		link: text(value['link'], 'none'),
		held: text(value['held'], 'none'),
		consents: value['consents'] === true,
		on_air_for: number(value['on_air_for']),
	};
}

/** @param {unknown} value @returns {Handover} */
function parseHandover(value) {
	const fields = isObject(value) ? value : {};
	const state = text(fields['state']);

	return {
		state: HANDOVERS.has(state) ? /** @type {HandoverState} */ (state) : 'none',
		from: maybe(fields['from']),
		to: maybe(fields['to']),
		invited: Array.isArray(fields['invited']) ? fields['invited'].filter((each) => typeof each === 'number') : [],
		ends_in: number(fields['ends_in']),
	};
}

/** @param {unknown} value @returns {Incoming} */
function parseIncoming(value) {
	const fields = isObject(value) ? value : {};
	const presets = Array.isArray(fields['presets']) ? fields['presets'] : [];

	return {
		automatic: fields['automatic'] === true,
		chosen: text(fields['chosen'], 'floor'),
		lang: text(fields['lang'], 'floor'),
		depth: number(fields['depth']),
		why: text(fields['why']),
		pivots: texts(fields['pivots']),
		presets: [0, 1, 2].map((n) => (typeof presets[n] === 'string' ? presets[n] : null)),
	};
}

/** To those who sit in it. @param {unknown} value @returns {BoothState | null} */
export function parseBooth(value) {
	return isObject(value) && typeof value['you'] === 'number' ? parseSeenBooth(value) : null;
}

/** To organisers, who sit nowhere: `you` is -1. @param {unknown} value @returns {BoothState | null} */
export function parseSeenBooth(value) {
	if (!isObject(value) || typeof value['id'] !== 'string' || !Array.isArray(value['outputs'])) return null;
	const shift = isObject(value['shift']) ? value['shift'] : null;

	return {
		id: text(value['id']),
		room: text(value['room']),
		you: number(value['you'], -1),
		monitor: value['monitor'] === 'B' ? 'B' : 'A',
		outputs: objects(value['outputs']).map(parseOutput),
		seats: objects(value['seats']).map(parseSeat),
		handover: parseHandover(value['handover']),
		incoming: parseIncoming(value['incoming']),
		shift: shift && {
			seat: number(shift['seat'], -1),
			for: number(shift['for']),
			remind_in: number(shift['remind_in'], Infinity),
		},
		call: maybe(value['call']),
		on_air_max: number(value['on_air_max'], 1),
	};
}

/** JSON has no infinity: what is no number is silence. @param {unknown} value @returns {LevelPair | null} */
function parsePair(value) {
	return isObject(value) ? { peak: number(value['peak'], -Infinity), lufs: number(value['lufs'], -Infinity) } : null;
}

/** @param {Fields} fields @returns {ServerLevels} */
export function parseLevels(fields) {
	const microphone = isObject(fields['microphone']) ? fields['microphone'] : null;

	return {
		outputs: objects(fields['outputs']).map((each) => parsePair(each) ?? { peak: -Infinity, lufs: -Infinity }),
		incoming: parsePair(fields['incoming']),
		microphone: microphone && {
			peak: number(microphone['peak'], -Infinity),
			live: microphone['live'] === true,
		},
	};
}

/** @param {Fields} fields @returns {ChatMessage} */
export function parseChat(fields) {
	return {
		from: text(fields['from']),
		to: text(fields['to']),
		text: text(fields['text']),
		time: number(fields['time']),
		seat: maybe(fields['seat']),
	};
}

/** Your own seat. @param {BoothState} booth @returns {Seat | null} */
export function ownSeat(booth) {
	return booth.seats.find(({ seat }) => seat === booth.you) ?? null;
}

/** The output that a seat speaks into. @param {BoothState} booth @param {Seat} seat @returns {Output | null} */
export function outputOf(booth, seat) {
	return booth.outputs[seat.output === 'B' ? 1 : 0] ?? null;
}
