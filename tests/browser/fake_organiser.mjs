/**
 * The stand-in's organisers: eight rooms of five channels with booths, alarms, measures four times a second
 * and once a second, a log; it does what it is asked for, as relay/control/README.md says. Tests make
 * things happen by its methods: `raise`, `clear`, `log`, `call`, `seat`, `room`.
 */

import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { FakeRelay } from './fake_relay.mjs';

const CHANNELS = ['ar', 'zh', 'en', 'fr', 'es'];
const NAMES = {
	ar: ['ليلى حداد', 'Karim Nasser'],
	zh: ['王芳', 'Li Wei'],
	en: ['Anna Fielding', 'Tom Okafor'],
	fr: ['Hélène Marchand', 'Bruno Lefèvre'],
	es: ['Inés Robledo', 'Pablo Quiroga'],
};

/** id, titles, language of the floor, sitting, title of what sits */
const ROOMS = [
	['plenary', { en: 'Plenary', ar: 'الجلسة العامة', fr: 'Plénière', es: 'Plenario', ru: 'Пленарный зал', zh: '全会厅' }, 'ru', 'running', { en: 'Opening: statement by the Minister', ar: 'الافتتاح: بيان الوزير', fr: 'Ouverture : déclaration du Ministre' }],
	['popov', { en: 'Popov Room', ar: 'قاعة بوبوف', fr: 'Salle Popov', es: 'Sala Popov', ru: 'Зал Попова', zh: '波波夫厅' }, 'en', 'running', { en: 'Digital inclusion', ar: 'الشمول الرقمي', fr: 'Inclusion numérique' }],
	['room-a', { en: 'Room A', ar: 'القاعة ألف', fr: 'Salle A', es: 'Sala A', ru: 'Зал А', zh: 'A 厅' }, 'en', 'running', { en: 'Cybersecurity: building trust in the use of ICTs', ar: 'الأمن السيبراني: بناء الثقة في استخدام التكنولوجيا', fr: 'Cybersécurité : instaurer la confiance' }],
	['room-b', { en: 'Room B', ar: 'القاعة باء', fr: 'Salle B', es: 'Sala B', ru: 'Зал Б', zh: 'B 厅' }, 'fr', 'paused', { en: 'Media and journalism', ar: 'الإعلام والصحافة', fr: 'Médias et journalisme' }],
	['montbrillant', { en: 'Montbrillant', ar: 'مونبريان', fr: 'Montbrillant', es: 'Montbrillant', ru: 'Монбрийан', zh: '蒙布里昂厅' }, 'en', 'running', { en: 'E-health for all', ar: 'الصحة الإلكترونية للجميع', fr: 'La cybersanté pour tous' }],
	['room-c', { en: 'Room C', ar: 'القاعة جيم', fr: 'Salle C', es: 'Sala C', ru: 'Зал В', zh: 'C 厅' }, 'es', 'running', { en: 'Local content and languages', ar: 'المحتوى المحلي واللغات', fr: 'Contenus locaux et langues' }],
	['room-d', { en: 'Room D', ar: 'القاعة دال', fr: 'Salle D', es: 'Sala D', ru: 'Зал Г', zh: 'D 厅' }, 'en', 'line-up', { en: 'Financing mechanisms', ar: 'آليات التمويل', fr: 'Mécanismes de financement' }],
	['room-k', { en: 'Room K', ar: 'القاعة كاف', fr: 'Salle K', es: 'Sala K', ru: 'Зал К', zh: 'K 厅' }, 'en', 'closed', null],
];

const MEANINGS = {
	'channel-silent': ['The channel is shown as interpreted, the floor speaks, and listeners hear nothing.', 'Talk to the booth: a headset’s own mute key, or the wrong microphone, is likely.'],
	'microphone-unfit': ['The sound of this microphone is not fit for interpretation.', 'Read the meter’s reason to the person: mostly a headset or a setting must change.'],
	'source-frozen': ['The picture stands still: interpreters and signers work blind.', 'Restart the encoder, or switch to the spare source.'],
	'booth-unmanned': ['The session runs and nobody sits in this booth.', 'Call its interpreters; their links may have failed.'],
	'group-loss': ['These listeners lose packets on their way: picture and then sound suffer.', 'Ask them for another network; if they share one, call whoever keeps it.'],
};
const AT = { channel: 'channel', microphone: 'microphone', source: 'source', booth: 'booth', group: 'group', disk: 'process', certificate: 'process', token: 'process', worker: 'worker', uplink: 'process', sound: 'source' };

