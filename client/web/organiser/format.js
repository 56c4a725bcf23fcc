/** Figures as people write them in the page's language. Formatters are costly to make: each is made once. */

/** @typedef {import('../page/locale.js').Locale} Locale */

/** What stands for a figure that is not known. */
export const UNKNOWN = '–';
/** Decibels below which nothing is a sound: what filters and dither leave behind. Choice. */
const SILENCE = -100;

/** @type {Map<string, Intl.NumberFormat>} */
const numbers = new Map();
/** @type {Map<string, Intl.DateTimeFormat>} */
const times = new Map();

/** @param {Locale} locale @param {Intl.NumberFormatOptions} options @param {number | null | undefined} value */
function number(locale, options, value) {
	if (value === null || value === undefined) return UNKNOWN;
	const key = `${locale.name} ${JSON.stringify(options)}`;
	const format = numbers.get(key) ?? new Intl.NumberFormat(locale.name, options);

	numbers.set(key, format);
	return format.format(value);
}

/** Figures that read from left to right wherever they stand (Unicode TR 9, LRI and PDI). @param {string} text */
export const ltr = (text) => `\u2066${text}\u2069`;

/** @param {Locale} locale @param {number | null} value @param {number} [digits] */
export function plain(locale, value, digits = 0) {
	return number(locale, { maximumFractionDigits: digits }, value);
}

/** With one digit always, so that columns stand still. @param {Locale} locale @param {number | null} value dB, LUFS */
export function level(locale, value) {
	return number(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }, value !== null && value < SILENCE ? null : value);
}

/** @param {Locale} locale @param {number | null} value 0..1 @param {number} [digits] */
export function share(locale, value, digits = 0) {
	return number(locale, { style: 'percent', maximumFractionDigits: digits }, value);
}

/** @param {Locale} locale @param {number | null} value */
export function milliseconds(locale, value) {
	return number(locale, { style: 'unit', unit: 'millisecond', unitDisplay: 'short', maximumFractionDigits: value !== null && Math.abs(value) < 10 ? 1 : 0 }, value);
}

/** @param {Locale} locale @param {number | null} value @param {number} [digits] */
export function seconds(locale, value, digits = 1) {
	return number(locale, { style: 'unit', unit: 'second', unitDisplay: 'short', maximumFractionDigits: digits }, value);
}

/** Time that is left: whole days, hours on the last two, minutes in the last two hours. @param {Locale} locale @param {number | null} value days */
export function days(locale, value) {
	const [unit, each] = value === null || value >= 2 ? ['day', 1] : value >= 1 / 12 ? ['hour', 24] : ['minute', 1_440];

	return number(locale, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 0 }, value === null ? null : Math.max(0, Math.floor(value * each)));
}

/** @param {Locale} locale @param {number | null} value bits a second */
export function bitrate(locale, value) {
	if (value !== null && value >= 1_000_000) return number(locale, { style: 'unit', unit: 'megabit-per-second', unitDisplay: 'short', maximumFractionDigits: 1 }, value / 1_000_000);
	return number(locale, { style: 'unit', unit: 'kilobit-per-second', unitDisplay: 'short', maximumFractionDigits: 0 }, value === null ? null : value / 1_000);
}

/** Hours and minutes. @param {Locale} locale @param {number} time Unix seconds */
export function clock(locale, time) {
	const format = times.get(locale.name) ?? new Intl.DateTimeFormat(locale.name, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

	times.set(locale.name, format);
	return format.format(new Date(time * 1_000));
}

/** Minutes, and hours where there are any: 1:05 h is 1:05, five minutes are 0:05. @param {Locale} locale @param {number} length seconds */
export function span(locale, length) {
	const minutes = Math.floor(Math.max(0, length) / 60);

	return `${plain(locale, Math.floor(minutes / 60))}:${number(locale, { minimumIntegerDigits: 2 }, minutes % 60)}`;
}
