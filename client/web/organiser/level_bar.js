/**
 * A level, four times a second: momentary loudness as a bar, the peak as a line. Only transforms change, so
 * that nothing is laid out anew.
 */

import { make } from '../page/element.js';

/** dBFS and LUFS at the bar's beginning. */
const BOTTOM = -60;
/** dB a second that a peak falls, as a quasi-peak programme meter does (IEC 60268-10, type I: 20 dB in 1.7 s). */
const FALL = 11.8;

/** 0..1 @param {number | null} db */
const position = (db) => Math.min(1, Math.max(0, 1 - (db ?? BOTTOM) / BOTTOM));

export class LevelBar {
	element = make('div', { class: 'level' });
	#fill = make('div', { class: 'level-fill' });
	#peak = make('div', { class: 'level-peak' });
	#shown = '';
	#peakDb = BOTTOM;
	#at = 0;

	constructor() {
		this.element.append(make('div', { class: 'level-scale' }), this.#fill, this.#peak);
		this.element.setAttribute('aria-hidden', 'true');
	}

	/** @param {number | null} momentary LUFS @param {number | null} peak dBFS */
	show(momentary, peak) {
		const now = performance.now();
		const fallen = this.#peakDb - (FALL * (now - this.#at)) / 1_000;

		this.#at = now;
		this.#peakDb = Math.max(BOTTOM, peak ?? BOTTOM, fallen);
		const fill = position(momentary).toFixed(3);
		const line = position(this.#peakDb).toFixed(3);
		const shown = `${fill} ${line}`;
		if (shown === this.#shown) return;
		this.#shown = shown;
		this.#fill.style.setProperty('--level', fill);
		this.#peak.style.setProperty('--level', line);
		this.#peak.hidden = this.#peakDb <= BOTTOM;
	}
}
