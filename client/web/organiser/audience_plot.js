/** How many listen to each channel of the room in detail, over time. */

import { channelName } from '../console/incoming_panel.js';
import { make } from '../page/element.js';
import { Plot } from '../page/plot.js';

/** @typedef {import('../session/oversight.js').OversightState} OversightState */
/** @typedef {import('./panels.js').PanelTools} PanelTools */

export class AudiencePanel {
	/** @type {PanelTools} */ #tools;
	/** @type {Plot} */ #plot;
	/** What is shown: a curve grows every half minute, and the page is shown anew far more often. @type {readonly unknown[]} */ #shown = [];

	/** @param {HTMLElement} element @param {PanelTools} tools */
	constructor(element, tools) {
		const place = make('div');

		this.#tools = tools;
		element.classList.add('audience');
		element.setAttribute('aria-labelledby', 'audience-heading');
		element.append(make('h3', { id: 'audience-heading', 'data-text': 'plot.heading' }), place);
		tools.locale.translate(element);
		this.#plot = new Plot(place, tools.locale);
	}

	/** @param {OversightState} state */
	show({ audience, room }) {
		const { locale } = this.#tools;
		const shown = [audience, room, locale.name, document.documentElement.dataset['theme']];

		if (!room || shown.every((each, i) => each === this.#shown[i])) return;
		this.#shown = shown;
		this.#plot.show(
			audience && { start: audience.start, step: audience.step, curves: Object.entries(audience.series).map(([lang, points]) => ({ name: channelName(lang, locale), points })) },
			locale.text('plot.heading'),
		);
	}
}
