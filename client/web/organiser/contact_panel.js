/** What interpreters and organisers have to say to each other: calls to the technician, and messages. */

import { make, setAttribute, setText } from '../page/element.js';
import { setIcon } from '../page/icon.js';
import { showPending } from './actions.js';
import { clock } from './format.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../session/oversight.js').OversightState} OversightState */
/** @typedef {import('../session/oversight_state.js').Call} Call */
/** @typedef {import('../session/oversight_state.js').RoomChat} RoomChat */

/** The technician is needed somewhere: one line, with what can be done about it. */
class CallLine {
	element = make('li', { class: 'call' });
	#words = make('p', { dir: 'auto' });
	#take = make('button', { type: 'button', class: 'small' }, make('span'));
	#done = make('button', { type: 'button', class: 'small' }, make('span'));

	/** @param {number} call @param {import('./actions.js').Actions} actions */
	constructor(call, actions) {
		setIcon(this.element, 'wrench');
		setIcon(this.#done, 'check');
		this.element.append(this.#words, this.#take, this.#done);
		const is = (/** @type {OversightState} */ state, /** @type {string | undefined} */ wanted) => state.calls.find((each) => each.call === call)?.state === wanted;
		this.#take.addEventListener('click', () => actions.do(`take ${call}`, { type: 'call-take', call }, (state) => !is(state, 'open')));
		this.#done.addEventListener('click', () => actions.do(`done ${call}`, { type: 'call-done', call }, (state) => is(state, undefined)));
	}

	/** @param {Call} call @param {import('./actions.js').Actions} actions @param {Locale} locale */
	show({ call, booth, name, state, technician }, actions, locale) {
		setAttribute(this.element, 'data-state', state);
		setText(this.#words, state === 'taken' ? locale.text('call.is-taken', { booth, name, technician }) : locale.text('call.is-open', { booth, name }));
		setText(/** @type {Node} */ (this.#take.querySelector('span')), locale.text('call.take'));
		setText(/** @type {Node} */ (this.#done.querySelector('span')), locale.text('call.finish'));
		this.#take.hidden = state !== 'open';
		showPending(this.#take, actions.isPending(`take ${call}`));
		showPending(this.#done, actions.isPending(`done ${call}`));
	}
}

export class ContactPanel {
	element = make('section', { class: 'panel contact-panel', 'aria-labelledby': 'contact-heading' });
	#heading = make('h3', { id: 'contact-heading' });
	#slow = make('p', { class: 'chip', 'data-tone': 'notice' });
	#calls = make('ul', { class: 'calls' });
	#chat = make('div', { class: 'chat', role: 'log', tabindex: '0' });
	#form = make('form', { class: 'chat-form' });
	#to = make('select', { required: '' });
	#text = make('input', { type: 'text', maxlength: '500', autocomplete: 'off', required: '', 'aria-keyshortcuts': 'J' });
	#send = make('button', { type: 'submit', class: 'small' }, make('span'));
	/** @type {import('./actions.js').Actions} */ #actions;
	/** @type {Map<number, CallLine>} */ #lines = new Map();
	#room = '';
	#booths = '';
	#written = '';

	/** @param {import('./actions.js').Actions} actions */
	constructor(actions) {
		this.#actions = actions;
		this.#form.append(this.#to, this.#text, this.#send);
		this.#form.addEventListener('submit', (event) => {
			event.preventDefault();
			this.#say();
		});
		this.element.append(make('div', { class: 'panel-head' }, this.#heading, this.#slow), this.#calls, this.#chat, this.#form);
	}

	/** Something to a booth. @param {string} [booth] */
	write(booth) {
		if (booth) this.#to.value = booth;
		this.#text.focus();
	}

	/** @param {OversightState} state @param {string} room @param {Locale} locale */
	show(state, room, locale) {
		this.#room = room;
		setText(this.#heading, locale.text('contact.heading'));
		setText(this.#slow, state.slowDown ? locale.text('slow.state', { count: locale.count(state.slowDown) }) : '');
		this.#showCalls(state.calls, locale);
		this.#showChats(
			state.chats.filter((chat) => chat.room === room),
			locale,
		);
		this.#showForm(state, locale);
	}

	/** @param {readonly Call[]} calls @param {Locale} locale */
	#showCalls(calls, locale) {
		for (const [call, line] of this.#lines)
			if (!calls.some((each) => each.call === call)) {
				line.element.remove();
				this.#lines.delete(call);
			}
		for (const call of calls) {
			const line = this.#lines.get(call.call) ?? new CallLine(call.call, this.#actions);
			if (!this.#lines.has(call.call)) this.#calls.append(line.element);
			this.#lines.set(call.call, line);
			line.show(call, this.#actions, locale);
		}
	}

	/** @param {readonly RoomChat[]} chats @param {Locale} locale */
	#showChats(chats, locale) {
		const written = [locale.name, this.#room, chats.length, chats.at(-1)?.time].join(' ');
		if (written === this.#written) return;

		this.#written = written;
		setAttribute(this.#chat, 'aria-label', locale.text('chat.heading'));
		this.#chat.replaceChildren(
			...(chats.length
				? chats.map(({ booth, from, to, text, time }) =>
						make(
							'p',
							{ class: to === 'booth' ? 'said out' : 'said' },
							make('time', {}, clock(locale, time)),
							make('strong', { dir: 'auto' }, to === 'booth' ? locale.text('chat.out', { booth }) : locale.text('chat.in', { booth, name: from })),
							make('span', { dir: 'auto' }, text),
						),
					)
				: [make('p', { class: 'quiet' }, locale.text('chat.none'))]),
		);
		this.#chat.scrollTop = this.#chat.scrollHeight;
	}

	/** @param {OversightState} state @param {Locale} locale */
	#showForm(state, locale) {
		const booths = [locale.name, ...state.booths.map(({ id }) => id)].join(' ');

		if (booths !== this.#booths) {
			const chosen = this.#to.value;
			this.#booths = booths;
			this.#to.replaceChildren(...state.booths.map(({ id }) => make('option', { value: id }, locale.text('chat.booth', { booth: id }))));
			if (state.booths.some(({ id }) => id === chosen)) this.#to.value = chosen;
		}
		this.#form.hidden = !state.booths.length;
		setAttribute(this.#to, 'aria-label', locale.text('chat.to'));
		setAttribute(this.#text, 'aria-label', locale.text('chat.text'));
		setAttribute(this.#text, 'placeholder', locale.text('chat.text'));
		setText(/** @type {Node} */ (this.#send.querySelector('span')), locale.text('chat.send'));
		showPending(this.#send, this.#actions.isPending('chat'));
	}

	async #say() {
		const text = this.#text.value.trim();
		if (!text || !this.#to.value) return;

		/* What the relay did not take stays in the field. */
		if (await this.#actions.do('chat', { type: 'chat', to: 'booth', room: this.#room, booth: this.#to.value, text })) {
			if (this.#text.value.trim() === text) this.#text.value = '';
		}
	}
}
