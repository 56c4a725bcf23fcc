/**
 * What the relay tells organisers (relay/control/README.md): types, and parsers that let nothing through
 * that does not have their shape. What a relay leaves out is null.
 *
 * Pure.
 */

/** @typedef {Readonly<Record<string, unknown>>} Fields */
/** @typedef {Readonly<Record<string, string>>} Title */
/** @typedef {'closed' | 'line-up' | 'running' | 'paused'} Sitting */
/** @typedef {'warning' | 'critical'} Severity */

/**
 * @typedef {object} ChannelGlance one channel in the overview
 * @property {string} lang
 * @property {string} carries
 * @property {string} why
 * @property {boolean} served somebody interprets
 * @property {number} listeners
 * @property {number | null} lufs momentary
 * @property {Severity | null} alarm the worst that stands
 */

/**
 * @typedef {object} RoomGlance one room in the overview
 * @property {string} id
 * @property {Sitting} sitting
 * @property {{ readonly title: Title, readonly start: number, readonly end: number } | null} entry that runs, or the next
 * @property {number} listeners
 * @property {number} interpreters
 * @property {number} calls
 * @property {{ readonly state: string, readonly in_use: number, readonly format: string }} source
 * @property {{ readonly state: string } | null} picture
 * @property {number | null} still when the latest was taken
 * @property {{ readonly critical: number, readonly warning: number }} alarms
 * @property {readonly ChannelGlance[]} channels the floor first
 */

/**
 * @typedef {object} RelayGlance
 * @property {number | null} cpu 0..1
 * @property {string} history
 * @property {number | null} disk_free 0..1
 * @property {number | null} certificate_days
 * @property {number | null} token_days
 * @property {number | null} worker_drops a second
 * @property {number | null} worker_loop_ms
 * @property {number | null} listeners
 */

/** @typedef {{ readonly at: number, readonly rooms: readonly RoomGlance[], readonly relay: RelayGlance }} Overview */

/**
 * @typedef {object} Fitness of a microphone's sound for interpretation
 * @property {'good' | 'poor' | 'unfit' | 'unknown'} verdict
 * @property {string} reason none, telephone, narrow, coded, clipped, noisy, gaps
 * @property {number | null} ceiling_hz
 * @property {number | null} snr_db
 * @property {number | null} clipping 0..1
 * @property {number | null} concealed 0..1
 * @property {number | null} coded_bps bits of Opus a second of speech
 */

/**
 * @typedef {object} PictureMeasures
 * @property {number | null} frame_rate
 * @property {number | null} width
 * @property {number | null} height
 * @property {number | null} bitrate bits a second
 * @property {number | null} key_interval seconds
 * @property {number | null} still_for seconds
 * @property {number | null} black_for seconds
 * @property {number | null} freezes
 * @property {readonly { readonly height: number, readonly readers: number }[]} rungs of the ladder; height 0: as it comes
 */

/** @typedef {PictureMeasures & { readonly offset_ms: number | null, readonly restarts: number | null, readonly in_use: number, readonly sources: readonly string[], readonly sign: PictureMeasures | null, readonly fitness: Fitness | null }} SourceMeasures */

/**
 * @typedef {object} ChannelMeasures
 * @property {string} lang
 * @property {number | null} momentary LUFS, as the next two
 * @property {number | null} short_term
 * @property {number | null} integrated
 * @property {number | null} true_peak dBTP
 * @property {number | null} clipping
 * @property {number | null} silent_for seconds
 * @property {{ readonly booth: string, readonly seat: number } | null} heard
 * @property {boolean} fallen_back
 * @property {number | null} floor_likeness
 * @property {string | null} twin the channel that is most alike
 * @property {number | null} twin_likeness 0..1
 * @property {boolean} repeats
 * @property {number} listeners
 * @property {number | null} bitrate
 */

/**
 * @typedef {object} MicrophoneMeasures
 * @property {string} booth
 * @property {number} seat
 * @property {boolean} on_air
 * @property {boolean} live sound arrives
 * @property {number | null} jitter_ms
 * @property {number | null} loss 0..1
 * @property {number | null} concealed 0..1
 * @property {number | null} delay_ms
 * @property {number | null} drift_ppm
 * @property {number | null} round_trip_ms
 * @property {Fitness | null} fitness
 */

