/**
 * Names of languages: each in its own words and script, or in another language's.
 *
 * Pure.
 */

/** No one language: several, unknown, or not said (ISO 639-2). */
export const SEVERAL = /^(mul|und)?$/i;

/** What browsers do not know, or name in a way that nobody uses. @type {Readonly<Record<string, string>>} */
const OWN = {
	zh: '中文',
	ils: 'International Sign',
};

/** Scripts written from right to left (CLDR, likely scripts of languages met at the UN). */
const RTL = new Set(['ar', 'fa', 'he', 'ur', 'ps', 'sd', 'ug', 'yi', 'dv', 'ckb', 'ku-arab', 'pa-arab']);

/** For a name that stands by itself. @param {string} text @param {string} lang */
export function capitalise(text, lang) {
	const [first = ''] = text;

	return first.toLocaleUpperCase(lang) + text.slice(first.length);
}

/** @param {string} lang @param {string} locale @returns {string | null} */
function displayName(lang, locale) {
	try {
		return new Intl.DisplayNames([locale], { type: 'language', fallback: 'none' }).of(lang) ?? null;
	} catch {
		return null;
	}
}

/** A language's name for itself: `fr` is "Français". @param {string} lang BCP 47 */
export function ownName(lang) {
	const own = displayName(lang, lang);

	return OWN[lang.toLowerCase()] ?? (own ? capitalise(own, lang) : null) ?? displayName(lang, 'en') ?? lang;
}

/** As it stands within a sentence: `fr` is "французский" in Russian. @param {string} lang BCP 47 @param {string} locale in whose words */
export function nameIn(lang, locale) {
	return displayName(lang, locale) ?? ownName(lang);
}

/** @param {string} lang BCP 47 @returns {'rtl' | 'ltr'} */
export function directionOf(lang) {
	const lower = lang.toLowerCase();

	return RTL.has(lower) || RTL.has(lower.split('-')[0] ?? '') ? 'rtl' : 'ltr';
}
