/** What the booth listens to: the floor or a channel, three presets, automatic relay, the floor's language. */

import { byId, make, setAttribute, setText } from '../page/element.js';
import { setIcon } from '../page/icon.js';
import { SEVERAL, capitalise, nameIn, ownName } from '../page/language.js';
import { FLOOR } from '../session/protocol.js';

/** @typedef {import('../session/booth_state.js').BoothState} BoothState */
/** @typedef {import('../session/protocol.js').Channel} Channel */
/** @typedef {import('../session/protocol.js').Room} Room */
/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */

/**
 * @typedef {object} IncomingActions
 * @property {(lang: string) => void} onHear
 * @property {(preset: number) => void} onRecall
 * @property {(preset: number) => void} onSet
 * @property {() => void} onAutomatic
 * @property {(langs: string[]) => void} onPivots
 * @property {(lang: string) => void} onFloorLanguage
 */

/** Milliseconds of a press that sets a preset; as radios have it. */
const LONG_PRESS = 700;

/** @type {readonly MessageKey[]} by the number of interpreters in between */
const DEPTHS = ['depth.direct', 'depth.relay', 'depth.double'];

/** Why it is not what was asked for. @type {Readonly<Record<string, MessageKey>>} */
const WHYS = {
	'no-pivot': 'incoming.no-pivot',
	off: 'incoming.off',
	loop: 'incoming.loop',
	'too-deep': 'incoming.too-deep',
};

/** Nobody interprets into it now. @param {Channel} channel */
export function isOff({ lang, state, carries }) {
	if (lang === FLOOR) return false;
	return carries ? !['voice', 'source', 'concealment', 'comfort'].includes(carries) : state !== 'live';
}

/** @param {string} lang @param {Locale} locale */
export function channelName(lang, locale) {
	return lang === FLOOR ? locale.text('floor.name') : capitalise(nameIn(lang, locale.name), locale.name);
}

export class IncomingPanel {
	#group = byId('channels', HTMLDivElement);
	#presets = byId('presets', HTMLDivElement);
	#pivots = byId('pivots', HTMLDivElement);
	#floor = byId('floor-language', HTMLSelectElement);
	#automatic = byId('automatic', HTMLButtonElement);
	/** @type {IncomingActions} */ #actions;
	#built = '';
	/** @type {readonly string[]} */ #chosenPivots = [];

	/** @param {IncomingActions} actions */
	constructor(actions) {
		this.#actions = actions;
		this.#automatic.addEventListener('click', actions.onAutomatic);
		this.#floor.addEventListener('change', () => actions.onFloorLanguage(this.#floor.value));
		this.#group.addEventListener('keydown', (event) => this.#key(event));
	}