const now = () => Math.floor(Date.now() / 1000);
/** Values that look alive and are the same in every run. */
const wave = (seed, swing = 1, period = 7) => Math.sin(Date.now() / 1000 / period + seed * 1.7) * swing;
const round = (value) => Math.round(value * 10) / 10;

class Refusal extends Error {
	constructor(code, message = `refused: ${code}`) {
		super(message);
		this.code = code;
	}
}

/** A picture that differs from room to room and moves a little, as PNG (RFC 2083). */
function still(hue, step) {
	const width = 320;
	const height = 180;
	const rows = Buffer.alloc((width * 3 + 1) * height);
	const head = 160 + Math.round(18 * Math.sin(step / 3 + hue));

	for (let y = 0, at = 0; y < height; y++) {
		at++;
		for (let x = 0; x < width; x++, at += 3) {
			const light = 1 - Math.hypot(x - 160, y - 60) / 260;
			const person = Math.hypot((x - head) / 20, (y - 78) / 26) < 1 || (y > 98 && Math.abs(x - head) < 26 + (y - 98) / 2 && y < 150);
			const desk = y >= 138 && Math.abs(x - 160) < 84;
			for (let c = 0; c < 3; c++) {
				const tint = 0.6 + 0.4 * Math.sin(hue * 1.3 + c * 2.1);
				rows[at + c] = desk ? 58 + 10 * tint : person ? 30 + 24 * tint : Math.max(12, 150 * light * tint);
			}
		}
	}
	const table = Array.from({ length: 256 }, (_, n) => {
		for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
		return n >>> 0;
	});
	const chunk = (type, data) => {
		const body = Buffer.concat([Buffer.from(type), data]);
		const crc = Buffer.alloc(4);
		const length = Buffer.alloc(4);
		crc.writeUInt32BE((body.reduce((c, byte) => table[(c ^ byte) & 255] ^ (c >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0);
		length.writeUInt32BE(data.length);
		return Buffer.concat([length, body, crc]);
	};
	const header = Buffer.from([0, 0, width >> 8, width & 255, 0, 0, 0, height, 8, 2, 0, 0, 0]);
	return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

/** One room with its booths. */
class FakeRoom {
	constructor(n, [id, title, language, sitting, entry]) {
		Object.assign(this, { n, id, title, language, sitting });
		this.entry = entry && { title: entry, start: now() - (sitting === 'line-up' ? -600 : 1800), end: now() + 3600 };
		this.langs = ['floor', ...CHANNELS.filter((lang) => lang !== language), ...(CHANNELS.includes(language) ? ['ru'] : [])].slice(0, 6);
		this.source = { state: 'live', in_use: 0, format: 'H.264 1920x1080 25 fps, AAC 48 kHz stereo', uris: [`rtsp://camera-${n}/main`, `srt://spare-${n}:7001`] };
		this.picture = { state: 'live' };
		this.slowDown = 0;
		this.calls = [];
		this.fitness = {};
		this.listeners = Object.fromEntries(this.langs.map((lang, i) => [lang, sitting === 'closed' ? 0 : ((n * 37 + i * 53) % 140) + 6]));
		/** Overrides of tests: by channel, its loudness; by "booth seat", of its microphone. */
		this.lufs = {};
		this.microphones = {};
		this.booths = this.langs.slice(1).map((lang, i) => ({
			id: lang,
			langs: [lang],
			seats: sitting === 'closed' ? [null, null, null] : this.#people(lang, i, sitting),
			incoming: language === 'ru' && !['en', 'fr'].includes(lang) ? { lang: i % 2 ? 'en' : 'fr', depth: 1, why: 'relay' } : { lang: 'floor', depth: 0, why: 'direct' },
			on_air_max: 1,
		}));
	}

	#people(lang, i, sitting) {
		const names = NAMES[lang] ?? ['Vera Orlova', 'Oleg Panin'];

		return [0, 1, 2].map((seat) =>
			seat < 2 ? { seat, name: names[seat], microphone: seat === (this.n + i) % 2 && sitting === 'running' ? 'on-air' : 'off', output: 'A', link: 'alive', held: 'none', consents: true, since: now() - 60 * (this.n + i + 3) } : null,
		);
	}

	holder(lang) {
		for (const booth of this.booths)
			for (const seat of booth.seats)
				if (seat && /on-air|muted/.test(seat.microphone) && booth.langs[seat.output === 'B' ? 1 : 0] === lang) return { booth, seat };
		return null;
	}

	programme(lang) {
		if (lang === 'floor') return { carries: 'floor', why: 'floor', served: false };
		const holder = this.holder(lang);

		if (!holder) return { carries: 'floor', why: 'booth-off', served: false };
		if (holder.seat.link === 'lost') return { carries: 'concealment', why: 'link-lost', served: true };
		if (holder.seat.microphone === 'muted') return { carries: 'comfort', why: 'muted', served: true };
		return { carries: 'voice', why: 'on-air', served: true };
	}

	momentary(lang) {
		if (lang in this.lufs) return this.lufs[lang];
		if (this.sitting === 'closed' || this.sitting === 'paused') return null;
		return round(-23 + wave(this.n + this.langs.indexOf(lang) * 3, 2.2, 0.9) + wave(this.langs.indexOf(lang), 1.4, 0.31));
	}

	public() {
		return {
			id: this.id,
			title: this.title,
			floor: { language: this.language, state: this.source.state },
			channels: this.langs.map((lang) => ({ lang, state: 'live', ...this.programme(lang) })),
			booths: this.booths.map(({ id, langs, seats }) => ({ id, langs, free: seats.filter((seat) => !seat).length })),
			slow_down: this.slowDown,
			picture: this.picture !== null,
			sign: false,
		};
	}

	describe(booth) {
		const active = booth.seats.find((seat) => seat && /on-air|muted/.test(seat.microphone));

		return {
			id: booth.id,
			room: this.id,
			outputs: booth.langs.map((lang) => {
				const { carries, why } = this.programme(lang);
				const holder = this.holder(lang);
				return { lang, carries, why, booth: holder?.booth.id ?? null, voice: holder?.booth === booth ? holder.seat.seat : null, heard: carries === 'voice', listeners: this.listeners[lang] ?? 0 };
			}),
			seats: booth.seats.filter(Boolean).map(({ since, ...seat }) => ({ ...seat, on_air_for: /on-air|muted/.test(seat.microphone) ? now() - since : null })),
			handover: { state: 'none', from: null, to: null, invited: [], ends_in: 0 },
			incoming: { automatic: true, chosen: 'floor', pivots: ['en'], presets: ['floor', null, null], ...booth.incoming },
			on_air_max: booth.on_air_max,
			shift: active ? { seat: active.seat, for: now() - active.since, remind_in: 1200 } : null,
		};
	}
}

export class FakeOrganiser extends FakeRelay {
	constructor({ rooms = ROOMS.length, mint = true } = {}) {
		const made = ROOMS.slice(0, rooms).map((each, n) => new FakeRoom(n, each));

		super({
			id: 'forum',
			title: { en: 'WSIS Forum 2025', ar: 'منتدى القمة العالمية لمجتمع المعلومات 2025', fr: 'Forum du SMSI 2025', ru: 'Форум ВВУИО 2025', es: 'Foro de la CMSI 2025', zh: '信息社会世界峰会论坛 2025' },
			rooms: made.map((room) => ({ ...room.public(), booths: undefined })),
		});
		this.rooms = made;
		this.event.rooms = made.map((room) => room.public());
		this.mint = mint;
		this.alarms = [];
		this.entries = [];
		this.nextAlarm = 17;
		this.nextCall = 7;
		this.relay = { cpu: 0.31, history: 'running', disk_free: 0.83, certificate_days: 41.5, token_days: null, worker_drops: 0, worker_loop_ms: 1.2 };
		this.booths = new Map();
		this.log('start', {}, -1800);
		this.log('seated', { room: 'plenary', place: 'fr', who: 'Hélène Marchand' }, -900);
	}

	async start(port) {
		await super.start(port);
		this.quick = setInterval(() => this.#quarter(), 250);
		this.slow = setInterval(() => this.#second(), 1000);
		return this;
	}

	async stop() {
		clearInterval(this.quick);
		clearInterval(this.slow);
		await super.stop();
	}

	room(id) {
		return this.rooms.find((room) => room.id === id);
	}

	seat(room, booth, seat) {
		return this.room(room).booths.find(({ id }) => id === booth).seats[seat];
	}

	/* What tests make happen */

	/** @returns {number} its id */
	raise(kind, { room = null, place = '', severity = 'critical', other = null, value = null } = {}) {
		const id = this.nextAlarm++;
		const [meaning, advice] = MEANINGS[kind] ?? [`Meaning of ${kind}.`, `Advice on ${kind}.`];
		const alarm = { id, kind, severity, at: AT[kind.split('-')[0]] ?? 'process', room, place, other, since: now() - 6, raised: now(), acknowledged: null, cleared: null, explained: false, value, times: 1, meaning, advice };

		this.alarms.push(alarm);
		this.#toOverseers({ type: 'alarm', news: 'raised', alarm });
		this.log('alarm', { room: room ?? '', place, detail: { id, kind, severity, news: 'raised' } });
		this.#second();
		return id;
	}

	change(id, change) {
		const alarm = Object.assign(this.alarms.find((each) => each.id === id), change);
		this.#toOverseers({ type: 'alarm', news: 'changed', alarm });
	}

	clear(id) {
		const alarm = this.alarms.find((each) => each.id === id);

		this.alarms = this.alarms.filter((each) => each !== alarm);
		this.#toOverseers({ type: 'alarm', news: 'cleared', alarm: { ...alarm, cleared: now() } });
		this.log('alarm', { room: alarm.room ?? '', place: alarm.place, detail: { id, kind: alarm.kind, severity: alarm.severity, news: 'cleared' } });
		this.#second();
	}

	log(kind, { room = '', place = '', who = '', detail = null } = {}, ago = 0) {
		const entry = { at: now() + ago, kind, room, place, who, detail };

		this.entries.unshift(entry);
		this.#toOverseers({ type: 'logged', entry });
	}

	call(room, booth, name) {
		const call = { call: this.nextCall++, room, booth, name, state: 'open' };

		this.room(room).calls.push(call);
		this.#toRoom(room, { type: 'call', ...call });
		return call.call;
	}

	/** Of the booth to the technician. */
	chat(room, booth, from, text) {
		this.#toRoom(room, { type: 'chat', room, booth, seat: 0, from, to: 'technician', text, time: now() });
	}

	/** Somebody has changed something in a room: everybody is told. */
	told(room) {
		this.#toRoom(room.id, { type: 'booths', room: room.id, booths: room.booths.map((booth) => room.describe(booth)) });
		this.update(room.id, () => room.public());
	}

	/* What is sent */

	#overseers() {
		return [...this.connections].filter((connection) => connection.oversees);
	}

	#toOverseers(message) {
		for (const connection of this.connections ?? []) if (connection.oversees) connection.send(message);
	}

	#toRoom(room, message) {
		for (const connection of this.#overseers()) if (connection.detail === room) connection.send(message);
	}

	#second() {
		const overview = this.#overview();

		for (const connection of this.#overseers()) {
			connection.send(overview);
			const room = this.room(connection.detail);
			if (room) connection.send(this.#measures(room));
		}
	}

	#quarter() {
		for (const connection of this.#overseers()) {
			const room = this.room(connection.detail);
			if (!room) continue;
			connection.send({
				type: 'meters',
				room: room.id,
				channels: room.langs.map((lang) => {
					const momentary = room.momentary(lang);
					return [momentary === null ? null : round(momentary + 9 + wave(room.langs.indexOf(lang), 2, 0.2)), momentary];
				}),
				microphones: this.#seats(room).map(([booth, seat]) => [booth.id, seat.seat, this.#heard(room, booth, seat) ? round(-14 + wave(seat.seat + room.n, 3, 0.3)) : null, seat.link === 'alive']),
			});
		}
	}

	#heard(room, booth, seat) {
		return seat.link === 'alive' && seat.microphone === 'on-air' && room.momentary(booth.langs[0]) !== null;
	}

	#seats(room) {
		return room.booths.flatMap((booth) => booth.seats.filter(Boolean).map((seat) => [booth, seat]));
	}

	#worst(room, lang) {
		const alarms = this.alarms.filter((alarm) => alarm.room === room.id && ['channel', 'booth', 'microphone'].includes(alarm.at) && alarm.place.split('/')[0] === lang);
		return alarms.some(({ severity }) => severity === 'critical') ? 'critical' : alarms.length ? 'warning' : null;
	}

	#overview() {
		const count = (room, severity) => this.alarms.filter((alarm) => alarm.room === room.id && alarm.severity === severity).length;
		const sum = (room) => Object.values(room.listeners).reduce((total, each) => total + each, 0);

		return {
			type: 'overview',
			at: now(),
			rooms: this.rooms.map((room) => ({
				id: room.id,
				sitting: room.sitting,
				entry: room.entry,
				listeners: sum(room),
				interpreters: this.#seats(room).length,
				calls: room.calls.length,
				source: { state: room.source.state, in_use: room.source.in_use, format: room.source.format },
				picture: room.picture,
				still: room.sitting === 'closed' ? null : now() - (now() % 2),
				alarms: { critical: count(room, 'critical'), warning: count(room, 'warning') },
				channels: room.langs.map((lang) => ({ lang, ...room.programme(lang), listeners: room.listeners[lang], lufs: room.momentary(lang), alarm: this.#worst(room, lang) })),
			})),
			relay: { ...this.relay, listeners: this.rooms.reduce((total, room) => total + sum(room), 0) },
		};
	}

	#measures(room) {
		return {
			type: 'measures',
			room: room.id,
			at: now(),
			source: {
				frame_rate: round(25 + wave(1, 0.1)),
				width: 1920,
				height: 1080,
				bitrate: 2_100_000 + Math.round(wave(3, 90_000)),
				key_interval: 2,
				still_for: 0,
				black_for: 0,
				freezes: 0,
				rungs: [{ height: 720, readers: 31 }, { height: 360, readers: 88 }],
				offset_ms: 12,
				restarts: 0,
				in_use: room.source.in_use,
				sources: room.source.uris,
				sign: null,
				fitness: { verdict: 'good', reason: 'none', ceiling_hz: 18_500, snr_db: 44, clipping: 0, concealed: 0, coded_bps: null },
			},
			channels: room.langs.map((lang, i) => {
				const momentary = room.momentary(lang);
				const holder = room.holder(lang);
				return {
					lang,
					momentary,
					short_term: momentary === null ? null : round(-23.2 + wave(i, 0.8, 3)),
					integrated: round(-23.4 + i / 10),
					true_peak: momentary === null ? null : round(-6 + wave(i, 1.5, 2)),
					clipping: 0,
					silent_for: momentary === null ? 12 : 0,
					heard: holder ? { booth: holder.booth.id, seat: holder.seat.seat } : null,
					fallen_back: false,
					floor_likeness: lang === 'floor' ? 1 : 0.08,
					twin: lang === 'floor' ? null : lang === 'es' ? 'fr' : 'es',
					twin_likeness: 0.02,
					repeats: false,
					listeners: room.listeners[lang],
					bitrate: 64_000,
				};
			}),
			microphones: this.#seats(room).map(([booth, seat], i) => ({
				booth: booth.id,
				seat: seat.seat,
				on_air: seat.microphone === 'on-air',
				live: seat.link === 'alive',
				jitter_ms: round(2.1 + wave(i, 0.6)),
				loss: 0.001,
				concealed: 0.0004,
				delay_ms: 34,
				drift_ppm: round(3 + i),
				round_trip_ms: round(38 + 5 * i),
				fitness: { verdict: 'good', reason: 'none', ceiling_hz: 15_000, snr_db: 41, clipping: 0, concealed: 0, coded_bps: 31_000 },
				...room.microphones[`${booth.id} ${seat.seat}`],
			})),
			groups: [
				{ by: 'room', name: room.id, listeners: 400, round_trip_ms: [38, 182], loss: [0.001, 0.012, 0.003], resent_hz: 1.4 },
				...room.langs.map((lang, i) => ({ by: 'channel', name: lang, listeners: room.listeners[lang], round_trip_ms: [36 + i * 4, 150 + i * 17], loss: [0.001, 0.006 + i / 500, 0.002], resent_hz: 0.2 })),
				{ by: 'network', name: '192.0.2.0/24', listeners: 61, round_trip_ms: [9, 14], loss: [0, 0.001, 0], resent_hz: 0 },
				{ by: 'network', name: '2001:db8:40::/48', listeners: 22, round_trip_ms: [210, 480], loss: [0.02, 0.071, 0.031], resent_hz: 4.2 },
				{ by: 'country', name: 'CH', listeners: 214, round_trip_ms: [11, 31], loss: [0, 0.004, 0.001], resent_hz: 0.3 },
			],
		};
	}

	answer(request, response) {
		const url = new URL(request.url, 'http://host');
		const found = /^\/api\/rooms\/([^/]+)\/still$/.exec(url.pathname);
		if (!found) return false;
		const room = this.room(found[1]);

		this.stills = (this.stills ?? 0) + 1;
		if (!room || room.sitting === 'closed') response.writeHead(404).end();
		else response.writeHead(200, { 'Content-Type': 'image/png', 'Cache-Control': 'no-store' }).end(still(room.n, Math.floor(Date.now() / 2000)));
		return true;
	}

	/* What organisers say */

	on_oversee(connection, { id, room = null }) {
		if (room !== null && !this.room(room)) return connection.send({ type: 'error', id, code: 'unknown-room', message: `There is no room '${room}'.` });
		connection.oversees = true;
		connection.detail = room;
		connection.send({ type: 'overseeing', id, rooms: this.rooms.map((each) => each.id), room, mint: this.mint });
		connection.send(this.#overview());
		connection.send({ type: 'alarms', alarms: this.alarms });
		connection.send({ type: 'log', entries: this.entries.slice(0, 200) });
		const detail = this.room(room);
		if (!detail) return undefined;
		connection.send({ type: 'booths', room, booths: detail.booths.map((booth) => detail.describe(booth)) });
		for (const call of detail.calls) connection.send({ type: 'call', ...call });
		connection.send({ type: 'slow-down', room, count: detail.slowDown });
		connection.send(this.#measures(detail));
		const points = 120;
		const start = now() - points * 30;
		const series = Object.fromEntries(detail.langs.map((lang, i) => [lang, Array.from({ length: points }, (_, n) => Math.round((detail.listeners[lang] ?? 0) * Math.min(1, 0.2 + n / 60) + 3 * Math.sin(n / 5 + i)))]));
		return connection.send({ type: 'audience', room, start, step: 30, series });
	}

	/** Does it and says so, or says why not. @param {(room: FakeRoom) => object | void} what */
	#do(connection, message, room, what) {
		const { id, type } = message;

		try {
			if (!connection.oversees) throw new Refusal('forbidden');
			const found = this.room(room ?? connection.detail);
			if (!found && room !== undefined && room !== null) throw new Refusal('unknown-room');
			const more = what(found) ?? {};
			connection.send({ type, id, ...more });
			if (found) this.told(found);
			this.#second();
		} catch (error) {
			connection.send({ type: 'error', id, code: error.code ?? 'bad-message', message: error.message });
		}
	}

	#find(room, booth, seat) {
		const found = room?.booths.find(({ id }) => id === booth);

		if (!room) throw new Refusal('not-watching');
		if (!found) throw new Refusal('no-such-booth');
		if (seat !== undefined && !found.seats[seat]) throw new Refusal('not-seated');
		return { booth: found, seat: seat === undefined ? null : found.seats[seat] };
	}

	on_acknowledge(connection, message) {
		this.#do(connection, message, undefined, () => {
			if (!this.alarms.some(({ id }) => id === message.alarm)) throw new Refusal('no-such-alarm');
			this.change(message.alarm, { acknowledged: { by: 'Ana', at: now() } });
			this.log('acknowledge', { who: 'Ana', detail: { alarm: message.alarm } });
			return { alarm: message.alarm };
		});
	}

	on_sitting(connection, message) {
		this.#do(connection, message, message.room, (room) => {
			room.sitting = message.state;
			this.log('sitting', { room: room.id, who: 'Ana', detail: { state: message.state } });
			return { room: room.id, state: message.state };
		});
	}

	on_source(connection, message) {
		this.#do(connection, message, message.room, (room) => {
			if (message.use >= room.source.uris.length) throw new Refusal('no-such-source');
			room.source.in_use = message.use;
			this.log('source', { room: room.id, who: 'Ana', detail: { use: message.use } });
			return { room: room.id, use: message.use };
		});
	}

	'on_floor-language'(connection, message) {
		this.#do(connection, message, message.room, (room) => {
			room.language = message.lang;
			this.log('floor-language-set', { room: room.id, who: 'Ana', detail: { lang: message.lang } });
		});
	}

	'on_booth-restart'(connection, message) {
		this.#do(connection, message, message.room, (room) => {
			const { booth } = this.#find(room, message.booth);
			for (const seat of booth.seats) if (seat) seat.link = 'lost';
			setTimeout(() => {
				for (const seat of booth.seats) if (seat) seat.link = 'alive';
				this.told(room);
			}, 600);
			this.log('booth-restart', { room: room.id, place: booth.id, who: 'Ana' });
			return { room: room.id, booth: booth.id };
		});
	}

	on_notify(connection, message) {
		this.#do(connection, message, message.to === 'room' ? message.room : undefined, () => {
			this.log('notice', { room: message.room ?? '', who: 'Ana', detail: { to: message.to, text: message.text } });
			return { count: 412 };
		});
	}

	on_mint(connection, message) {
		this.#do(connection, message, undefined, () => {
			if (!this.mint) throw new Refusal('cannot-mint', 'This event’s tokens are made elsewhere.');
			const token = `eyJhbGciOiJIUzI1NiJ9.${Buffer.from(JSON.stringify({ role: message.role })).toString('base64url')}.c2lnbmF0dXJl`;
			const path = { delegate: '/', interpreter: '/interpreter', organiser: '/organiser', feed: '/' }[message.role];
			this.log('mint', { room: message.room ?? '', who: 'Ana', detail: { role: message.role, room: message.room ?? null, channel: message.channel ?? null, ttl: message.ttl } });
			const query = new URLSearchParams({ ...(message.room && { room: message.room }), ...(message.channel && { lang: message.channel }), token });
			return { type: 'minted', token, link: `${path}?${query}`, expires: now() + (message.ttl ?? 28_800) };
		});
	}

	/** The one who listens comes by a websocket of its own, with a place in a room. */
	on_listen(connection, { id, lang, booth, seat }) {
		if (!connection.peer) return connection.send({ type: 'error', id, code: 'not-joined', message: 'Join first.' });
		connection.peer.set({ lang: lang ?? booth });
		return connection.send({ type: 'listening', id, ...(lang ? { lang } : { booth, seat }) });
	}

	'on_line-up'(connection, message) {
		this.#do(connection, message, message.room, (room) => {
			const channels = room.langs.slice(1).map((lang) => ({ lang, tone: 'pending', steps: 'pending', flash: 'pending', level_db: null, frequency_hz: null, offset_ms: null, problem: null }));
			const tell = (state, step, change) => {
				for (const channel of channels) Object.assign(channel, change(channel));
				this.#toOverseers({ type: 'line-up', room: room.id, state, started: now(), step, channels });
			};
			this.log('line-up', { room: room.id, who: 'Ana', detail: { do: message.do } });
			clearTimeout(room.lineUp);
			if (message.do === 'stop') {
				setTimeout(() => tell('stopped', 'tone', () => ({})), 20);
				return { room: room.id, do: 'stop' };
			}
			setTimeout(() => tell('running', 'tone', () => ({})), 20);
			room.lineUp = setTimeout(() => {
				tell('running', 'steps', ({ lang }) => (lang === 'fr' ? { tone: 'fail', level_db: -31.5, frequency_hz: 1000, problem: 'wrong-level' } : { tone: 'pass', level_db: -23, frequency_hz: 1000 }));
				room.lineUp = setTimeout(() => tell('done', 'flash', ({ tone }) => ({ steps: tone, flash: tone, offset_ms: 3 })), 800);
			}, 800);
			return { room: room.id, do: 'start' };
		});
	}

	on_override(connection, message) {
		this.#do(connection, message, undefined, (room) => {
			const { booth, seat } = this.#find(room, message.booth, message.seat);
			const act = { off: () => this.#hold(seat, 'off'), mute: () => this.#hold(seat, 'muted'), release: () => this.#release(seat), on: () => this.#on(booth, seat, message.output), move: () => this.#move(room, booth, seat, message.to) };

			act[message.do]();
			this.log('override', { room: room.id, place: booth.id, who: 'Ana', detail: { do: message.do, name: seat.name } });
			return { do: message.do };
		});
	}

	#hold(seat, how) {
		if (seat.held === how) throw new Refusal('already-forced');
		seat.held = how;
		if (how === 'off') seat.microphone = 'off';
		else if (seat.microphone === 'on-air') seat.microphone = 'muted';
	}

	#release(seat) {
		if (seat.held === 'none') throw new Refusal('not-forced');
		if (seat.held === 'muted' && seat.microphone === 'muted') seat.microphone = 'on-air';
		seat.held = 'none';
	}

	#on(booth, seat, output = 'A') {
		if (seat.link !== 'alive') throw new Refusal('no-link');
		for (const other of booth.seats) if (other && other !== seat && /on-air|muted/.test(other.microphone)) other.microphone = 'off';
		Object.assign(seat, { microphone: 'on-air', held: 'none', output, since: now() });
	}

	#move(room, from, seat, to) {
		const { booth } = this.#find(room, to);
		const free = booth.seats.findIndex((each) => !each);

		if (booth === from) throw new Refusal('same-booth');
		if (free < 0) throw new Refusal('booth-full');
		from.seats[seat.seat] = null;
		booth.seats[free] = Object.assign(seat, { seat: free, microphone: 'off', held: 'none' });
	}

	'on_on-air-max'(connection, message) {
		this.#do(connection, message, undefined, (room) => {
			this.#find(room, message.booth).booth.on_air_max = message.count;
		});
	}

	#callChange(connection, message, state) {
		this.#do(connection, message, undefined, (room) => {
			const call = room?.calls.find((each) => each.call === message.call);
			if (!call) throw new Refusal('no-such-call');
			Object.assign(call, { state, technician: 'Ana' });
			if (state === 'done') room.calls = room.calls.filter((each) => each !== call);
			this.#toRoom(room.id, { type: 'call', ...call });
			this.log(state === 'done' ? 'call-done' : 'call-take', { room: room.id, place: call.booth, who: 'Ana' });
			return { call: call.call };
		});
	}

	'on_call-take'(connection, message) {
		this.#callChange(connection, message, 'taken');
	}

	'on_call-done'(connection, message) {
		this.#callChange(connection, message, 'done');
	}

	on_chat(connection, message) {
		this.#do(connection, message, message.room, (room) => {
			this.#find(room, message.booth);
			this.#toRoom(room.id, { type: 'chat', room: room.id, booth: message.booth, from: 'technician', to: 'booth', text: message.text, time: now() });
			this.log('chat', { room: room.id, place: message.booth, who: 'Ana' });
		});
	}
}

/* Run by hand: a page to look at, with something wrong on it. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const relay = await new FakeOrganiser().start(Number(process.argv[2] ?? 8091));

	relay.raise('channel-silent', { room: 'plenary', place: 'fr' });
	relay.raise('microphone-unfit', { room: 'room-a', place: 'es/1', severity: 'warning' });
	console.log(`${relay.url}organiser`, `${relay.url}report`);
}
