/** How the room's source and its pictures do. */

import { make, setAttribute, setText } from '../page/element.js';
import { setIcon } from '../page/icon.js';
import { Figures } from './figures.js';
import { UNKNOWN, bitrate, ltr, milliseconds, plain, seconds } from './format.js';
import { SOURCES } from './tile.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../session/oversight_state.js').PictureMeasures} PictureMeasures */
/** @typedef {import('../session/oversight_state.js').RoomGlance} RoomGlance */
/** @typedef {import('../session/oversight_state.js').SourceMeasures} SourceMeasures */
/** @typedef {import('./figures.js').Figure} Figure */

/** Seconds of the same picture that are worth a look; a slide stands still too. Choice. */
const STILL_MARKED = 10;
/** Milliseconds of sound against picture within which nobody notices: ITU-R BT.1359-1, detectability +45 to −125. */
const EARLY = 45;
const LATE = -125;

/** @param {PictureMeasures} picture @param {Locale} locale @returns {readonly Figure[]} */
function pictureFigures({ frame_rate, width, height, bitrate: bits, key_interval, still_for, black_for, freezes, rungs }, locale) {
	return [
		{ name: 'figures.size', value: width && height ? ltr(`${width} × ${height}`) : UNKNOWN },
		{ name: 'figures.frames', value: plain(locale, frame_rate, 1) },
		{ name: 'figures.bitrate', value: bitrate(locale, bits) },
		{ name: 'figures.key', value: seconds(locale, key_interval) },
		{ name: 'figures.still', value: seconds(locale, still_for, 0), ...(still_for !== null && still_for > STILL_MARKED && { tone: 'notice' }) },
		{ name: 'figures.black', value: seconds(locale, black_for, 0), ...(black_for !== null && black_for > 1 && { tone: 'notice' }) },
		{ name: 'figures.freezes', value: plain(locale, freezes) },
		{ name: 'figures.viewers', value: rungs.length ? ltr(rungs.map(({ height, readers }) => (height ? `${height}p: ` : '') + locale.count(readers)).join(' · ')) : UNKNOWN },
	];
}

export class SourcePanel {
	element = make('section', { class: 'panel source-panel', 'aria-labelledby': 'source-heading' });
	#heading = make('h3', { id: 'source-heading' });
	#state = make('span', { class: 'chip' });
	#switch = make('button', { type: 'button', class: 'small', 'data-opens': 'source', hidden: '' }, make('span'));
	#format = make('p', { class: 'quiet', dir: 'ltr' });
	#uri = make('p', { class: 'quiet uri', dir: 'ltr' });
	#figures = new Figures();
	#signHeading = make('h4');
	#signFigures = new Figures();

	constructor() {
		setIcon(this.#switch, 'swap');
		this.element.append(make('div', { class: 'panel-head' }, this.#heading, this.#state, this.#switch), this.#format, this.#uri, this.#figures.element, this.#signHeading, this.#signFigures.element);
	}

	/** @param {RoomGlance} glance @param {SourceMeasures | null} measures @param {Locale} locale */
	show({ source }, measures, locale) {
		const inUse = measures?.in_use ?? source.in_use;
		const offset = measures?.offset_ms ?? null;
		const late = offset !== null && (offset > EARLY || offset < LATE);

		setText(this.#heading, locale.text('source.heading'));
		setText(this.#state, inUse > 0 ? locale.text('src.backup', { number: locale.count(inUse) }) : locale.text(SOURCES[source.state] ?? 'src.off'));
		setAttribute(this.#state, 'data-tone', source.state === 'lost' ? 'trouble' : inUse > 0 ? 'notice' : 'quiet');
		setText(/** @type {Node} */ (this.#switch.querySelector('span')), locale.text('source.switch'));
		setText(this.#format, source.format);
		setText(this.#uri, measures?.sources[inUse] ?? '');
		this.#figures.show(
			measures
				? [
						...pictureFigures(measures, locale),
						{ name: 'figures.offset', value: milliseconds(locale, offset), ...(late && { tone: 'notice' }) },
						{ name: 'figures.restarts', value: plain(locale, measures.restarts) },
					]
				: [],
			locale,
		);
		setText(this.#signHeading, locale.text('source.sign'));
		this.#signHeading.hidden = !measures?.sign;
		this.#signFigures.show(measures?.sign ? pictureFigures(measures.sign, locale) : [], locale);
	}
}
