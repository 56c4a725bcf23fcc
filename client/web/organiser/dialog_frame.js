/** What all dialogs have: a title, a close key, a line that says how it went. */

import { make, setText } from '../page/element.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */

export class DialogFrame {
	body = make('div', { class: 'dialog-body' });
	#told = make('p', { class: 'dialog-told', role: 'status' });
	/** @type {HTMLDialogElement} */ #dialog;
	/** @type {Locale} */ #locale;

	/** @param {HTMLDialogElement} dialog @param {MessageKey} title @param {Locale} locale */
	constructor(dialog, title, locale) {
		const heading = make('h2', { 'id': `${dialog.id}-title`, 'data-text': title });
		const close = make('button', { 'type': 'button', 'class': 'small', 'data-text': 'help.close' });

		this.#dialog = dialog;
		this.#locale = locale;
		dialog.setAttribute('aria-labelledby', heading.id);
		dialog.append(make('div', { class: 'dialog-head' }, heading, close), this.body, this.#told);
		close.addEventListener('click', () => dialog.close());
		dialog.addEventListener('click', (event) => {
			if (event.target === dialog) dialog.close(); /* beside it */
		});
	}

	get isOpen() {
		return this.#dialog.open;
	}

	/** @param {HTMLElement} [first] that has the focus */
	open(first) {
		this.tell('');
		this.#locale.translate(this.#dialog);
		if (!this.#dialog.open) this.#dialog.showModal();
		first?.focus();
	}

	close() {
		this.#dialog.close();
	}

	/** @param {string} words */
	tell(words) {
		setText(this.#told, words);
	}
}

/** @param {MessageKey} text @param {HTMLElement} field */
export function labelled(text, field) {
	return make('label', { class: 'dialog-row' }, make('span', { 'data-text': text }), field);
}
