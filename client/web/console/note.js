/** One sentence that stays for a few seconds: what came of a wish, or what others did. */

import { byId } from '../page/element.js';
import { tell } from '../page/say.js';

/** Milliseconds; choice. */
const SHOWN = 6_000;

export class Note {
	#line = byId('note', HTMLParagraphElement);
	#timer = 0;

	/** @param {string} text */
	show(text) {
		clearTimeout(this.#timer);
		tell(this.#line, text);
		this.#timer = setTimeout(() => (this.#line.textContent = ''), SHOWN);
	}
}
