/**
 * The report as the relay makes it (relay/monitor/README.md): types, and a parser that lets nothing through
 * that does not have their shape. What is not known is null.
 *
 * Pure.
 */

/** @typedef {{ readonly p50: number | null, readonly p95: number | null }} Percentiles */
/** @typedef {{ readonly start: number, readonly step: number, readonly points: readonly (number | null)[] }} Series */

/**
 * @typedef {object} ReportChannel
 * @property {string} lang
 * @property {Series} listeners
 * @property {number | null} peak
 * @property {number | null} hours listened
 * @property {number | null} served hours
 * @property {Percentiles} lufs
 * @property {Percentiles} loss
 * @property {Percentiles} trip milliseconds
 */

/** @typedef {{ readonly id: string, readonly channels: readonly ReportChannel[] }} ReportRoom */
/** @typedef {{ readonly kind: string, readonly severity: string, readonly room: string | null, readonly place: string, readonly raised: number | null, readonly cleared: number | null, readonly seconds: number | null, readonly by: string }} Incident */
/** @typedef {{ readonly who: string, readonly room: string, readonly booth: string, readonly onAir: number, readonly seated: number, readonly turns: number }} Interpreter */
/** @typedef {{ readonly from: number | null, readonly until: number | null, readonly rooms: readonly ReportRoom[], readonly incidents: readonly Incident[], readonly interpreters: readonly Interpreter[], readonly actions: readonly { readonly kind: string, readonly count: number }[] }} Report */

/** Later is no time of an event: the year 10000. */
const LATEST = 253_402_300_800;

/** @param {unknown} value @returns {Record<string, unknown>} */
const object = (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? /** @type {Record<string, unknown>} */ (value) : {});
/** @param {unknown} value */
const objects = (value) => (Array.isArray(value) ? value.map(object) : []);
/** @param {unknown} value */
const text = (value) => (typeof value === 'string' ? value : '');
/** @param {unknown} value @returns {number | null} */
const maybe = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : null);
/** @param {unknown} value @returns {number | null} */
const time = (value) => (typeof value === 'number' && value > 0 && value < LATEST ? value : null);

/** @param {unknown} value @returns {Percentiles} */
function percentiles(value) {
	const { p50, p95 } = object(value);

	return { p50: maybe(p50), p95: maybe(p95) };
}

/** @param {Record<string, unknown>} value @returns {ReportChannel} */
function parseChannel(value) {
	const { start, step, points } = object(value['listeners']);

	return {
		lang: text(value['lang']),
		listeners: { start: maybe(start) ?? 0, step: Math.max(1, maybe(step) ?? 60), points: Array.isArray(points) ? points.map(maybe) : [] },
		peak: maybe(value['peak']),
		hours: maybe(value['hours_listened']),
		served: maybe(value['served_hours']),
		lufs: percentiles(value['lufs']),
		loss: percentiles(value['loss']),
		trip: percentiles(value['round_trip_ms']),
	};
}

/** @param {unknown} value @returns {Report} */
export function parseReport(value) {
	const { from, until, rooms, incidents, interpreters, actions } = object(value);

	return {
		from: time(from),
		until: time(until),
		rooms: objects(rooms)
			.map((room) => ({ id: text(room['id']), channels: objects(room['channels']).map(parseChannel) }))
			/* The relay itself is no room, and what nobody was in says nothing. */
			.filter(({ id, channels }) => id && channels.length),
		incidents: objects(incidents).map((each) => ({
			kind: text(each['kind']),
			severity: text(each['severity']),
			room: text(each['room']) || null,
			place: text(each['place']),
			raised: time(each['raised']),
			cleared: time(each['cleared']),
			seconds: maybe(each['seconds']),
			by: text(each['acknowledged_by']),
		})),
		interpreters: objects(interpreters).map((each) => ({
			who: text(each['who']),
			room: text(each['room']),
			booth: text(each['booth']),
			onAir: maybe(each['on_air_seconds']) ?? 0,
			seated: maybe(each['seated_seconds']) ?? 0,
			turns: maybe(each['turns']) ?? 0,
		})),
		actions: objects(actions).map((each) => ({ kind: text(each['kind']), count: maybe(each['count']) ?? 0 })),
	};
}
