/**
 * What an interpreter hears: the incoming sound and a monitor of the own channel, mixed, toned, and
 * protected, on the headset.
 *
 *     incoming ── gain ──┐
 *     monitor ─── gain ──┼─ volume ─ bass ─ treble ─ protection ─┬─ loudspeaker
 *     recording ─────────┘                                       └─ meter
 *
 * No DOM.
 */

import { limitedGain } from './amplifier.js';
import { linear, powerDecibel } from './decibel.js';
import { Dose, warningOf } from './dose.js';
import { Meter } from './meter.js';
import { FULL_SCALE_SPL, FULL_SCALE_SPL_MAX, FULL_SCALE_SPL_MIN, STAGE_1_SPL } from './protection.js';

/** @typedef {import('./meter.js').Level} Level */
/** @typedef {import('./microphone.js').Device} Device */
/** @typedef {import('./dose.js').DoseWarning} DoseWarning */
/** @typedef {import('./recorder.js').Recording} Recording */
/** blocked: the browser wants a gesture first; see unlock. @typedef {'stopped' | 'playing' | 'blocked'} HeadsetState */
/** full: all three stages; basic: only a limiter, the browser runs no worklet; none: not started yet. @typedef {'none' | 'full' | 'basic'} ProtectionState */

/**
 * @typedef {object} HeadsetSettings
 * @property {number} volume 0..100, half a decibel a step below 100; 0 is silence
 * @property {number} bass dB, -12..12
 * @property {number} treble dB, -12..12
 * @property {number} balance -100 only what comes in, 0 both in full, 100 only the monitor
 * @property {boolean} monitor whether the own channel is heard
 * @property {number} fullScaleSpl dB SPL that a full-scale sine is assumed to make at the ear: 80..130
 */

/** Of the ear, now and today. @typedef {{ readonly dba: number, readonly dose: number, readonly warning: DoseWarning }} Exposure */
/** What protection does: dB taken off, and the stage that takes most; 0 none. @typedef {{ readonly reduction: number, readonly stage: 0 | 1 | 2 | 3 }} Relief */
/** @typedef {{ incoming: MediaStreamTrack | null, monitor: MediaStreamTrack | null }} HeadsetTracks */

/**
 * @typedef {object} HeadsetOptions
 * @property {() => void} onChange state, relief, exposure, devices or settings have changed
 * @property {{ recall(name: string): string | null, remember(name: string, value: string): void }} memory of this device
 */

const TONE_DB = 12;
/** As interpreters' desks have them (bass and treble, ISO 20109); corner frequencies are a choice. */
const BASS_HZ = 200;
const TREBLE_HZ = 5_000;
/** dB a step of the volume; choice: 100 steps are 50 dB. */
const VOLUME_STEP_DB = 0.5;
/** Seconds; a change without a click. */
const RAMP = 0.03;
/** Seconds between two writings of the dose. */
const KEEP_EVERY = 10;

/** -12 dB: speech of -23 LUFS is then 75 dB SPL, below every stage. @type {HeadsetSettings} */
export const DEFAULTS = { volume: 76, bass: 0, treble: 0, balance: 0, monitor: false, fullScaleSpl: FULL_SCALE_SPL };

/** @type {Readonly<Record<Exclude<keyof HeadsetSettings, 'monitor'>, readonly [number, number]>>} */
const RANGES = {
	volume: [0, 100],
	bass: [-TONE_DB, TONE_DB],
	treble: [-TONE_DB, TONE_DB],
	balance: [-100, 100],
	fullScaleSpl: [FULL_SCALE_SPL_MIN, FULL_SCALE_SPL_MAX],
};

/** @param {number} volume 0..100 @returns {number} amplitude */
export function volumeGain(volume) {
	return volume > 0 ? linear((volume - 100) * VOLUME_STEP_DB) : 0;
}

/** @param {number} balance @returns {{ incoming: number, monitor: number }} amplitudes: the one in the middle stays in full */
export function balanceGains(balance) {
	return { incoming: Math.min(1, 1 - balance / 100), monitor: Math.min(1, 1 + balance / 100) };
}

