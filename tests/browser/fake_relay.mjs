/**
 * A small stand-in for the relay: serves the pages, speaks dragoman.v1, and sends a tone for each
 * language and a moving picture through libwebrtc (fake_media.mjs). Tests make it fail in every way
 * that a network or a relay can.
 */

import { fork } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FakeBooth, boothHandlers } from './fake_booths.mjs';

const WEB_ROOT = fileURLToPath(new URL('../../client/web', import.meta.url));

/** What the relay sends with its pages. */
export const CONTENT_SECURITY_POLICY =
	"default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data: blob:; media-src 'self' blob: mediastream:; " +
	"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

const TYPES = {
	'.html': 'text/html; charset=utf-8',
	'.js': 'text/javascript; charset=utf-8',
	'.mjs': 'text/javascript; charset=utf-8',
	'.css': 'text/css; charset=utf-8',
	'.svg': 'image/svg+xml',
	'.png': 'image/png',
	'.webmanifest': 'application/manifest+json',
};

/** Hertz: far enough apart for one FFT bin to tell which it is. */
export const TONES = { floor: 400, ar: 520, zh: 640, en: 760, fr: 880, ru: 1000, es: 1120, ils: 1240 };

const LANGUAGES = ['ar', 'zh', 'en', 'fr', 'ru', 'es'];

export function channels(states = {}) {
	return ['floor', ...LANGUAGES].map((lang) => ({ lang, state: states[lang] ?? 'live' }));
}

/** Booths of the stand-in's rooms: French with English as retour, Arabic alone. */
export const BOOTHS = [
	{ id: 'fr', langs: ['fr', 'en'], pivots: ['en'] },
	{ id: 'ar', langs: ['ar'] },
];

export function sampleEvent({ rooms = 1, states = {}, picture = true, sign = false, booths } = {}) {
	const titles = [
		{ en: 'Popov Room', ar: 'قاعة بوبوف', fr: 'Salle Popov', ru: 'Зал Попова', es: 'Sala Popov', zh: '波波夫厅' },
		{ en: 'Room A', ar: 'القاعة ألف', fr: 'Salle A', ru: 'Зал А', es: 'Sala A', zh: 'A 厅' },
		{ en: 'Montbrillant', ar: 'مونبريان', fr: 'Montbrillant', ru: 'Монбрийан', es: 'Montbrillant', zh: '蒙布里昂厅' },
	];
	return {
		id: 'forum',
		title: {
			en: 'WSIS Forum 2025',
			ar: 'منتدى القمة العالمية لمجتمع المعلومات 2025',
			fr: 'Forum du SMSI 2025',
			ru: 'Форум ВВУИО 2025',
			es: 'Foro de la CMSI 2025',
			zh: '信息社会世界峰会论坛 2025',
		},
		rooms: titles.slice(0, rooms).map((title, i) => ({
			id: ['popov', 'room-a', 'montbrillant'][i],
			title,
			floor: { language: 'en', state: states.floor ?? 'live' },
			channels: channels(states),
			picture,
			sign,
			...(booths && { booths: booths.map(({ id, langs }) => ({ id, langs, free: 3 })) }),
		})),
	};
}

/** One websocket (RFC 6455), as far as these tests need it: text and close, unfragmented. */
class Connection {
	constructor(socket) {
		this.socket = socket;
		this.buffer = Buffer.alloc(0);
		this.peer = null;
		this.onText = () => {};
		socket.on('data', (data) => this.#read(data));
		socket.on('error', () => {});
	}

	send(message) {
		const payload = Buffer.from(JSON.stringify(message));
		let head;

		if (payload.length < 126) head = Buffer.from([0x81, payload.length]);
		else if (payload.length < 65536) head = Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255]);
		else {
			head = Buffer.alloc(10);
			head[0] = 0x81;
			head[1] = 127;
			head.writeBigUInt64BE(BigInt(payload.length), 2);
		}
		if (!this.socket.destroyed) this.socket.write(Buffer.concat([head, payload]));
	}

	drop() {
		this.socket.destroy();
	}

	#read(data) {
		this.buffer = Buffer.concat([this.buffer, data]);
		for (;;) {
			const frame = this.#frame();
			if (!frame) return;
			if (frame.opcode === 8) this.socket.end();
			else if (frame.opcode === 1) this.onText(frame.payload.toString());
		}
	}

	#frame() {
		const { buffer } = this;
		if (buffer.length < 6) return null;
		let length = buffer[1] & 127;
		let at = 2;

		if (length === 126) {
			length = buffer.readUInt16BE(2);
			at = 4;
		} else if (length === 127) {
			if (buffer.length < 14) return null;
			length = Number(buffer.readBigUInt64BE(2));
			at = 10;
		}
		if (buffer.length < at + 4 + length) return null;
		const mask = buffer.subarray(at, at + 4);
		const payload = Buffer.from(buffer.subarray(at + 4, at + 4 + length));
		for (let i = 0; i < length; i++) payload[i] ^= mask[i & 3];
		this.buffer = buffer.subarray(at + 4 + length);
		return { opcode: buffer[0] & 15, payload };
	}
}

