/** Keeps the screen on while a picture is watched. Browsers drop the lock when the page is hidden. */

export class WakeLock {
	/** @type {WakeLockSentinel | null} */ #lock = null;
	#asking = false;

	/** @param {boolean} wanted */
	async want(wanted) {
		if (!wanted) {
			this.#lock?.release().catch(() => {});
			this.#lock = null;
			return;
		}
		if (this.#lock || this.#asking || !navigator.wakeLock || document.hidden) return;
		this.#asking = true;
		try {
			const lock = await navigator.wakeLock.request('screen');
			lock.addEventListener('release', () => {
				if (this.#lock === lock) this.#lock = null;
			});
			this.#lock = lock;
		} catch {
			/* Low battery, or not allowed: the screen dims as it always does. */
		}
		this.#asking = false;
	}
}
