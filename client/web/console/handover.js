/**
 * What a handover looks like from one seat: the words, and which of its keys make sense now.
 *
 * Pure.
 */

import { ownSeat } from '../session/booth_state.js';

/** @typedef {import('../session/booth_state.js').BoothState} BoothState */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */

/**
 * @typedef {object} HandoverView
 * @property {MessageKey} words
 * @property {string} name of the partner
 * @property {MessageKey | null} ask the key that asks or offers
 * @property {boolean} accept
 * @property {boolean} take
 * @property {MessageKey | null} decline
 */

/** @param {BoothState} booth @param {number | null} seat */
function nameOf(booth, seat) {
	return booth.seats.find((each) => each.seat === seat)?.name ?? '';
}

/** Who holds the channel of this booth, muted or not. @param {BoothState} booth */
export function holderOf(booth) {
	return booth.seats.find(({ microphone }) => microphone === 'on-air' || microphone === 'muted') ?? null;
}

/** @param {BoothState} booth @returns {HandoverView} */
export function handoverOf(booth) {
	const { state, from, to, invited } = booth.handover;
	const giving = from === booth.you;
	const name = nameOf(booth, giving ? to : from);

	switch (state) {
		case 'asked':
			if (giving) return { words: 'handover.asked', name, ask: null, accept: true, take: false, decline: 'handover.decline' };
			if (to === booth.you)
				return { words: 'handover.asking', name, ask: null, accept: false, take: false, decline: 'handover.cancel' };
			break;
		case 'offered':
			if (giving) return { words: 'handover.offering', name, ask: null, accept: false, take: false, decline: 'handover.cancel' };
			if (to === booth.you || invited.includes(booth.you))
				return { words: 'handover.offered', name, ask: null, accept: true, take: true, decline: 'handover.decline' };
			break;
		case 'counting':
			if (giving) return { words: 'handover.giving', name, ask: null, accept: false, take: false, decline: 'handover.cancel' };
			if (to === booth.you)
				return { words: 'handover.getting', name, ask: null, accept: false, take: true, decline: 'handover.cancel' };
			break;
		default:
			return idle(booth);
	}
	return { words: 'handover.others', name, ask: null, accept: false, take: false, decline: null };
}

/** @param {BoothState} booth @returns {HandoverView} */
function idle(booth) {
	const holder = holderOf(booth);
	const own = ownSeat(booth);
	const alone = booth.seats.length < 2;
	const quiet = { name: holder?.name ?? '', ask: null, accept: false, take: false, decline: null };

	if (alone || !own) return { ...quiet, words: 'handover.alone' };
	if (!holder) return { ...quiet, words: 'handover.none' };
	if (own.microphone === 'on-air' || own.microphone === 'muted') return { ...quiet, words: 'handover.yours', ask: 'handover.offer' };
	/* A partner who coughs for too long can be relieved. */
	return { ...quiet, words: 'handover.theirs', ask: 'handover.ask', take: holder.microphone === 'muted' };
}
