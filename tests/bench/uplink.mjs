// A microphone on a poor link: how much of what a channel carries is made up while packets are lost,
// and how soon the channel has its voice again after an outage. Root: it makes a network.
// Usage: node tests/bench/uplink.mjs [LOSS_PERCENT] [SECONDS] [OUTAGE_SECONDS]
import { pathToFileURL } from 'node:url';
import { pause, Relay, until } from '../interop/relay.mjs';
import { Network, onlyBy } from '../interop/network.mjs';
import { WeriftClient } from '../interop/werift_client.mjs';
import { opusFrames, WeriftPublisher } from '../interop/werift_publisher.mjs';

const floorHz = 400;
const boothHz = 1070;
const tones = { floor: floorHz, booth: boothHz };
const labels = '{room="plenary",channel="fr"}';

const config = (network) => ({
	server: {
		http: { address: network.clean },
		media: { address: '0.0.0.0', announced: [network.clean, network.lossy] },
	},
	rooms: [{ id: 'plenary', title: { en: 'Plenary' }, floor: { source: `test:tone?hz=${floorHz}`, language: 'en' }, channels: [{ language: 'fr' }] }],
});

const uplink = async (relay) => {
	const samples = await relay.metrics();
	const total = (name) => [...samples].filter(([key]) => key.startsWith(name)).reduce((sum, [, value]) => sum + value, 0);
	return {
		concealed: samples.get(`dragoman_channel_concealed_samples_total${labels}`),
		packets: total('dragoman_worker_uplink_packets_total'), recovered: total('dragoman_worker_uplink_recovered_total'),
		asked: total('dragoman_worker_uplink_nacks_total'),
	};
};

/** Share of the sound that was made up while `percent` of the packets are lost. */
async function lossy(network, relay, publisher, { percent, seconds }) {
	publisher.send(opusFrames({ seconds: seconds + 20, loss: percent, kind: 'speech' }));
	network.lose(percent);
	await pause(10_000); // the jitter buffer learns the link
	const before = await uplink(relay);
	await pause(seconds * 1000);
	const after = await uplink(relay);
	const lost = network.lost;
	network.lose(0);
	await publisher.pause();
	return {
		percent, seconds, lostByNetwork: lost, askedFor: after.asked - before.asked, recovered: after.recovered - before.recovered,
		concealedPercent: (after.concealed - before.concealed) / (seconds * 480),
	};
}

/** From the first packet after an outage until the booth is heard again, ms. */
async function outage(network, relay, { publisher, again, listener }, seconds) {
	const heard = async () => (await listener.tones(tones)).at(-1);
	const packets = async () => (await uplink(relay)).packets;

	const frames = opusFrames({ seconds: 10, kind: 'tone', hz: boothHz });

	publisher.send(frames, { loop: true });
	await until('the booth is heard', async () => (await heard()) === 'booth');
	network.lose(100);
	await until('the floor is heard', async () => (await heard()) === 'floor');
	await pause(seconds * 1000);
	const before = await packets();
	network.lose(0);
	// A client that has given its connection up by then (RFC 7675: after 30 s) makes another.
	const anew = publisher.pc.connectionState === 'connected' ? null : await again();
	anew?.send(frames, { loop: true });
	await until('a packet comes', async () => (await packets()) > before, 30_000, 5);
	const firstAt = performance.now();
	await pause(900); // what is kept is the last second
	const names = await listener.tones(tones);
	const recovered = listener.packets.find(({ at }, n) => at > firstAt && names[n] === 'booth');
	await anew?.close();
	return { seconds, connectedAnew: anew !== null, recoveredMs: recovered && recovered.at - firstAt };
}

export async function measure({ percent = 10, seconds = 60, outageSeconds = 30 } = {}) {
	const network = Network.make();
	const relay = await Relay.start(config(network), { prefix: network.prefix });
	const again = () => WeriftPublisher.publish(relay.url, '/whip/plenary/channels/fr', { way: onlyBy(network.lossy) });
	let listener, publisher;
	relay.url = `http://${network.clean}:${relay.port}`;
	try {
		listener = await WeriftClient.whep(relay.url, { room: 'plenary', lang: 'fr', video: 'none' }, { video: false, way: onlyBy(network.clean) });
		await listener.receives(10);
		publisher = await again();
		const loss = await lossy(network, relay, publisher, { percent, seconds });

		return {
			loss,
			outage: await outage(network, relay, { publisher, again, listener }, outageSeconds),
			seams: listener.audio.sequenceGaps + listener.audio.timestampGaps,
		};
	} finally {
		await publisher?.close();
		await listener?.close();
		await relay.stop();
		network.remove();
	}
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	const [percent = '10', seconds = '60', outageSeconds = '30'] = process.argv.slice(2);
	console.log(await measure({ percent: Number(percent), seconds: Number(seconds), outageSeconds: Number(outageSeconds) }));
	process.exit(0);
}
