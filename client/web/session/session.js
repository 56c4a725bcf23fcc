/**
 * One person's session: keeps what the person wants (room, language, pictures) and brings the
 * connection to it, again after every break. An interpreter's has a place in a booth besides.
 *
 * It works by comparing what is wanted with what is confirmed and taking the next step that is
 * missing: join, resume, restart ICE, select. So taps that come faster than answers, a websocket
 * that breaks while sound goes on, or sound that breaks while the websocket goes on are all one case.
 *
 * No DOM.
 */

import { backoff } from './backoff.js';
import { Peer } from './peer.js';
import { Socket, RequestError } from './socket.js';
import { Monitor } from './monitor.js';

/** @typedef {import('./protocol.js').EventInfo} EventInfo */
/** @typedef {import('./protocol.js').Room} Room */
/** @typedef {import('./protocol.js').Choice} Choice */
/** @typedef {import('./protocol.js').VideoChoice} VideoChoice */
/** @typedef {import('./protocol.js').ServerMessage} ServerMessage */
/** @typedef {import('./peer.js').PeerTracks} PeerTracks */
/** @typedef {import('./quality.js').Quality} Quality */
/** @typedef {import('./socket.js').SocketState} SocketState */

/** idle: nothing is wanted; joining: not heard yet; broken: was heard. @typedef {'idle' | 'joining' | 'listening' | 'broken'} Phase */
/** @typedef {{ code: string, message: string }} Problem */

/**
 * @typedef {object} SessionOptions
 * @property {string} url of the websocket
 * @property {import('./socket.js').OpenedSocket | null} early opened already
 * @property {() => void} onChange anything a view shows has changed
 * @property {(tracks: PeerTracks) => void} onTracks new tracks took the place of the old
 * @property {Place} [place] where an interpreter sits
 * @property {Readonly<Record<string, unknown>>} [saying] what each join says besides
 * @property {(name: string, fields: Readonly<Record<string, unknown>>) => void} [onNews] what else the relay says unasked
 */

/**
 * @typedef {object} Place in a booth
 * @property {() => MediaStreamTrack | null} microphone of now
 * @property {() => Readonly<Record<string, unknown>>} ask what a join says besides
 * @property {(answer: Readonly<Record<string, unknown>>) => void} got what its answer says besides
 * @property {(code: string) => boolean} refused whether asking again is of no use
 */

/** Milliseconds; choices. Browsers report "disconnected" after some 5 s without an answer. */
const DISCONNECTED_PATIENCE = 3_000;
/** For ICE and DTLS to finish after an answer. */
const CONNECT_TIMEOUT = 8_000;
const RESTART_TIMEOUT = 5_000;
/** Without a packet of sound: the relay sends one every 20 ms, in silence too. */
const STALL = 3_000;
/** After so many connections that never carried media, the network is the likely reason. */
const BLOCKED_AFTER = 2;

/** What these say about a request will be said again: ask the person, don't repeat it. */
const FINAL = /^(unknown-|bad-|too-large$|forbidden$|unauthorized$)/;

export class Session {
	/** @type {EventInfo | null} */ event = null;
	/** Why the last wish was given up; the person must choose again. @type {Problem | null} */ problem = null;
	/** @type {Quality} */ quality = { level: 'unknown', hint: 'none', change: null };

	/** @type {SessionOptions} */ #options;
	/** @type {Socket} */ #socket;
	/** @type {{ room: string } & Choice | null} */ #wanted = null;
	/** What we last asked for with success. @type {Choice | null} */ #confirmed = null;
	/** What the relay says that it sends. @type {string | null} */ #heard = null;
	/** "My languages". @type {readonly string[]} */ #understood = [];
	/** What of these the relay knows. */ #told = '';
	/** What "my languages" lets hear now. @type {string | null} */ #understoodNow = null;
	#everConnected = false;
	/** Pictures are of no use now: the page is hidden or paused. */
	#blind = false;
	/** Nothing is of use now: paused for long. */
	#asleep = false;
	/** @type {Peer | null} */ #peer = null;
	/** The websocket connection that the relay tells about our peer. */
	#attached = 0;
	#restartWanted = false;
	#connected = false;
	/** Connected or not, sound has been missing for seconds when false. */ #flowing = true;
	#working = false;
	/** Connections in a row that never carried media. */ #fruitless = 0;
	/** Joins that failed in a row. */ #failures = 0;
	#notBefore = 0;
	/** Next try after a failure. */ #retryTimer = 0;
	/** Patience with a peer that is not connected. */ #mediaTimer = 0;
	/** @type {Monitor} */ #monitor;

