/**
 * The stand-in's media, in a process of its own: libwebrtc for Node cannot be ended otherwise. Told what
 * to do by fake_relay.mjs, one message a step.
 */

import wrtc from '@roamhq/wrtc';

/** Hertz; kept in step with TONES of fake_relay.mjs, which sends them. */
const tones = JSON.parse(process.argv[2]);

/** What one page receives. */
class Stream {
	lang = 'floor';
	video = 'auto';
	level = 0.25;
	phase = 0;
	frame = 0;
	audio = new wrtc.nonstandard.RTCAudioSource();
	/** What a booth's own channel carries: another tone. */
	monitor = new wrtc.nonstandard.RTCAudioSource();
	monitorPhase = 0;
	pictures = [];
	connection = new wrtc.RTCPeerConnection();

	async answer(sdp, id) {
		const { connection } = this;
		let sounds = 0;

		await connection.setRemoteDescription({ type: 'offer', sdp });
		for (const transceiver of connection.getTransceivers()) {
			const video = transceiver.receiver.track.kind === 'video';
			const speaks = !video && sounds === 0 && /m=audio[^]*?a=(sendrecv|recvonly)/.exec(sdp)?.[1] === 'sendrecv';
			const source = video ? new wrtc.nonstandard.RTCVideoSource() : sounds++ === 0 ? this.audio : this.monitor;
			if (video) this.pictures.push(source);
			transceiver.direction = speaks ? 'sendrecv' : 'sendonly';
			if (speaks) this.#listen(transceiver.receiver.track, id);
			await transceiver.sender.replaceTrack(source.createTrack());
		}
		await connection.setLocalDescription(await connection.createAnswer());
		if (connection.iceGatheringState !== 'complete')
			await new Promise((resolve) => {
				connection.onicegatheringstatechange = () => connection.iceGatheringState === 'complete' && resolve();
			});
		this.#start();
		return connection.localDescription.sdp;
	}

	/** Tells the peak of what the page sends, ten times a second. */
	#listen(track, id) {
		let peak = 0;
		this.sink = new wrtc.nonstandard.RTCAudioSink(track);
		this.sink.ondata = ({ samples }) => {
			for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
		};
		this.uplink = setInterval(() => {
			process.send({ id, peak: peak ? 20 * Math.log10(peak / 32768) : -90 });
			peak = 0;
		}, 100);
	}

	async restart(sdp) {
		await this.connection.setRemoteDescription({ type: 'offer', sdp });
		await this.connection.setLocalDescription(await this.connection.createAnswer());
		return this.connection.localDescription.sdp;
	}

	set(change) {
		Object.assign(this, change);
		/* Without a track libwebrtc sends nothing at all. */
		if (change.silent) this.connection.getTransceivers()[0].sender.replaceTrack(null);
	}

	#start() {
		let due = performance.now();
		const sound = setInterval(() => {
			for (; due <= performance.now(); due += 10) this.#tone();
		}, 10);
		const picture = setInterval(() => {
			if (this.video !== 'none') for (const source of this.pictures) this.#picture(source);
		}, 100);
		this.timers = [sound, picture];
	}

	/** 10 ms of the language's tone. */
	#tone() {
		const samples = new Int16Array(480);
		const step = (2 * Math.PI * (tones[this.lang] ?? 300)) / 48000;

		for (let i = 0; i < 480; i++) {
			samples[i] = Math.round(32767 * this.level * Math.sin(this.phase));
			this.phase += step;
		}
		this.audio.onData({ samples, sampleRate: 48000, bitsPerSample: 16, channelCount: 1, numberOfFrames: 480 });
		for (let i = 0; i < 480; i++) {
			samples[i] = Math.round(32767 * this.level * Math.sin(this.monitorPhase));
			this.monitorPhase += (2 * Math.PI * 300) / 48000;
		}
		this.monitor.onData({ samples, sampleRate: 48000, bitsPerSample: 16, channelCount: 1, numberOfFrames: 480 });
	}

	/** Bars that move, in two colours for picture and signer. */
	#picture(source) {
		const [width, height] = [320, 180];
		const data = new Uint8ClampedArray((width * height * 3) / 2);
		const shift = this.frame++ * 3;

		for (let y = 0; y < height; y++)
			for (let x = 0; x < width; x++) data[y * width + x] = 70 + (((x + shift) >> 5) % 2) * 90 + (y >> 2);
		data.fill(source === this.pictures[0] ? 150 : 100, width * height, (width * height * 5) / 4);
		data.fill(source === this.pictures[0] ? 110 : 160, (width * height * 5) / 4);
		source.onFrame({ width, height, data });
	}

	close() {
		for (const timer of this.timers ?? []) clearInterval(timer);
		clearInterval(this.uplink);
		this.sink?.stop();
		this.connection.close();
	}
}

const streams = new Map();

process.on('message', async ({ n, id, action, value }) => {
	if (!streams.has(id)) streams.set(id, new Stream());
	const stream = streams.get(id);
	try {
		process.send({ n, result: await stream[action](value, id) });
	} catch (error) {
		process.send({ n, error: error.message });
	}
	if (action === 'close') streams.delete(id);
});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
