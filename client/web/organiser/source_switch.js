/** Another source for a room: everybody there notices, so it is chosen and then said again. */

import { make, setText } from '../page/element.js';
import { DialogFrame } from './dialog_frame.js';
import { sorry } from './notify.js';
import { roomName } from './place_words.js';

/** @typedef {import('./panels.js').PanelTools} PanelTools */

export class SourceDialog {
	/** @type {PanelTools} */ #tools;
	/** @type {DialogFrame} */ #frame;
	#where = make('legend');
	#choices = make('fieldset', { class: 'dialog-choices' });
	#switch = make('button', { 'type': 'submit', 'class': 'primary', 'data-text': 'act.switch' });
	#room = '';
	#now = 0;

	/** @param {HTMLDialogElement} dialog @param {PanelTools} tools */
	constructor(dialog, tools) {
		const form = make('form', { class: 'dialog-form' }, this.#choices, make('p', { 'class': 'note', 'data-text': 'act.source.about' }), this.#switch);

		this.#tools = tools;
		this.#frame = new DialogFrame(dialog, 'act.source', tools.locale);
		this.#frame.body.append(form);
		form.addEventListener('change', () => this.#judge());
		form.addEventListener('submit', (event) => {
			event.preventDefault();
			this.#use();
		});
	}

	/** @param {string | null} room */
	open(room) {
		const { oversight, locale } = this.#tools;
		const source = oversight.state.measures?.source;
		const sources = source?.sources ?? [];
		if (!room) return;

		this.#room = room;
		this.#now = source?.in_use ?? 0;
		setText(this.#where, roomName(oversight.state.event, room, locale));
		this.#choices.replaceChildren(this.#where, ...sources.map((name, at) => this.#choice(name, at)));
		this.#judge();
		this.#frame.open();
		if (sources.length < 2) this.#frame.tell(locale.text('act.source.none'));
	}

	/** @param {string} name @param {number} at */
	#choice(name, at) {
		const { locale } = this.#tools;
		const input = make('input', { type: 'radio', name: 'source-use', value: String(at) });
		const words = locale.text(at ? 'act.source.spare' : 'act.source.main', { number: locale.count(at), name });

		input.checked = at === this.#now;
		return make('label', { class: 'check' }, input, make('span', {}, words, ...(at === this.#now ? [' ', make('strong', {}, `(${locale.text('act.source.now')})`)] : [])));
	}

	#chosen() {
		const input = this.#choices.querySelector('input:checked');

		return input instanceof HTMLInputElement ? Number(input.value) : this.#now;
	}

	#judge() {
		this.#switch.disabled = this.#chosen() === this.#now;
	}

	async #use() {
		const use = this.#chosen();

		this.#frame.tell('');
		try {
			await this.#tools.oversight.say({ type: 'source', room: this.#room, use });
			this.#frame.close();
		} catch (error) {
			this.#frame.tell(sorry(error, this.#tools));
		}
	}
}