	/** @param {SessionOptions} options */
	constructor(options) {
		this.#options = options;
		this.#socket = new Socket({
			url: options.url,
			early: options.early,
			onMessage: (message) => this.#received(message),
			onState: () => this.#socketChanged(),
		});
		this.#monitor = new Monitor({
			onQuality: (quality) => {
				this.quality = quality;
				this.#options.onChange();
			},
			onFlow: () => {
				this.#failures = 0;
				this.#flowing = true;
			},
			onStall: (again) => {
				this.#flowing = false;
				if (again) this.#mediaStalled();
				else this.#mediaBroke();
			},
			stallAfter: STALL,
		});
	}

	/** @returns {Phase} */
	get phase() {
		if (!this.#wanted) return 'idle';
		if (this.#connected && this.#flowing) return 'listening';
		return this.#everConnected ? 'broken' : 'joining';
	}

	/** @returns {SocketState} */
	get link() {
		return this.#socket.state;
	}

	/** Attempts that failed since the relay last answered. */
	get attempt() {
		return this.#socket.attempt;
	}

	/** The relay answers, but no media ever arrives. */
	get blocked() {
		return this.#fruitless >= BLOCKED_AFTER;
	}

	/** The room that is wanted. @returns {Room | null} */
	get room() {
		return this.event?.rooms.find(({ id }) => id === this.#wanted?.room) ?? null;
	}

	/** What the person wants to hear and see. @returns {Choice | null} */
	get choice() {
		return this.#wanted;
	}

	/** The language that the relay confirmed to be sending; null before. */
	get heard() {
		return this.#heard;
	}

	/** What the relay sends in place of the choice, because the person understands it; null for nothing. */
	get instead() {
		return this.#understoodNow === this.#wanted?.lang ? null : this.#understoodNow;
	}

	start() {
		this.#socket.connect();
	}

	/** The relay then sends the floor while its language is among these, else the choice. @param {readonly string[]} langs */
	understand(langs) {
		this.#understood = langs;
		this.#advance();
	}

	/** @param {string} room @param {Choice} choice */
	join(room, choice) {
		if (this.#wanted && this.#wanted.room !== room) this.#forget();
		this.#wanted = { room, lang: choice.lang, video: choice.video, sign: choice.sign };
		this.problem = null;
		this.#notBefore = 0;
		this.#advance();
	}

	/** @param {Partial<Choice>} change */
	select(change) {
		if (!this.#wanted) return;
		this.#wanted = { ...this.#wanted, ...change };
		this.problem = null;
		this.#advance();
	}

	leave() {
		this.#wanted = null;
		this.#forget();
		this.#advance();
	}

	/** Whether pictures are of no use now; nothing of the person's choice is changed. @param {boolean} blind */
	setBlind(blind) {
		if (this.#blind === blind) return;
		this.#blind = blind;
		this.#advance();
	}

	/** Stops the stream without giving up the choice, and starts it again. @param {boolean} asleep */
	setAsleep(asleep) {
		if (this.#asleep === asleep) return;
		this.#asleep = asleep;
		if (asleep) this.#dropPeer();
		this.#advance();
	}

	/** Asks the relay for something that lies beyond the choice. @param {string} type @param {Readonly<Record<string, unknown>>} [fields] */
	request(type, fields = {}) {
		return this.#socket.request(type, fields);
	}

	/** Another microphone from now on. @param {MediaStreamTrack | null} microphone */
	async speak(microphone) {
		await this.#peer?.speak(microphone);
	}

	/** The network may have changed, or the page woke up. */
	poke() {
		this.#notBefore = 0;
		this.#socket.poke();
		if (this.#peer && this.#peer.state !== 'connected' && this.#peer.state !== 'connecting') this.#mediaBroke();
		this.#advance();
	}

	/** @param {ServerMessage} message */
	#received(message) {
		if (message.type === 'welcome') {
			this.event = message.event;
		} else if (message.type === 'room' && this.event) {
			const { room } = message;
			this.event = { ...this.event, rooms: this.event.rooms.map((old) => (old.id === room.id ? room : old)) };
		} else if (message.type === 'news') {
			if (message.name === 'heard') this.#hears(message.fields['lang']);
			this.#options.onNews?.(message.name, message.fields);
			return;
		} else if (message.type === 'peer' && /^(closed|expired|failed)$/.test(message.state)) {
			this.#peerGone(message.peer);
		}
		this.#options.onChange();
		this.#advance();
	}

	/** @param {string} id "" when the relay does not say which: then it is ours */
	#peerGone(id) {
		if (this.#peer && this.#peer.id && (!id || id === this.#peer.id)) this.#dropPeer();
	}

	#socketChanged() {
		this.#options.onChange();
		this.#advance();
	}

	/** Takes every step that is missing, one after another; harmless when none is. */
	async #advance() {
		this.#options.onChange();
		if (this.#working) return;
		this.#working = true;
		for (let step = this.#nextStep(); step; step = this.#nextStep()) {
			try {
				await step();
			} catch (error) {
				this.#failed(error);
			}
			this.#options.onChange();
		}
		this.#working = false;
	}

	/** @returns {(() => Promise<void>) | null} */
	#nextStep() {
		const wanted = this.#wanted;
		const peer = this.#peer;

		if (this.#socket.state !== 'open' || !wanted || this.#asleep) return null;
		if (performance.now() < this.#notBefore) return null;
		if (!peer) return () => this.#join(wanted);
		if (this.#attached !== this.#socket.generation) return () => this.#resume(peer);
		if (this.#restartWanted) return () => this.#restart(peer);
		if (this.#differs()) return () => this.#select();
		return this.#told === this.#understood.join() ? null : () => this.#tell();
	}

	/** @returns {Choice | null} what the relay should be sending */
	#target() {
		const wanted = this.#wanted;

		if (!wanted) return null;
		return { lang: wanted.lang, video: this.#blind ? 'none' : wanted.video, sign: wanted.sign && !this.#blind };
	}

	#differs() {
		const target = this.#target();
		const confirmed = this.#confirmed;

		return (
			!!target &&
			!!confirmed &&
			(target.lang !== confirmed.lang || target.video !== confirmed.video || target.sign !== confirmed.sign)
		);
	}

	/** @param {{ room: string }} wanted */
	async #join(wanted) {
		const target = /** @type {Choice} */ (this.#target());
		const room = this.room;
		if (!room) throw new RequestError('unknown-room', wanted.room);

		const place = this.#options.place;
		/** @type {Peer} */
		const peer = new Peer({
			sign: room.sign,
			...(place && { microphone: place.microphone(), monitor: true }),
			onState: (state) => {
				if (this.#peer === peer) this.#peerState(state);
			},
		});
		peer.room = wanted.room;
		this.#peer = peer;
		this.#attached = this.#socket.generation;
		this.#restartWanted = false;
		try {
			const offer = await peer.offer({ restart: false });
			const sent = { room: wanted.room, ...target };
			const answer = await this.#socket.request('join', { ...this.#said(sent), ...place?.ask(), ...this.#options.saying, offer });
			if (this.#peer !== peer) return;

			peer.id = String(answer['peer'] ?? '');
			this.#confirm(sent, answer);
			place?.got(answer);
			this.#told = '';
			this.#understoodNow = null;
			this.#options.onTracks(peer.tracks);
			this.#waitForMedia(CONNECT_TIMEOUT, () => this.#mediaNeverCame());
			await peer.accept(String(answer['answer'] ?? ''));
		} catch (error) {
			if (this.#peer === peer) this.#dropPeer();
			else peer.close();
			throw error;
		}
	}

	/** The websocket is a new one, the media may still flow: tell the relay that both are ours. @param {Peer} peer */
	async #resume(peer) {
		const generation = this.#socket.generation;

		try {
			await this.#socket.request('resume', { peer: peer.id });
			if (this.#peer !== peer) return;
			this.#attached = generation;
			/* What is heard may have changed unheard of: ask again. */
			if (this.#understood.length) this.#told = '';
		} catch (error) {
			/* The relay knows no such peer, perhaps since it restarted: join again at once. */
			if (this.#peer === peer && error instanceof RequestError && error.code !== 'closed') this.#dropPeer();
		}
	}

	/** @param {Peer} peer */
	async #restart(peer) {
		this.#restartWanted = false;
		try {
			const offer = await peer.offer({ restart: true });
			const answer = await this.#socket.request('restart', { offer });
			if (this.#peer !== peer) return;
			await peer.accept(String(answer['answer'] ?? ''));
			this.#waitForMedia(RESTART_TIMEOUT, () => this.#dropPeer());
		} catch (error) {
			if (this.#peer === peer && !(error instanceof RequestError && error.code === 'closed')) this.#dropPeer();
			else this.#restartWanted = true;
		}
	}

	async #select() {
		const target = /** @type {Choice} */ (this.#target());
		const peer = this.#peer;
		const answer = await this.#socket.request('select', this.#said(target));

		if (this.#peer === peer) this.#confirm(target, answer);
	}

	/** Where a booth listens to is for all who sit in it: `incoming`, and not the choice of one. @param {Choice} choice @returns {Readonly<Record<string, unknown>>} */
	#said({ lang, ...others }) {
		return this.#options.place ? others : { lang, ...others };
	}

	/** @param {Choice} asked @param {Readonly<Record<string, unknown>>} answer */
	#confirm(asked, answer) {
		this.#confirmed = { lang: asked.lang, video: asked.video, sign: asked.sign };
		this.#heard = typeof answer['lang'] === 'string' ? answer['lang'] : asked.lang;
	}

	/** A relay that does not know of this sends the choice, as it always did. */
	async #tell() {
		const understood = this.#understood;

		try {
			const answer = await this.#socket.request('languages', { understood });
			this.#hears(answer['heard']);
		} catch (error) {
			if (!(error instanceof RequestError) || /^(closed|timeout|busy|not-joined)$/.test(error.code)) throw error;
		}
		this.#told = understood.join();
	}

	/** @param {unknown} lang */
	#hears(lang) {
		this.#understoodNow = typeof lang === 'string' ? lang : null;
		this.#options.onChange();
	}

	/** A step failed. @param {unknown} error */
	#failed(error) {
		const code = error instanceof RequestError ? error.code : 'browser';
		const message = error instanceof Error ? error.message : String(error);

		if (code === 'closed') return; /* the socket tries again, and then so do we */
		if (code === 'not-joined') {
			this.#dropPeer();
			return;
		}
		if (code === 'already-joined') this.#leavePeer();
		if (FINAL.test(code) || this.#options.place?.refused(code)) {
			this.problem = { code, message };
			if (this.#peer && this.#confirmed && this.#wanted) {
				/* What was heard before goes on. */
				this.#wanted = { ...this.#wanted, lang: this.#confirmed.lang };
				this.#confirmed = this.#target();
			} else {
				this.leave();
			}
			return;
		}
		this.#retryLater();
	}

	#retryLater() {
		const delay = backoff(this.#failures++, Math.random());

		this.#notBefore = performance.now() + delay;
		clearTimeout(this.#retryTimer);
		this.#retryTimer = setTimeout(() => {
			this.#notBefore = 0;
			this.#advance();
		}, delay);
	}

	/** @param {RTCPeerConnectionState} state */
	#peerState(state) {
		this.#connected = state === 'connected';
		if (state === 'connected') {
			clearTimeout(this.#mediaTimer);
			this.#everConnected = true;
			this.#flowing = true;
			this.#fruitless = 0;
			this.#restartWanted = false;
			if (this.#peer) this.#monitor.watch(this.#peer);
		} else if (state === 'disconnected') {
			this.#waitForMedia(DISCONNECTED_PATIENCE, () => this.#mediaBroke());
		} else if (state === 'failed') {
			this.#mediaBroke();
		}
		this.#options.onChange();
	}

	/** @param {number} patience milliseconds @param {() => void} otherwise */
	#waitForMedia(patience, otherwise) {
		clearTimeout(this.#mediaTimer);
		this.#mediaTimer = setTimeout(() => {
			if (this.#peer?.state === 'connected') return;
			otherwise();
			this.#advance();
		}, patience);
	}

	/** Sound was there and is not any more: the cheap remedy first. */
	#mediaBroke() {
		if (!this.#peer || this.#restartWanted) return;
		if (this.#peer.state === 'new' || this.#peer.state === 'connecting') return;
		this.#restartWanted = true;
		this.#advance();
	}

	/** Connected, restarted, and still nothing comes. */
	#mediaStalled() {
		this.#dropPeer();
		this.#retryLater();
	}

	#mediaNeverCame() {
		this.#fruitless++;
		this.#dropPeer();
		if (this.#fruitless >= BLOCKED_AFTER) this.#retryLater();
	}

	#dropPeer() {
		const peer = this.#peer;

		clearTimeout(this.#mediaTimer);
		this.#peer = null;
		this.#connected = false;
		this.#restartWanted = false;
		this.#monitor.stop();
		if (!peer) return;
		if (peer.id && this.#attached === this.#socket.generation) this.#leavePeer();
		peer.close();
	}

	/** A seat outlives its peer: to leave would give it up, so the next join comes by a new websocket. */
	#leavePeer() {
		if (this.#options.place && this.#wanted) this.#socket.renew();
		else this.#socket.request('leave').catch(() => {});
	}

	/** Nothing of the last room counts any more. */
	#forget() {
		this.#dropPeer();
		clearTimeout(this.#retryTimer);
		this.#confirmed = null;
		this.#heard = null;
		this.#understoodNow = null;
		this.#everConnected = false;
		this.#asleep = false;
		this.#failures = 0;
		this.#notBefore = 0;
		this.#fruitless = 0;
		this.quality = { level: 'unknown', hint: 'none', change: null };
	}
}
