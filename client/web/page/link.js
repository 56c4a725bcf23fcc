/** The page's address: what it preselects, and where the websocket is. */

/** @typedef {{ room: string | null, lang: string | null, socket: string }} Link */

/** @returns {Link} */
export function readLink() {
	const query = new URLSearchParams(location.search);
	const socket = new URL('ws', document.baseURI);
	const token = query.get('token');

	socket.protocol = socket.protocol === 'https:' ? 'wss:' : 'ws:';
	socket.search = token ? new URLSearchParams({ token }).toString() : '';
	socket.hash = '';
	return { room: query.get('room'), lang: query.get('lang'), socket: socket.href };
}

/**
 * Keeps room and language in the address: reloading the page, or a phone that had dropped it from
 * memory, comes back to them; and the link can be passed on.
 * @param {string | null} room @param {string | null} lang
 */
export function writeLink(room, lang) {
	const url = new URL(location.href);

	for (const [name, value] of /** @type {[string, string | null][]} */ ([
		['room', room],
		['lang', lang],
	])) {
		if (value === null) url.searchParams.delete(name);
		else url.searchParams.set(name, value);
	}
	if (url.href !== location.href) history.replaceState(null, '', url);
}
