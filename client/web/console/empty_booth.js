/** A booth before the relay has said anything about it. */

import { FLOOR } from '../session/protocol.js';

/** @type {import('../session/booth_state.js').BoothState} */
export const EMPTY_BOOTH = {
	id: '',
	room: '',
	you: -1,
	monitor: 'A',
	outputs: [],
	seats: [],
	handover: { state: 'none', from: null, to: null, invited: [], ends_in: 0 },
	incoming: { automatic: false, chosen: FLOOR, lang: FLOOR, depth: 0, why: '', pivots: [], presets: [null, null, null] },
	shift: null,
	call: null,
	on_air_max: 1,
};