/** Listeners who have something in common; distributions. @typedef {{ readonly by: string, readonly name: string, readonly listeners: number, readonly round_trip_ms: readonly (number | null)[], readonly loss: readonly (number | null)[], readonly resent_hz: number | null }} Group */
/** @typedef {{ readonly room: string, readonly at: number, readonly source: SourceMeasures | null, readonly channels: readonly ChannelMeasures[], readonly microphones: readonly MicrophoneMeasures[], readonly groups: readonly Group[] }} Measures */
/** peak, momentary; dB, null for silence. @typedef {readonly [number | null, number | null]} MeterPair */
/** @typedef {{ readonly booth: string, readonly seat: number, readonly peak: number | null, readonly live: boolean }} MicrophoneMeter */
/** Channels in the room's order. @typedef {{ readonly room: string, readonly channels: readonly MeterPair[], readonly microphones: readonly MicrophoneMeter[] }} Meters */

/**
 * @typedef {object} Alarm
 * @property {number} id
 * @property {string} kind
 * @property {Severity} severity
 * @property {string} at process, worker, source, channel, booth, microphone, group
 * @property {string | null} room
 * @property {string} place
 * @property {string | null} other
 * @property {number} since
 * @property {number} raised
 * @property {{ readonly by: string, readonly at: number } | null} acknowledged
 * @property {number | null} cleared
 * @property {boolean} explained
 * @property {number | null} value
 * @property {number} times
 * @property {string} meaning
 * @property {string} advice
 */

/** @typedef {{ readonly at: number, readonly kind: string, readonly room: string, readonly place: string, readonly who: string, readonly detail: unknown }} LogEntry */
/** @typedef {{ readonly room: string, readonly start: number, readonly step: number, readonly series: Readonly<Record<string, readonly (number | null)[]>> }} Audience */
/** @typedef {{ readonly call: number, readonly room: string, readonly booth: string, readonly name: string, readonly state: 'open' | 'taken' | 'done', readonly technician: string }} Call */
/** @typedef {{ readonly room: string, readonly booth: string, readonly from: string, readonly to: string, readonly text: string, readonly time: number }} RoomChat */
/** @typedef {{ readonly lang: string, readonly tone: string, readonly steps: string, readonly flash: string, readonly level_db: number | null, readonly frequency_hz: number | null, readonly offset_ms: number | null, readonly problem: string | null }} LineUpChannel */
/** @typedef {{ readonly room: string, readonly state: string, readonly started: number | null, readonly step: string, readonly channels: readonly LineUpChannel[] }} LineUp */

const SITTINGS = new Set(['closed', 'line-up', 'running', 'paused']);
const VERDICTS = new Set(['good', 'poor', 'unfit']);

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isObject(value) {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param {unknown} value @returns {readonly Record<string, unknown>[]} */
const objects = (value) => (Array.isArray(value) ? value.filter(isObject) : []);
/** @param {unknown} value @returns {string} */
const text = (value) => (typeof value === 'string' ? value : '');
/** @param {unknown} value @returns {string | null} */
const maybeText = (value) => (typeof value === 'string' && value !== '' ? value : null);
/** @param {unknown} value @param {number} [otherwise] */
const number = (value, otherwise = 0) => (typeof value === 'number' && Number.isFinite(value) ? value : otherwise);
/** @param {unknown} value @returns {number | null} */
const maybe = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : null);
/** @param {unknown} value @returns {Severity | null} */
const severity = (value) => (value === 'warning' || value === 'critical' ? value : null);

/** @param {unknown} value @returns {Title} */
function parseTitle(value) {
	return isObject(value) ? Object.fromEntries(Object.entries(value).filter((pair) => typeof pair[1] === 'string').map(([lang, words]) => [lang, String(words)])) : {};
}

/** @param {Fields} value @returns {ChannelGlance} */
function parseChannel(value) {
	return {
		lang: text(value['lang']),
		carries: text(value['carries']),
		why: text(value['why']),
		served: value['served'] === true,
		listeners: number(value['listeners']),
		lufs: maybe(value['lufs']),
		alarm: severity(value['alarm']),
	};
}

/** @param {unknown} value @returns {RoomGlance['entry']} */
function parseAgendaEntry(value) {
	return isObject(value) ? { title: parseTitle(value['title']), start: number(value['start']), end: number(value['end']) } : null;
}

/** @param {Fields} value @returns {RoomGlance} */
function parseRoom(value) {
	const source = isObject(value['source']) ? value['source'] : {};
	const alarms = isObject(value['alarms']) ? value['alarms'] : {};
	const sitting = text(value['sitting']);

	return {
		id: text(value['id']),
		sitting: SITTINGS.has(sitting) ? /** @type {Sitting} */ (sitting) : 'running',
		entry: parseAgendaEntry(value['entry']),
		listeners: number(value['listeners']),
		interpreters: number(value['interpreters']),
		calls: number(value['calls']),
		source: { state: text(source['state']), in_use: number(source['in_use']), format: text(source['format']) },
		picture: isObject(value['picture']) ? { state: text(value['picture']['state']) } : null,
		still: maybe(value['still']),
		alarms: { critical: number(alarms['critical']), warning: number(alarms['warning']) },
		channels: objects(value['channels']).map(parseChannel),
	};
}

