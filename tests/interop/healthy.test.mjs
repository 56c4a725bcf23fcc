// Three minutes of an event in which nothing is wrong: two rooms, four booths of two people, speech
// with pauses, coughs, handovers, relay, listeners who come and go. No alarm at all.
import './foreground.mjs';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Interpreter } from './interpreter.mjs';
import { Overseer, placeOf } from './overseer.mjs';
import { clientPath, pause, Program, Relay, until } from './relay.mjs';
import { voice, voiceFile, withPauses } from './voices.mjs';
import { WrtcSound } from './wrtc_sound.mjs';

const seconds = 200; // of which the last 15 are for leaving
const starvedMs = 2000; // see alarms.test.mjs
const people = ['cs', 'de', 'nb', 'zh'].map((name) => withPauses(voice(name), 4, 2));

/** Two people who take turns in a booth. */
class Team {
	static async sit(relay, room, booth, sounds) {
		const team = new Team();
		team.name = `${room}/${booth}`;
		team.members = [];
		for (const samples of sounds)
			team.members.push(await Interpreter.sit(relay.url, { room, booth, name: `${booth} ${team.members.length}`, ears: false }, new WrtcSound(samples)));
		[team.speaker, team.partner] = team.members;
		team.coughs = team.handovers = 0;
		await team.speaker.ask('microphone', { state: 'on' });
		return team;
	}

	async cough() {
		await this.speaker.ask('microphone', { state: 'muted' });
		await pause(2000);
		await this.speaker.ask('microphone', { state: 'on' });
		this.coughs++;
	}

	async handOver() {
		await this.partner.ask('handover', { do: 'ask' });
		await until('the partner asks', () => this.speaker.booth.handover.state === 'asked');
		await this.speaker.ask('handover', { do: 'accept' });
		await this.speaker.becomes('on-air', this.partner.joined.seat);
		[this.speaker, this.partner] = [this.partner, this.speaker];
		this.handovers++;
	}

	/** Thinks for as long as nobody minds. */
	async think() {
		const { samples } = this.speaker.tone;
		const speaker = this.speaker;
		speaker.tone.play(samples.map((_, n) => (n * 7919) % 41 - 20)); // a quiet room
		await pause(8000);
		speaker.tone.play(samples);
	}
}

async function audience(relay, room, until) {
	for (let n = 2; performance.now() < until; n = n % 6 + 1) {
		const crowd = new Program(clientPath, ['load', '--url', relay.url, '--room', room, '--lang', n % 2 ? 'fr' : 'es', '--listeners', String(n), '--seconds', '12']);
		assert.equal(await crowd.finish(60_000), 0, crowd.err);
	}
}

test('an event in which nothing is wrong', async (t) => {
	const folder = await mkdtemp(join(tmpdir(), 'dragoman-healthy-'));
	const floor = join(folder, 'floor.flac');
	execFileSync('ffmpeg', ['-v', 'error', '-i', voiceFile('en'), '-af', 'apad=pad_dur=4', floor]);
	const room = (id) => ({
		id, title: { en: id }, floor: { source: floor, loop: true, language: 'en' }, video: { ladder: [] },
		channels: [{ language: 'fr' }, { language: 'es' }],
		booths: [{ id: 'es', languages: ['es'], takes: ['fr'], pivots: ['fr'] }], // by relay
	});
	const relay = await Relay.start({ rooms: ['one', 'two'].map(room) });
	const teams = [];
	let overseer;
	try {
		await relay.live();
		overseer = await Overseer.open(relay.url);
		for (const id of ['one', 'two'])
			for (const [n, booth] of ['fr', 'es'].entries()) teams.push(await Team.sit(relay, id, booth, people.slice(2 * n, 2 * n + 2)));
		const end = performance.now() + seconds * 1000;
		const work = async (team, n) => {
			await pause(n * 2500); // not all at once
			for (let turn = n; performance.now() < end - 15_000; turn++) {
				await [() => team.cough(), () => team.handOver(), () => team.think(), () => team.cough()][turn % 4]();
				await pause(7000);
			}
		};
		await Promise.all([...teams.map(work), audience(relay, 'one', end - 15_000), audience(relay, 'two', end - 15_000)]);
		const relayed = teams.filter(({ name }) => name.endsWith('/es')).map(({ speaker }) => speaker.booth.incoming.lang);
		t.diagnostic(teams.map(({ name, coughs, handovers }) => `${name}: ${coughs} coughs, ${handovers} handovers`).join('; '));
		t.diagnostic(`microphones without sound for ${Math.round(WrtcSound.starvedMs)} ms in all, by the machine's load`);
		assert.deepEqual(relayed, ['fr', 'fr'], 'relay');
		assert.ok(teams.every(({ coughs, handovers }) => coughs > 1 && handovers > 1));
		// Microphones that this machine starves are told of, rightly.
		const starved = WrtcSound.starvedMs > starvedMs;
		for (const alarm of overseer.alarms) t.diagnostic(`${placeOf(alarm)} (${alarm.value})`);
		assert.deepEqual(overseer.alarms.filter(({ at }) => !(starved && at === 'microphone')), []);
	} finally {
		overseer?.close();
		for (const { members } of teams) members.forEach((member) => member.vanish());
		assert.equal(await relay.stop(), 0, relay.log);
		await rm(folder, { recursive: true, force: true });
	}
});
