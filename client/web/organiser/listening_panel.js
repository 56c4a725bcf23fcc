/** What the organiser hears now, always in sight: which channel or microphone, how loud, and the way to stop it. */

import { channelName } from '../console/incoming_panel.js';
import { byId, make, setAttribute, setText } from '../page/element.js';
import { setIcon } from '../page/icon.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../session/listening.js').Target} Target */

export class ListeningPanel {
	#section = byId('listening', HTMLElement);
	#words = make('p', { class: 'listening-words' });
	#what = make('strong', { dir: 'auto' });
	#where = make('span', { class: 'quiet', dir: 'auto' });
	#volume = make('input', { type: 'range', min: '0', max: '200', step: '5', value: '100' });
	#stop = make('button', { type: 'button', class: 'square', 'aria-keyshortcuts': 'S' });

	/** @param {{ onStop: () => void, onVolume: (percent: number) => void }} actions */
	constructor({ onStop, onVolume }) {
		setIcon(this.#section, 'headphones');
		setIcon(this.#stop, 'stop');
		this.#words.append(this.#what, this.#where);
		this.#section.append(this.#words, this.#volume, this.#stop);
		this.#stop.addEventListener('click', onStop);
		this.#volume.addEventListener('input', () => onVolume(Number(this.#volume.value)));
	}

	/** @param {{ target: Target | null, flowing: boolean, blocked: boolean, name: string, room: string }} what name: of whose microphone it is @param {Locale} locale */
	show({ target, flowing, blocked, name, room }, locale) {
		const what = !target ? locale.text('listening.none') : name || channelName(target.lang, locale);
		const state = !target ? '' : blocked ? locale.text('tap.reason') : flowing ? room : locale.text('listening.wait', { room });

		setAttribute(this.#section, 'data-state', !target ? 'none' : flowing && !blocked ? 'flowing' : 'wait');
		setText(this.#what, what);
		setText(this.#where, state);
		setAttribute(this.#stop, 'aria-label', locale.text('listening.stop'));
		setAttribute(this.#volume, 'aria-label', locale.text('player.volume'));
		this.#stop.hidden = !target;
		this.#volume.hidden = !target;
	}
}
