/** A list of figures: a name and a value each, made once, changed in place. */

import { make, setAttribute, setText } from '../page/element.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */
/** What is out of the ordinary is marked; whether it is an alarm is for the relay to say. @typedef {{ readonly name: MessageKey, readonly value: string, readonly tone?: 'trouble' | 'notice' }} Figure */

export class Figures {
	element = make('dl', { class: 'figure-list' });
	/** @type {Map<string, { line: HTMLElement, name: HTMLElement, value: HTMLElement }>} */ #lines = new Map();
	#built = '';

	/** @param {readonly Figure[]} figures @param {Locale} locale */
	show(figures, locale) {
		const built = figures.map(({ name }) => name).join(' ');

		if (built !== this.#built) {
			this.#built = built;
			this.#lines = new Map(
				figures.map(({ name }) => {
					const [term, value] = [make('dt'), make('dd')];
					return [name, { line: make('div', {}, term, value), name: term, value }];
				}),
			);
			this.element.replaceChildren(...[...this.#lines.values()].map(({ line }) => line));
		}
		for (const { name, value, tone = 'quiet' } of figures) {
			const line = this.#lines.get(name);
			if (!line) continue;
			setText(line.name, locale.text(name));
			setText(line.value, value);
			setAttribute(line.line, 'data-tone', tone);
		}
	}
}
