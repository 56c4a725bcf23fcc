/** How bad an alarm is, in a word. */

/** @typedef {import('../page/locale.js').MessageKey} MessageKey */

/** @type {Readonly<Record<import('../session/oversight_state.js').Severity, MessageKey>>} */
export const SEVERITIES = { critical: 'severity.critical', warning: 'severity.warning' };
