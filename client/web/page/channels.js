/**
 * The languages of a room: a radio group of big targets, each in its own script.
 *
 * Arrow keys move the focus, the space bar or Enter chooses: hearing a language is too much of an
 * effect to come from merely passing by.
 */

import { FLOOR } from '../session/protocol.js';
import { byId, make, setAttribute, setText } from './element.js';
import { setIcon } from './icon.js';
import { SEVERAL, capitalise, directionOf, nameIn, ownName } from './language.js';

/** @typedef {import('../session/protocol.js').Room} Room */
/** @typedef {import('../session/protocol.js').Channel} Channel */
/** @typedef {import('../session/protocol.js').FeedState} FeedState */
/** @typedef {import('./locale.js').Locale} Locale */
/** @typedef {import('./locale.js').MessageKey} MessageKey */
/** @typedef {import('./icon.js').IconName} IconName */

/** A state's shape and words: colour comes on top. @type {Readonly<Record<FeedState, { icon: IconName, text: MessageKey }>>} */
export const STATES = {
	live: { icon: 'live', text: 'state.live' },
	connecting: { icon: 'wait', text: 'state.connecting' },
	lost: { icon: 'lost', text: 'state.lost' },
	off: { icon: 'none', text: 'state.off' },
};

/** Keys 1 to 9 choose the languages in their order, 0 the floor. @param {Room} room @param {string} digit @returns {string | null} */
export function channelByDigit(room, digit) {
	if (digit === '0') return FLOOR;
	const others = room.channels.filter(({ lang }) => lang !== FLOOR);

	return others[Number(digit) - 1]?.lang ?? null;
}

export class ChannelList {
	#group = byId('channels', HTMLDivElement);
	/** @type {(lang: string) => void} */ #onChoose;
	/** @type {Map<string, HTMLButtonElement>} */ #buttons = new Map();
	#built = '';

	/** @param {(lang: string) => void} onChoose */
	constructor(onChoose) {
		this.#onChoose = onChoose;
		this.#group.addEventListener('keydown', (event) => this.#key(event));
	}

	/** @param {Room} room @param {string | null} chosen @param {Locale} locale */
	show(room, chosen, locale) {
		const key = [room.id, locale.name, ...room.channels.map(({ lang }) => lang)].join(' ');

		if (key !== this.#built) this.#build(room, locale, key);
		for (const channel of room.channels) this.#update(channel, room, chosen, locale);
		this.#rove(chosen, locale);
	}

	/** @param {Room} room @param {Locale} locale @param {string} key */
	#build(room, locale, key) {
		const focused = [...this.#buttons].find(([, button]) => button === document.activeElement)?.[0];
		let number = 0;

		this.#built = key;
		this.#buttons.clear();
		for (const { lang } of room.channels)
			this.#buttons.set(lang, this.#button(lang, lang === FLOOR ? 0 : ++number, locale));
		this.#group.replaceChildren(...this.#buttons.values());
		if (focused) this.#buttons.get(focused)?.focus();
	}

	/** @param {string} lang @param {number} number of its key @param {Locale} locale */
	#button(lang, number, locale) {
		const floor = lang === FLOOR;
		const own = floor ? locale.text('floor.name') : ownName(lang);
		const translated = floor ? '' : capitalise(nameIn(lang, locale.name), locale.name);
		const name = make('span', { class: 'own' }, own);
		const button = make('button', { type: 'button', role: 'radio', class: 'card', 'data-lang': lang }, name);

		if (!floor) {
			name.lang = lang;
			name.dir = directionOf(lang);
		}
		if (floor) button.classList.add('floor');
		button.append(make('span', { class: 'detail' }, translated === own ? '' : translated));
		button.append(make('span', { class: 'state' }, make('span')));
		if (number <= 9) {
			button.setAttribute('aria-keyshortcuts', String(number));
			button.append(make('kbd', { class: 'number', 'aria-hidden': 'true' }, String(number)));
		}
		button.addEventListener('click', () => this.#onChoose(lang));
		return button;
	}

	/** @param {Channel} channel @param {Room} room @param {string | null} chosen @param {Locale} locale */
	#update({ lang, state }, room, chosen, locale) {
		const button = this.#buttons.get(lang);
		const [, detail, line] = button ? [...button.children] : [];
		if (!button || !detail || !line) return;
		const look = STATES[state];

		if (lang === FLOOR)
			setText(
				detail,
				SEVERAL.test(room.floor.language)
					? locale.text('floor.detail')
					: locale.text('floor.now', { language: nameIn(room.floor.language, locale.name) }),
			);
		setIcon(line, look.icon);
		setAttribute(line, 'data-state', state);
		setText(/** @type {Element} */ (line.lastElementChild), locale.text(look.text));
		setAttribute(button, 'aria-checked', String(lang === chosen));
	}

	/** One of the group is reached by Tab: the chosen one, else the one in the page's language. @param {string | null} chosen @param {Locale} locale */
	#rove(chosen, locale) {
		const all = [...this.#buttons.values()];
		if (all.some((button) => button === document.activeElement)) return;
		const first =
			this.#buttons.get(chosen ?? '') ?? this.#buttons.get(locale.name) ?? this.#buttons.get(FLOOR) ?? all[0];

		for (const button of all) button.tabIndex = button === first ? 0 : -1;
	}

	/** @param {KeyboardEvent} event */
	#key(event) {
		const all = [...this.#buttons.values()];
		const at = all.findIndex((button) => button === document.activeElement);
		if (at < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
		const forward = document.documentElement.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
		const backward = forward === 'ArrowLeft' ? 'ArrowRight' : 'ArrowLeft';
		/** @type {Record<string, number>} */
		const targets = {
			[forward]: at + 1,
			ArrowDown: at + 1,
			[backward]: at - 1,
			ArrowUp: at - 1,
			Home: 0,
			End: all.length - 1,
		};
		const target = targets[event.key];
		if (target === undefined) return;
		const next = all[(target + all.length) % all.length];

		event.preventDefault();
		event.stopPropagation();
		for (const button of all) button.tabIndex = button === next ? 0 : -1;
		next?.focus();
	}
}
