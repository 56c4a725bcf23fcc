/** Why the relay said no, in the page's language; what has no words here comes in the relay's. */

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */

/** By the names of relay/session/ruling.h and the websocket's errors. @type {Readonly<Record<string, MessageKey>>} */
const SENTENCES = {
	'partner-on-air': 'refused.partner',
	'channel-taken': 'refused.channel',
	'no-link': 'refused.link',
	'no-output': 'refused.output',
	'forced-off': 'air.held.off',
	'forced-muted': 'air.held.muted',
	'nobody-on-air': 'refused.nobody',
	'has-microphone': 'refused.has',
	'not-agreed': 'refused.agreed',
	'no-handover': 'refused.handover',
	'handover-running': 'refused.running',
	'no-partner': 'handover.alone',
	'own-channel': 'refused.own',
	'loop': 'refused.loop',
	'too-deep': 'refused.deep',
	'no-preset': 'refused.preset',
	'too-soon': 'refused.soon',
	'too-many': 'refused.soon',
	'booth-full': 'refused.full',
	'already-seated': 'refused.seated',
	'no-such-booth': 'refused.booth',
	'unknown-booth': 'refused.booth',
	'unknown-room': 'error.room',
	'unauthorized': 'error.denied',
	'forbidden': 'error.denied',
	'closed': 'lost.link',
	'timeout': 'lost.link',
};

/** @param {string} code @param {string} message @param {Locale} locale */
export function refusalText(code, message, locale) {
	return locale.text(SENTENCES[code] ?? 'error.other', { message });
}