	/** @param {BoothState} booth @param {Room} room @param {Locale} locale */
	show(booth, room, locale) {
		const { incoming } = booth;
		const own = new Set(booth.outputs.map(({ lang }) => lang));
		const channels = room.channels.filter(({ lang }) => !own.has(lang));
		const built = [locale.name, room.floor.language, ...channels.map(({ lang }) => lang)].join(' ');

		if (built !== this.#built) {
			this.#built = built;
			this.#build(channels, room, locale);
		}
		this.#showNow(booth, locale);
		this.#showChannels(channels, booth, locale);
		this.#showPresets(booth, locale);
		this.#showPivots(incoming.pivots);
		setAttribute(this.#automatic, 'aria-pressed', String(incoming.automatic));
		if (this.#floor.value !== room.floor.language && document.activeElement !== this.#floor) this.#floor.value = room.floor.language;
	}

	/** @param {BoothState} booth @param {Locale} locale */
	#showNow({ incoming }, locale) {
		const why = WHYS[incoming.why];
		const depth = locale.text(DEPTHS[Math.min(incoming.depth, 2)] ?? 'depth.double');
		const now = byId('incoming-now', HTMLParagraphElement);

		setAttribute(now, 'data-depth', String(incoming.depth));
		setText(now, [`${channelName(incoming.lang, locale)} · ${depth}`, why ? locale.text(why) : ''].filter(Boolean).join(' · '));
	}

	/** @param {readonly Channel[]} channels @param {Room} room @param {Locale} locale */
	#build(channels, room, locale) {
		this.#group.replaceChildren(...channels.map(({ lang }) => this.#channel(lang, locale)));
		this.#presets.replaceChildren(...[0, 1, 2].map((n) => this.#preset(n, locale)));
		this.#pivots.replaceChildren(...channels.filter(({ lang }) => lang !== FLOOR).map(({ lang }) => this.#pivot(lang)));
		const languages = new Set([room.floor.language, ...room.channels.map(({ lang }) => lang)]);
		languages.delete(FLOOR);
		this.#floor.replaceChildren(
			...[...languages].map((lang) =>
				make('option', { value: lang }, SEVERAL.test(lang) ? locale.text('floor.several') : capitalise(nameIn(lang, locale.name), locale.name)),
			),
		);
	}

	/** @param {string} lang @param {Locale} locale */
	#channel(lang, locale) {
		const made = make('button', { type: 'button', role: 'radio', class: 'channel', 'data-lang': lang });

		if (lang === FLOOR) made.setAttribute('aria-keyshortcuts', '0');
		made.append(make('span', { class: 'channel-name' }, channelName(lang, locale)), make('span', { class: 'channel-state' }));
		made.addEventListener('click', () => this.#actions.onHear(lang));
		return made;
	}

	/** @param {readonly Channel[]} channels @param {BoothState} booth @param {Locale} locale */
	#showChannels(channels, { incoming }, locale) {
		const focused = document.activeElement;
		const buttons = /** @type {HTMLButtonElement[]} */ ([...this.#group.children]);

		for (const made of buttons) {
			const channel = channels.find(({ lang }) => lang === made.dataset['lang']);
			const line = made.lastElementChild;
			if (!channel || !line) continue;
			const off = isOff(channel);
			const chosen = channel.lang === incoming.lang;

			setAttribute(made, 'aria-checked', String(chosen));
			setAttribute(made, 'data-off', String(off));
			setText(line, off ? locale.text('channel.off') : channel.lang === FLOOR ? locale.text('depth.direct') : locale.text('channel.on'));
			if (!this.#group.contains(focused)) made.tabIndex = chosen ? 0 : -1;
		}
		if (!buttons.some(({ tabIndex }) => tabIndex === 0) && buttons[0]) buttons[0].tabIndex = 0;
	}

	/** @param {number} preset @param {Locale} locale */
	#preset(preset, locale) {
		const made = make('button', { type: 'button', class: 'preset', 'aria-keyshortcuts': `${preset + 1} Shift+${preset + 1}` });
		let timer = 0;
		let set = false;

		made.append(make('span', { class: 'unseen' }, locale.text('preset.name')), make('kbd', {}, String(preset + 1)), make('span'));
		made.addEventListener('pointerdown', () => {
			set = false;
			timer = setTimeout(() => {
				set = true;
				this.#actions.onSet(preset);
			}, LONG_PRESS);
		});
		for (const name of ['pointerup', 'pointercancel', 'pointerleave']) made.addEventListener(name, () => clearTimeout(timer));
		made.addEventListener('contextmenu', (event) => event.preventDefault());
		made.addEventListener('click', (event) => {
			if (event.shiftKey) this.#actions.onSet(preset);
			else if (!set) this.#actions.onRecall(preset);
			set = false;
		});
		return made;
	}

	/** @param {BoothState} booth @param {Locale} locale */
	#showPresets({ incoming }, locale) {
		[...this.#presets.children].forEach((made, n) => {
			const lang = incoming.presets[n] ?? null;
			const name = lang === null ? locale.text('preset.empty') : channelName(lang, locale);
			const words = made.lastElementChild;

			if (words) setText(words, name);
			setAttribute(made, 'title', locale.text('preset.how'));
			setAttribute(made, 'aria-pressed', String(lang !== null && lang === incoming.lang && !incoming.automatic));
		});
	}

	/** @param {string} lang */
	#pivot(lang) {
		const name = make('span', { class: 'unseen', lang }, ownName(lang));
		const made = make('button', { type: 'button', class: 'pivot', 'data-lang': lang }, make('span', {}, lang.toUpperCase()), name);

		made.addEventListener('click', () => {
			const without = this.#chosenPivots.filter((each) => each !== lang);
			this.#actions.onPivots(without.length < this.#chosenPivots.length ? without : [...without, lang]);
		});
		return made;
	}

	/** In their order: the first that is on is heard. @param {readonly string[]} pivots */
	#showPivots(pivots) {
		this.#chosenPivots = pivots;
		for (const made of /** @type {HTMLButtonElement[]} */ ([...this.#pivots.children])) {
			const lang = made.dataset['lang'] ?? '';
			const at = pivots.indexOf(lang);

			setAttribute(made, 'aria-pressed', String(at >= 0));
			if (made.firstElementChild)
				setText(made.firstElementChild, at >= 0 && pivots.length > 1 ? `${at + 1} ${lang.toUpperCase()}` : lang.toUpperCase());
		}
	}

	/** Arrows move, Space or Enter chooses: passing by must not change what is heard. @param {KeyboardEvent} event */
	#key(event) {
		const all = /** @type {HTMLButtonElement[]} */ ([...this.#group.children]);
		const at = all.findIndex((made) => made === document.activeElement);
		const forward = document.documentElement.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
		const backward = forward === 'ArrowLeft' ? 'ArrowRight' : 'ArrowLeft';
		/** @type {Record<string, number>} */
		const targets = { [forward]: at + 1, ArrowDown: at + 1, [backward]: at - 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
		const target = targets[event.key];
		if (at < 0 || target === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
		const next = all[(target + all.length) % all.length];

		event.preventDefault();
		for (const made of all) made.tabIndex = made === next ? 0 : -1;
		next?.focus();
	}

	/** Where the keys find it. */
	focus() {
		/** @type {HTMLElement | null} */ (this.#group.querySelector('[tabindex="0"]'))?.focus();
	}

	focusPivots() {
		/** @type {HTMLElement | null} */ (this.#pivots.querySelector('button'))?.focus();
	}

	focusFloor() {
		this.#floor.focus();
	}

	mark() {
		setIcon(this.#automatic, 'swap');
	}
}
