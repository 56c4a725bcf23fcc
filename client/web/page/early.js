/**
 * Opens the websocket, and fetches the page's words, before the page's other modules have loaded: on a
 * slow link the relay's welcome is there when they are. `index.html` runs this module as soon as it has
 * arrived.
 */

import { PROTOCOL } from '../session/protocol.js';
import { readLink } from './link.js';
import { loadMessages, preferredLocale } from './preference.js';

/** @typedef {import('../session/socket.js').OpenedSocket} OpenedSocket */

/** @returns {OpenedSocket | null} */
function open() {
	if (typeof WebSocket !== 'function') return null;
	const socket = new WebSocket(readLink().socket, PROTOCOL);
	/** @type {unknown[]} */
	const received = [];

	socket.onmessage = ({ data }) => received.push(data);
	return { socket, received };
}

export const early = open();

/* Whoever needs them later learns of a failure. */
loadMessages(preferredLocale(readLink().lang)).catch(() => {});
