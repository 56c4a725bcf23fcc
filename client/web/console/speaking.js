/**
 * The own microphone as the interpreter uses it: on and off, a cough, for which output; and whether its
 * sound leaves this device at all.
 *
 * No DOM.
 */

/** @typedef {import('../session/booth.js').Booth} Booth */
/** @typedef {import('../session/booth_state.js').OutputName} OutputName */
/** @typedef {import('../sound/microphone.js').Microphone} Microphone */

/**
 * @typedef {object} SpeakingOptions
 * @property {Booth} booth
 * @property {Microphone} microphone
 * @property {() => void} onChange
 * @property {() => void} onNone there is no microphone to switch on
 */

export class Speaking {
	/** The cough key is held. */ coughing = false;
	/** Where the microphone goes, or will go. @type {OutputName} */ output = 'A';
	/** @type {SpeakingOptions} */ #options;

	/** @param {SpeakingOptions} options */
	constructor(options) {
		this.#options = options;
	}

	/** On air or muted, as far as it was asked for. */
	get isOpen() {
		const { wish } = this.#options.booth;

		return wish ? wish.state !== 'off' : this.isOnAir;
	}

	/** On air or muted, as the relay says. */
	get isOnAir() {
		const state = this.#options.booth.seat?.microphone;

		return state === 'on-air' || state === 'muted';
	}

	toggle() {
		const { booth, microphone, onNone } = this.#options;

		if (this.isOpen) booth.microphone('off');
		else if (!microphone.track) onNone();
		else booth.microphone('on', this.output);
		this.gate();
	}

	/** @param {boolean} down */
	cough(down) {
		const { booth, onChange } = this.#options;
		const onAir = this.isOnAir;

		if (down && !this.isOpen) return;
		this.coughing = down;
		this.gate();
		if (down) booth.microphone('muted');
		/* Switched off meanwhile, by a partner or the organiser: then it stays so. */ else if (onAir)
			booth.microphone('on', booth.seat?.output ?? this.output);
		onChange();
	}

	/** Sound leaves this device only when it may be heard: on air, or about to be. */
	gate() {
		const { booth, microphone } = this.#options;
		const { seat, state, wish } = booth;
		const handover = state?.handover;
		const awaited = handover && handover.state !== 'none' && (handover.to === state?.you || handover.invited.includes(state?.you ?? -1));
		const sends = seat && (seat.microphone !== 'off' || wish?.state === 'on' || seat.consents || awaited);
		const muted = this.coughing || !sends;

		if (microphone.muted !== muted) microphone.setMuted(muted);
	}

	/** @param {OutputName} wanted */
	use(wanted) {
		const { booth, onChange } = this.#options;

		this.output = wanted;
		if (booth.seat?.microphone === 'on-air') booth.microphone('on', wanted);
		onChange();
	}

	useOther() {
		if ((this.#options.booth.state?.outputs.length ?? 0) > 1) this.use(this.output === 'A' ? 'B' : 'A');
	}

	/** On air, the relay says where the microphone goes. */
	follow() {
		const { seat } = this.#options.booth;

		if (this.isOnAir && seat) this.output = seat.output;
	}
}
