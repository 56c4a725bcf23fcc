/** Whether a room is in session: what the alarms go by. */

import { make, setText } from '../page/element.js';
import { DialogFrame } from './dialog_frame.js';
import { sorry } from './notify.js';
import { roomName } from './place_words.js';

/** @typedef {import('../page/locale.js').MessageKey} MessageKey */
/** @typedef {import('./panels.js').PanelTools} PanelTools */

/** @type {readonly { state: string, text: MessageKey }[]} */
const STATES = [
	{ state: 'line-up', text: 'sitting.line-up' },
	{ state: 'running', text: 'sitting.running' },
	{ state: 'paused', text: 'sitting.paused' },
	{ state: 'closed', text: 'sitting.closed' },
];

export class SittingDialog {
	/** @type {PanelTools} */ #tools;
	/** @type {DialogFrame} */ #frame;
	#where = make('legend');
	#choices = STATES.map(({ state, text }) => ({ state, input: make('input', { type: 'radio', name: 'sitting-state', value: state }), text }));
	#room = '';

	/** @param {HTMLDialogElement} dialog @param {PanelTools} tools */
	constructor(dialog, tools) {
		const form = make(
			'form',
			{ class: 'dialog-form' },
			make('p', { 'class': 'note', 'data-text': 'act.sitting.about' }),
			make('fieldset', { class: 'dialog-choices' }, this.#where, ...this.#choices.map(({ input, text }) => make('label', { class: 'check' }, input, make('span', { 'data-text': text })))),
			make('button', { 'type': 'submit', 'class': 'primary', 'data-text': 'act.set' }),
		);

		this.#tools = tools;
		this.#frame = new DialogFrame(dialog, 'act.sitting', tools.locale);
		this.#frame.body.append(form);
		form.addEventListener('submit', (event) => {
			event.preventDefault();
			this.#set();
		});
	}

	/** @param {string | null} room */
	open(room) {
		const { oversight, locale } = this.#tools;
		const glance = oversight.state.overview?.rooms.find(({ id }) => id === room);
		if (!room) return;

		this.#room = room;
		setText(this.#where, roomName(oversight.state.event, room, locale));
		for (const { state, input } of this.#choices) input.checked = state === glance?.sitting;
		this.#frame.open(this.#choices.find(({ input }) => input.checked)?.input);
	}

	async #set() {
		const state = this.#choices.find(({ input }) => input.checked)?.state;
		if (!state) return;

		try {
			await this.#tools.oversight.say({ type: 'sitting', room: this.#room, state });
			this.#frame.close();
		} catch (error) {
			this.#frame.tell(sorry(error, this.#tools));
		}
	}
}
