/** An alarm in half a line: where, and what. */

import { channelName } from '../console/incoming_panel.js';
import { alarmName } from './alarm_text.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../session/oversight_state.js').Alarm} Alarm */

/** The channel or booth that an alarm is about; '' for what is not one of a room's. @param {Alarm} alarm */
export function channelOf({ at, place }) {
	return at === 'channel' || at === 'booth' || at === 'microphone' ? (place.split(/[ /:#]/)[0] ?? '') : '';
}

/** @param {Alarm} alarm @param {Locale} locale */
export function alarmLine(alarm, locale) {
	const name = alarmName(alarm.kind, locale);
	const place = channelOf(alarm);

	return place ? `${/^[a-z]{2,3}(-|$)/i.test(place) || place === 'floor' ? channelName(place, locale) : place}: ${name}` : name;
}
