/**
 * An interpreter's microphone: as it is, without the processing that browsers put on telephone calls.
 *
 * No DOM. Unplugged, it does not turn to another microphone by itself: a laptop's own would carry the
 * whole room. It comes back when the same one is plugged in again, or another is chosen.
 */

import { Meter } from './meter.js';
import { record } from './recorder.js';

/** @typedef {import('./meter.js').Level} Level */
/** @typedef {import('./recorder.js').Recording} Recording */
/** @typedef {'closed' | 'opening' | 'open' | 'failed'} MicrophoneState */
/** denied: by the person or the system; busy: another program has it; lost: unplugged; insecure: no https. @typedef {'denied' | 'none' | 'busy' | 'lost' | 'insecure' | 'other'} MicrophoneProblem */
/** @typedef {{ readonly id: string, readonly label: string }} Device */

/**
 * @typedef {object} MicrophoneOptions
 * @property {() => void} onChange state, problem, devices or `silenced` have changed
 * @property {(track: MediaStreamTrack | null) => void} [onTrack] a new track is to be sent in place of the old one
 */

/** Interpreters wear headsets: nothing to cancel; and nothing may gate or level what a channel carries. */
const PLAIN = {
	channelCount: { ideal: 1 },
	sampleRate: { ideal: 48_000 },
	echoCancellation: false,
	noiseSuppression: false,
	autoGainControl: false,
};

/** As getUserMedia names them (Media Capture and Streams, 10.3.5). @type {Readonly<Record<string, MicrophoneProblem>>} */
const PROBLEMS = {
	NotAllowedError: 'denied',
	SecurityError: 'denied',
	NotFoundError: 'none',
	OverconstrainedError: 'none',
	NotReadableError: 'busy',
	AbortError: 'busy',
};

/** @param {unknown} error @returns {MicrophoneProblem} */
export function problemOf(error) {
	return (error instanceof Error && PROBLEMS[error.name]) || 'other';
}

/** Chromium takes a device that is merely preferred for no wish at all. @param {MediaDevices} media @param {string} device '' for the system's choice */
async function wished(media, device) {
	try {
		if (device) return await media.getUserMedia({ audio: { ...PLAIN, deviceId: { exact: device } } });
	} catch (error) {
		if (problemOf(error) !== 'none') throw error; /* else it is not there: another may be */
	}
	return media.getUserMedia({ audio: PLAIN });
}

export class Microphone {
	/** @type {MicrophoneState} */ state = 'closed';
	/** @type {MicrophoneProblem | null} */ problem = null;
	/** Those that can be chosen; their labels are known once one was opened. @type {readonly Device[]} */ devices = [];
	/** The one that is open, or is wished, or was last; '' for the system's choice. */ device = '';
	muted = false;
	/** The system, or a switch on the device, keeps it silent. */ silenced = false;

	/** @type {MicrophoneOptions} */ #options;
	/** @type {MediaStreamTrack | null} */ #track = null;
	/** Is heard by us when the track is muted. @type {MediaStreamTrack | null} */ #own = null;
	/** @type {AudioContext | null} */ #context = null;
	/** @type {MediaStreamAudioSourceNode | null} */ #source = null;
	/** @type {Meter | null} */ #meter = null;
	/** Counts openings: a slow one that was overtaken is dropped. */ #turn = 0;
	#devicesChanged = () => this.#lookAgain();

	/** @param {MicrophoneOptions} options */
	constructor(options) {
		this.#options = options;
	}

	/** What is to be sent; null while there is none. @returns {MediaStreamTrack | null} */
	get track() {
		return this.#track;
	}

	/** What the open device calls itself. */
	get label() {
		return this.#track?.label ?? '';
	}

