// Runs in the browser: a bare WHEP player that measures what it plays. No page of ours is involved.

/** Detects a beep: posts the context time of each rise out of silence. */
const beepDetector = `
registerProcessor('beep-detector', class extends AudioWorkletProcessor {
	constructor() { super(); this.quietSince = 0; this.loud = false; }
	process([input]) {
		const samples = input[0];
		if (!samples) return true;
		for (let i = 0; i < samples.length; i++) {
			const at = currentTime + i / sampleRate;
			if (Math.abs(samples[i]) > 0.05) {
				if (!this.loud && at - this.quietSince > 0.3) { this.loud = true; this.port.postMessage(at); }
				this.loudAt = at;
			} else if (this.loud && at - this.loudAt > 0.1) { this.loud = false; this.quietSince = at; }
		}
		return true;
	}
});`;

export class Player {
	/** Joins and resolves once the answer is set. */
	static async join({ base, room, lang, video = true }) {
		const player = new Player();
		player.flashes = [];
		player.beeps = [];
		player.frames = 0;
		player.negotiations = 0;
		const pc = (player.pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' }));
		pc.addTransceiver('audio', { direction: 'recvonly' });
		if (video) pc.addTransceiver('video', { direction: 'recvonly' });
		player.stream = new MediaStream();
		player.element = document.createElement('video');
		player.element.muted = true; // heard through the audio graph; the element keeps the tracks flowing
		player.element.autoplay = true;
		player.element.srcObject = player.stream;
		document.body.append(player.element);
		pc.ontrack = ({ track }) => {
			player.stream.addTrack(track);
			if (track.kind === 'audio') player.listening = player.#listen(track);
		};
		if (video) player.#watch();
		await pc.setLocalDescription(await pc.createOffer());
		const url = `${base}/whep/${room}${lang ? `?lang=${lang}` : ''}`;
		player.postedAt = performance.now();
		const response = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: pc.localDescription.sdp });
		player.answer = await response.text();
		player.answeredAt = performance.now();
		if (response.status !== 201) throw new Error(`${response.status} ${player.answer}`);
		player.resource = new URL(response.headers.get('Location'), url).href;
		await pc.setRemoteDescription({ type: 'answer', sdp: player.answer });
		pc.onnegotiationneeded = () => player.negotiations++;
		return player;
	}

	async #listen(track) {
		const context = (this.context = new AudioContext({ sampleRate: 48_000, latencyHint: 'interactive' }));
		await context.resume();
		await context.audioWorklet.addModule(URL.createObjectURL(new Blob([beepDetector], { type: 'text/javascript' })));
		const source = context.createMediaStreamSource(new MediaStream([track]));
		this.analyser = context.createAnalyser();
		this.analyser.fftSize = 8192;
		const detector = new AudioWorkletNode(context, 'beep-detector');
		detector.port.onmessage = ({ data }) => {
			const { contextTime, performanceTime } = context.getOutputTimestamp();
			this.beeps.push(performanceTime + (data - contextTime) * 1000);
		};
		source.connect(this.analyser);
		source.connect(detector);
		detector.connect(context.destination); // a graph without an end is not run
	}

	/** Notes each shown frame, and when the picture turns white. */
	#watch() {
		const canvas = document.createElement('canvas');
		canvas.width = 16;
		canvas.height = 9;
		const paint = canvas.getContext('2d', { willReadFrequently: true });
		let white = false;
		const look = (now, { expectedDisplayTime, width, height }) => {
			if (this.frames++ === 0) this.firstFrameAt = now;
			this.size = `${width}x${height}`;
			paint.drawImage(this.element, 0, 0, canvas.width, canvas.height);
			const { data } = paint.getImageData(0, 0, canvas.width, canvas.height);
			let sum = 0;
			for (let i = 0; i < data.length; i += 4) sum += data[i] + data[i + 1] + data[i + 2];
			const bright = sum / (data.length / 4) / 3 > 170;
			if (bright && !white) this.flashes.push(expectedDisplayTime);
			white = bright;
			this.element.requestVideoFrameCallback(look);
		};
		this.element.requestVideoFrameCallback(look);
	}

	/** The strongest frequency of the last 170 ms, Hz; null in silence. */
	frequency() {
		if (!this.analyser) return null;
		const bins = new Float32Array(this.analyser.frequencyBinCount);
		this.analyser.getFloatFrequencyData(bins);
		const best = bins.reduce((top, value, i) => (value > bins[top] ? i : top), 0);
		return bins[best] < -50 ? null : (best * this.context.sampleRate) / this.analyser.fftSize;
	}

	async select(lang) {
		const response = await fetch(`${this.resource}/select`, {
			method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ lang }),
		});
		if (!response.ok) throw new Error(`select: ${response.status}`);
		return performance.now();
	}

	/** What a test wants to know. */
	async report() {
		const stats = [...(await this.pc.getStats()).values()];
		const inbound = (kind) => stats.find((entry) => entry.type === 'inbound-rtp' && entry.kind === kind);
		const transport = stats.find(({ type }) => type === 'transport');
		return {
			state: this.pc.connectionState,
			frequency: this.frequency(),
			srtp: transport?.srtpCipher,
			tls: transport?.tlsVersion,
			frames: this.frames,
			size: this.size,
			firstFrameMs: this.firstFrameAt && this.firstFrameAt - this.postedAt,
			answeredMs: this.answeredAt - this.postedAt,
			framesDecoded: inbound('video')?.framesDecoded ?? 0,
			keyFramesDecoded: inbound('video')?.keyFramesDecoded ?? 0,
			freezes: inbound('video')?.freezeCount ?? 0,
			pliCount: inbound('video')?.pliCount ?? 0,
			concealed: inbound('audio')?.concealedSamples ?? 0,
			audioPackets: inbound('audio')?.packetsReceived ?? 0,
			audioLost: inbound('audio')?.packetsLost ?? 0,
			videoLost: inbound('video')?.packetsLost ?? 0,
			negotiations: this.negotiations,
			flashes: this.flashes,
			beeps: this.beeps,
		};
	}

	async leave() {
		await fetch(this.resource, { method: 'DELETE' }).catch(() => {});
		this.pc.close();
		await this.context?.close();
		this.element.remove();
	}
}
