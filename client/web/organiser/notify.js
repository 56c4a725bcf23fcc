/** A message to a room, to everybody or to the booths of a room; what is not taken stays to be sent again. */

import { make, setText } from '../page/element.js';
import { RequestError } from '../session/socket.js';
import { DialogFrame, labelled } from './dialog_frame.js';
import { roomName } from './place_words.js';
import { organiserRefusal } from './refusal.js';

/** @typedef {import('./panels.js').PanelTools} PanelTools */

/** Characters, of the relay's (relay/control/README.md). */
const LONGEST = 500;

/** Rooms that this organiser may act on, as options. @param {HTMLSelectElement} select @param {PanelTools} tools @param {string | null} chosen */
export function fillRooms(select, { oversight, locale }, chosen) {
	const { event, allowed } = oversight.state;

	select.replaceChildren(...allowed.map((id) => make('option', { value: id }, roomName(event, id, locale))));
	if (chosen && allowed.includes(chosen)) select.value = chosen;
}

export class NotifyDialog {
	/** @type {PanelTools} */ #tools;
	/** @type {DialogFrame} */ #frame;
	#to = make(
		'select',
		{},
		make('option', { 'value': 'room', 'data-text': 'act.to.room' }),
		make('option', { 'value': 'booths', 'data-text': 'act.to.booths' }),
		make('option', { 'value': 'everyone', 'data-text': 'act.to.everyone' }),
	);
	#room = make('select');
	#roomRow = labelled('act.room', this.#room);
	#text = make('textarea', { maxlength: String(LONGEST), rows: '4', required: '', dir: 'auto' });
	#left = make('p', { class: 'note' });

	/** @param {HTMLDialogElement} dialog @param {PanelTools} tools */
	constructor(dialog, tools) {
		const form = make('form', { class: 'dialog-form' }, labelled('act.to', this.#to), this.#roomRow, labelled('act.text', this.#text), this.#left, make('button', { 'type': 'submit', 'class': 'primary', 'data-text': 'act.send' }));

		this.#tools = tools;
		this.#frame = new DialogFrame(dialog, 'act.notify', tools.locale);
		this.#frame.body.append(form);
		this.#to.addEventListener('change', () => this.#count());
		this.#text.addEventListener('input', () => this.#count());
		form.addEventListener('submit', (event) => {
			event.preventDefault();
			this.#send();
		});
	}

	/** @param {string | null} room */
	open(room) {
		fillRooms(this.#room, this.#tools, room);
		this.#count();
		this.#frame.open(this.#text);
	}

	#count() {
		const { locale } = this.#tools;

		this.#roomRow.hidden = this.#to.value === 'everyone';
		setText(this.#left, locale.text('act.left', { count: locale.count(LONGEST - this.#text.value.length) }));
	}

	async #send() {
		const { oversight, locale } = this.#tools;
		const text = this.#text.value.trim();
		const to = this.#to.value;
		if (!text) return;

		this.#frame.tell('');
		try {
			const { count } = await oversight.say({ type: 'notify', to, ...(to !== 'everyone' && { room: this.#room.value }), text });
			this.#text.value = '';
			this.#count();
			this.#frame.tell(locale.text('act.told', { count: locale.count(Number(count ?? 0)) }));
		} catch (error) {
			this.#frame.tell(sorry(error, this.#tools));
		}
	}
}

/** Why it was refused. @param {unknown} error @param {PanelTools} tools */
export function sorry(error, { locale }) {
	const { code, message } = error instanceof RequestError ? error : { code: 'browser', message: String(error) };

	return organiserRefusal(code, message, locale);
}
