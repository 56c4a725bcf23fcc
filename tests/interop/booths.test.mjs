// Booths on a real relay: two interpreters and those who listen, told by tones. What listeners get
// is measured in their packets and the sound decoded from these, so that no player's buffer counts.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { attempts } from './attempts.mjs';
import { Interpreter } from './interpreter.mjs';
import { pause, Relay, until } from './relay.mjs';
import { level, power } from './tone.mjs';
import { WeriftClient } from './werift_client.mjs';
import { RoomSocket } from './whep.mjs';

/** None is a multiple of another, and 10 ms tell them apart. */
const tones = { floor: 440, anna: 1000, bert: 1900, zoe: 2900 };

/** @type {Relay} */ let relay;
before(async () => {
	relay = await Relay.start({
		rooms: [{
			id: 'plenary', title: { en: 'Plenary' }, video: { ladder: [] },
			floor: { source: `test:tone?hz=${tones.floor}`, language: 'es' },
			channels: [{ language: 'fr' }, { language: 'en' }],
		}],
	});
	await relay.live();
});
after(async () => {
	assert.equal(await relay.stop(), 0, `the relay stops cleanly; its log:\n${relay.log}`);
});

const sit = (name, booth = 'fr', more = {}) => Interpreter.sit(relay.url, { room: 'plenary', booth, name, ...more }, { hz: tones[name] });

/** Runs with interpreters of booth fr, and ends them all. */
async function withBooth(names, during) {
	const there = [];
	try {
		for (const name of names) there.push(await sit(name));
		return await during(...there);
	} finally {
		for (const interpreter of there) await leave(interpreter);
	}
}

/** The seat of one whose connection has died is left too, so that the next test finds it free. */
async function leave(interpreter) {
	if (interpreter.vanished) await (await sit('anna', 'fr', { key: interpreter.joined.key })).leave();
	else await interpreter.leave();
}

/** For assert.rejects: refused with this code. */
const refusedAs = (code) => (error) => {
	assert.equal(error.message?.code, code);
	return true;
};

/** Everything that a listener of a channel gets while `during` runs. */
async function recorded(lang, during) {
	const listener = await WeriftClient.whep(relay.url, { room: 'plenary', lang, video: 'none' }, { video: false, keep: true });
	try {
		await listener.receives(25);
		await during(listener);
		await pause(300);
		return await Recording.of(listener);
	} finally {
		await listener.close();
	}
}

/** A step of 5 ms; a tone is sought in 10 ms around it, under a Hann window, so that a loud one
 * does not look like a faint other one. */
const windowMs = 5;
const step = 48 * windowMs;
const hann = Float32Array.from({ length: 2 * step }, (_, n) => Math.sin((Math.PI * n) / (2 * step)) ** 2);

/** Decoded sound as amplitudes of each tone, every 5 ms. */
class Recording {
	static async of(listener) {
		const recording = new Recording();
		let before = new Float32Array(0);
		recording.audio = listener.audio;
		recording.windows = [];
		await listener.decode(({ at }, samples) => {
			const sound = Float32Array.from([...before, ...samples]);
			let from = 0;
			for (; from + 2 * step <= sound.length; from += step) {
				const piece = hann.map((weight, n) => weight * sound[from + n]);
				recording.windows.push({
					at, level: level(sound.subarray(from + step / 2, from + (3 * step) / 2)),
					tones: Object.fromEntries(Object.entries(tones).map(([name, hz]) => [name, 2 * Math.sqrt(power(piece, hz, 48_000))])),
				});
			}
			before = sound.slice(from);
		});
		return recording;
	}

	/** Stream unbroken: one source, each packet follows the one before. */
	assertUnbroken() {
		assert.equal(this.audio.ssrcs.size, 1);
		assert.equal(this.audio.sequenceGaps, 0);
		assert.equal(this.audio.timestampGaps, 0);
	}

	/** The usual amplitude of a tone where it is heard. */
	usual(name) {
		const values = this.windows.map((window) => window.tones[name]).filter((value) => value > 0.02).sort((a, b) => a - b);
		return values[values.length >> 1] ?? NaN;
	}

	/**
	 * The last change from one tone to another, ms: how long it was quiet, how long both were
	 * heard, and how long after the one was last heard whole the other began.
	 */
	change(from, to) {
		const loud = (window, name) => window.tones[name] >= this.usual(name) / 10; // -20 dB
		const last = this.windows.findLastIndex((window) => loud(window, from));
		const whole = this.windows.findLastIndex((window) => window.tones[from] >= this.usual(from) * 0.9);
		const first = this.windows.findIndex((window, n) => n > whole && loud(window, to));
		assert.ok(last >= 0 && first >= 0, `${from} and ${to} were heard`);
		const around = this.windows.slice(Math.max(0, whole - 100), Math.max(first, last) + 100);
		const quiet = this.usual(from) / Math.SQRT2 / 4; // -12 dB
		return {
			gap: around.filter((window) => window.level < quiet).length * windowMs,
			overlap: around.filter((window) => loud(window, from) && loud(window, to)).length * windowMs,
			between: (first - whole) * windowMs,
		};
	}
}

