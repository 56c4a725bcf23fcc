/**
 * The on-air state: what the server sends, in three words, and whether the page believes otherwise.
 *
 * Pure.
 */

import { outputOf, ownSeat } from '../session/booth_state.js';

/** @typedef {import('../session/booth_state.js').BoothState} BoothState */
/** @typedef {import('../session/booth.js').MicWish} MicWish */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */

/** @typedef {'on-air' | 'muted' | 'off' | 'standby' | 'unknown'} Lamp */

/**
 * @typedef {object} Air
 * @property {Lamp} lamp
 * @property {MessageKey} word
 * @property {MessageKey} detail
 * @property {string} lang whose name stands in for {language}
 * @property {string} name stands in for {name}
 * @property {MessageKey | null} doubt in what the page and the server differ
 */

/**
 * @typedef {object} AirView
 * @property {BoothState | null} booth
 * @property {boolean} inContact
 * @property {boolean} media sound of the relay arrives
 * @property {MicWish | null} wish that was not granted in time
 * @property {boolean} live the relay receives the microphone
 */

/** @type {Readonly<Record<Lamp, MessageKey>>} */
const WORDS = {
	'on-air': 'air.on',
	muted: 'air.muted',
	standby: 'air.standby',
	off: 'air.off',
	unknown: 'air.unknown',
};

/** @param {AirView} view @returns {Air} */
export function judgeAir(view) {
	const { booth, inContact } = view;
	const seat = booth && ownSeat(booth);

	if (!booth || !seat || !inContact)
		return { lamp: 'unknown', word: WORDS.unknown, detail: 'air.unknown.detail', lang: '', name: '', doubt: null };
	const output = outputOf(booth, seat);
	const heard = output?.heard === true && output.voice === seat.seat;
	/* Only what the engine sends lights the lamp. */
	const lamp = heard && seat.microphone !== 'muted' ? 'on-air' : seat.microphone === 'on-air' ? 'off' : seat.microphone;

	return {
		lamp,
		word: WORDS[lamp],
		lang: output?.lang ?? '',
		...detailOf(booth, lamp),
		doubt: doubtOf(view, seat.microphone, heard),
	};
}

/** @param {BoothState} booth @param {Lamp} lamp @returns {Pick<Air, 'detail' | 'name'>} */
function detailOf(booth, lamp) {
	const seat = ownSeat(booth);
	const partner = booth.seats.find((each) => each.seat !== booth.you && each.microphone !== 'off' && each.microphone !== 'standby');
	const name = partner?.name ?? '';

	if (lamp === 'on-air') return { detail: 'air.on.detail', name };
	if (lamp === 'muted') return { detail: seat?.held === 'muted' ? 'air.held.muted' : 'air.muted.detail', name };
	if (seat?.held === 'off') return { detail: 'air.held.off', name };
	if (lamp === 'standby') return { detail: name ? 'air.standby.for' : 'air.standby.detail', name };
	if (partner) return { detail: partner.microphone === 'muted' ? 'air.partner.muted' : 'air.partner', name };
	return { detail: seat && outputOf(booth, seat)?.carries === 'floor' ? 'air.off.floor' : 'air.off.detail', name };
}

/** @param {AirView} view @param {string} microphone @param {boolean} heard @returns {MessageKey | null} */
function doubtOf({ wish, media, live }, microphone, heard) {
	if (!media) return microphone === 'off' ? null : 'doubt.media';
	if (wish === 'on' && !heard) return 'doubt.on';
	if (wish !== null && wish !== 'on' && heard && microphone === 'on-air') return 'doubt.off';
	if (microphone === 'on-air' && !heard) return 'doubt.silent';
	if (microphone === 'on-air' && !live) return 'doubt.microphone';
	return null;
}
