// Faults produced for real, side by side: each raises its one alarm, at its place and within its
// time, and nothing else; mended, it clears. What needs a rule of our own to fail (booth-crowded,
// channel-wrong) is left to unit/monitor. Faults of the whole relay: relay_alarms.test.mjs.
import './foreground.mjs';
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { suffer } from './fault.mjs';
import { film, flashes } from './films.mjs';
import { Interpreter } from './interpreter.mjs';
import { Overseer, placeOf } from './overseer.mjs';
import { Program, Relay, until } from './relay.mjs';
import { noisy, overdriven, voice, voiceFile, voiceFrames, voiceWav } from './voices.mjs';
import { WeriftPublisher } from './werift_publisher.mjs';
import { RoomSocket } from './whep.mjs';
import { WrtcPublisher } from './wrtc_publisher.mjs';
import { WrtcSound } from './wrtc_sound.mjs';

const ladder = [{ width: 160, height: 90, bitrate: '80k' }];
const speech = voiceFile('en');
const voices = Object.fromEntries(['cs', 'de', 'nb', 'zh'].map((name) => [name, voice(name)]));
/** Another person than those: a voice a tone lower. */
const lower = 'asetrate=43000,aresample=48000';
const frames = voiceFrames('cs', lower);
const squeezedFrames = voiceFrames('cs', lower, '8k');
/** And one a tone higher. */
const other = voice('nb', 'asetrate=52000,aresample=48000');
/** A telephone's band: 4 filters in a row leave nothing of what is beyond. */
const telephone = voice('de', Array(4).fill('lowpass=f=3400').join(','));

/** Microphones that had nothing to send for so long were really broken off, by this machine. */
const starvedMs = 2000;

/** A UDP port that is free now. */
function freePort() {
	return new Promise((resolve) => {
		const socket = createSocket('udp4').bind(0, '127.0.0.1', () => {
			const { port } = socket.address();
			socket.close(() => resolve(port));
		});
	});
}

const room = (id, floor, channels = [], video = { ladder: [] }) => ({
	id, title: { en: id }, video, channels: channels.map((language) => ({ language })), floor: { language: 'en', loop: true, ...floor },
});