/** The process that sends. */
class Media {
	constructor() {
		this.waiting = new Map();
		this.child = fork(fileURLToPath(new URL('fake_media.mjs', import.meta.url)), [JSON.stringify(TONES)], {
			execArgv: [], // not --test
			stdio: 'ignore',
		});
		/** Peak of what each page sends, dBFS, by its sender. */
		this.uplinks = new Map();
		this.child.on('message', ({ n, result, error, id, peak }) => {
			if (peak !== undefined) return void this.uplinks.set(id, peak);
			const { resolve, reject } = this.waiting.get(n);
			this.waiting.delete(n);
			if (error) reject(new Error(error));
			else resolve(result);
		});
	}

	call(id, action, value) {
		if (!this.child.connected) return new Promise(() => {}); // the relay has stopped
		const n = (this.calls = (this.calls ?? 0) + 1);
		return new Promise((resolve, reject) => {
			this.waiting.set(n, { resolve, reject });
			this.child.send({ n, id, action, value });
		});
	}

	async stop() {
		const ended = new Promise((resolve) => this.child.once('exit', resolve));
		this.child.kill('SIGKILL');
		await ended;
	}
}

/** What one page receives. */
class Sender {
	constructor(media) {
		this.media = media;
		this.id = randomBytes(16).toString('hex');
	}

	answer(sdp) {
		return this.media.call(this.id, 'answer', sdp);
	}

	restart(sdp) {
		return this.media.call(this.id, 'restart', sdp);
	}

	/** lang, video, level (of the tone, 0..1), silent (nothing is sent any more) */
	set(change) {
		Object.assign(this, change);
		return this.media.call(this.id, 'set', change);
	}

	close() {
		return this.media.call(this.id, 'close');
	}
}

export class FakeRelay {
	constructor(event = sampleEvent(), booths = BOOTHS) {
		this.event = event;
		/** By room and booth. */
		this.booths = new Map(
			event.rooms.flatMap((room) => (room.booths ?? []).map(({ id }) => [`${room.id} ${id}`, new FakeBooth(this, room, booths.find((each) => each.id === id))])),
		);
		/** Every message of every page, oldest first. */
		this.received = [];
		this.connections = new Set();
		this.senders = new Map();
		/** Of each type of request: { code, message, times } to refuse it. */
		this.refusals = new Map();
		/** Milliseconds before a type of request is answered. */
		this.delays = new Map();
		this.accepting = true;
		/** 'welcome' or not at all: an accepted connection that says nothing. */
		this.mute = false;
	}

	async start(port = 0) {
		this.media = new Media();
		this.server = createServer((request, response) => this.#serve(request, response));
		this.server.on('upgrade', (request, socket) => this.#upgrade(request, socket));
		await new Promise((resolve) => this.server.listen(port, '127.0.0.1', resolve));
		this.port = this.server.address().port;
		this.url = `http://127.0.0.1:${this.port}/`;
		if (this.booths.size)
			this.ticking = setInterval(() => {
				for (const booth of this.booths.values()) booth.levels(this.media.uplinks);
			}, 100);
		return this;
	}

	async stop() {
		this.stopped = true;
		clearInterval(this.ticking);
		this.dropSockets();
		this.senders.clear();
		await this.media.stop();
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	/** The network between page and relay breaks for the websocket alone. */
	dropSockets() {
		for (const connection of this.connections) connection.drop();
	}

	/** The relay forgets everybody, as after a crash. */
	forgetPeers() {
		for (const sender of this.senders.values()) sender.close();
		this.senders.clear();
	}

	/** Changes a room and tells everybody. */
	update(id, change) {
		const room = this.event.rooms.find((each) => each.id === id);

		Object.assign(room, change(room));
		for (const connection of this.connections) connection.send({ type: 'room', room });
	}

	of(type) {
		return this.received.filter((message) => message.type === type);
	}

	/** What else than pages is served: true when it was. */
	answer() {
		return false;
	}

	#serve(request, response) {
		const path = normalize(new URL(request.url, 'http://host').pathname);
		const plain = join(WEB_ROOT, path === '/' ? 'index.html' : path);
		const file = existsSync(plain) && statSync(plain).isFile() ? plain : `${plain}.html`;

		if (this.answer(request, response)) return;
		if (!file.startsWith(WEB_ROOT) || !existsSync(file) || !statSync(file).isFile()) {
			response.writeHead(404).end();
			return;
		}
		response.writeHead(200, {
			'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
			'Content-Security-Policy': CONTENT_SECURITY_POLICY,
			'X-Content-Type-Options': 'nosniff',
			'Cache-Control': 'no-cache',
		});
		createReadStream(file).pipe(response);
	}

	#upgrade(request, socket) {
		const key = request.headers['sec-websocket-key'];

		if (!this.accepting || request.headers['sec-websocket-protocol'] !== 'dragoman.v1') {
			socket.destroy();
			return;
		}
		const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
		socket.write(
			'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
				`Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: dragoman.v1\r\n\r\n`,
		);
		const connection = new Connection(socket);
		this.connections.add(connection);
		socket.on('close', () => this.connections.delete(connection));
		connection.onText = (text) => this.#message(connection, JSON.parse(text));
		if (!this.mute) connection.send({ type: 'welcome', protocol: 'dragoman.v1', event: this.event });
	}

	async #message(connection, message) {
		if (this.mute || this.stopped) return;
		this.received.push({ ...message, at: performance.now() });
		const { type, id } = message;
		const delay = this.delays.get(type);
		const refusal = this.refusals.get(type);

		if (delay) await new Promise((resolve) => setTimeout(resolve, delay));
		if (this.stopped) return;
		if (refusal && refusal.times-- > 0) {
			connection.send({ type: 'error', id, code: refusal.code, message: refusal.message });
			return;
		}
		const handler = this[`on_${type}`];
		if (handler) await handler.call(this, connection, message);
	}

