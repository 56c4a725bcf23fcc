/** The left of the console: the lamp, the microphone's keys, where it goes, and what helps at once. */

import { byId, make, setAttribute, setText } from '../page/element.js';
import { setIcon } from '../page/icon.js';
import { capitalise, nameIn } from '../page/language.js';
import { hold } from './hold.js';

/** @typedef {import('./air.js').Air} Air */
/** @typedef {import('../session/booth_state.js').BoothState} BoothState */
/** @typedef {import('../session/booth_state.js').OutputName} OutputName */
/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../page/icon.js').IconName} IconName */

/**
 * @typedef {object} AirActions
 * @property {() => void} onMicrophone
 * @property {(down: boolean) => void} onCough
 * @property {(output: OutputName) => void} onOutput
 * @property {() => void} onSlow
 * @property {() => void} onCall
 */

/**
 * @typedef {object} AirPanelView
 * @property {Air} air
 * @property {BoothState} booth
 * @property {boolean} open the microphone is on air or muted
 * @property {boolean} coughing
 * @property {OutputName} output
 * @property {'none' | 'open' | 'taken' | 'done'} call
 */

/** A shape for each lamp: colour comes on top. @type {Readonly<Record<import('./air.js').Lamp, IconName>>} */
const SHAPES = { 'on-air': 'live', muted: 'pause', standby: 'wait', off: 'none', unknown: 'lost' };

const button = (/** @type {string} */ id) => byId(id, HTMLButtonElement);

export class AirPanel {
	#lamp = byId('lamp', HTMLDivElement);
	#shape = byId('lamp-shape', HTMLSpanElement);
	#outputs = byId('outputs', HTMLDivElement);
	/** @type {AirActions} */ #actions;
	#built = '';

	/** @param {AirActions} actions */
	constructor(actions) {
		this.#actions = actions;
		button('microphone').addEventListener('click', actions.onMicrophone);
		hold(button('cough'), actions.onCough);
		button('slow').addEventListener('click', actions.onSlow);
		button('call').addEventListener('click', actions.onCall);
		setIcon(button('microphone'), 'microphone');
		setIcon(button('cough'), 'cough');
		setIcon(button('slow'), 'slow');
		setIcon(button('call'), 'wrench');
	}

	/** @param {AirPanelView} view @param {Locale} locale */
	show({ air, booth, open, coughing, output, call }, locale) {
		const language = air.lang && nameIn(air.lang, locale.name);
		const doubt = byId('doubt', HTMLParagraphElement);
		const key = button('microphone');

		setAttribute(this.#lamp, 'data-lamp', air.lamp);
		setIcon(this.#shape, SHAPES[air.lamp]);
		setText(byId('lamp-word', HTMLParagraphElement), locale.text(air.word));
		setText(byId('lamp-detail', HTMLParagraphElement), locale.text(air.detail, { language, name: air.name }));
		setText(doubt, air.doubt ? locale.text(air.doubt, { language }) : '');
		setAttribute(key, 'aria-pressed', String(open));
		setText(byId('microphone-word', HTMLSpanElement), locale.text(open ? 'mic.off' : 'mic.on'));
		setAttribute(button('cough'), 'aria-pressed', String(coughing));
		this.#showOutputs(booth, output, locale);
		setAttribute(button('call'), 'aria-pressed', String(call === 'open' || call === 'taken'));
		setAttribute(button('call'), 'data-call', call);
		setText(
			byId('call-word', HTMLSpanElement),
			locale.text(call === 'open' ? 'call.open' : call === 'taken' ? 'call.taken' : call === 'done' ? 'call.done' : 'call.ask'),
		);
	}

	/** @param {BoothState} booth @param {OutputName} chosen @param {Locale} locale */
	#showOutputs(booth, chosen, locale) {
		const key = [locale.name, ...booth.outputs.map(({ lang }) => lang)].join(' ');

		if (key !== this.#built) {
			this.#built = key;
			this.#outputs.replaceChildren(
				...booth.outputs.map(({ lang }, i) => {
					const name = i === 0 ? 'A' : 'B';
					const own = make('span', { class: 'output-lang' }, capitalise(nameIn(lang, locale.name), locale.name));
					const made = make('button', { type: 'button', class: 'output', 'data-output': name, 'aria-keyshortcuts': 'O' });

					made.append(
						make('span', { class: 'unseen' }, locale.text('output.name', { output: name })),
						make('span', { class: 'output-name', 'aria-hidden': 'true' }, name),
						own,
						make('span', { class: 'listeners' }),
					);
					made.addEventListener('click', () => this.#actions.onOutput(name));
					return made;
				}),
			);
		}
		[...this.#outputs.children].forEach((each, i) => {
			const output = booth.outputs[i];
			const count = each.lastElementChild;
			if (!output || !count) return;
			setAttribute(each, 'aria-pressed', String((i === 0 ? 'A' : 'B') === chosen));
			setText(count, locale.text('output.listeners', { count: locale.count(output.listeners) }));
		});
	}
}
