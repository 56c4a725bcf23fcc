/** How good the connection is, in a word and a shape; what would help; how much data an hour takes. */

import { byId, setAttribute, setText } from './element.js';

/** @typedef {import('../session/quality.js').Quality} Quality */
/** @typedef {import('../session/quality.js').Hint} Hint */
/** @typedef {import('../session/quality.js').Level} Level */
/** @typedef {import('./locale.js').Locale} Locale */
/** @typedef {import('./locale.js').MessageKey} MessageKey */

/** @type {Readonly<Record<Level, MessageKey>>} */
const WORDS = {
	unknown: 'quality.unknown',
	good: 'quality.good',
	fair: 'quality.fair',
	poor: 'quality.poor',
};

/** @type {Readonly<Record<Hint, { words: MessageKey, action?: MessageKey } | null>>} */
const HINTS = {
	none: null,
	'picture-off': { words: 'hint.picture.off', action: 'picture.only' },
	'picture-lower': { words: 'hint.picture.lower', action: 'hint.picture.lower.action' },
	move: { words: 'hint.move' },
	late: { words: 'hint.late' },
};

/** Opus at 64 kbit/s and its headers (RTP 12, UDP 8, IP 20, GCM tag 16 bytes; 50 packets a second). */
const SOUND_BITS = 64_000 + 56 * 8 * 50;

/** @param {number} bits per second @returns {number} megabytes an hour */
const hourly = (bits) => (bits * 3600) / 8 / 1e6;

export class QualityLine {
	#line = byId('quality', HTMLDivElement);
	#word = byId('quality-word', HTMLParagraphElement);
	#data = byId('data', HTMLParagraphElement);
	#hint = byId('hint', HTMLDivElement);
	#hintWords = byId('hint-words', HTMLParagraphElement);
	#action = byId('hint-action', HTMLButtonElement);
	/** @type {Hint} */ #shown = 'none';

	/** @param {(hint: Hint) => void} onAction */
	constructor(onAction) {
		this.#action.addEventListener('click', () => onAction(this.#shown));
	}

	/** @param {Quality} quality @param {boolean} listening @param {Locale} locale */
	show(quality, listening, locale) {
		const level = listening ? quality.level : 'unknown';
		const hint = listening ? HINTS[quality.hint] : null;

		this.#shown = quality.hint;
		setAttribute(this.#line, 'data-level', level);
		setText(this.#word, locale.text(WORDS[level]));
		setText(this.#data, this.#consumption(quality, locale));
		this.#hint.hidden = !hint;
		setText(this.#hintWords, hint ? locale.text(hint.words) : '');
		this.#action.hidden = !hint?.action;
		if (hint?.action) setText(this.#action, locale.text(hint.action));
	}

	/** @param {Quality} quality @param {Locale} locale */
	#consumption({ change }, locale) {
		const measured = change && change.soundBits > 0 ? change.soundBits : SOUND_BITS;
		const sound = locale.megabytes(hourly(measured));

		if (!change || change.pictureBits < 20_000) return locale.text('data.sound', { sound });
		return locale.text('data.both', { sound, both: locale.megabytes(hourly(measured + change.pictureBits)) });
	}
}
