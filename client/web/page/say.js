/** What a screen reader is told without asking. */

import { byId } from './element.js';

/** Milliseconds in which a region is empty; not by the screen's frames, which a hidden page has none of. */
const AGAIN = 50;

/** Words for a live region; the same again are heard again. @param {HTMLElement} region @param {string} text */
export function tell(region, text) {
	region.textContent = '';
	setTimeout(() => (region.textContent = text), AGAIN);
}

/** @param {string} text @param {boolean} [urgent] at once, not in turn */
export function say(text, urgent = false) {
	tell(byId(urgent ? 'say-now' : 'say', HTMLParagraphElement), text);
}
