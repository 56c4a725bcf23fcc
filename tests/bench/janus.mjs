// Debian's Janus, tuned, behind WHEP: so that the same client joins it as joins us. Janus' streaming
// plugin makes the offer and wants an answer; WHEP has it the other way round. Each of the client's
// offers is kept until Janus has made its own; either side then gets the other's as an answer.
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { freeUdpPort } from './source.mjs';
import { payloadTypes } from './traffic.mjs';
import { Program, until } from '../interop/relay.mjs';

const program = '/usr/bin/janus';
const mountpoints = { none: 1, auto: 2 }; // by the client's wish for a picture
const keepAliveMs = 20_000;

export const janusIsThere = () => existsSync(program);

const quote = (value) => (typeof value === 'string' ? `"${value}"` : String(value));

/** libconfig's notation. */
const notation = (settings) => Object.entries(settings).map(([name, value]) =>
	(typeof value === 'object' ? `${name}: {\n${notation(value)}\n}` : `${name} = ${quote(value)}`)).join('\n');

async function configure(folder, ports) {
	const sound = (port) => ({ audio: true, audioport: port, audiopt: payloadTypes.opus, audiocodec: 'opus', audioiface: '127.0.0.1' });
	const picture = { video: true, videoport: ports.picture, videopt: payloadTypes.h264, videocodec: 'h264', videoiface: '127.0.0.1',
		videofmtp: 'profile-level-id=42e01f;packetization-mode=1', videobufferkf: true };
	const files = {
		'janus.jcfg': {
			general: { debug_level: Number(process.env.JANUS_DEBUG ?? 2), log_to_stdout: true, session_timeout: 0, event_loops: 2 },
			nat: { ice_lite: true, ice_enforce_list: '127.0.0.1', full_trickle: false },
			media: { ipv6: false },
			plugins: { disable: ['audiobridge', 'duktape', 'echotest', 'lua', 'nosip', 'recordplay', 'sip', 'textroom', 'videocall', 'videoroom', 'voicemail']
				.map((name) => `libjanus_${name}.so`).join(',') },
			transports: { disable: ['http', 'mqtt', 'nanomsg', 'pfunix', 'rabbitmq'].map((name) => `libjanus_${name}.so`).join(',') },
			events: { broadcast: false },
		},
		'janus.plugin.streaming.jcfg': {
			general: {},
			sound: { type: 'rtp', id: mountpoints.none, ...sound(ports.sound), threads: 2 },
			both: { type: 'rtp', id: mountpoints.auto, ...sound(ports.soundOfBoth), ...picture, threads: 2 },
		},
		'janus.transport.websockets.jcfg': { general: { ws: true, ws_port: ports.websocket, ws_ip: '127.0.0.1', wss: false } },
	};
	for (const [name, settings] of Object.entries(files)) await writeFile(join(folder, name), notation(settings) + '\n');
}

/** The m-sections of an SDP behind its session part. */
const sections = (sdp) => sdp.split(/\r?\n(?=m=)/);
const lines = (text) => text.split(/\r?\n/).filter((line) => line);
const value = (sdp, name) => new RegExp(`^a=${name}:(.*?)\\r?$`, 'm').exec(sdp)?.[1];

/** Janus' offer as the client's answer: what is the client's to choose it has chosen already. */
const toClient = (offer) => offer.replace(/a=setup:actpass/g, 'a=setup:passive');

/** Janus' offer and the client's credentials as the answer to Janus. */
function toJanus(offer, clientOffer) {
	const own = ['ice-ufrag', 'ice-pwd', 'fingerprint'].map((name) => `a=${name}:${value(clientOffer, name)}`);
	const [session, ...media] = sections(offer);
	const dropped = /^a=(ice-lite|ice-ufrag|ice-pwd|fingerprint|candidate|end-of-candidates|ice-options|setup|sendonly|ssrc|msid|extmap-allow-mixed)/;
	const keep = (text) => lines(text).filter((line) => !dropped.test(line));
	// Janus waits for a candidate before it looks at a check; where those come from it learns then.
	const nowhere = ['a=candidate:1 1 udp 2113937151 127.0.0.1 9 typ host', 'a=end-of-candidates'];
	return [keep(session), ...media.map((section) => [...keep(section), ...own, ...nowhere, 'a=setup:active', 'a=recvonly'])].flat().join('\r\n') + '\r\n';
}

