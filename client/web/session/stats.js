/**
 * What of getStats() matters to a listener, as running totals, and the difference of two readings.
 *
 * Pure: a report comes in (webrtc-stats, W3C).
 */

/**
 * @typedef {object} Reading running totals since the connection began
 * @property {number} time milliseconds
 * @property {number} packets of sound
 * @property {number} lost of sound
 * @property {number} samples of sound that were played
 * @property {number} concealed of these, invented because nothing had arrived in time
 * @property {number} soundBytes
 * @property {number} pictureBytes
 * @property {number} pictureLost
 * @property {number} picturePackets
 * @property {number} frames
 * @property {number} frozen milliseconds that a picture stood still
 * @property {number} jitter milliseconds, now
 * @property {number | null} roundTrip milliseconds, now
 */

/**
 * @typedef {object} Change what happened between two readings
 * @property {number} elapsed milliseconds
 * @property {number} packets of sound
 * @property {number} loss 0..1 of the sound's packets
 * @property {number} concealed 0..1 of the sound's samples
 * @property {number} pictureLoss 0..1
 * @property {number} frames
 * @property {number} frozen milliseconds
 * @property {number} soundBits per second
 * @property {number} pictureBits per second
 * @property {number} jitter milliseconds
 * @property {number | null} roundTrip milliseconds
 */

/** @param {Record<string, unknown>} entry @param {string} name @returns {number} */
function number(entry, name) {
	const value = entry[name];

	return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

/**
 * @param {{ forEach(callback: (entry: any) => void): void }} report
 * @param {number} time milliseconds
 * @returns {Reading}
 */
export function read(report, time) {
	/** @type {Reading} */
	const reading = {
		time,
		packets: 0,
		lost: 0,
		samples: 0,
		concealed: 0,
		soundBytes: 0,
		pictureBytes: 0,
		pictureLost: 0,
		picturePackets: 0,
		frames: 0,
		frozen: 0,
		jitter: 0,
		roundTrip: null,
	};

	report.forEach((entry) => {
		if (entry.type === 'inbound-rtp' && entry.kind === 'audio') addSound(reading, entry);
		else if (entry.type === 'inbound-rtp' && entry.kind === 'video') addPicture(reading, entry);
		else if (entry.type === 'candidate-pair' && entry.nominated && entry.state === 'succeeded')
			reading.roundTrip = number(entry, 'currentRoundTripTime') * 1000;
	});
	return reading;
}

/** @param {Reading} reading @param {Record<string, unknown>} entry */
function addSound(reading, entry) {
	reading.packets += number(entry, 'packetsReceived');
	reading.lost += number(entry, 'packetsLost');
	reading.samples += number(entry, 'totalSamplesReceived');
	/* Silence in place of silence is not heard as a gap. */
	reading.concealed += Math.max(0, number(entry, 'concealedSamples') - number(entry, 'silentConcealedSamples'));
	reading.soundBytes += number(entry, 'bytesReceived') + number(entry, 'headerBytesReceived');
	reading.jitter = Math.max(reading.jitter, number(entry, 'jitter') * 1000);
}

/** @param {Reading} reading @param {Record<string, unknown>} entry */
function addPicture(reading, entry) {
	reading.pictureBytes += number(entry, 'bytesReceived') + number(entry, 'headerBytesReceived');
	reading.picturePackets += number(entry, 'packetsReceived');
	reading.pictureLost += number(entry, 'packetsLost');
	reading.frames += number(entry, 'framesDecoded');
	reading.frozen += number(entry, 'totalFreezesDuration') * 1000;
}

/** @param {number} part @param {number} whole @returns {number} 0..1 */
function ratio(part, whole) {
	return whole > 0 ? Math.min(1, Math.max(0, part) / whole) : 0;
}

/**
 * @param {Reading} before @param {Reading} after
 * @returns {Change}
 */
export function compare(before, after) {
	const elapsed = Math.max(1, after.time - before.time);
	const packets = after.packets - before.packets;
	const lost = after.lost - before.lost;
	const pictureLost = after.pictureLost - before.pictureLost;

	return {
		elapsed,
		packets,
		loss: ratio(lost, packets + Math.max(0, lost)),
		concealed: ratio(after.concealed - before.concealed, after.samples - before.samples),
		pictureLoss: ratio(pictureLost, after.picturePackets - before.picturePackets + Math.max(0, pictureLost)),
		frames: after.frames - before.frames,
		frozen: Math.max(0, after.frozen - before.frozen),
		soundBits: (Math.max(0, after.soundBytes - before.soundBytes) * 8000) / elapsed,
		pictureBits: (Math.max(0, after.pictureBytes - before.pictureBytes) * 8000) / elapsed,
		jitter: after.jitter,
		roundTrip: after.roundTrip,
	};
}
