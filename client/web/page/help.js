/** The help dialog, and whether single keys are shortcuts (WCAG 2.2, 2.1.4: they can be turned off). */

import { byId } from './element.js';
import { setIcon } from './icon.js';
import { recall, remember } from './memory.js';

const MEMORY = 'shortcuts';

export class Help {
	#dialog = byId('help', HTMLDialogElement);
	#shortcuts = byId('shortcuts', HTMLInputElement);

	constructor() {
		const open = byId('help-open', HTMLButtonElement);

		setIcon(open, 'help');
		open.addEventListener('click', () => this.open());
		byId('help-close', HTMLButtonElement).addEventListener('click', () => this.#dialog.close());
		this.#dialog.addEventListener('click', (event) => {
			if (event.target === this.#dialog) this.#dialog.close(); /* beside the dialog */
		});
		this.#shortcuts.checked = recall(MEMORY) !== 'off';
		this.#shortcuts.addEventListener('change', () => remember(MEMORY, this.#shortcuts.checked ? 'on' : 'off'));
	}

	get isOpen() {
		return this.#dialog.open;
	}

	get shortcutsWanted() {
		return this.#shortcuts.checked;
	}

	open() {
		if (!this.#dialog.open) this.#dialog.showModal();
	}
}
