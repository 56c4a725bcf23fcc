/** Which booth listens to which channel, as arrows beside the table: from the channel to the booth that takes relay from it. */

const SVG = 'http://www.w3.org/2000/svg';
/** Pixels: how far the first arrow swings out, and each further one besides; choices. */
const SWING = 10;
const STEP = 7;

/** @typedef {{ readonly from: HTMLElement, readonly to: HTMLElement, readonly depth: number }} RelayArrow */

export class RelayArrows {
	element = document.createElementNS(SVG, 'svg');
	#drawn = '';

	constructor() {
		this.element.setAttribute('class', 'relay-arrows');
		this.element.setAttribute('aria-hidden', 'true');
	}

	/** @param {readonly RelayArrow[]} arrows between rows of one table */
	show(arrows) {
		const middles = arrows.map(({ from, to, depth }) => ({ from: middle(from), to: middle(to), depth }));
		const drawn = JSON.stringify(middles);

		if (drawn === this.#drawn) return;
		this.#drawn = drawn;
		this.element.replaceChildren(...middles.flatMap(({ from, to, depth }, n) => draw(from, to, SWING + Math.min(n, 4) * STEP, depth)));
	}
}

/** @param {HTMLElement} row */
const middle = (row) => Math.round(row.offsetTop + row.offsetHeight / 2);

/** @param {number} from @param {number} to @param {number} swing @param {number} depth */
function draw(from, to, swing, depth) {
	const line = document.createElementNS(SVG, 'path');
	const head = document.createElementNS(SVG, 'path');
	const end = to + (from < to ? -4 : 4);

	/* The edge of the table is at x = 44; curves swing away from it. */
	line.setAttribute('d', `M44 ${from + (from < to ? 6 : -6)} C${44 - swing} ${from}, ${44 - swing} ${end}, 40 ${end}`);
	head.setAttribute('d', `M38 ${end - 4} L44 ${end} L38 ${end + 4}`);
	for (const path of [line, head]) path.dataset['depth'] = String(depth);
	head.setAttribute('class', 'head');
	return [line, head];
}