/** The listener hears a tone now: in its last packet. */
async function hears(listener, name, withinMs = 10_000) {
	await until(`${name} is heard`, async () => {
		const kept = listener.packets;
		listener.packets = kept.slice(-5);
		const names = await listener.tones(tones);
		listener.packets = kept;
		return names.at(-1) === name;
	}, withinMs, 100);
}

/** Ways for a microphone to end in the middle of a sentence. */
const deaths = {
	'is closed': (interpreter) => interpreter.vanish(), // DTLS tells the relay
	'falls silent': (interpreter) => interpreter.silence(), // nothing tells it
};

describe('a booth', () => {
	test('on air, cough, off', () => withBooth(['anna'], async (anna) => {
		let muted, mutedUntil;
		const recording = await recorded('fr', async (listener) => {
			await hears(listener, 'floor');
			await anna.ask('microphone', { state: 'on' });
			await hears(listener, 'anna');
			await until('the console says that she is heard', () => anna.booth.outputs[0].heard);
			await until('the meters move', () => {
				const { outputs, microphone } = anna.latest('levels') ?? {};
				return outputs?.length === 1 && outputs[0].peak > -40 && microphone.live && microphone.peak > -40;
			});
			await anna.ask('microphone', { state: 'muted' });
			await pause(400);
			muted = performance.now();
			assert.equal(anna.booth.outputs[0].carries, 'comfort');
			await pause(1000);
			mutedUntil = performance.now();
			await anna.ask('microphone', { state: 'on' });
			await hears(listener, 'anna');
			await anna.ask('microphone', { state: 'off' });
			await hears(listener, 'floor');
		});
		recording.assertUnbroken();
		const quiet = recording.windows.filter(({ at }) => at > muted && at < mutedUntil);
		const loudest = Math.max(...quiet.map((window) => window.level));
		assert.ok(quiet.length > 100);
		assert.ok(loudest < 0.01, `silence with comfort noise, not the floor: ${loudest}`);
		assert.ok(loudest > 0, 'not digital silence');
	}));

	test('handover by asking and agreeing: no gap, little overlap, an unbroken stream', (t) => attempts(t, () => withBooth(['anna', 'bert'], async (anna, bert) => {
		const recording = await recorded('fr', async (listener) => {
			await anna.ask('microphone', { state: 'on' });
			await hears(listener, 'anna');
			await pause(2000); // the loudness is settled
			await assert.rejects(bert.ask('microphone', { state: 'on' }), refusedAs('partner-on-air'));
			await bert.ask('handover', { do: 'ask' });
			await until('Anna is asked', () => anna.booth.handover.state === 'asked');
			await anna.ask('handover', { do: 'accept' });
			await until('both see the countdown', () => bert.booth.handover.state === 'counting' && anna.booth.handover.ends_in > 0);
			await anna.becomes('on-air', bert.joined.seat);
			await hears(listener, 'bert');
			assert.match(anna.latest('handover-ended').how, /^at-(pause|limit)$/);
		});
		recording.assertUnbroken();
		const { gap, overlap } = recording.change('anna', 'bert');
		t.diagnostic(`gap ${gap} ms, overlap ${overlap} ms`);
		assert.ok(gap <= 20, `a gap of ${gap} ms`);
		assert.ok(overlap <= 100, `an overlap of ${overlap} ms`);
	})));

	for (const [how, kill] of Object.entries(deaths)) {
		test(`a link that ${how}: the hot stand-by takes over`, (t) => attempts(t, () => withBooth(['anna', 'bert'], async (anna, bert) => {
			const recording = await recorded('fr', async (listener) => {
				await anna.ask('standby', { consent: true });
				await bert.ask('standby', { consent: true });
				await anna.ask('microphone', { state: 'on' });
				await bert.becomes('standby');
				await hears(listener, 'anna');
				await pause(1000);
				await kill(anna);
				await hears(listener, 'bert');
				await until('it is told', () => bert.latest('took-over')?.seat === bert.joined.seat);
			});
			recording.assertUnbroken();
			const { gap, between } = recording.change('anna', 'bert');
			t.diagnostic(`the other after ${between} ms, of them quiet ${gap} ms`);
			assert.ok(between <= 400, `${between} ms`);
		})));

		test(`a link that ${how}: the floor`, (t) => attempts(t, () => withBooth(['anna'], async (anna) => {
			const recording = await recorded('fr', async (listener) => {
				await anna.ask('microphone', { state: 'on' });
				await hears(listener, 'anna');
				await pause(1000);
				await kill(anna);
				await hears(listener, 'floor');
			});
			recording.assertUnbroken();
			const { gap, between } = recording.change('anna', 'floor');
			t.diagnostic(`the other after ${between} ms, of them quiet ${gap} ms`);
			assert.ok(between <= 400, `${between} ms`);
		})));
	}

	test('the seat waits for its key', async () => {
		const anna = await sit('anna');
		await anna.ask('microphone', { state: 'on' });
		anna.vanish();
		const again = await sit('anna', 'fr', { key: anna.joined.key });
		try {
			assert.equal(again.joined.seat, anna.joined.seat);
			assert.equal(again.joined.key, anna.joined.key);
			await again.becomes('on-air'); // as it was
		} finally {
			await again.leave();
		}
	});

	test('relay: another booth as pivot, and the floor when it is off', (t) => attempts(t, () => withBooth(['anna'], async (anna) => {
		const zoe = await sit('zoe', 'en');
		try {
			await zoe.ask('microphone', { state: 'on' });
			await anna.incoming.hears('floor', tones);
			await anna.ask('incoming', { lang: 'en' });
			await anna.incoming.hears('zoe', tones);
			await until('it is relay', () => anna.booth.incoming.lang === 'en' && anna.booth.incoming.depth === 1);
			await assert.rejects(zoe.ask('incoming', { lang: 'en' }), refusedAs('own-channel'));
			const off = (await zoe.ask('microphone', { state: 'off' })).receivedAt;
			await anna.incoming.hears('floor', tones);
			const ms = Math.round(anna.incoming.firstOf('floor', tones, off) - off);
			t.diagnostic(`the floor after ${ms} ms, the player's buffer counted in`);
			await until('it is told', () => anna.booth.incoming.lang === 'floor' && anna.booth.incoming.why === 'off');
			assert.ok(ms <= 500, `${ms} ms`);
		} finally {
			await zoe.leave();
		}
	})));

	test('the monitor carries the own channel', () => withBooth(['anna'], async (anna) => {
		await anna.monitor.hears('floor', tones);
		await anna.ask('microphone', { state: 'on' });
		await anna.monitor.hears('anna', tones);
	}));
});