/** @param {Fields} fields @returns {Overview} */
export function parseOverview(fields) {
	const relay = isObject(fields['relay']) ? fields['relay'] : {};

	return {
		at: number(fields['at']),
		rooms: objects(fields['rooms']).map(parseRoom),
		relay: {
			cpu: maybe(relay['cpu']),
			history: text(relay['history']),
			disk_free: maybe(relay['disk_free']),
			certificate_days: maybe(relay['certificate_days']),
			token_days: maybe(relay['token_days']),
			worker_drops: maybe(relay['worker_drops']),
			worker_loop_ms: maybe(relay['worker_loop_ms']),
			listeners: maybe(relay['listeners']),
		},
	};
}

/** @param {unknown} value @returns {Fitness | null} */
export function parseFitness(value) {
	if (!isObject(value)) return null;
	const verdict = text(value['verdict']);

	return {
		verdict: VERDICTS.has(verdict) ? /** @type {Fitness['verdict']} */ (verdict) : 'unknown',
		reason: text(value['reason']) || 'none',
		ceiling_hz: maybe(value['ceiling_hz']),
		snr_db: maybe(value['snr_db']),
		clipping: maybe(value['clipping']),
		concealed: maybe(value['concealed']),
		coded_bps: maybe(value['coded_bps']),
	};
}

/** @param {Fields} value @returns {PictureMeasures} */
function parsePicture(value) {
	return {
		frame_rate: maybe(value['frame_rate']),
		width: maybe(value['width']),
		height: maybe(value['height']),
		bitrate: maybe(value['bitrate']),
		key_interval: maybe(value['key_interval']),
		still_for: maybe(value['still_for']),
		black_for: maybe(value['black_for']),
		freezes: maybe(value['freezes']),
		rungs: Array.isArray(value['rungs']) ? value['rungs'].filter(isObject).map((rung) => ({ height: number(rung['height']), readers: number(rung['readers']) })) : [],
	};
}

/** @param {unknown} value @returns {SourceMeasures | null} */
function parseSource(value) {
	if (!isObject(value)) return null;

	return {
		...parsePicture(value),
		offset_ms: maybe(value['offset_ms']),
		restarts: maybe(value['restarts']),
		in_use: number(value['in_use']),
		sources: Array.isArray(value['sources']) ? value['sources'].filter((each) => typeof each === 'string') : [],
		sign: isObject(value['sign']) ? parsePicture(value['sign']) : null,
		fitness: parseFitness(value['fitness']),
	};
}

/** @param {Fields} value @returns {ChannelMeasures} */
function parseChannelMeasures(value) {
	const heard = value['heard'];

	return {
		lang: text(value['lang']),
		momentary: maybe(value['momentary']),
		short_term: maybe(value['short_term']),
		integrated: maybe(value['integrated']),
		true_peak: maybe(value['true_peak']),
		clipping: maybe(value['clipping']),
		silent_for: maybe(value['silent_for']),
		heard: isObject(heard) ? { booth: text(heard['booth']), seat: number(heard['seat'], -1) } : null,
		fallen_back: value['fallen_back'] === true,
		floor_likeness: maybe(value['floor_likeness']),
		twin: maybeText(value['twin']),
		twin_likeness: maybe(value['twin_likeness']),
		repeats: value['repeats'] === true,
		listeners: number(value['listeners']),
		bitrate: maybe(value['bitrate']),
	};
}

/** @param {Fields} value @returns {MicrophoneMeasures} */
function parseMicrophone(value) {
	return {
		booth: text(value['booth']),
		seat: number(value['seat'], -1),
		on_air: value['on_air'] === true,
		live: value['live'] === true,
		jitter_ms: maybe(value['jitter_ms']),
		loss: maybe(value['loss']),
		concealed: maybe(value['concealed']),
		delay_ms: maybe(value['delay_ms']),
		drift_ppm: maybe(value['drift_ppm']),
		round_trip_ms: maybe(value['round_trip_ms']),
		fitness: parseFitness(value['fitness']),
	};
}

/** @param {Fields} value @returns {Group} */
function parseGroup(value) {
	const numbers = (/** @type {unknown} */ list) => (Array.isArray(list) ? list.map(maybe) : []);

	return {
		by: text(value['by']),
		name: text(value['name']),
		listeners: number(value['listeners']),
		round_trip_ms: numbers(value['round_trip_ms']),
		loss: numbers(value['loss']),
		resent_hz: maybe(value['resent_hz']),
	};
}

