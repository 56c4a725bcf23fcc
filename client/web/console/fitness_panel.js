/**
 * What the relay thinks of an interpreter's own sound, and of the floor's: a line beside each while
 * something is wrong, told once when it changes.
 */

import { byId, setAttribute, setText } from '../page/element.js';
import { helpText, reasonText } from '../page/fitness.js';
import { say } from '../page/say.js';
import { parseFitness } from '../session/oversight_state.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */
/** @typedef {import('../session/oversight_state.js').Fitness} Fitness */
/** @typedef {'fitness' | 'floor-fitness'} Whose */

/** @type {Readonly<Record<Whose, Readonly<Record<'poor' | 'unfit' | 'good', MessageKey>>>>} */
const SENTENCES = {
	fitness: { poor: 'fitness.own.poor', unfit: 'fitness.own.unfit', good: 'fitness.own.good' },
	'floor-fitness': { poor: 'fitness.floor.poor', unfit: 'fitness.floor.unfit', good: 'fitness.floor.good' },
};

/** @param {Fitness | null | undefined} fitness */
const isBad = (fitness) => fitness?.verdict === 'poor' || fitness?.verdict === 'unfit';

export class FitnessPanel {
	/** @type {Partial<Record<Whose, Fitness>>} */ #known = {};

	/** @param {Whose} whose @param {unknown} value @param {Locale} locale */
	take(whose, value, locale) {
		const fitness = parseFitness(value);
		const before = this.#known[whose];
		if (!fitness) return;

		this.#known[whose] = fitness;
		if (fitness.verdict === before?.verdict && fitness.reason === before.reason) return;
		if (isBad(fitness)) say(this.#words(whose, locale));
		else if (fitness.verdict === 'good' && isBad(before)) say(locale.text(SENTENCES[whose].good));
	}

	/** What helps is for whoever speaks: of the floor, interpreters can only tell why. @param {Whose} whose @param {Locale} locale */
	#words(whose, locale) {
		const fitness = this.#known[whose];
		if (!fitness || (fitness.verdict !== 'poor' && fitness.verdict !== 'unfit')) return '';

		return [locale.text(SENTENCES[whose][fitness.verdict]), reasonText(fitness, locale), whose === 'fitness' ? helpText(fitness, locale) : '']
			.filter(Boolean)
			.join(' ');
	}

	/** @param {Locale} locale */
	show(locale) {
		for (const whose of /** @type {const} */ (['fitness', 'floor-fitness'])) {
			const line = byId(whose, HTMLParagraphElement);

			setText(line, this.#words(whose, locale));
			setAttribute(line, 'data-verdict', this.#known[whose]?.verdict ?? 'unknown');
		}
	}
}
