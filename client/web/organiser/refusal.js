/** Why the relay said no to an organiser; what is refused to interpreters too is in the console's words. */

import { refusalText } from '../console/refusal.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */

/** Words of their own, where the console's speak to the interpreter. @type {Readonly<Record<string, MessageKey>>} */
const SENTENCES = {
	'partner-on-air': 'orefused.partner',
	'no-link': 'orefused.link',
	'forced-off': 'orefused.forced',
	'forced-muted': 'orefused.forced',
	'already-forced': 'orefused.already',
	'already-on-air': 'orefused.already',
	'already-muted': 'orefused.already',
	'already-off': 'orefused.already',
	'not-forced': 'orefused.not-forced',
	'same-booth': 'orefused.same',
	'not-seated': 'orefused.gone',
	'no-such-call': 'orefused.call',
	'call-taken': 'orefused.taken',
	'already-acknowledged': 'act.seen',
	'no-such-alarm': 'act.gone',
	'no-such-source': 'act.cannot-switch',
	'cannot-switch': 'act.cannot-switch',
	'busy': 'orefused.busy',
	'closed': 'orefused.link-lost',
	'timeout': 'orefused.link-lost',
};

/** @param {string} code @param {string} message @param {Locale} locale */
export function organiserRefusal(code, message, locale) {
	const sentence = SENTENCES[code];

	return sentence ? locale.text(sentence) : refusalText(code, message, locale);
}
