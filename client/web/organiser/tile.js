/** One room among all: its picture, what sits, who listens, the state of each channel, its alarms. */

import { channelName } from '../console/incoming_panel.js';
import { make, setAttribute, setText } from '../page/element.js';
import { clock } from './format.js';
import { lookOf } from './channel_look.js';
import { alarmLine } from './alarm_line.js';
import { SEVERITIES } from './severity.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */
/** @typedef {import('../session/oversight_state.js').Alarm} Alarm */
/** @typedef {import('../session/oversight_state.js').ChannelGlance} ChannelGlance */
/** @typedef {import('../session/oversight_state.js').RoomGlance} RoomGlance */
/** @typedef {import('../session/protocol.js').Room} Room */

/** @type {Readonly<Record<import('../session/oversight_state.js').Sitting, MessageKey>>} */
export const SITTINGS = { closed: 'sitting.closed', 'line-up': 'sitting.line-up', running: 'sitting.running', paused: 'sitting.paused' };

/** @type {Readonly<Record<string, MessageKey>>} by the state of a feed */
export const SOURCES = { live: 'src.live', connecting: 'src.connecting', lost: 'src.lost', off: 'src.off' };

/** "Running until 12:30". @param {RoomGlance} room @param {Locale} locale */
export function sittingText({ sitting, entry }, locale) {
	const word = locale.text(SITTINGS[sitting]);

	if (!entry) return word;
	if (sitting === 'running' || sitting === 'paused') return locale.text('sitting.until', { state: word, time: clock(locale, entry.end) });
	return locale.text('sitting.from', { state: word, time: clock(locale, entry.start) });
}

/** One channel, in as little space as three signs and a word take. */
class Cell {
	element = make('li', { class: 'cell' });
	#shape = make('span', { class: 'shape', 'aria-hidden': 'true' });
	#lang = make('abbr', { class: 'cell-lang' });
	#word = make('span', { class: 'cell-word' });
	#listeners = make('span', { class: 'cell-listeners' });

