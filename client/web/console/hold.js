/** A button that acts as long as it is held, by pointer or key, and lets go whatever happens. */

/** @param {HTMLButtonElement} button @param {(down: boolean) => void} act */
export function hold(button, act) {
	let down = false;
	const set = (/** @type {boolean} */ now) => {
		if (down === now) return;
		down = now;
		act(now);
	};

	button.addEventListener('pointerdown', (event) => {
		if (event.button !== 0) return;
		/* The finger may slide off the button: it holds all the same. */
		button.setPointerCapture(event.pointerId);
		set(true);
	});
	for (const name of ['pointerup', 'pointercancel', 'lostpointercapture', 'blur']) button.addEventListener(name, () => set(false));
	button.addEventListener('keydown', (event) => {
		if (event.key !== ' ' && event.key !== 'Enter') return;
		event.preventDefault();
		set(true);
	});
	button.addEventListener('keyup', (event) => {
		if (event.key !== ' ' && event.key !== 'Enter') return;
		event.preventDefault(); /* of the click that would follow */
		set(false);
	});
	button.addEventListener('contextmenu', (event) => event.preventDefault());
	/* Screen readers press without holding: then it stays until it is pressed again. */
	button.addEventListener('click', (event) => {
		if (event.detail === 0) set(!down);
	});
	window.addEventListener('blur', () => set(false));
	document.addEventListener('visibilitychange', () => document.hidden && set(false));
}
