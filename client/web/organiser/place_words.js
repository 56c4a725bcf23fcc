/** Where something is, in words. Pure, but for the words. */

import { placeName } from './alarm_text.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../session/oversight.js').OversightState} OversightState */

/** @param {OversightState['event']} event @param {string | null} id @param {Locale} locale */
export function roomName(event, id, locale) {
	const room = event?.rooms.find((each) => each.id === id);

	return (room && locale.title(room.title).text) || (id ?? '');
}

/** Room, place and perhaps another place; '' for what concerns the whole relay. @param {OversightState['event']} event @param {{ room: string | null, place: string, other?: string | null }} where @param {Locale} locale */
export function whereText(event, { room, place, other = null }, locale) {
	const places = [place, other ?? ''].filter(Boolean).map((each) => placeName(each, locale));

	return [roomName(event, room, locale), places.length > 1 ? locale.list(places) : (places[0] ?? '')].filter(Boolean).join(' · ');
}
