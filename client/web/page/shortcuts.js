/** Single keys that act from anywhere on the page, unless the focused element has a use for them. */

/** @typedef {Readonly<Record<string, () => void>>} Keys by `KeyboardEvent.key`, letters in lower case */

/** @param {Element | null} element @param {string} key */
function needsKey(element, key) {
	if (!element) return false;
	if (element.closest('input, select, textarea, [contenteditable]')) return true;
	if (key === ' ' && element.closest('button, a, summary')) return true;
	return key.startsWith('Arrow') && element.closest('[role=radiogroup]') !== null;
}

/** The key as it is labelled; on keyboards of other scripts, by its place (`KeyM` is m). @param {KeyboardEvent} event */
function nameOf({ key, code }) {
	if (key.length > 1 || key === ' ' || /^[a-z0-9?]$/i.test(key)) return key.length > 1 ? key : key.toLowerCase();
	return /^(Key|Digit)(.)$/.exec(code)?.[2]?.toLowerCase() ?? key;
}

/** @param {() => boolean} enabled @param {Keys} keys @param {(digit: string) => void} onDigit */
export function listenToKeys(enabled, keys, onDigit) {
	document.addEventListener('keydown', (event) => {
		const key = nameOf(event);
		if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.defaultPrevented) return;
		if (!enabled() || needsKey(document.activeElement, key)) return;

		const action = keys[key];
		if (action) action();
		else if (/^[0-9]$/.test(key)) onDigit(key);
		else return;
		event.preventDefault();
	});
}
