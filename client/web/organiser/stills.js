/** The rooms' pictures, as stills: fetched when the relay has a newer one, one at a time for each room, and none while nobody looks. */

/** @typedef {{ image: HTMLImageElement, at: number, busy: boolean, address: string }} Shown */

export class Stills {
	/** @type {Readonly<Record<string, string>>} */ #headers;
	/** @type {Map<HTMLImageElement, Shown>} */ #shown = new Map();

	/** @param {string | null} token */
	constructor(token) {
		this.#headers = token ? { Authorization: `Bearer ${token}` } : {};
	}

	/** @param {HTMLImageElement} image @param {string} room @param {number | null} at when the relay took the latest; null: it has none */
	show(image, room, at) {
		const shown = this.#shown.get(image) ?? { image, at: 0, busy: false, address: '' };

		this.#shown.set(image, shown);
		if (at === null) this.forget(image);
		else if (at !== shown.at && !shown.busy && !document.hidden) this.#fetch(shown, room, at);
	}

	/** @param {HTMLImageElement} image */
	forget(image) {
		const shown = this.#shown.get(image);

		this.#shown.delete(image);
		if (!shown) return;
		URL.revokeObjectURL(shown.address);
		image.removeAttribute('src');
		image.hidden = true;
	}

	/** @param {Shown} shown @param {string} room @param {number} at */
	async #fetch(shown, room, at) {
		shown.busy = true;
		shown.at = at;
		try {
			const answer = await fetch(new URL(`api/rooms/${encodeURIComponent(room)}/still`, document.baseURI), { headers: this.#headers });
			if (answer.ok) await this.#put(shown, await answer.blob());
		} catch {
			/* The next one comes in two seconds. */
		}
		shown.busy = false;
	}

	/** Decoded before it is shown: no flash, and not on this thread. @param {Shown} shown @param {Blob} blob */
	async #put(shown, blob) {
		const { image } = shown;
		const address = URL.createObjectURL(blob);
		const next = new Image();

		next.src = address;
		await next.decode();
		if (this.#shown.get(image) !== shown) return URL.revokeObjectURL(address);
		image.src = address;
		image.hidden = false;
		URL.revokeObjectURL(shown.address);
		shown.address = address;
		return undefined;
	}
}