describe('an organiser', () => {
	test('holds a microphone off, and lets it go', () => withBooth(['anna'], async (anna) => {
		const olga = await RoomSocket.open(relay.url);
		try {
			assert.equal((await olga.request('watch', { room: 'plenary' })).organiser, true);
			await anna.ask('microphone', { state: 'on' });
			await until('the organiser sees it', () => olga.events.some(({ type, booths }) =>
				type === 'booths' && booths.some(({ id, seats }) => id === 'fr' && seats[0]?.microphone === 'on-air')));
			await recorded('fr', async (listener) => {
				await hears(listener, 'anna');
				await olga.request('override', { booth: 'fr', seat: anna.joined.seat, do: 'off' });
				await hears(listener, 'floor');
			});
			await assert.rejects(anna.ask('microphone', { state: 'on' }), refusedAs('forced-off'));
			await olga.request('override', { booth: 'fr', seat: anna.joined.seat, do: 'release' });
			await anna.ask('microphone', { state: 'on' });
			await anna.ask('slow-down');
			await until('slower, please', () => olga.events.some(({ type, count }) => type === 'slow-down' && count === 1));
			await anna.ask('chat', { to: 'technician', text: 'قليلًا من الماء' });
			await until('the message', () => olga.events.some(({ type, text, from }) => type === 'chat' && from === 'anna' && text.startsWith('قليل')));
		} finally {
			olga.close();
		}
	}));
});

test('my languages: the floor while it is understood, else the channel', () => withBooth(['anna'], async (anna) => {
	await anna.ask('microphone', { state: 'on' });
	const { WrtcClient } = await import('./wrtc_client.mjs');
	const delegate = await WrtcClient.websocket(relay.url, { room: 'plenary', lang: 'fr', video: 'none' }, { video: false });
	try {
		await delegate.hears('anna', tones);
		assert.equal((await delegate.socket.request('languages', { understood: ['fr', 'es'] })).heard, 'floor');
		await delegate.hears('floor', tones);
		await anna.ask('floor-language', { lang: 'ru' });
		await delegate.hears('anna', tones);
		assert.equal(delegate.socket.events.findLast(({ type }) => type === 'heard').lang, 'fr');
		await anna.ask('floor-language', { lang: 'es' });
		await delegate.hears('floor', tones);
		assert.equal(delegate.negotiations, 0);
	} finally {
		await delegate.close();
	}
}));
