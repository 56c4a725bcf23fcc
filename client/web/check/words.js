/** What an analysis says, in sentences and figures. Pure, but for the words. */

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */
/** @typedef {import('../sound/analysis.js').Analysis} Analysis */
/** @typedef {import('../sound/analysis.js').Reason} Reason */

/** @param {Analysis} analysis @param {Locale} locale */
const kilohertz = ({ ceiling }, locale) => locale.decimal(Math.round(ceiling / 100) / 10);

/** @param {number} value @param {Locale} locale */
const decibels = (value, locale) => locale.text('check.decibels', { number: locale.decimal(Math.round(value)) });

/** @param {MessageKey} key @returns {(analysis: Analysis, locale: Locale) => string} */
const plain = (key) => (_, locale) => locale.text(key);

/** @param {MessageKey} key @returns {(analysis: Analysis, locale: Locale) => string} */
const cut = (key) => (analysis, locale) => locale.text(key, { number: kilohertz(analysis, locale) });

/** @type {Readonly<Record<Reason, (analysis: Analysis, locale: Locale) => string>>} */
export const REASONS = {
	silent: plain('check.reason.silent'),
	quiet: plain('check.reason.quiet'),
	loud: plain('check.reason.loud'),
	clipped: plain('check.reason.clipped'),
	noisy: plain('check.reason.noisy'),
	hum: plain('check.reason.hum'),
	gated: plain('check.reason.gated'),
	telephone: cut('check.reason.telephone'),
	wideband: cut('check.reason.wideband'),
	narrow: cut('check.reason.narrow'),
	dull: plain('check.reason.dull'),
};

/** @type {readonly { name: MessageKey, value: (analysis: Analysis, locale: Locale) => string }[]} */
export const FIGURES = [
	{
		name: 'check.figure.loudness',
		value: ({ loudness }, locale) => locale.text('check.lufs', { number: locale.decimal(Math.round(loudness)) }),
	},
	{ name: 'check.figure.peak', value: ({ peak }, locale) => decibels(peak, locale) },
	{ name: 'check.figure.distance', value: ({ distance }, locale) => decibels(Math.max(0, distance), locale) },
	{
		name: 'check.figure.ceiling',
		value: (analysis, locale) => locale.text('check.kilohertz', { number: kilohertz(analysis, locale) }),
	},
];
