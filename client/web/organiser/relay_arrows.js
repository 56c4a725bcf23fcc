/** Which booth listens to which channel, as arrows beside the table: from the channel to the booth that takes relay from it. */

const SVG = 'http://www.w3.org/2000/svg';
/** The place beside the table is so many units wide, of which 16 are 1 rem. */
const GUTTER = 44;
/** How far the first arrow swings out, and each further one besides; choices. */
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
		const unit = arrows.length ? parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 : 1;
		const middles = arrows.map(({ from, to, depth }) => ({ from: middle(from), to: middle(to), depth }));
		const drawn = JSON.stringify([unit, middles]);

		if (drawn === this.#drawn) return;
		this.#drawn = drawn;
		this.element.replaceChildren(...middles.flatMap(({ from, to, depth }, n) => draw(from, to, SWING + Math.min(n, 4) * STEP, depth, unit)));
	}
}

/** @param {HTMLElement} row */
const middle = (row) => Math.round(row.offsetTop + row.offsetHeight / 2);

/** @param {number} from @param {number} to @param {number} swing @param {number} depth @param {number} unit pixels */
function draw(from, to, swing, depth, unit) {
	const line = document.createElementNS(SVG, 'path');
	const head = document.createElementNS(SVG, 'path');
	const edge = GUTTER * unit;
	const out = edge - swing * unit;
	const small = 4 * unit;
	const end = to + (from < to ? -small : small);

	/* Curves swing away from the table's edge and come back to it. */
	line.setAttribute('d', `M${edge} ${from + (from < to ? small : -small)} C${out} ${from}, ${out} ${end}, ${edge - small} ${end}`);
	head.setAttribute('d', `M${edge - 1.5 * small} ${end - small} L${edge} ${end} L${edge - 1.5 * small} ${end + small}`);
	for (const path of [line, head]) path.dataset['depth'] = String(depth);
	head.setAttribute('class', 'head');
	return [line, head];
}
