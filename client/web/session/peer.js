/**
 * The WebRTC connection that sound and pictures come in by: one RTCPeerConnection. A delegate's only
 * receives; an interpreter's sends the microphone by the first sound's m-line too, and may have a second
 * sound, the monitor of what the booth's own channel carries.
 *
 * No DOM, no signalling: offers go out and answers come in through its caller. The relay is
 * ICE-lite with its candidates in the answer (RFC 8445, 2.5), and finds us by our checks, so an
 * offer leaves before any candidate of our own was gathered.
 */

/** @typedef {{ audio: MediaStreamTrack, picture: MediaStreamTrack, sign: MediaStreamTrack | null, monitor: MediaStreamTrack | null }} PeerTracks */

/**
 * @typedef {object} PeerOptions
 * @property {boolean} sign
 * @property {MediaStreamTrack | null} [microphone] null: a place for one that comes later; undefined: receive only
 * @property {boolean} [monitor]
 * @property {(state: RTCPeerConnectionState) => void} onState
 */

/** Bits a second that a voice is sent with, fullband; choice, as the relay asks for in its answer. */
const VOICE_BITS = 64_000;

/**
 * Milliseconds that sound takes longer through the device than a picture to the screen. Measured in
 * Chromium: 115 behind a picture that is not held back. Browsers bring both in step by themselves, but
 * in steps so small that it takes ten seconds.
 */
const SOUND_IS_LATER = 90;

export class Peer {
	/** The relay's name for this peer; set by the caller once it has joined. */
	id = '';
	/** The room that was joined; set by the caller. */
	room = '';

	/** @type {RTCPeerConnection} */ #connection;
	/** @type {RTCRtpTransceiver} */ #audio;
	/** @type {RTCRtpTransceiver} */ #picture;
	/** @type {RTCRtpTransceiver | null} */ #sign = null;
	/** @type {RTCRtpTransceiver | null} */ #monitor = null;
	#speaks = false;

	/** @param {PeerOptions} options */
	constructor({ sign, microphone, monitor = false, onState }) {
		const connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });

		this.#connection = connection;
		this.#speaks = microphone !== undefined;
		this.#audio = connection.addTransceiver(microphone ?? 'audio', {
			direction: this.#speaks ? 'sendrecv' : 'recvonly',
		});
		if (monitor) this.#monitor = connection.addTransceiver('audio', { direction: 'recvonly' });
		this.#picture = connection.addTransceiver('video', { direction: 'recvonly' });
		if (sign) this.#sign = connection.addTransceiver('video', { direction: 'recvonly' });
		shorten(this.#picture);
		if (this.#sign) shorten(this.#sign);
		this.setDelay(0);
		connection.onconnectionstatechange = () => onState(connection.connectionState);
	}

	/** @returns {RTCPeerConnectionState} */
	get state() {
		return this.#connection.connectionState;
	}

	/** @returns {PeerTracks} */
	get tracks() {
		return {
			audio: this.#audio.receiver.track,
			picture: this.#picture.receiver.track,
			sign: this.#sign ? this.#sign.receiver.track : null,
			monitor: this.#monitor ? this.#monitor.receiver.track : null,
		};
	}

	/** Which m-line the sign-language picture came by; null when there is none. */
	get signMid() {
		return this.#sign ? this.#sign.mid : null;
	}

	/** @param {{ restart: boolean }} options @returns {Promise<string>} SDP */
	async offer({ restart }) {
		await this.#connection.setLocalDescription(await this.#connection.createOffer({ iceRestart: restart }));
		return this.#connection.localDescription?.sdp ?? '';
	}

	/** @param {string} sdp */
	async accept(sdp) {
		await this.#connection.setRemoteDescription({ type: 'answer', sdp });
		if (this.#speaks) await this.#favour();
	}

	/** Another microphone from now on, without negotiation. @param {MediaStreamTrack | null} microphone */
	async speak(microphone) {
		await this.#audio.sender.replaceTrack(microphone);
	}

	/** The voice goes before everything else that this device sends (RFC 8837, 5). */
	async #favour() {
		const { sender } = this.#audio;
		const parameters = sender.getParameters();

		for (const encoding of parameters.encodings ?? [])
			Object.assign(encoding, { maxBitrate: VOICE_BITS, priority: 'high', networkPriority: 'high' });
		/* Some browsers know less of this; the answer's parameters hold all the same. */
		await sender.setParameters(parameters).catch(() => {});
	}

	/** @returns {Promise<RTCStatsReport>} */
	stats() {
		return this.#connection.getStats();
	}

	/**
	 * How much the receiver holds back at least, against a jittering link.
	 * @param {number} milliseconds
	 */
	setDelay(milliseconds) {
		for (const { receiver } of this.#connection.getTransceivers())
			if ('jitterBufferTarget' in receiver)
				receiver.jitterBufferTarget = milliseconds + (receiver.track.kind === 'video' ? SOUND_IS_LATER : 0);
	}

	close() {
		this.#connection.onconnectionstatechange = null;
		this.#connection.close();
	}
}

/**
 * Leaves out of the offer the codecs that no relay of ours sends: a third of the bytes that a poor
 * link has to carry before anything is heard.
 * @param {RTCRtpTransceiver} transceiver
 */
function shorten(transceiver) {
	const capabilities = RTCRtpReceiver.getCapabilities?.('video');

	if (!capabilities || !('setCodecPreferences' in transceiver)) return;
	const wanted = capabilities.codecs.filter(({ mimeType, sdpFmtpLine = '' }) => {
		const name = mimeType.toLowerCase();
		return (
			name === 'video/rtx' ||
			name === 'video/vp8' ||
			(name === 'video/h264' && sdpFmtpLine.includes('packetization-mode=1'))
		);
	});
	if (wanted.some(({ mimeType }) => mimeType.toLowerCase() !== 'video/rtx')) transceiver.setCodecPreferences(wanted);
}
