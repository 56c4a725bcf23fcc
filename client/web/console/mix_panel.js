/** What reaches the interpreter's ears: volume, tone, the monitor of the own channel, hearing protection. */

import { byId, setAttribute, setText } from '../page/element.js';

/** @typedef {import('../sound/headset.js').Headset} Headset */
/** @typedef {import('../sound/headset.js').HeadsetSettings} HeadsetSettings */
/** @typedef {import('../session/booth_state.js').BoothState} BoothState */
/** @typedef {import('../page/locale.js').Locale} Locale */

/** @typedef {'volume' | 'bass' | 'treble' | 'balance'} SliderName */

const SLIDERS = /** @type {const} */ (['volume', 'bass', 'treble', 'balance']);

/**
 * @typedef {object} MixActions
 * @property {(change: Partial<HeadsetSettings>) => void} onSet
 * @property {() => void} onMonitor
 * @property {() => void} onMonitorOutput
 */

export class MixPanel {
	/** @param {MixActions} actions */
	constructor(actions) {
		for (const name of SLIDERS) {
			const slider = byId(name, HTMLInputElement);
			slider.addEventListener('input', () => actions.onSet({ [name]: slider.valueAsNumber }));
		}
		byId('monitor', HTMLButtonElement).addEventListener('click', actions.onMonitor);
		byId('monitor-output', HTMLButtonElement).addEventListener('click', actions.onMonitorOutput);
	}

	/** @param {SliderName} name */
	focus(name) {
		byId(name, HTMLInputElement).focus();
	}

	/** @param {Headset} headset @param {BoothState} booth @param {Locale} locale */
	show(headset, booth, locale) {
		const { settings } = headset;
		const other = byId('monitor-output', HTMLButtonElement);

		for (const name of SLIDERS) this.#slider(name, settings[name], locale);
		setAttribute(byId('monitor', HTMLButtonElement), 'aria-pressed', String(settings.monitor));
		other.hidden = booth.outputs.length < 2;
		setText(other, locale.text('mix.monitor.output', { output: booth.monitor }));
		byId('balance', HTMLInputElement).disabled = !settings.monitor;
		setText(byId('hearing', HTMLParagraphElement), this.#hearing(headset, locale));
	}

	/** @param {SliderName} name @param {number} value @param {Locale} locale */
	#slider(name, value, locale) {
		const slider = byId(name, HTMLInputElement);
		const text =
			name === 'volume'
				? locale.percent(value / 100)
				: name === 'balance'
					? locale.text(value < 0 ? 'mix.balance.floor' : value > 0 ? 'mix.balance.own' : 'mix.balance.even', { percent: locale.percent(Math.abs(value) / 100) })
					: locale.decibels(value);

		if (slider.valueAsNumber !== value) slider.value = String(value);
		setAttribute(slider, 'aria-valuetext', text);
		setText(byId(`${name}-value`, HTMLOutputElement), name === 'balance' ? locale.decimal(value) : text);
	}

	/** @param {Headset} headset @param {Locale} locale */
	#hearing({ relief, exposure, protection }, locale) {
		if (exposure.warning === 'full') return locale.text('hearing.full');
		if (exposure.warning === 'half') return locale.text('hearing.half');
		if (relief.stage > 0) return locale.text('hearing.limited');
		return protection === 'basic' ? locale.text('hearing.basic') : '';
	}
}