describe('faults', { concurrency: true }, () => {
	/** @type {Relay} */ let relay;
	/** @type {Overseer} */ let overseer;
	let folder, port, sender;
	const people = [];
	const expected = [];

	const suffers = (t, fault) => {
		expected.push(placeOf(fault));
		return suffer(t, overseer, fault);
	};
	/** Ends the encoder in the hall, or lets it call again. */
	const hang = () => sender.stop();
	const call = () => {
		sender = new Program('ffmpeg', ['-v', 'error', '-re', '-stream_loop', '-1', '-i', join(folder, 'moving.ts'), '-c', 'copy', '-f', 'mpegts', `srt://127.0.0.1:${port}?pkt_size=1316`]);
	};
	/** Somebody in a booth who speaks; `on`: on air. */
	const sit = async (place, booth, sound, { on = true, ears = false } = {}) => {
		const person = await Interpreter.sit(relay.url, { room: place, booth, name: `${booth} ${people.length}`, ears }, sound);
		people.push(person);
		if (on) await person.ask('microphone', { state: 'on' });
		return person;
	};
	/** A booth that speaks by WHIP. */
	const publish = async (place, lang, sound) => {
		const publisher = await WrtcPublisher.publish(relay.url, `${place}/channels/${lang}`, sound);
		people.push(publisher);
		return publisher;
	};
	/** The same from an encoder of its own: frames of Opus. */
	const publishFrames = async (place, lang, packets) => {
		const publisher = await WeriftPublisher.publish(relay.url, `/whip/${place}/channels/${lang}`);
		people.push({ vanish: () => publisher.close() });
		publisher.send(packets, { loop: true });
		return publisher;
	};

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), 'dragoman-faults-'));
		port = await freePort();
		const films = Object.fromEntries(['moving', 'frozen', 'black'].map((name) => [name, film(folder, name)]));
		film(folder, 'moving', 'ts');
		relay = await Relay.start({
			rooms: [
				room('killed', { source: `srt://127.0.0.1:${port}?mode=listener`, loop: false }, [], { ladder }),
				room('picture', { source: films.moving, backups: [films.frozen, films.black] }, [], { ladder }),
				room('sync', { source: flashes(folder, 0, 1), backups: [flashes(folder, -200, 1), flashes(folder, 200, 1)] }, [], { ladder }),
				room('clipped', { source: speech, backups: [voiceWav(join(folder, 'clipped.wav'), 'en', 'volume=30dB')] }),
				room('quiet', { source: speech, backups: ['test:silence'] }),
				room('speech', { source: speech }, ['fr', 'es', 'de', 'it']),
				room('fitness', { source: speech }, ['fr', 'es', 'de', 'it']),
				room('booths', { source: speech }, ['fr', 'es', 'de', 'it', 'pt']),
				room('empty', { source: speech }, ['fr']),
			],
		});
		overseer = await Overseer.open(relay.url);
		for (const id of ['killed', 'speech', 'fitness', 'booths', 'empty']) await overseer.sitting(id, 'paused');
		call();
		await relay.live();
		await overseer.sitting('killed', 'running');
	});
	after(async () => {
		const starved = WrtcSound.starvedMs > starvedMs;
		const left = [...expected];
		/** Those beside the expected ones. */
		const others = overseer.alarms.filter((alarm) => {
			const at = left.indexOf(placeOf(alarm));
			if (at >= 0) left.splice(at, 1);
			return at < 0 && !(starved && alarm.at === 'microphone');
		});
		overseer.close();
		for (const person of people) await person.vanish();
		await sender.stop();
		const code = await relay.stop();
		await rm(folder, { recursive: true, force: true });
		assert.deepEqual([others, left], [[], []], `one cause, one alarm; microphones had nothing to send for ${Math.round(WrtcSound.starvedMs)} ms in all`);
		assert.equal(code, 0, `the relay stops cleanly; its log:\n${relay.log}`);
	});

	test('a source', (t) => suffers(t, { kind: 'source-lost', room: 'killed', place: '', severity: 'critical', measuring: 3, forgetting: 5, produce: hang, mend: call }));

	test('a picture', async (t) => {
		const mend = () => overseer.use('picture', 0);
		await suffers(t, { kind: 'source-frozen', room: 'picture', place: '', severity: 'critical', produce: () => overseer.use('picture', 1), mend });
		await suffers(t, { kind: 'source-black', room: 'picture', place: '', severity: 'warning', produce: () => overseer.use('picture', 2), mend });
	});

	test('sound and picture', async (t) => {
		const mend = () => overseer.use('sync', 0);
		const measuring = 15; // three pairs must agree, again after each picture that came too late
		await suffers(t, { kind: 'sound-early', room: 'sync', place: '', severity: 'critical', measuring, produce: () => overseer.use('sync', 1), mend });
		await suffers(t, { kind: 'sound-late', room: 'sync', place: '', severity: 'critical', measuring, produce: () => overseer.use('sync', 2), mend });
	});

	test('a floor that is overdriven', (t) => suffers(t, {
		kind: 'channel-clips', room: 'clipped', place: 'floor', measuring: 4, // three seconds are looked at
		produce: () => overseer.use('clipped', 1), mend: () => overseer.use('clipped', 0),
	}));

	test('a floor that nobody speaks on', (t) => suffers(t, {
		kind: 'source-silent', room: 'quiet', place: '', severity: 'warning', produce: () => overseer.use('quiet', 1), mend: () => overseer.use('quiet', 0),
	}));

	test('channels', async (t) => {
		const sounds = { fr: new WrtcSound(voices.cs), es: new WrtcSound(voices.de), de: new WrtcSound(voices.nb), it: new WrtcSound(voices.zh) };
		const leaky = await sit('speech', 'fr', sounds.fr, { ears: true });
		for (const lang of ['es', 'de', 'it']) await publish('speech', lang, sounds[lang]);
		await overseer.sitting('speech', 'running');
		const { ondata } = leaky.incoming.sink;
		const measuring = 12; // eight seconds are compared, every third
		await Promise.all([
			suffers(t, {
				kind: 'channel-leak', room: 'speech', place: 'fr', severity: 'critical', measuring,
				// What comes into the headset goes into the microphone.
				produce: () => {
					leaky.incoming.sink.ondata = ({ samples, sampleRate, channelCount }) =>
						sounds.fr.pass(channelCount === 1 ? samples : samples.filter((_, i) => i % channelCount === 0), sampleRate);
				},
				mend: () => {
					leaky.incoming.sink.ondata = ondata;
					sounds.fr.play(voices.cs);
				},
			}),
			suffers(t, {
				kind: 'channel-twin', room: 'speech', place: 'es', other: 'de', severity: 'critical', measuring,
				produce: () => sounds.de.play(sounds.es.samples, sounds.es.at), mend: () => sounds.de.play(voices.nb),
			}),
			suffers(t, {
				kind: 'channel-loop', room: 'speech', place: 'it', severity: 'critical', measuring,
				produce: () => sounds.it.play(voices.zh.subarray(96_000, 96_000 + 14_400)), mend: () => sounds.it.play(voices.zh),
			}),
		]);
	});

	test('microphones that are not fit', async (t) => {
		const whole = { fr: voices.cs, es: voices.de, de: voices.nb };
		const broken = { fr: overdriven(voices.cs, 30), es: telephone, de: noisy(voices.nb, 5) };
		const sounds = Object.fromEntries(Object.entries(whole).map(([lang, samples]) => [lang, new WrtcSound(samples)]));
		for (const [lang, sound] of Object.entries(sounds)) await publish('fitness', lang, sound);
		const squeezed = await publishFrames('fitness', 'it', frames);
		const send = async (others) => {
			await squeezed.pause();
			squeezed.send(others, { loop: true });
		};
		const unfit = (lang) => ({ kind: 'microphone-unfit', room: 'fitness', place: `${lang}/0`, severity: 'warning', measuring: 14 }); // of speech seven seconds
		await overseer.sitting('fitness', 'running');
		await Promise.all([
			...Object.keys(whole).map((lang) => suffers(t, { ...unfit(lang), produce: () => sounds[lang].play(broken[lang]), mend: () => sounds[lang].play(whole[lang]) })),
			suffers(t, { ...unfit('it'), produce: () => send(squeezedFrames), mend: () => send(frames) }),
		]);
	});

	test('booths', async (t) => {
		const dead = await sit('booths', 'fr', new WrtcSound(voices.cs));
		const mute = await sit('booths', 'es', new WrtcSound(voices.de));
		const silent = await sit('booths', 'de', new WrtcSound(voices.nb));
		const first = await sit('booths', 'it', new WrtcSound(voices.zh));
		const second = await sit('booths', 'it', new WrtcSound(other), { on: false });
		const lossy = await publishFrames('booths', 'pt', frames);
		const olga = await RoomSocket.open(relay.url);
		people.push({ vanish: () => olga.close() });
		await olga.request('watch', { room: 'booths' });
		const onAir = () => [first, second].filter((one) => first.seat(one.joined.seat)?.microphone === 'on-air').length;
		await overseer.sitting('booths', 'running');
		// A booth that becomes too small is not crowded: the relay itself turns the surplus off.
		await olga.request('on-air-max', { booth: 'it', count: 2 });
		await second.ask('microphone', { state: 'on' });
		await until('both are on air', () => onAir() === 2);
		await olga.request('on-air-max', { booth: 'it', count: 1 });
		await until('one is on air', () => onAir() === 1);
		await Promise.all([
			// Its packets stop, its lamp and its websocket stay.
			suffers(t, {
				kind: 'microphone-dead', room: 'booths', place: `fr/${dead.joined.seat}`, severity: 'critical',
				produce: () => dead.silence(), mend: () => dead.pc.getSenders()[0].replaceTrack(dead.tone.track),
			}),
			suffers(t, {
				kind: 'microphone-loss', room: 'booths', place: 'pt/0', measuring: 6,
				produce: () => (lossy.leftOut = 10), mend: () => (lossy.leftOut = 0),
			}),
			suffers(t, {
				kind: 'channel-voices', room: 'booths', place: 'it', severity: 'warning', measuring: 8,
				// Allowed, for a dialogue; but they do not hear each other.
				produce: async () => {
					await olga.request('on-air-max', { booth: 'it', count: 2 });
					await second.ask('microphone', { state: 'on' });
				},
				mend: () => second.ask('microphone', { state: 'off' }),
			}),
			suffers(t, {
				kind: 'channel-muted', room: 'booths', place: 'es', severity: 'warning',
				produce: () => mute.ask('microphone', { state: 'muted' }), mend: () => mute.ask('microphone', { state: 'on' }),
			}),
			suffers(t, {
				kind: 'channel-silent', room: 'booths', place: 'de', severity: 'critical',
				produce: () => silent.tone.play(null), mend: () => silent.tone.play(voices.nb),
			}),
		]);
	});

	test('a booth without people', (t) => suffers(t, {
		kind: 'booth-unmanned', room: 'empty', place: 'fr', severity: 'critical',
		produce: () => overseer.sitting('empty', 'running'), mend: () => sit('empty', 'fr', new WrtcSound(voices.cs), { on: false }),
	}));
});
