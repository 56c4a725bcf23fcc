/**
 * What is broken between this page and the relay, in one sentence; nothing while all is well.
 *
 * Pure.
 */

/** @typedef {import('../page/locale.js').MessageKey} MessageKey */

/**
 * @typedef {object} ContactView
 * @property {boolean} seated the person has a place, or wants one
 * @property {boolean} online
 * @property {import('../session/socket.js').SocketState} link
 * @property {number} attempt
 * @property {import('../session/session.js').Phase} phase
 * @property {boolean} blocked
 * @property {boolean} first nothing has worked yet
 */

/** After so many attempts a server is not merely slow. */
const GONE_AFTER = 3;

/** @param {ContactView} view @returns {MessageKey | null} */
export function contactProblem({ seated, online, link, attempt, phase, blocked, first }) {
	if (!online) return 'lost.offline';
	if (link !== 'open') {
		if (attempt >= GONE_AFTER) return 'lost.gone';
		return first && attempt === 0 ? null : seated && phase === 'listening' ? 'lost.link' : 'lost.both';
	}
	if (!seated) return null;
	if (blocked) return 'lost.blocked';
	return phase === 'broken' ? 'lost.media' : null;
}
