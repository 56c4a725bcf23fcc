/**
 * What goes on, in one sentence. Pure: it reads the session and chooses the words.
 */

import { FLOOR, findChannel } from '../session/protocol.js';

/** @typedef {import('../session/session.js').Session} Session */
/** @typedef {import('../sound/sound.js').SoundState} SoundState */
/** @typedef {import('./locale.js').MessageKey} MessageKey */
/** quiet: nothing to say. @typedef {'quiet' | 'busy' | 'good' | 'notice' | 'trouble'} Tone */

/**
 * @typedef {object} Status
 * @property {MessageKey | null} key
 * @property {Tone} tone
 * @property {string} [lang] whose name stands in for {language}
 * @property {string} [message] stands in for {message}
 * @property {boolean} [retry] trying again at once makes sense
 */

/** @typedef {Pick<Session, 'event' | 'problem' | 'phase' | 'link' | 'attempt' | 'blocked' | 'room' | 'choice' | 'heard' | 'instead'>} SessionView */

/** After so many attempts a server is not merely slow. */
const GONE_AFTER = 3;

/** @param {{ code: string, message: string }} problem @returns {Status} */
function ofProblem({ code, message }) {
	if (code === 'unknown-room') return { key: 'error.room', tone: 'trouble' };
	if (code === 'unknown-language') return { key: 'error.language', tone: 'trouble' };
	if (code === 'forbidden' || code === 'unauthorized') return { key: 'error.denied', tone: 'trouble' };
	return { key: code === 'browser' ? 'error.browser' : 'error.other', tone: 'trouble', message };
}

/** While the relay cannot be reached. @param {SessionView} session @returns {Status} */
function ofBreak(session) {
	if (session.attempt >= GONE_AFTER) return { key: 'status.gone', tone: 'trouble', retry: true };
	if (session.phase === 'broken' || (session.event && session.attempt > 0))
		return { key: 'status.reconnecting', tone: 'notice' };
	return { key: 'status.connecting', tone: 'busy' };
}

/** While sound comes in. @param {SessionView} session @returns {Status} */
function ofListening(session) {
	const { room, choice, heard, instead } = session;
	if (!room || !choice) return { key: null, tone: 'quiet' };
	const channel = findChannel(room, choice.lang);
	const state = channel?.state ?? 'live';

	if (room.floor.state === 'connecting') return { key: 'status.waiting.first', tone: 'notice' };
	if (room.floor.state === 'lost') return { key: 'status.waiting', tone: 'notice' };
	if (heard !== choice.lang) return { key: 'status.changing', tone: 'busy', lang: choice.lang };
	if (instead === FLOOR && choice.lang !== FLOOR) return { key: 'mine.hearing', tone: 'good', lang: room.floor.language };
	if (choice.lang !== FLOOR && (state === 'lost' || state === 'connecting'))
		return { key: 'status.waiting.channel', tone: 'notice', lang: choice.lang };
	if (choice.lang !== FLOOR && state === 'off') return { key: 'status.hearing.off', tone: 'good', lang: choice.lang };
	return { key: 'status.hearing', tone: 'good', lang: choice.lang };
}

/**
 * @param {SessionView} session
 * @param {{ sound: SoundState, online: boolean, supported: boolean }} page
 * @returns {Status}
 */
export function describe(session, { sound, online, supported }) {
	const reachable = session.link === 'open';

	if (!supported) return { key: 'status.unsupported', tone: 'trouble' };
	if (session.problem) return ofProblem(session.problem);
	if (session.phase !== 'listening') {
		if (!online) return { key: 'status.offline', tone: 'trouble' };
		if (!reachable) return ofBreak(session);
	}
	if (session.phase === 'idle') return { key: null, tone: 'quiet' };
	if (sound === 'paused') return { key: 'status.paused', tone: 'notice' };
	if (sound === 'blocked') return { key: 'tap.reason', tone: 'notice' };
	if (session.blocked) return { key: 'status.blocked', tone: 'trouble', retry: true };
	if (session.phase === 'joining') return { key: 'status.joining', tone: 'busy' };
	if (session.phase === 'broken') return { key: 'status.reconnecting', tone: 'notice' };
	if (!reachable && session.attempt > 1) return { key: 'status.deaf', tone: 'notice' };
	return ofListening(session);
}
