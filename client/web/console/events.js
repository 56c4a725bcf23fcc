/** What the relay says unasked about a booth, brought to where the interpreter sees and hears it. */

import { say } from '../page/say.js';
import { chatOf } from '../session/booth.js';

/** @typedef {import('../page/locale.js').MessageKey} MessageKey */
/** @typedef {Readonly<Record<string, unknown>>} Fields */

/**
 * @typedef {object} EventPlaces
 * @property {import('../session/booth.js').Booth} booth
 * @property {import('../page/locale.js').Locale} locale
 * @property {import('./note.js').Note} note
 * @property {import('./cues.js').Cues} cues
 * @property {import('./call.js').Call} call
 * @property {import('./messages_panel.js').MessagesPanel} messages
 * @property {import('./fitness_panel.js').FitnessPanel} fitness
 * @property {import('../page/notices.js').Notices} notices
 */

/** How a handover ended, where it did not simply work. @type {Readonly<Record<string, MessageKey>>} */
const HANDOVER_ENDS = {
	declined: 'handover.declined',
	cancelled: 'handover.cancelled',
	expired: 'handover.expired',
	withdrawn: 'handover.withdrawn',
	'no-sound': 'handover.no-sound',
};

export class Events {
	/** @type {EventPlaces} */ #to;

	/** @param {EventPlaces} places */
	constructor(places) {
		this.#to = places;
	}

	/** @param {string} name @param {Fields} fields */
	take(name, fields) {
		const { fitness, notices, locale, note } = this.#to;

		if (name === 'chat') {
			this.#chat(fields);
		} else if (name === 'fitness' || name === 'floor-fitness') {
			fitness.take(name, fields['fitness'], locale);
		} else if (name === 'notice') {
			notices.add(fields);
		} else if (name === 'shift') {
			this.#shift();
		} else if (name === 'took-over') {
			note.show(locale.text('handover.took-over'));
		} else if (name === 'handover-ended') {
			const words = HANDOVER_ENDS[String(fields['how'])];
			if (words) note.show(locale.text(words));
		} else if (name === 'call') {
			this.#call(String(fields['state']));
		}
	}

	/** @param {Fields} fields */
	#chat(fields) {
		const { booth, messages, locale } = this.#to;
		const message = chatOf(fields);

		messages.add(message, locale);
		if (message.seat !== null && message.seat === booth.state?.you) return;
		say(locale.text('chat.said', { name: messages.writer(message, locale), text: message.text }));
	}

	#shift() {
		const { booth, note, cues, locale } = this.#to;

		note.show(locale.text('shift.over', { time: locale.minutes((booth.state?.shift?.for ?? 0) / 60) }));
		cues.play('asked');
	}

	/** @param {string} state */
	#call(state) {
		const { note, call, locale } = this.#to;

		if (state === 'taken' || state === 'done') note.show(locale.text(state === 'taken' ? 'call.taken' : 'call.done'));
		call.become(state);
	}
}
