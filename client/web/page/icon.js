/** The page's icons: strokes on a 24 × 24 grid, drawn in the colour of the text. */

const SVG = 'http://www.w3.org/2000/svg';

const PATHS = /** @type {const} */ ({
	play: 'M8 5.5v13l10.5-6.5z',
	pause: 'M8 5.5v13 M16 5.5v13',
	sound: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z M15.5 9a4.2 4.2 0 0 1 0 6 M18 6.5a7.8 7.8 0 0 1 0 11',
	silent: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z M16 9.5l5 5 M21 9.5l-5 5',
	headphones: 'M4 15v-2.5a8 8 0 0 1 16 0V15 M4 14.5h3.5v5.5H5.5A1.5 1.5 0 0 1 4 18.5z M20 14.5h-3.5v5.5h2a1.5 1.5 0 0 0 1.5-1.5z',
	picture: 'M3.5 6h17v12h-17z M3.5 15.5l5-4.5 4.5 4 3-2.5 4.5 3.5',
	swap: 'M4 8.5h14l-3.5-3.5 M20 15.5H6l3.5 3.5',
	full: 'M4 9V4h5 M15 4h5v5 M20 15v5h-5 M9 20H4v-5',
	sign: 'M7 13V6.5a1.5 1.5 0 0 1 3 0V11 M10 11V4.5a1.5 1.5 0 0 1 3 0V11 M13 11V5.5a1.5 1.5 0 0 1 3 0V12 M16 12V8.5a1.5 1.5 0 0 1 3 0V15a6 6 0 0 1-6 6h-.5a6 6 0 0 1-5-2.7l-3.3-5a1.6 1.6 0 0 1 2.6-1.8L7 13',
	stop: 'M6.5 6.5h11v11h-11z',
	back: 'M14.5 5.5L8 12l6.5 6.5',
	live: 'M12 12m-2.5 0a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0 M7 7a7 7 0 0 0 0 10 M17 7a7 7 0 0 1 0 10',
	wait: 'M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16 M12 8v4.5l3 2',
	lost: 'M12 4.5L21 19.5H3z M12 10v4.5 M12 17v.2',
	none: 'M5 12h14',
	close: 'M6.5 6.5l11 11 M17.5 6.5l-11 11',
	check: 'M4.5 12.5l5 5 10-11',
	microphone: 'M12 4a2.5 2.5 0 0 0-2.5 2.5v5a2.5 2.5 0 0 0 5 0v-5A2.5 2.5 0 0 0 12 4z M6.5 11.5a5.5 5.5 0 0 0 11 0 M12 17v3.5',
	cough: 'M12 4a2.5 2.5 0 0 0-2.5 2.5v5a2.5 2.5 0 0 0 5 0v-5A2.5 2.5 0 0 0 12 4z M6.5 11.5a5.5 5.5 0 0 0 11 0 M12 17v3.5 M4.5 4.5l15 15',
	slow: 'M4 17h12a3.5 3.5 0 0 0 0-7M16 10a5.5 5.5 0 0 0-11 2v5 M16 10V6.5 M7 17v2.5 M13 17v2.5',
	wrench: 'M14.5 5a4.5 4.5 0 0 0-4 6.3L4.5 17.3a1.6 1.6 0 0 0 2.3 2.3l6-6A4.5 4.5 0 0 0 19 8l-2.8 2.3-2.3-2.3L16.3 5.3z',
	theme: 'M12 4a8 8 0 1 0 0 16z M12 4a8 8 0 0 1 0 16',
	help: 'M8.5 9a3.5 3.5 0 1 1 5.2 3c-1.2.7-1.7 1.3-1.7 2.7 M12 18.3v.2',
});

/** @typedef {keyof typeof PATHS} IconName */

/** @param {IconName} name @returns {SVGSVGElement} hidden from screen readers: the text beside it speaks */
export function icon(name) {
	const svg = document.createElementNS(SVG, 'svg');
	const path = document.createElementNS(SVG, 'path');

	svg.setAttribute('viewBox', '0 0 24 24');
	svg.setAttribute('aria-hidden', 'true');
	svg.setAttribute('class', 'icon');
	svg.dataset['icon'] = name;
	path.setAttribute('d', PATHS[name]);
	svg.append(path);
	return svg;
}

/** Puts the icon in place of the one that is there. @param {Element} holder @param {IconName} name */
export function setIcon(holder, name) {
	const old = holder.querySelector('svg.icon');

	if (old instanceof SVGSVGElement && old.dataset['icon'] === name) return;
	if (old) old.replaceWith(icon(name));
	else holder.prepend(icon(name));
}
