/** What booth and technician write to each other; ready-made texts for those who are speaking. */

import { byId, make } from '../page/element.js';

/** @typedef {import('../session/booth_state.js').ChatMessage} ChatMessage */
/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */
/** @typedef {'booth' | 'technician'} Recipient */

/** @type {readonly MessageKey[]} */
const READY = ['ready.quiet', 'ready.loud', 'ready.noise', 'ready.none', 'ready.picture', 'ready.near', 'ready.documents', 'ready.relieve', 'ready.minutes', 'ready.thanks'];

/** Older messages are dropped; choice. */
const KEPT = 200;

export class MessagesPanel {
	#list = byId('chat', HTMLDivElement);
	#to = byId('chat-to', HTMLSelectElement);
	#ready = byId('chat-ready', HTMLSelectElement);
	#text = byId('chat-text', HTMLInputElement);
	#built = '';

	/** @param {(to: Recipient, text: string) => Promise<boolean>} onSay */
	constructor(onSay) {
		const form = byId('chat-form', HTMLFormElement);

		form.addEventListener('submit', async (event) => {
			const text = this.#text.value.trim();

			event.preventDefault();
			/* What was not taken stays to be sent again. */
			if (!text || !(await onSay(this.#to.value === 'technician' ? 'technician' : 'booth', text))) return;
			this.#text.value = '';
			this.#ready.selectedIndex = 0;
		});
		/* Arrows leaf through the texts, Enter sends the one that is shown. */
		this.#ready.addEventListener('change', () => {
			this.#text.value = this.#ready.selectedIndex > 0 ? (this.#ready.selectedOptions[0]?.textContent ?? '') : '';
		});
		for (const field of [this.#ready, this.#to])
			field.addEventListener('keydown', (event) => {
				if (event.key !== 'Enter') return;
				event.preventDefault();
				form.requestSubmit();
			});
		form.addEventListener('keydown', (event) => {
			if (event.key !== 'Escape') return;
			event.preventDefault();
			byId('microphone', HTMLButtonElement).focus();
		});
	}

	/** @param {Locale} locale */
	show(locale) {
		if (this.#built === locale.name) return;
		this.#built = locale.name;
		this.#ready.replaceChildren(
			make('option', { value: '' }, locale.text('chat.ready')),
			...READY.map((key) => make('option', { value: key }, locale.text(key))),
		);
	}

	/** @param {ChatMessage} message @param {Locale} locale */
	writer({ from, seat }, locale) {
		return from === 'technician' && seat === null ? locale.text('chat.to.technician') : from;
	}

	/** @param {ChatMessage} message @param {Locale} locale */
	add(message, locale) {
		const { to, text, time } = message;
		const stays = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 40;
		const who = this.writer(message, locale);
		const name = to === 'technician' ? `${who} → ${locale.text('chat.to.technician')}` : who;
		const when = make('time', {}, locale.time(new Date(time * 1000)));
		const row = make('p', { 'data-to': to, 'data-from': message.seat === null ? 'technician' : 'booth' }, make('span', { class: 'chat-from', dir: 'auto' }, name), when, make('span', { class: 'chat-words', dir: 'auto' }, text));

		this.#list.append(row);
		while (this.#list.childElementCount > KEPT) this.#list.firstElementChild?.remove();
		if (stays) this.#list.scrollTop = this.#list.scrollHeight;
	}

	focus() {
		this.#text.focus();
	}

	focusReady() {
		this.#ready.focus();
	}
}