	constructor() {
		this.element.append(this.#shape, this.#lang, this.#listeners, this.#word);
	}

	/** @param {ChannelGlance} channel @param {Locale} locale */
	show(channel, locale) {
		const look = lookOf(channel);
		const name = channelName(channel.lang, locale);

		setAttribute(this.element, 'data-look', look.name);
		setAttribute(this.element, 'data-alarm', channel.alarm ?? 'none');
		setAttribute(this.#shape, 'data-shape', channel.alarm ?? look.shape);
		setAttribute(this.#lang, 'title', name);
		setText(this.#lang, look.name === 'floor' ? '—' : channel.lang.toUpperCase());
		setText(this.#word, locale.text(channel.alarm ? SEVERITIES[channel.alarm] : look.text));
		setText(this.#listeners, locale.count(channel.listeners));
	}
}

export class RoomTile {
	element = make('li', { class: 'tile' });
	image = make('img', { alt: '', class: 'still', decoding: 'async' });
	#open = make('button', { type: 'button', class: 'tile-open' });
	#sitting = make('span', { class: 'chip' });
	#source = make('p', { class: 'tile-source' });
	#entry = make('p', { class: 'tile-entry', dir: 'auto' });
	#cells = make('ul', { class: 'cells' });
	#alarm = make('p', { class: 'tile-alarm' });
	#alarmShape = make('span', { class: 'shape', 'aria-hidden': 'true' });
	#alarmWords = make('span', { class: 'tile-alarm-words', dir: 'auto' });
	#alarmMore = make('span', { class: 'tile-alarm-more' });
	#listeners = make('span', {});
	#interpreters = make('span', {});
	#calls = make('span', { class: 'tile-calls' });
	/** @type {Map<string, Cell>} */ #byLang = new Map();

	/** @param {string} id @param {(room: string) => void} onOpen */
	constructor(id, onOpen) {
		this.#open.addEventListener('click', () => onOpen(id));
		this.image.hidden = true;
		this.#alarm.append(this.#alarmShape, this.#alarmWords, this.#alarmMore);
		this.element.append(
			make('div', { class: 'tile-head' }, make('h3', { class: 'tile-title' }, this.#open), this.#sitting),
			make('div', { class: 'tile-picture' }, this.image, this.#source),
			this.#entry,
			this.#alarm,
			this.#cells,
			make('p', { class: 'tile-foot' }, this.#listeners, this.#interpreters, this.#calls),
		);
	}

	focus() {
		this.#open.focus();
	}

	/** @param {RoomGlance} glance @param {Room | null} room @param {readonly Alarm[]} alarms of this room, worst first @param {Locale} locale */
	show(glance, room, alarms, locale) {
		const title = room ? locale.title(room.title) : { text: '', lang: '' };
		const entry = glance.entry ? locale.title(glance.entry.title) : { text: '', lang: locale.name };

		setText(this.#open, title.text || glance.id);
		setAttribute(this.#open, 'lang', title.lang || locale.name);
		setText(this.#sitting, sittingText(glance, locale));
		setAttribute(this.element, 'data-sitting', glance.sitting);
		setText(this.#entry, entry.text);
		setAttribute(this.#entry, 'lang', entry.lang || locale.name);
		setText(this.#listeners, locale.text('count.listeners', { count: locale.count(glance.listeners) }));
		setText(this.#interpreters, locale.text('count.interpreters', { count: locale.count(glance.interpreters) }));
		setText(this.#calls, glance.calls ? locale.text('count.calls', { count: locale.count(glance.calls) }) : '');
		this.#showSource(glance, locale);
		this.#showAlarms(glance, alarms, locale);
		this.#showChannels(glance.channels, locale);
	}

	/** @param {RoomGlance} glance @param {Locale} locale */
	#showSource({ source, picture, sitting }, locale) {
		const idle = sitting === 'closed' && source.state !== 'live';
		const words = source.state !== 'live' ? locale.text(SOURCES[source.state] ?? 'src.off') : !picture ? locale.text('picture.only') : picture.state !== 'live' ? locale.text('src.picture.lost') : '';

		setText(this.#source, source.in_use > 0 && source.state === 'live' ? [words, locale.text('src.backup', { number: locale.count(source.in_use) })].filter(Boolean).join(' · ') : words);
		setAttribute(this.#source, 'data-tone', !idle && (source.state === 'lost' || picture?.state === 'lost') ? 'trouble' : 'quiet');
	}

	/** @param {RoomGlance} glance @param {readonly Alarm[]} alarms @param {Locale} locale */
	#showAlarms(glance, alarms, locale) {
		const { critical, warning } = glance.alarms;
		const worst = critical ? 'critical' : warning ? 'warning' : 'none';
		const first = alarms.find(({ severity }) => severity === worst);
		const more = critical + warning - 1;

		setAttribute(this.element, 'data-severity', worst);
		setAttribute(this.#alarmShape, 'data-shape', worst);
		setText(this.#alarmWords, worst === 'none' ? '' : first ? alarmLine(first, locale) : locale.text(SEVERITIES[worst]));
		setText(this.#alarmMore, more > 0 ? locale.text('alarms.more', { count: locale.count(more) }) : '');
	}

	/** @param {readonly ChannelGlance[]} channels @param {Locale} locale */
	#showChannels(channels, locale) {
		const known = [...this.#byLang.keys()];

		if (known.length !== channels.length || channels.some(({ lang }, i) => lang !== known[i])) {
			this.#byLang = new Map(channels.map(({ lang }) => [lang, new Cell()]));
			this.#cells.replaceChildren(...[...this.#byLang.values()].map(({ element }) => element));
		}
		for (const channel of channels) this.#byLang.get(channel.lang)?.show(channel, locale);
	}
}
