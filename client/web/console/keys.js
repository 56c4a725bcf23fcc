/**
 * The console's keys: one for every action, single letters that can be switched off (WCAG 2.2, 2.1.4),
 * and a few function keys that work while something is written too.
 */

/** @typedef {import('../page/locale.js').MessageKey} MessageKey */

/**
 * @typedef {object} Key
 * @property {string} key a letter in lower case, a digit, or as KeyboardEvent.key names it; "shift+" before it
 * @property {MessageKey} text what it does
 * @property {() => void} press
 * @property {() => void} [release] it is held
 * @property {string} [always] a function key that does the same, in text fields too
 */

/** By the place on the keyboard, where it writes another script or another letter with Shift. @param {KeyboardEvent} event */
function nameOf({ key, code, shiftKey }) {
	const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1];
	const letter = /^[a-z]$/i.test(key) ? key.toLowerCase() : /^Key(.)$/.exec(code)?.[1]?.toLowerCase();
	const name = key.length > 1 || key === '?' ? key : (digit ?? letter ?? key);

	return shiftKey && key !== '?' ? `shift+${name}` : name;
}

/** @param {Element | null} element @param {string} name */
function needsKey(element, name) {
	if (!element) return false;
	if (element.matches('input:not([type=checkbox], [type=range]), select, textarea')) return true;
	if (element.matches('input[type=range], [role=radio], [role=log]') && /Arrow/.test(name)) return true;
	return false;
}

export class Keys {
	/** @type {Map<string, Key>} */ #keys = new Map();
	/** @type {Map<string, Key>} */ #always = new Map();
	/** Held down now, by `code`: what was pressed is released, whatever else changes meanwhile. @type {Map<string, Key>} */ #held = new Map();

	/** @param {readonly Key[]} keys @param {() => boolean} enabled @param {() => boolean} letters */
	constructor(keys, enabled, letters) {
		for (const key of keys) {
			this.#keys.set(key.key, key);
			if (key.always) this.#always.set(key.always, key);
		}
		document.addEventListener('keydown', (event) => {
			if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || !enabled()) return;
			const name = nameOf(event);
			const letter = letters() && !needsKey(document.activeElement, name) ? this.#keys.get(name) : undefined;
			const key = this.#always.get(name) ?? letter;
			if (!key) return;

			event.preventDefault();
			if (event.repeat) return;
			if (key.release) this.#held.set(event.code, key);
			key.press();
		});
		document.addEventListener('keyup', ({ code }) => this.#release(code));
		/* Whoever looks elsewhere can no longer be seen to let go. */
		window.addEventListener('blur', () => this.releaseAll());
		document.addEventListener('visibilitychange', () => document.hidden && this.releaseAll());
	}

	releaseAll() {
		for (const code of [...this.#held.keys()]) this.#release(code);
	}

	/** @param {string} code */
	#release(code) {
		const key = this.#held.get(code);

		this.#held.delete(code);
		key?.release?.();
	}
}

/** How a key is written on its cap. @param {string} key */
export function capOf(key) {
	return key
		.split('+')
		.map((part) => ({ arrowup: '↑', arrowdown: '↓', shift: '⇧' })[part.toLowerCase()] ?? part.toUpperCase())
		.join(' ');
}