	#refuse(connection, id, code) {
		connection.send({ type: 'error', id, code, message: `refused: ${code}` });
	}

	async on_join(connection, message) {
		const { id, room, lang = 'floor', video = 'auto', sign = false, offer, booth, name, key } = message;
		const found = this.event.rooms.find((each) => each.id === room);

		if (!found) return this.#refuse(connection, id, 'unknown-room');
		if (!found.channels.some((each) => each.lang === lang)) return this.#refuse(connection, id, 'unknown-language');
		if (connection.peer) return this.#refuse(connection, id, 'already-joined');
		const place = booth && this.booths.get(`${room} ${booth}`);
		if (booth && message.lang !== undefined) return this.#refuse(connection, id, 'bad-message');
		if (booth && !place) return this.#refuse(connection, id, 'unknown-booth');
		let seat;
		try {
			seat = place?.sit(connection, { name, key });
		} catch (error) {
			return this.#refuse(connection, id, error.code);
		}
		const sender = new Sender(this.media);
		this.senders.set(sender.id, sender);
		connection.peer = sender;
		sender.set({ lang, video });
		const answer = await sender.answer(offer);
		sender.seat = seat?.key;
		connection.booth = place;
		connection.send({ type: 'joined', id, room, lang, video, sign, peer: sender.id, answer, ...(seat && { booth, seat: seat.seat, key: seat.key }) });
		place?.tell();
	}

	on_select(connection, { id, lang, video, sign = false }) {
		const sender = connection.peer;

		if (!sender) return this.#refuse(connection, id, 'not-joined');
		sender.set({ lang: lang ?? sender.lang, video: video ?? sender.video });
		connection.send({ type: 'selected', id, lang: sender.lang, video: sender.video, sign });
	}

	async on_restart(connection, { id, offer }) {
		if (!connection.peer) return this.#refuse(connection, id, 'not-joined');
		const answer = await connection.peer.restart(offer);
		connection.send({ type: 'restarted', id, answer });
	}

	on_resume(connection, { id, peer }) {
		const sender = this.senders.get(peer);

		if (!sender) return this.#refuse(connection, id, 'not-joined');
		connection.peer = sender;
		connection.send({ type: 'resumed', id, peer });
		for (const booth of this.booths.values())
			for (const seat of booth.seats)
				if (seat && seat.key === sender.seat) {
					seat.connection = connection;
					connection.booth = booth;
					booth.tell();
				}
	}

	on_leave(connection, { id }) {
		if (!connection.peer) return this.#refuse(connection, id, 'not-joined');
		this.senders.delete(connection.peer.id);
		connection.peer.close();
		const seat = connection.booth?.of(connection);
		if (seat) connection.booth.leave(seat);
		connection.peer = null;
		connection.booth = null;
		connection.send({ type: 'left', id });
	}

	on_ping(connection, { time }) {
		connection.send({ type: 'pong', time });
	}
}

Object.assign(FakeRelay.prototype, boothHandlers);

/* Run by hand: a page to look at. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const relay = await new FakeRelay(sampleEvent({ rooms: 3, sign: true, states: { ru: 'off', es: 'lost' }, booths: BOOTHS })).start(8090);
	console.log(relay.url, `${relay.url}interpreter?lang=fr`);
}
