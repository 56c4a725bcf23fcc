/**
 * Curves over time, drawn by uPlot where it is installed, and the same as a table for everybody who does
 * not see them. Curves differ in colour and in dashes.
 */

import { clock } from '../organiser/format.js';
import { make, setText } from './element.js';
import { loadLibrary, loadStyle } from './library.js';

/** @typedef {import('./locale.js').Locale} Locale */
/** @typedef {{ readonly name: string, readonly points: readonly (number | null)[] }} Curve */
/** @typedef {{ readonly start: number, readonly step: number, readonly curves: readonly Curve[] }} PlotData start in Unix seconds, step in seconds */

/** As many as style/plot.css has colours for. */
const COLOURS = 8;
/** Pixels on and off, so that colour is never all that tells curves apart. */
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [14, 5], [5, 2], [2, 6], [12, 3, 2, 3, 2, 3]];
/** Rows of the table; choice: more are for the export. */
const ROWS = 48;
/** Pixels. */
const HEIGHT = 220;
/** Enough for four digits. */
const AXIS = 48;
const SVG = 'http://www.w3.org/2000/svg';

/** @param {number} at */
function swatch(at) {
	const svg = document.createElementNS(SVG, 'svg');
	const line = document.createElementNS(SVG, 'line');

	for (const [name, value] of Object.entries({ 'viewBox': '0 0 36 8', 'aria-hidden': 'true', 'class': 'plot-swatch' })) svg.setAttribute(name, value);
	for (const [name, value] of Object.entries({ 'x1': '0', 'x2': '36', 'y1': '4', 'y2': '4', 'stroke-dasharray': (DASHES[at % DASHES.length] ?? []).join(' ') })) line.setAttribute(name, value);
	svg.dataset['colour'] = String(at % COLOURS);
	svg.append(line);
	return svg;
}

export class Plot {
	/** @type {HTMLElement} */ #element;
	/** @type {Locale} */ #locale;
	#canvas = make('div', { class: 'plot-canvas', dir: 'ltr' });
	#legend = make('ul', { class: 'plot-legend' });
	#words = make('p', { class: 'plot-words' });
	#table = make('table', { class: 'plot-table' });
	#details = make('details', { class: 'plot-details' }, make('summary', { 'data-text': 'plot.table' }));
	/** uPlot's. @type {any} */ #drawn = null;
	/** Names, language, colours of what is drawn. */ #key = '';
	/** @type {PlotData | null} */ #data = null;

	/** @param {HTMLElement} element @param {Locale} locale */
	constructor(element, locale) {
		this.#element = element;
		this.#locale = locale;
		this.#details.append(make('div', { class: 'plot-scroll', tabindex: '0' }, this.#table));
		element.classList.add('plot');
		element.append(this.#canvas, this.#legend, this.#words, this.#details);
		locale.translate(element);
		this.#canvas.setAttribute('aria-hidden', 'true'); /* the table says it */
		this.#details.addEventListener('toggle', () => this.#fillTable());
		new ResizeObserver(() => this.#drawn?.setSize({ width: this.#canvas.clientWidth, height: HEIGHT })).observe(this.#canvas);
	}

	/** @param {PlotData | null} data @param {string} caption of the table */
	show(data, caption) {
		const empty = !data || !data.curves.some(({ points }) => points.some((each) => each !== null));

		this.#data = empty ? null : data;
		this.#canvas.hidden = empty;
		this.#legend.hidden = empty;
		this.#details.hidden = empty;
		if (empty) setText(this.#words, this.#locale.text('plot.none'));
		else this.#draw(caption);
	}

	/** @param {string} caption */
	async #draw(caption) {
		const library = await loadLibrary('uplot/dist/uPlot.esm.js');
		const data = this.#data;
		if (!data) return;
		const key = JSON.stringify([data.curves.map(({ name }) => name), this.#locale.name, document.documentElement.dataset['theme'] ?? '']);
		const length = Math.max(...data.curves.map(({ points }) => points.length));
		const columns = [Array.from({ length }, (_, i) => data.start + i * data.step), ...data.curves.map(({ points }) => points)];

		this.#table.createCaption().textContent = caption;
		setText(this.#words, library ? '' : this.#locale.text('plot.missing'));
		this.#canvas.hidden = !library;
		if (key !== this.#key) {
			this.#key = key;
			this.#legend.replaceChildren(...data.curves.map(({ name }, at) => make('li', {}, swatch(at), make('bdi', {}, name))));
			this.#drawn?.destroy();
			this.#drawn = library ? this.#make(library, data, columns) : null;
		} else {
			this.#drawn?.setData(columns);
		}
		this.#fillTable();
	}

	/** @param {Readonly<Record<string, any>>} library @param {PlotData} data @param {readonly unknown[]} columns */
	#make(library, data, columns) {
		const style = getComputedStyle(this.#element);
		const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
		const rtl = document.documentElement.dir === 'rtl';
		const axis = { stroke: colour('--muted'), grid: { stroke: colour('--line'), width: 1 }, ticks: { stroke: colour('--line'), width: 1 }, font: `12px ${style.fontFamily}` };

		loadStyle('uplot/dist/uPlot.min.css');
		return new library['default'](
			{
				width: this.#canvas.clientWidth || 600,
				height: HEIGHT,
				legend: { show: false },
				cursor: { show: false },
				/* Time runs as the page is read. */
				scales: { x: { time: true, dir: rtl ? -1 : 1 }, y: { range: (/** @type {unknown} */ _, /** @type {number} */ least, /** @type {number} */ most) => [Math.min(0, least), Math.max(1, most * 1.1)] } },
				axes: [
					{ ...axis, values: (/** @type {unknown} */ _, /** @type {number[]} */ times) => times.map((each) => clock(this.#locale, each)) },
					{ ...axis, side: rtl ? 1 : 3, size: AXIS, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000], values: (/** @type {unknown} */ _, /** @type {number[]} */ counts) => counts.map((each) => this.#locale.count(each)) },
				],
				series: [{}, ...data.curves.map((_, at) => ({ stroke: colour(`--plot-${at % COLOURS}`), width: 2, dash: DASHES[at % DASHES.length], points: { show: false } }))],
			},
			columns,
			this.#canvas,
		);
	}

	/** As far apart as it takes to be read, the newest last; only while it is open. */
	#fillTable() {
		const data = this.#data;
		if (!data || !this.#details.open) return;
		const length = Math.max(...data.curves.map(({ points }) => points.length));
		const every = Math.max(1, Math.ceil(length / ROWS));
		const rows = Array.from({ length: Math.ceil(length / every) }, (_, i) => i * every);
		const head = make('tr', {}, make('th', { scope: 'col' }, this.#locale.text('plot.time')), ...data.curves.map(({ name }) => make('th', { scope: 'col' }, name)));
		const body = rows.map((at) =>
			make(
				'tr',
				{},
				make('th', { scope: 'row' }, clock(this.#locale, data.start + at * data.step)),
				...data.curves.map(({ points }) => make('td', {}, typeof points[at] === 'number' ? this.#locale.count(points[at]) : '–')),
			),
		);

		this.#table.tHead?.remove();
		for (const old of [...this.#table.tBodies]) old.remove();
		this.#table.append(make('thead', {}, head), make('tbody', {}, ...body));
	}
}
