/** What is wrong with the microphone, another one in its place, and which devices are used. */

import { byId, setText } from '../page/element.js';
import { showDevices } from './devices.js';

/** @typedef {import('../sound/headset.js').Headset} Headset */
/** @typedef {import('../sound/microphone.js').Microphone} Microphone */
/** @typedef {import('../sound/microphone.js').MicrophoneProblem} MicrophoneProblem */
/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */

/** @type {Readonly<Record<MicrophoneProblem, MessageKey>>} */
export const MICROPHONE_PROBLEMS = {
	denied: 'mic.denied',
	none: 'mic.none',
	busy: 'mic.busy',
	lost: 'mic.lost',
	insecure: 'mic.insecure',
	other: 'mic.other',
};

/**
 * @typedef {object} DeviceActions
 * @property {(id: string) => void} onMicrophone
 * @property {(id: string) => void} onHeadset
 * @property {() => void} onOther
 */

/** The one that can stand in for a microphone that is gone. @param {Microphone} microphone */
export function otherMicrophone({ state, device, devices }) {
	return state === 'failed' ? devices.find(({ id }) => id !== device && id !== 'default') : undefined;
}

export class MicrophonePanel {
	#microphone = byId('microphone-again', HTMLSelectElement);
	#headset = byId('headset-again', HTMLSelectElement);
	#other = byId('microphone-other', HTMLButtonElement);

	/** @param {DeviceActions} actions */
	constructor(actions) {
		this.#microphone.addEventListener('change', () => actions.onMicrophone(this.#microphone.value));
		this.#headset.addEventListener('change', () => actions.onHeadset(this.#headset.value));
		this.#other.addEventListener('click', actions.onOther);
	}

	/** @param {Microphone} microphone @param {Headset} headset @param {Locale} locale */
	show(microphone, headset, locale) {
		const { problem, silenced } = microphone;
		const other = otherMicrophone(microphone);
		const words = problem ? locale.text(MICROPHONE_PROBLEMS[problem]) : silenced ? locale.text('mic.silenced') : '';

		setText(byId('microphone-trouble', HTMLParagraphElement), words);
		this.#other.hidden = !other;
		if (other) setText(byId('microphone-other-word', HTMLSpanElement), locale.text('mic.other.use', { name: other.label }));
		showDevices(this.#microphone, microphone.devices, microphone.device, locale);
		showDevices(this.#headset, headset.devices, headset.device, locale);
		byId('headset-again-row', HTMLLabelElement).hidden = !headset.choosable;
	}
}
