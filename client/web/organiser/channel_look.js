/**
 * What a channel looks like by what it carries: a shape, a word and a tone. What is as it should be is
 * quiet; whether anything is wrong is for the relay's alarms to say.
 *
 * Pure.
 */

import { FLOOR } from '../session/protocol.js';

/** @typedef {import('../page/locale.js').MessageKey} MessageKey */
/** @typedef {'disc' | 'ring' | 'bars' | 'cross' | 'square' | 'dash' | 'wave'} Shape */
/** @typedef {{ readonly name: string, readonly shape: Shape, readonly text: MessageKey, readonly explained: MessageKey }} ChannelLook */

/** @type {Readonly<Record<string, ChannelLook>>} */
export const LOOKS = {
	floor: { name: 'floor', shape: 'wave', text: 'chan.floor', explained: 'chan.floor.is' },
	'on-air': { name: 'on-air', shape: 'disc', text: 'chan.on-air', explained: 'chan.on-air.is' },
	muted: { name: 'muted', shape: 'bars', text: 'chan.muted', explained: 'chan.muted.is' },
	lost: { name: 'lost', shape: 'cross', text: 'chan.lost', explained: 'chan.lost.is' },
	source: { name: 'source', shape: 'square', text: 'chan.source', explained: 'chan.source.is' },
	relay: { name: 'relay', shape: 'wave', text: 'chan.relay', explained: 'chan.relay.is' },
	silence: { name: 'silence', shape: 'dash', text: 'chan.silence', explained: 'chan.silence.is' },
	off: { name: 'off', shape: 'ring', text: 'chan.off', explained: 'chan.off.is' },
};

/** By the words of relay/session/interpretation_name.h. @type {Readonly<Record<string, string>>} */
const BY_CARRIES = { voice: 'on-air', comfort: 'muted', concealment: 'lost', source: 'source', channel: 'relay', silence: 'silence', floor: 'off' };

/** @param {{ readonly lang: string, readonly carries?: string, readonly why?: string }} channel @returns {ChannelLook} */
export function lookOf({ lang, carries = '', why = '' }) {
	const name = lang === FLOOR ? 'floor' : why === 'muted' ? 'muted' : why === 'link-lost' ? 'lost' : (BY_CARRIES[carries] ?? 'off');

	return /** @type {ChannelLook} */ (LOOKS[name]);
}
