/** The line above the console: where this is, how the connection is, whose shift it is, the time. */

import { byId, setAttribute, setText } from '../page/element.js';
import { ownName } from '../page/language.js';

/** @typedef {import('../session/booth_state.js').BoothState} BoothState */
/** @typedef {import('../session/protocol.js').Room} Room */
/** @typedef {import('../session/quality.js').Level} Level */
/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */

/** @type {Readonly<Record<Level, MessageKey>>} */
const QUALITIES = { unknown: 'quality.unknown', good: 'quality.good', fair: 'quality.fair', poor: 'quality.poor' };

/** Whose shift, how long, and when to change. @param {BoothState} booth @param {number} since seconds since it was said @param {Locale} locale */
export function shiftText({ shift, seats }, since, locale) {
	if (!shift) return '';
	const left = shift.remind_in - since;
	const values = {
		name: seats.find(({ seat }) => seat === shift.seat)?.name ?? '',
		time: locale.minutes((shift.for + since) / 60),
		left: Number.isFinite(left) ? locale.minutes(Math.max(0, left) / 60) : '',
	};

	if (!Number.isFinite(left)) return locale.text('shift.for', values);
	return locale.text(left > 0 ? 'shift.left' : 'shift.long', values);
}

export class Head {
	/** @param {Room} room @param {BoothState} booth @param {Level} level @param {string} word of the lamp @param {Locale} locale */
	show(room, booth, level, word, locale) {
		const title = locale.title(room.title);
		const languages = booth.outputs.map(({ lang }) => ownName(lang)).join(', ');
		const place = locale.text('console.booth', { booth: booth.id, languages });
		const name = byId('where-room', HTMLSpanElement);
		const line = byId('quality', HTMLParagraphElement);

		setText(name, title.text || room.id);
		setAttribute(name, 'lang', title.lang || locale.name);
		setText(byId('where-booth', HTMLSpanElement), place);
		setText(byId('console-heading', HTMLHeadingElement), `${title.text || room.id} – ${place}`);
		line.hidden = false;
		setAttribute(line, 'data-level', level);
		setText(line, locale.text(QUALITIES[level]));
		document.title = [word, booth.id, title.text].join(' – ');
	}

	/** Once a second. @param {BoothState | null} booth @param {number} since seconds since it was said @param {Locale} locale */
	tick(booth, since, locale) {
		const line = byId('shift', HTMLParagraphElement);
		const text = booth ? shiftText(booth, since, locale) : '';

		setText(byId('clock', HTMLParagraphElement), locale.time(new Date()));
		line.hidden = !text;
		setText(line, text);
		setAttribute(line, 'data-due', String(booth?.shift ? booth.shift.remind_in <= since : false));
	}
}