	/**
	 * Opens it, or another one in its place; best in a gesture of the person.
	 * @param {string} [device] as in `devices`; a wish: the system's choice stands in for what is not there
	 * @returns {Promise<boolean>} false: `problem` says why
	 */
	async open(device = this.device) {
		const turn = ++this.#turn;
		const media = navigator.mediaDevices;
		if (!media?.getUserMedia) return this.#fail('insecure');

		media.removeEventListener('devicechange', this.#devicesChanged);
		media.addEventListener('devicechange', this.#devicesChanged);
		this.device = device;
		this.#set('opening', null);
		this.#release();
		try {
			const stream = await wished(media, device);
			const [track] = stream.getAudioTracks();

			if (turn !== this.#turn || !track) {
				for (const each of stream.getTracks()) each.stop();
				return turn === this.#turn && this.#fail('none');
			}
			this.#take(track, device);
			await this.#list();
			return true;
		} catch (error) {
			return turn === this.#turn && this.#fail(problemOf(error));
		}
	}

	close() {
		this.#turn++;
		navigator.mediaDevices?.removeEventListener('devicechange', this.#devicesChanged);
		this.#release();
		this.#context?.close().catch(() => {});
		this.#context = null;
		this.#meter = null;
		this.#set('closed', null);
	}

	/** Muted, silence is sent; `level` still shows what it would be. @param {boolean} muted */
	setMuted(muted) {
		this.muted = muted;
		if (this.#track) this.#track.enabled = !muted;
		this.#options.onChange();
	}

	/** To be called in a gesture of the person, once at least: some browsers measure nothing before. */
	unlock() {
		this.#context?.resume().catch(() => {});
	}

	/** As it comes in, muted or not; null while it is not open. @returns {Level | null} */
	level() {
		return this.state === 'open' && this.#meter ? this.#meter.read() : null;
	}

	/**
	 * Its samples, for as long as is asked.
	 * @param {number} seconds
	 * @param {AbortSignal} [signal] ends it early, with what there is
	 * @returns {Promise<Recording>} rejects when it is not open
	 */
	async record(seconds, signal) {
		if (!this.#context || !this.#source) throw new Error('the microphone is not open');
		await this.#context.resume();
		return record(this.#context, this.#source, seconds, signal);
	}

	/** @param {MediaStreamTrack} track @param {string} wished */
	#take(track, wished) {
		this.device = track.getSettings().deviceId ?? wished;
		track.enabled = !this.muted;
		track.contentHint = 'speech';
		track.onended = () => {
			if (track !== this.#track) return;
			this.#release();
			this.#fail('lost');
		};
		track.onmute = () => this.#silence(track, true);
		track.onunmute = () => this.#silence(track, false);
		this.#track = track;
		this.silenced = track.muted;
		this.#measure(track);
		this.#set('open', null);
		this.#options.onTrack?.(track);
	}

	/** @param {MediaStreamTrack} track */
	#measure(track) {
		const own = track.clone();

		own.enabled = true;
		this.#own = own;
		/* At 48 kHz whatever the loudspeaker's rate is: or its limit would pass for the microphone's. */
		this.#context ??= new AudioContext({ latencyHint: 'interactive', sampleRate: 48_000 });
		try {
			this.#source = this.#context.createMediaStreamSource(new MediaStream([own]));
		} catch {
			/* Firefox connects only what has the context's own rate. */
			this.#context.close().catch(() => {});
			this.#context = new AudioContext({ latencyHint: 'interactive' });
			this.#meter = null;
			this.#source = this.#context.createMediaStreamSource(new MediaStream([own]));
		}
		this.#meter ??= new Meter(this.#context);
		this.#source.connect(this.#meter.node);
		this.unlock();
	}

	#release() {
		const track = this.#track;

		this.#source?.disconnect();
		this.#source = null;
		this.#own?.stop();
		this.#own = null;
		this.#track = null;
		this.silenced = false;
		if (!track) return;
		track.onended = track.onmute = track.onunmute = null;
		track.stop();
		this.#options.onTrack?.(null);
	}

	/** @param {MediaStreamTrack} track @param {boolean} silenced */
	#silence(track, silenced) {
		if (track !== this.#track) return;
		this.silenced = silenced;
		this.#options.onChange();
	}

	async #list() {
		const all = await navigator.mediaDevices.enumerateDevices();

		this.devices = all
			.filter(({ kind, deviceId }) => kind === 'audioinput' && deviceId)
			.map(({ deviceId, label }) => ({ id: deviceId, label }));
		this.#options.onChange();
	}

	async #lookAgain() {
		await this.#list();
		if (this.problem === 'lost' && this.devices.some(({ id }) => id === this.device)) await this.open();
	}

	/** @param {MicrophoneProblem} problem @returns {false} */
	#fail(problem) {
		this.#set('failed', problem);
		return false;
	}

	/** @param {MicrophoneState} state @param {MicrophoneProblem | null} problem */
	#set(state, problem) {
		this.state = state;
		this.problem = problem;
		this.#options.onChange();
	}
}