/** @param {Readonly<Record<string, unknown>>} from anything @returns {HeadsetSettings} */
export function readSettings(from) {
	const settings = { ...DEFAULTS };

	for (const [name, [low, high]] of Object.entries(RANGES)) {
		const value = from[name];
		if (typeof value === 'number' && Number.isFinite(value))
			settings[/** @type {keyof typeof RANGES} */ (name)] = Math.min(high, Math.max(low, value));
	}
	if (typeof from['monitor'] === 'boolean') settings.monitor = from['monitor'];
	return settings;
}

/** @param {string | null} kept as JSON @returns {HeadsetSettings} */
function parseSettings(kept) {
	try {
		const value = JSON.parse(kept ?? '{}');

		return readSettings(typeof value === 'object' && value ? value : {});
	} catch {
		return DEFAULTS;
	}
}

/** Today, where the interpreter is. */
function today() {
	const now = new Date();

	return [now.getFullYear(), now.getMonth() + 1, now.getDate()].join('-');
}

/** A remote track in the graph. Chromium decodes it for Web Audio only while an element plays it too, muted or not. */
class Input {
	/** @type {AudioContext} */ #context;
	/** @type {GainNode} */ gain;
	/** @type {Meter} */ meter;
	#element = new Audio();
	/** @type {MediaStreamTrack | null} */ #track = null;
	/** @type {MediaStreamAudioSourceNode | null} */ #source = null;

	/** @param {AudioContext} context @param {AudioNode} next */
	constructor(context, next) {
		this.#context = context;
		this.gain = context.createGain();
		this.meter = new Meter(context);
		this.gain.connect(next);
		this.#element.muted = true;
		this.#element.setAttribute('playsinline', ''); /* Safari on a phone */
	}

