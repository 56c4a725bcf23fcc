/** The page's icons: strokes on a 24 × 24 grid, drawn in the colour of the text. */

const SVG = 'http://www.w3.org/2000/svg';

const PATHS = /** @type {const} */ ({
	play: 'M8 5.5v13l10.5-6.5z',
	pause: 'M8 5.5v13 M16 5.5v13',
	sound: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z M15.5 9a4.2 4.2 0 0 1 0 6 M18 6.5a7.8 7.8 0 0 1 0 11',
	silent: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z M16 9.5l5 5 M21 9.5l-5 5',
	headphones: 'M4 15v-2.500a8 8 0 0 1 16 0V15 M4 14.500h3.500v5.500H5.500A1.500 1.500 0 0 1 4 18.500z M20 14.500h-3.500v5.500h2a1.500 1.500 0 0 0 1.500-1.500z',
	picture: 'M3.5 6h17v12h-17z M3.5 15.500l5-4.500 4.500 4 3-2.500 4.500 3.500',
	swap: 'M4 8.500h14l-3.500-3.500 M20 15.500H6l3.500 3.500',
	full: 'M4 9V4h5 M15 4h5v5 M20 15v5h-5 M9 20H4v-5',
	sign: 'M7 13V6.500a1.500 1.500 0 0 1 3 0V11 M10 11V4.500a1.500 1.500 0 0 1 3 0V11 M13 11V5.500a1.500 1.500 0 0 1 3 0V12 M16 12V8.500a1.500 1.500 0 0 1 3 0V15a6 6 0 0 1-6 6h-.5a6 6 0 0 1-5-2.700l-3.300-5a1.600 1.600 0 0 1 2.600-1.800L7 13',
	stop: 'M6.5 6.5h11v11h-11z',
	back: 'M14.5 5.500L8 12l6.500 6.500',
	live: 'M12 12m-2.500 0a2.500 2.500 0 1 0 5 0a2.500 2.500 0 1 0-5 0 M7 7a7 7 0 0 0 0 10 M17 7a7 7 0 0 1 0 10',
	wait: 'M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16 M12 8v4.500l3 2',
	lost: 'M12 4.500L21 19.500H3z M12 10v4.500 M12 17v.2',
	none: 'M5 12h14',
	close: 'M6.500 6.500l11 11 M17.500 6.500l-11 11',
	check: 'M4.500 12.500l5 5 10-11',
	microphone: 'M12 4a2.500 2.500 0 0 0-2.500 2.500v5a2.500 2.500 0 0 0 5 0v-5A2.500 2.500 0 0 0 12 4z M6.500 11.500a5.500 5.500 0 0 0 11 0 M12 17v3.500',
	cough: 'M12 4a2.500 2.500 0 0 0-2.500 2.500v5a2.500 2.500 0 0 0 5 0v-5A2.500 2.500 0 0 0 12 4z M6.500 11.500a5.500 5.500 0 0 0 11 0 M12 17v3.500 M4.500 4.500l15 15',
	slow: 'M4 17h12a3.500 3.500 0 0 0 0-7M16 10a5.500 5.500 0 0 0-11 2v5 M16 10V6.500 M7 17v2.500 M13 17v2.500',
	wrench: 'M14.500 5a4.500 4.500 0 0 0-4 6.300L4.500 17.300a1.600 1.600 0 0 0 2.300 2.300l6-6A4.500 4.500 0 0 0 19 8l-2.800 2.300-2.300-2.300L16.300 5.300z',
	theme: 'M12 4a8 8 0 1 0 0 16z M12 4a8 8 0 0 1 0 16',
	help: 'M8.500 9a3.500 3.500 0 1 1 5.200 3c-1.200.7-1.700 1.300-1.700 2.700 M12 18.300v.2',
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