class Janus {
	waiting = new Map(); // transactions
	handles = new Map();
	next = 0;

	static async connect(url) {
		const janus = new Janus();
		janus.socket = new WebSocket(url, 'janus-protocol');
		await new Promise((resolve, reject) => janus.socket.once('open', resolve).once('error', reject));
		janus.socket.on('message', (data) => janus.take(JSON.parse(data)));
		janus.session = (await janus.ask({ janus: 'create' })).data.id;
		janus.timer = setInterval(() => janus.send({ janus: 'keepalive', session_id: janus.session }), keepAliveMs);
		return janus;
	}

	send(message) {
		const transaction = String(this.next++);
		this.socket.send(JSON.stringify({ ...message, transaction }));
		return transaction;
	}

	/** An acknowledged request is answered later, by an event of the same transaction. */
	ask(message) {
		return new Promise((resolve, reject) => this.waiting.set(this.send(message), { resolve, reject }));
	}

	take(message) {
		const one = this.waiting.get(message.transaction);
		if (!one || message.janus === 'ack') return;
		this.waiting.delete(message.transaction);
		const error = message.error ?? message.plugindata?.data?.error;
		if (error) one.reject(new Error(`janus: ${JSON.stringify(error)}`));
		else one.resolve(message);
	}

	request(handle, body, jsep) {
		return this.ask({ janus: 'message', session_id: this.session, handle_id: handle, body, ...(jsep ? { jsep } : {}) });
	}

	async join(mountpoint, clientOffer) {
		const handle = (await this.ask({ janus: 'attach', session_id: this.session, plugin: 'janus.plugin.streaming' })).data.id;
		const { jsep } = await this.request(handle, { request: 'watch', id: mountpoint });
		await this.request(handle, { request: 'start' }, { type: 'answer', sdp: toJanus(jsep.sdp, clientOffer) });
		return { handle, answer: toClient(jsep.sdp) };
	}

	leave(handle) {
		return this.ask({ janus: 'detach', session_id: this.session, handle_id: handle });
	}

	close() {
		clearInterval(this.timer);
		this.socket.close();
	}
}

async function body(request) {
	const parts = [];
	for await (const part of request) parts.push(part);
	return Buffer.concat(parts).toString();
}

async function answer(janus, request, response) {
	const url = new URL(request.url, 'http://localhost');
	if (request.method === 'DELETE') {
		await janus.leave(Number(url.pathname.split('/').pop()));
		response.writeHead(200).end();
		return;
	}
	const joined = await janus.join(mountpoints[url.searchParams.get('video') ?? 'auto'], await body(request));
	response.writeHead(201, { 'Content-Type': 'application/sdp', Location: `/session/${joined.handle}` }).end(joined.answer);
}

/** Starts Janus by `prefix` and, beside it, WHEP at `url`. Feed `ports`: {sound} for listeners, {soundOfBoth, picture} for viewers. */
export async function startJanus(prefix = []) {
	const folder = await mkdtemp(join(tmpdir(), 'janus-'));
	const ports = { sound: await freeUdpPort(), soundOfBoth: await freeUdpPort(), picture: await freeUdpPort(), websocket: await freeUdpPort() };
	await configure(folder, ports);
	const [command, ...args] = [...prefix, program, '-F', folder];
	const server = new Program(command, args);
	const janus = await until('Janus answers', () => {
		if (!server.running) throw new Error(`janus ended: ${server.out.slice(-2000)}`);
		return Janus.connect(`ws://127.0.0.1:${ports.websocket}`).catch(() => null);
	}, 20_000, 100);
	const http = createServer((request, response) => {
		answer(janus, request, response).catch((error) => response.writeHead(500).end(error.message));
	});
	http.keepAliveTimeout = 60_000;
	await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
	return {
		pid: server.child.pid, ports, log: () => server.out + server.err, url: `http://127.0.0.1:${http.address().port}`,
		async stop() {
			janus.close();
			http.closeAllConnections();
			http.close();
			await server.stop();
			await rm(folder, { recursive: true, force: true });
		},
	};
}
