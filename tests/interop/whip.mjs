// WHIP as a publisher speaks it (RFC 9725), for whichever WebRTC library.

/** A session that publishes on a relay. */
export class WhipSession {
	/**
	 * Posts an offer.
	 * @param {string} base the relay's URL
	 * @param {string} place plenary/floor or plenary/channels/fr
	 * @param {string} offer SDP
	 * @param {string} [token]
	 */
	static async publish(base, place, offer, token) {
		const session = new WhipSession();
		const url = new URL(`/whip/${place}`, base);
		session.headers = token ? { Authorization: `Bearer ${token}` } : {};
		const response = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/sdp', ...session.headers }, body: offer });
		session.answer = await response.text();
		if (response.status !== 201)
			throw Object.assign(new Error(`POST ${url}: ${response.status} ${session.answer}`), { status: response.status, problem: JSON.parse(session.answer) });
		session.resource = new URL(response.headers.get('location'), url);
		session.etag = response.headers.get('etag');
		session.response = response;
		return session;
	}

	/** Sends a trickle ICE fragment; {status, etag, text} of the answer. */
	async patch(fragment, ifMatch = this.etag) {
		const response = await fetch(this.resource, {
			method: 'PATCH', body: fragment,
			headers: { 'Content-Type': 'application/trickle-ice-sdpfrag', ...this.headers, ...(ifMatch ? { 'If-Match': ifMatch } : {}) },
		});
		const text = await response.text();
		if (response.status === 200) this.etag = response.headers.get('etag');
		return { status: response.status, etag: response.headers.get('etag'), text };
	}

	/** Ends it; the status. */
	async leave() {
		const response = await fetch(this.resource, { method: 'DELETE', headers: this.headers });
		await response.arrayBuffer();
		return response.status;
	}
}

/** One attribute of a description or fragment: its first value. */
export const attributeOf = (sdp, name) => new RegExp(`^a=${name}:(.*?)\\r?$`, 'm').exec(sdp)?.[1];
