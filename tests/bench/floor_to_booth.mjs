// What the relay adds to the floor on its way to an interpreter's ear, where a publisher brings the
// floor by WHIP: its packets go on as they came. The same packets also go from one werift to another
// without a relay, for what werift itself takes. `wire` is what the relay alone adds: between the kernel's
// times of a packet on its way in and on its way out. Only root has that. Usage: node tests/bench/floor_to_booth.mjs [SECONDS]
import { pathToFileURL } from 'node:url';
import { pause, Relay, until } from '../interop/relay.mjs';
import { RoomSocket } from '../interop/whep.mjs';
import { WeriftClient } from '../interop/werift_client.mjs';
import { opusFrames, WeriftPublisher } from '../interop/werift_publisher.mjs';
import { canCapture, Capture } from './capture.mjs';

const room = {
	id: 'plenary', title: { en: 'Plenary' }, floor: { source: 'whip:', language: 'en' },
	video: { frame_rate: 25, ladder: [{ width: 160, height: 90, bitrate: '80k' }] }, channels: [{ language: 'fr' }],
};

const percentile = (values, part) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(part * values.length))];

/** Sends, and pairs each packet with its arrival by what it carries: delays in ms. */
async function delays(publisher, packets, frames) {
	const sentAt = new Map();
	publisher.send(frames, { onSent: (n, at) => sentAt.set(frames[n].toString('latin1'), at) });
	await publisher.done;
	await pause(300);
	return packets.map(({ payload, at }) => at - sentAt.get(payload.toString('latin1'))).filter((delay) => delay >= 0);
}

/** The relay's own part, in ms: the publisher's n-th packet on the wire carries frame n, and what the
 * interpreter got of it tells which packet took it out. */
function onWire(captured, publisher, packets, frames) {
	const into = captured.filter(({ ssrc }) => ssrc === publisher.ssrc);
	if (into.length !== frames.length) throw new Error(`${into.length} packets went to the relay, not ${frames.length}`);
	const numbers = new Map(frames.map((frame, n) => [frame.toString('latin1'), n]));
	const out = new Map(captured.map(({ ssrc, sequence, at }) => [`${ssrc}/${sequence}`, at]));
	return packets.map(({ payload, ssrc, sequence }) => out.get(`${ssrc}/${sequence}`) - into[numbers.get(payload.toString('latin1'))]?.at)
		.filter((delay) => delay >= 0);
}

const summary = (values) => ({
	packets: values.length, p50Ms: percentile(values, 0.5), p99Ms: percentile(values, 0.99), worstMs: Math.max(...values),
});

/** An interpreter's place in a booth: the floor comes, a microphone is offered and silent. */
async function takeBooth(relay) {
	const interpreter = new WeriftClient({ video: false, keep: true });
	const [sound] = interpreter.pc.getTransceivers();
	sound.setDirection('sendrecv');
	interpreter.pc.addTransceiver('audio', { direction: 'recvonly' }); // the monitor
	await interpreter.pc.setLocalDescription(await interpreter.pc.createOffer());
	const socket = await RoomSocket.open(relay.url);
	const { answer } = await socket.request('join', { room: 'plenary', booth: 'fr', name: 'Anna', offer: interpreter.pc.localDescription.sdp });
	await interpreter.pc.setRemoteDescription({ type: 'answer', sdp: answer });
	return { interpreter, socket };
}

async function throughRelay(frames) {
	const relay = await Relay.start({ rooms: [room] });
	try {
		const { interpreter, socket } = await takeBooth(relay);
		const publisher = await WeriftPublisher.publish(relay.url, '/whip/plenary/floor');
		publisher.send(opusFrames({ seconds: 2 }));
		await publisher.done;
		publisher.send(opusFrames({ seconds: 3, level: -13 }));
		await until('the floor goes through as it comes', () => /event=room\.direct .*sound=1/.test(relay.log));
		await publisher.done;
		interpreter.packets.length = 0;
		const capture = canCapture && await Capture.start();
		const measured = summary(await delays(publisher, interpreter.packets, frames));
		if (capture) measured.wire = summary(onWire(await capture.stop(), publisher, interpreter.packets, frames));
		await publisher.close();
		socket.ws.close();
		await interpreter.close();
		return measured;
	} finally {
		await relay.stop();
	}
}

/** One werift to another. */
async function alone(frames) {
	const receiver = new WeriftClient({ video: false, keep: true });
	const publisher = await WeriftPublisher.connect(async (offer) => {
		await receiver.pc.setRemoteDescription({ type: 'offer', sdp: offer });
		await receiver.pc.setLocalDescription(await receiver.pc.createAnswer());
		return receiver.pc.localDescription.sdp;
	});
	const measured = summary(await delays(publisher, receiver.packets, frames));
	await publisher.pc.close();
	await receiver.pc.close();
	return measured;
}

export async function measure({ seconds = 20 } = {}) {
	const frames = opusFrames({ seconds, level: -12 });
	const rounds = [];
	for (let n = 0; n < 2; n++) rounds.push({ alone: await alone(frames), relay: await throughRelay(frames) });
	const least = (of) => Math.min(...rounds.map(of));
	return {
		seconds, rounds,
		addedP50Ms: least(({ relay }) => relay.p50Ms) - least(({ alone: own }) => own.p50Ms),
		addedP99Ms: least(({ relay }) => relay.p99Ms) - least(({ alone: own }) => own.p50Ms),
		...(canCapture && { wireP99Ms: least(({ relay }) => relay.wire.p99Ms) }),
	};
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	console.log(JSON.stringify(await measure({ seconds: Number(process.argv[2] ?? 20) }), null, '\t'));
	process.exit(0);
}