	/** @param {MediaStreamTrack | null} track */
	attach(track) {
		if (track === this.#track) return;
		this.#source?.disconnect();
		this.#source = null;
		this.#track = track;
		if (!track) {
			this.#element.srcObject = null;
			return;
		}
		const stream = new MediaStream([track]);
		this.#element.srcObject = stream;
		this.play();
		this.#source = this.#context.createMediaStreamSource(stream);
		this.#source.connect(this.meter.node);
		this.#source.connect(this.gain);
	}

	play() {
		if (this.#track) this.#element.play().catch(() => {});
	}
}

export class Headset {
	/** @type {HeadsetState} */ state = 'stopped';
	/** @type {ProtectionState} */ protection = 'none';
	/** @type {Relief} */ relief = { reduction: 0, stage: 0 };
	/** Headsets and loudspeakers that can be chosen; empty where the browser does not let. @type {readonly Device[]} */ devices = [];
	/** '' is the system's. */ device = '';

	/** @type {HeadsetSettings} */ #settings;
	/** @type {HeadsetOptions} */ #options;
	/** @type {AudioContext | null} */ #context = null;
	/** @type {{ incoming: Input, monitor: Input, volume: GainNode, bass: BiquadFilterNode, treble: BiquadFilterNode, meter: Meter, protector: AudioWorkletNode | null } | null} */ #graph = null;
	/** @type {HeadsetTracks} */ #tracks = { incoming: null, monitor: null };
	/** @type {Promise<void> | null} */ #starting = null;
	/** @type {Dose} */ #dose;
	#dba = 0;
	#unkept = 0;
	/** @type {AudioBufferSourceNode | null} */ #playing = null;
	#relist = () => void this.list().catch(() => {});

	/** @param {HeadsetOptions} options */
	constructor(options) {
		this.#options = options;
		this.#settings = parseSettings(options.memory.recall('headset'));
		this.#dose = new Dose(options.memory.recall('dose'), today());
	}

	/** @returns {Readonly<HeadsetSettings>} */
	get settings() {
		return this.#settings;
	}

	/** Of today. @returns {Exposure} */
	get exposure() {
		return { dba: this.#dba, dose: this.#dose.value, warning: warningOf(this.#dose.value) };
	}

	/** Whether `choose` can do anything here. */
	get choosable() {
		return 'setSinkId' in AudioContext.prototype;
	}

	/** To be called in a gesture of the person: from then on the browser lets sound play. @returns {Promise<void>} */
	async unlock() {
		await this.#start();
		await this.#context?.resume().catch(() => {});
		this.#graph?.incoming.play();
		this.#graph?.monitor.play();
		this.#changed();
	}

	/** What is to be heard from now on; null: nothing. @param {Partial<HeadsetTracks>} tracks */
	async attach(tracks) {
		this.#tracks = { ...this.#tracks, ...tracks };
		await this.#start();
		this.#graph?.incoming.attach(this.#tracks.incoming);
		this.#graph?.monitor.attach(this.#tracks.monitor);
	}

	/** @param {Partial<HeadsetSettings>} change kept on this device, but for `monitor` */
	set(change) {
		const calibrated = this.#settings.fullScaleSpl;

		this.#settings = readSettings({ ...this.#settings, ...change });
		const { monitor: _, ...kept } = this.#settings;
		this.#options.memory.remember('headset', JSON.stringify(kept));
		this.#apply();
		if (calibrated !== this.#settings.fullScaleSpl) this.#graph?.protector?.port.postMessage(this.#settings.fullScaleSpl);
		this.#options.onChange();
	}

	/** What the ear gets; null before anything plays. @returns {Level | null} */
	level() {
		return this.#graph ? this.#graph.meter.read() : null;
	}

	/** As it arrives, before any setting. @returns {{ incoming: Level, monitor: Level } | null} */
	arriving() {
		return this.#graph && { incoming: this.#graph.incoming.meter.read(), monitor: this.#graph.monitor.meter.read() };
	}

	/** Plays samples on the headset, as loud as everything else, until their end or `stopPlaying`. @param {Recording} recording */
	async play({ samples, rate }) {
		await this.unlock();
		this.stopPlaying();
		const context = this.#context;
		const graph = this.#graph;
		if (!context || !graph || !samples.length) return;
		const buffer = context.createBuffer(1, samples.length, rate);
		const source = context.createBufferSource();

		buffer.copyToChannel(samples, 0);
		source.buffer = buffer;
		source.connect(graph.volume);
		this.#playing = source;
		await new Promise((resolve) => {
			source.onended = resolve;
			source.start();
		});
		source.disconnect();
		if (this.#playing === source) this.#playing = null;
	}

	stopPlaying() {
		this.#playing?.stop();
	}

	/** Looks which headsets there are, now and whenever one comes or goes; their names are known once the microphone was allowed. */
	async list() {
		navigator.mediaDevices?.addEventListener('devicechange', this.#relist);
		const all = this.choosable ? ((await navigator.mediaDevices?.enumerateDevices()) ?? []) : [];

		this.devices = all
			.filter(({ kind, deviceId }) => kind === 'audiooutput' && deviceId)
			.map(({ deviceId, label }) => ({ id: deviceId, label }));
		this.#options.onChange();
	}

	/** @param {string} device as in `devices` */
	async choose(device) {
		this.device = device;
		await this.#start();
		await this.#sink();
		this.#options.onChange();
	}

	close() {
		const context = this.#context;

		navigator.mediaDevices?.removeEventListener('devicechange', this.#relist);
		this.stopPlaying();
		this.#graph?.incoming.attach(null);
		this.#graph?.monitor.attach(null);
		this.#graph = null;
		this.#context = null;
		this.#starting = null;
		this.#keep();
		if (context) {
			context.onstatechange = null;
			context.close().catch(() => {});
		}
		this.protection = 'none';
		this.state = 'stopped';
	}

	#start() {
		this.#starting ??= this.#build();
		return this.#starting;
	}

	async #build() {
		const session = /** @type {{ audioSession?: { type: string } }} */ (navigator).audioSession;
		const context = new AudioContext({ latencyHint: 'interactive' }); /* at the device's rate: Firefox connects nothing else */

		/* Safari on a phone: or the microphone takes the sound away. */
		if (session) session.type = 'play-and-record';
		this.#context = context;
		context.onstatechange = () => this.#changed();
		const guard = await this.#protector(context);
		if (this.#context !== context) return; /* closed meanwhile */
		const volume = context.createGain();
		const bass = context.createBiquadFilter();
		const treble = context.createBiquadFilter();
		const meter = new Meter(context);

		bass.type = 'lowshelf';
		bass.frequency.value = BASS_HZ;
		treble.type = 'highshelf';
		treble.frequency.value = TREBLE_HZ;
		volume.connect(bass).connect(treble).connect(guard.input);
		guard.output.connect(meter.node);
		guard.output.connect(context.destination);
		const inputs = { incoming: new Input(context, volume), monitor: new Input(context, volume) };
		this.#graph = { ...inputs, volume, bass, treble, meter, protector: guard.node };
		this.#apply();
		inputs.incoming.attach(this.#tracks.incoming);
		inputs.monitor.attach(this.#tracks.monitor);
		await this.#sink();
		this.#changed();
	}

	/** @param {AudioContext} context @returns {Promise<{ input: AudioNode, output: AudioNode, node: AudioWorkletNode | null }>} */
	async #protector(context) {
		try {
			await context.audioWorklet.addModule(new URL('protector_worklet.js', import.meta.url));
			const node = new AudioWorkletNode(context, 'protector', {
				outputChannelCount: [2],
				processorOptions: { fullScaleSpl: this.#settings.fullScaleSpl },
			});
			node.port.onmessage = ({ data }) => this.#told(data);
			this.protection = 'full';
			return { input: node, output: node, node };
		} catch {
			/* Silence would be worse than a limiter that works with the browser's own means. */
			const { input, output } = limitedGain(context);
			const down = context.createGain();

			down.gain.value = Math.min(1, linear(STAGE_1_SPL - this.#settings.fullScaleSpl));
			output.connect(down);
			this.protection = 'basic';
			return { input, output: down, node: null };
		}
	}

	/** Once a second. @param {{ square: number, seconds: number, reduction: number, stage: 0 | 1 | 2 | 3 }} told */
	#told({ square, seconds, reduction, stage }) {
		this.#dba = powerDecibel(square) + this.#settings.fullScaleSpl;
		this.#dose.add(this.#dba, seconds, today());
		this.#unkept += seconds;
		if (this.#unkept >= KEEP_EVERY) this.#keep();
		this.relief = { reduction, stage };
		this.#options.onChange();
	}

	#keep() {
		this.#unkept = 0;
		this.#options.memory.remember('dose', this.#dose.toString());
	}

	#apply() {
		const graph = this.#graph;
		const context = this.#context;
		if (!graph || !context) return;
		const { volume, bass, treble, balance, monitor } = this.#settings;
		const gains = balanceGains(balance);
		const turn = (/** @type {AudioParam} */ param, /** @type {number} */ value) =>
			param.setTargetAtTime(value, context.currentTime, RAMP / 3);

		turn(graph.volume.gain, volumeGain(volume));
		turn(graph.bass.gain, bass);
		turn(graph.treble.gain, treble);
		turn(graph.incoming.gain.gain, monitor ? gains.incoming : 1);
		turn(graph.monitor.gain.gain, monitor ? gains.monitor : 0);
	}

	async #sink() {
		const context = /** @type {{ setSinkId?: (id: string) => Promise<void> } | null} */ (this.#context);
		if (!context?.setSinkId || (!this.device && !('sinkId' in context))) return;

		try {
			await context.setSinkId(this.device);
		} catch {
			this.device = ''; /* gone: the system's stays */
		}
	}

	#changed() {
		const running = this.#context?.state === 'running';

		this.state = !this.#context ? 'stopped' : running ? 'playing' : 'blocked';
		this.#options.onChange();
	}
}
