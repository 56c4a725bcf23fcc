/** What a verdict on somebody's sound says, in a sentence that a person can act on. Pure, but for the words. */

/** @typedef {import('./locale.js').Locale} Locale */
/** @typedef {import('./locale.js').MessageKey} MessageKey */
/** @typedef {import('../session/oversight_state.js').Fitness} Fitness */

/** @type {Readonly<Record<Fitness['verdict'], MessageKey>>} */
const VERDICTS = { good: 'fitness.good', poor: 'fitness.poor', unfit: 'fitness.unfit', unknown: 'fitness.unknown' };

/** Why, and what helps (relay/audio/interpretability.h). @type {Readonly<Record<string, { readonly why: MessageKey, readonly help: MessageKey }>>} */
const REASONS = {
	telephone: { why: 'fitness.telephone', help: 'fitness.do.telephone' },
	narrow: { why: 'fitness.narrow', help: 'fitness.do.narrow' },
	coded: { why: 'fitness.coded', help: 'fitness.do.coded' },
	clipped: { why: 'fitness.clipped', help: 'fitness.do.clipped' },
	noisy: { why: 'fitness.noisy', help: 'fitness.do.noisy' },
	gaps: { why: 'fitness.gaps', help: 'fitness.do.gaps' },
};

/** @param {Fitness} fitness @param {Locale} locale */
function figure({ reason, ceiling_hz, snr_db, concealed, coded_bps }, locale) {
	if (reason === 'noisy') return locale.count(Math.max(0, snr_db ?? 0));
	if (reason === 'gaps') return locale.percent(concealed ?? 0);
	if (reason === 'coded') return locale.decimal((coded_bps ?? 0) / 1000);
	return locale.decimal((ceiling_hz ?? 0) / 1000);
}

/** @param {Fitness} fitness @param {Locale} locale */
export function verdictText({ verdict }, locale) {
	return locale.text(VERDICTS[verdict]);
}

/** '' where nothing is wrong. @param {Fitness} fitness @param {Locale} locale */
export function reasonText(fitness, locale) {
	const reason = fitness.verdict === 'poor' || fitness.verdict === 'unfit' ? REASONS[fitness.reason] : undefined;

	return reason ? locale.text(reason.why, { number: figure(fitness, locale) }) : '';
}

/** '' where nothing is wrong. @param {Fitness} fitness @param {Locale} locale */
export function helpText(fitness, locale) {
	const reason = fitness.verdict === 'poor' || fitness.verdict === 'unfit' ? REASONS[fitness.reason] : undefined;

	return reason ? locale.text(reason.help) : '';
}