/** @param {Fields} fields @returns {Measures} */
export function parseMeasures(fields) {
	return {
		room: text(fields['room']),
		at: number(fields['at']),
		source: parseSource(fields['source']),
		channels: objects(fields['channels']).map(parseChannelMeasures),
		microphones: objects(fields['microphones']).map(parseMicrophone),
		groups: objects(fields['groups']).map(parseGroup),
	};
}

/** @param {Fields} fields @returns {Meters} */
export function parseMeters(fields) {
	const channels = Array.isArray(fields['channels']) ? fields['channels'] : [];
	const microphones = Array.isArray(fields['microphones']) ? fields['microphones'].filter(Array.isArray) : [];

	return {
		room: text(fields['room']),
		channels: channels.map((pair) => (Array.isArray(pair) ? /** @type {MeterPair} */ ([maybe(pair[0]), maybe(pair[1])]) : [null, null])),
		microphones: microphones.map(([booth, seat, peak, live]) => ({ booth: text(booth), seat: number(seat, -1), peak: maybe(peak), live: live === true || live === 1 })),
	};
}

/** @param {unknown} value @returns {Alarm | null} */
export function parseAlarm(value) {
	if (!isObject(value) || typeof value['id'] !== 'number' || typeof value['kind'] !== 'string') return null;
	const acknowledged = isObject(value['acknowledged']) ? value['acknowledged'] : null;

	return {
		id: value['id'],
		kind: value['kind'],
		severity: severity(value['severity']) ?? 'warning',
		at: text(value['at']),
		room: maybeText(value['room']),
		place: text(value['place']),
		other: maybeText(value['other']),
		since: number(value['since']),
		raised: number(value['raised']),
		acknowledged: acknowledged && { by: text(acknowledged['by']), at: number(acknowledged['at']) },
		cleared: maybe(value['cleared']),
		explained: value['explained'] === true,
		value: maybe(value['value']),
		times: number(value['times'], 1),
		meaning: text(value['meaning']),
		advice: text(value['advice']),
	};
}

/** @param {unknown} value @returns {Alarm[]} */
export function parseAlarms(value) {
	return objects(value).flatMap((each) => parseAlarm(each) ?? []);
}

/** @param {unknown} value @returns {LogEntry | null} */
export function parseLogEntry(value) {
	if (!isObject(value) || typeof value['kind'] !== 'string') return null;

	return {
		at: number(value['at']),
		kind: value['kind'],
		room: text(value['room']),
		place: text(value['place']),
		who: text(value['who']),
		detail: value['detail'] ?? null,
	};
}

/** @param {unknown} value @returns {LogEntry[]} */
export function parseLog(value) {
	return objects(value).flatMap((each) => parseLogEntry(each) ?? []);
}

/** @param {Fields} fields @returns {Audience | null} */
export function parseAudience(fields) {
	const { series } = fields;
	if (!isObject(series)) return null;

	return {
		room: text(fields['room']),
		start: number(fields['start']),
		step: Math.max(1, number(fields['step'], 30)),
		series: Object.fromEntries(Object.entries(series).map(([lang, points]) => [lang, Array.isArray(points) ? points.map(maybe) : []])),
	};
}

/** @param {Fields} fields @returns {Call | null} */
export function parseCall(fields) {
	const { call, state } = fields;
	if (typeof call !== 'number' || (state !== 'open' && state !== 'taken' && state !== 'done')) return null;

	return { call, room: text(fields['room']), booth: text(fields['booth']), name: text(fields['name']), state, technician: text(fields['technician']) };
}

/** @param {Fields} fields @returns {RoomChat} */
export function parseRoomChat(fields) {
	return {
		room: text(fields['room']),
		booth: text(fields['booth']),
		from: text(fields['from']),
		to: text(fields['to']),
		text: text(fields['text']),
		time: number(fields['time']),
	};
}

/** @param {Fields} fields @returns {LineUp} */
export function parseLineUp(fields) {
	return {
		room: text(fields['room']),
		state: text(fields['state']),
		started: maybe(fields['started']),
		step: text(fields['step']),
		channels: objects(fields['channels']).map((each) => ({
			lang: text(each['lang']),
			tone: text(each['tone']),
			steps: text(each['steps']),
			flash: text(each['flash']),
			level_db: maybe(each['level_db']),
			frequency_hz: maybe(each['frequency_hz']),
			offset_ms: maybe(each['offset_ms']),
			problem: maybeText(each['problem']),
		})),
	};
}
