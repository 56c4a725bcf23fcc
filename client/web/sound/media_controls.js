/**
 * The system's media controls (lock screen, headset, keyboard): says what is played and obeys them.
 *
 * Touches no document.
 */

/** @typedef {{ title: string, artist: string, artwork: string, playing: boolean, active: boolean }} NowPlaying */

/**
 * @typedef {object} MediaActions
 * @property {() => void} play
 * @property {() => void} pause
 * @property {() => void} stop
 * @property {() => void} previous language
 * @property {() => void} next language
 */

/** Browsers show controls only for media longer than 5 s; twice that. */
const SILENCE_SECONDS = 10;
const SILENCE_HZ = 8_000;

/**
 * A WAV of silence. Phones give live streams neither media controls nor the right to go on under a
 * locked screen; a recording that plays beside them has both. Made here: it costs no download.
 * @returns {Blob}
 */
function silence() {
	const samples = SILENCE_SECONDS * SILENCE_HZ;
	const view = new DataView(new ArrayBuffer(44 + samples));
	/** @type {(offset: number, text: string) => void} */
	const ascii = (offset, text) => {
		for (let i = 0; i < text.length; i++) view.setUint8(offset + i, text.charCodeAt(i));
	};

	/* RIFF header, then 8-bit unsigned mono PCM, whose silence is 128. */
	ascii(0, 'RIFF');
	view.setUint32(4, 36 + samples, true);
	ascii(8, 'WAVEfmt ');
	view.setUint32(16, 16, true);
	view.setUint16(20, 1, true);
	view.setUint16(22, 1, true);
	view.setUint32(24, SILENCE_HZ, true);
	view.setUint32(28, SILENCE_HZ, true);
	view.setUint16(32, 1, true);
	view.setUint16(34, 8, true);
	ascii(36, 'data');
	view.setUint32(40, samples, true);
	new Uint8Array(view.buffer, 44).fill(128);
	return new Blob([view], { type: 'audio/wav' });
}

export class MediaControls {
	/** @type {HTMLAudioElement | null} */ #keeper = null;
	#shown = '';

	/** @param {MediaActions} actions */
	constructor(actions) {
		const session = navigator.mediaSession;

		if ('audioSession' in navigator)
			/** @type {{ type: string }} */ (navigator.audioSession).type = 'playback';
		if (!session) return;
		/** @type {[MediaSessionAction, () => void][]} */
		const handlers = [
			['play', actions.play],
			['pause', actions.pause],
			['stop', actions.stop],
			['previoustrack', actions.previous],
			['nexttrack', actions.next],
		];
		for (const [action, handler] of handlers) {
			try {
				session.setActionHandler(action, handler);
			} catch {
				/* This browser has no such control. */
			}
		}
	}

	/** @param {NowPlaying} now */
	show({ title, artist, artwork, playing, active }) {
		this.#keep(playing);
		if (!navigator.mediaSession) return;
		const shown = JSON.stringify([title, artist, active]);
		if (shown !== this.#shown) {
			this.#shown = shown;
			navigator.mediaSession.metadata = active
				? new MediaMetadata({ title, artist, artwork: [{ src: artwork, sizes: '512x512', type: 'image/png' }] })
				: null;
		}
		navigator.mediaSession.playbackState = active ? (playing ? 'playing' : 'paused') : 'none';
	}

	/** @param {boolean} playing */
	#keep(playing) {
		if (!playing) {
			this.#keeper?.pause();
			return;
		}
		if (!this.#keeper) {
			this.#keeper = new Audio(URL.createObjectURL(silence()));
			this.#keeper.loop = true;
		}
		if (this.#keeper.paused) this.#keeper.play().catch(() => {});
	}
}
