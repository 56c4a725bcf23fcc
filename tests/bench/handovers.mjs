// A channel through many changes, with listeners on it: handovers between two interpreters, fallbacks
// to the floor and back, and a second booth that changes what it listens to. Every listener's stream
// must go on unbroken, and what is decoded must have no click in it.
// Usage: node tests/bench/handovers.mjs [CHANGES_OF_EACH_KIND] [LISTENERS]
import { pathToFileURL } from 'node:url';
import { Interpreter } from '../interop/interpreter.mjs';
import { client, pause, Relay, until } from '../interop/relay.mjs';
import { WeriftClient } from '../interop/werift_client.mjs';

const tones = { floor: 440, anna: 700, bert: 1100, zoe: 500 };
const rooms = [{
	id: 'plenary', title: { en: 'Plenary' }, video: { ladder: [] },
	floor: { source: `test:tone?hz=${tones.floor}`, language: 'en' }, channels: [{ language: 'fr' }, { language: 'es' }],
}];

const sit = (relay, name, booth) => Interpreter.sit(relay.url, { room: 'plenary', booth, name }, { hz: tones[name] });

/** One gives the microphone to the other, who takes it at once. */
async function handOver(from, to) {
	await from.ask('handover', { do: 'offer' });
	await to.ask('handover', { do: 'take' });
	await to.becomes('on-air');
	await until('the channel carries it', () => to.booth.outputs[0].heard && to.booth.outputs[0].voice === to.joined.seat);
}

async function fallBack(interpreter) {
	await interpreter.ask('microphone', { state: 'off' });
	await until('the floor is carried', () => interpreter.booth.outputs[0].carries === 'floor');
	await pause(100);
	await interpreter.ask('microphone', { state: 'on' });
	await until('it is heard again', () => interpreter.booth.outputs[0].heard);
}

async function changeRelay(interpreter, lang) {
	await interpreter.ask('incoming', { lang });
	await until(`${lang} is taken`, () => interpreter.booth.incoming.lang === lang);
}

/** Largest step from one sample to the next, of decoded sound behind the first second. */
async function largestStep(listener) {
	let before = null;
	let most = 0;
	let at = 0;
	await listener.decode((_, samples) => {
		for (const sample of samples) {
			if (before !== null && at > 48_000) most = Math.max(most, Math.abs(sample - before));
			before = sample;
			at++;
		}
	});
	return most;
}

/** The most that steady tones of these amplitudes can step, all at once. */
const steady = (amplitudes) => Object.entries(amplitudes).reduce((sum, [name, amplitude]) => sum + (amplitude * 2 * Math.PI * tones[name]) / 48_000, 0);

export async function measure({ changes = 100, listeners = 50 } = {}) {
	const relay = await Relay.start({ rooms });
	const there = [];
	let decoding;
	try {
		await relay.live();
		for (const [name, booth] of [['anna', 'fr'], ['bert', 'fr'], ['zoe', 'es']]) there.push(await sit(relay, name, booth));
		const [anna, bert, zoe] = there;
		await anna.ask('microphone', { state: 'on' });
		decoding = await WeriftClient.whep(relay.url, { room: 'plenary', lang: 'fr', video: 'none' }, { video: false, keep: true });
		await decoding.receives(25);

		const seconds = Math.ceil(changes * 0.6) + 20; // twice what it takes
		const crowd = client(`load --url ${relay.url} --room plenary --lang fr --video none --listeners ${listeners} --seconds ${seconds}`.split(' '), (seconds + 60) * 1000);
		await pause(2000);
		const startedAt = performance.now();
		for (let n = 0; n < changes; n++) {
			await (n % 2 === 0 ? handOver(anna, bert) : handOver(bert, anna));
			await changeRelay(zoe, n % 2 === 0 ? 'fr' : 'floor');
		}
		const speaker = changes % 2 === 0 ? anna : bert;
		for (let n = 0; n < changes; n++) await fallBack(speaker);
		const tookS = (performance.now() - startedAt) / 1000;
		if (tookS > seconds - 5) throw new Error(`the changes took ${tookS} s, and the crowd left after ${seconds}`);

		const { code, summary, err } = await crowd;
		if (code !== 0) throw new Error(`dragoman-client: ${code} ${err}`);
		return {
			changes, listeners: summary.connected, tookS, crowdS: seconds,
			audio: summary.audio, dropped: summary.dropped,
			decoded: {
				ssrcs: decoding.audio.ssrcs.size, sequenceGaps: decoding.audio.sequenceGaps, timestampGaps: decoding.audio.timestampGaps,
				largestStep: await largestStep(decoding),
				/* Two voices at -23 LUFS and the floor at its own level cross. */
				steadyStep: steady({ anna: 0.12, bert: 0.12, floor: 0.12 }),
			},
		};
	} finally {
		for (const interpreter of there) await interpreter.leave();
		await decoding?.close();
		await relay.stop();
	}
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	const [changes = '100', listeners = '50'] = process.argv.slice(2);
	console.log(JSON.stringify(await measure({ changes: Number(changes), listeners: Number(listeners) }), null, '\t'));
	process.exit(0);
}
