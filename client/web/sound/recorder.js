/**
 * Records samples at a point of an audio graph, uncompressed: what is judged must be what came in.
 *
 * No DOM.
 */

/** @typedef {{ readonly samples: Float32Array<ArrayBuffer>, readonly rate: number }} Recording mono; rate in hertz */

/** Milliseconds that a context may take to hand over what it has; choice. */
const GRACE = 1_000;

/** The contexts that know the processor. @type {WeakSet<BaseAudioContext>} */
const ready = new WeakSet();

/**
 * @param {AudioContext} context @param {AudioNode} source @param {number} seconds
 * @param {AbortSignal} [signal] ends it early, with what there is
 * @returns {Promise<Recording>} shorter than asked when the source stopped
 */
export async function record(context, source, seconds, signal) {
	if (!ready.has(context)) {
		await context.audioWorklet.addModule(new URL('recorder_worklet.js', import.meta.url));
		ready.add(context);
	}
	const node = new AudioWorkletNode(context, 'recorder', {
		numberOfInputs: 1,
		numberOfOutputs: 0,
		channelCount: 1,
		channelCountMode: 'explicit',
	});
	const wanted = Math.round(seconds * context.sampleRate);
	const samples = new Float32Array(wanted);
	let have = 0;

	await new Promise((resolve) => {
		const timer = setTimeout(resolve, seconds * 1000 + GRACE);
		const done = () => {
			clearTimeout(timer);
			resolve(undefined);
		};

		node.port.onmessage = ({ data }) => {
			const part = /** @type {Float32Array} */ (data).subarray(0, wanted - have);

			samples.set(part, have);
			have += part.length;
			if (have === wanted) done();
		};
		signal?.addEventListener('abort', done, { once: true });
		if (signal?.aborted) done();
		source.connect(node);
	});
	try {
		source.disconnect(node);
	} catch {
		/* The microphone was closed meanwhile, which has disconnected it. */
	}
	node.port.postMessage('stop');
	node.port.close();
	return { samples: samples.slice(0, have), rate: context.sampleRate };
}
