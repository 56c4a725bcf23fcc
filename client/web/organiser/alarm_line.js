/** An alarm in half a line: where in its room, and what. */

import { alarmName, placeName } from './alarm_text.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../session/oversight_state.js').Alarm} Alarm */
/** @typedef {import('../session/protocol.js').Room} Room */

/** The channel that an alarm is about, a booth's first one where it is about that ("fr-2", "fr-2/0"); '' for what is not one of a room's. @param {Alarm} alarm @param {Room | null | undefined} room */
export function channelOf({ at, place }, room) {
	if (at === 'channel') return place;
	if (at !== 'booth' && at !== 'microphone') return '';
	const id = place.split('/')[0] ?? '';

	return room?.booths?.find((booth) => booth.id === id)?.langs[0] ?? id;
}

/** @param {Alarm} alarm @param {Locale} locale */
export function alarmLine(alarm, locale) {
	const name = alarmName(alarm.kind, locale);

	return alarm.place && alarm.at !== 'worker' ? `${placeName(alarm.place, locale)}: ${name}` : name;
}
