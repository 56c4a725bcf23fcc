// dragoman-client load as an organiser's rehearsal: hundreds of listeners on a real relay.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { client, Relay, toneRoom } from './relay.mjs';

const room = 'plenary';

/** @type {Relay} */
let relay;
before(async () => {
	relay = await Relay.start({ rooms: [toneRoom({ languages: ['floor', 'fr'] })] });
	await relay.live();
});
after(async () => {
	assert.equal(await relay.stop(), 0, `the relay stops cleanly; its log:\n${relay.log}`);
});

const load = (args) => client(`load --url ${relay.url} --room ${room} --lang fr ${args}`.split(' '), 120_000);

/** Nothing of what came was wrong; whether it came in time is for a quiet machine to say. */
function isSound({ code, summary, err }, listeners) {
	assert.equal(code, 0, err);
	assert.equal(summary.listeners, listeners);
	assert.equal(summary.connected, listeners);
	assert.equal(summary.failed + summary.dropped, 0);
	assert.equal(summary.bad_auth + summary.malformed + summary.replayed + summary.other_streams, 0);
	assert.equal(summary.audio.timestamp_jumps + summary.audio.ssrc_changes, 0);
	assert.match(err, new RegExp(`^${listeners} of ${listeners} listeners joined in .* s; .* % lost; sound's lateness p99 .* ms: this server (holds|does not hold)`, 'm'));
}

describe('300 listeners', () => {
	test('of sound: one socket, a sample decrypts, figures count within the window', async (t) => {
		const result = await load('--listeners 300 --video none --warmup 0.5 --seconds 3');
		isSound(result, 300);
		const { summary, lines } = result;
		const { joined_s, joins_per_s, lateness_ms, client: own } = summary;
		t.diagnostic(JSON.stringify({ joined_s, joins_per_s, lateness_ms, own }));
		assert.equal(summary.sampled, 3);
		assert.equal(summary.audio.streams, 300);
		assert.equal(summary.audio.lost, 0);
		assert.ok(Math.abs(summary.audio.packets / 300 - 150) <= 15, `${summary.audio.packets} packets in 3 s`);
		assert.equal(lateness_ms.count, summary.audio.packets);
		assert.ok(lateness_ms.p50 <= lateness_ms.p99 && lateness_ms.p99 <= lateness_ms.p999 && lateness_ms.p999 <= lateness_ms.max);
		assert.deepEqual(lines.map(({ type }) => type), ['measuring', 'measured', 'summary']);
	});

	test('at a rate: 300 in no less than a second and a half', async () => {
		const result = await load('--listeners 300 --video none --rate 200 --seconds 0.2 --srtp sha1');
		isSound(result, 300);
		assert.equal(result.summary.srtp.sha1, 300);
		assert.ok(result.summary.joined_s >= 299 / 200, `${result.summary.joined_s} s`);
	});
});

test('sound and picture from sockets of their own are the same streams', async () => {
	for (const spread of ['auto', 'off']) {
		const result = await load(`--listeners 60 --seconds 2 --spread ${spread} --tick 1ms --sample 20`);
		isSound(result, 60);
		assert.equal(result.summary.sampled, 3);
		assert.equal(result.summary.video.streams, 60);
		assert.equal(result.summary.audio.lost + result.summary.video.lost, 0);
		assert.equal(result.summary.video.first_not_key, 0);
	}
});

test('those that misbehave are told apart, and harm nobody', async () => {
	const result = await load('--listeners 100 --video none --warmup 0.5 --seconds 2 --stalled 5% --nack-storm 5%');
	isSound(result, 100);
	const { audio, stalled, nack_storm: storm } = result.summary;
	assert.equal(audio.streams, 90);
	assert.equal(audio.lost, 0);
	assert.equal(stalled.listeners, 5);
	assert.equal(stalled.audio.packets, 0);
	assert.equal(storm.listeners, 5);
	assert.ok(storm.nacks > 1000, `${storm.nacks} NACKs`);
});
