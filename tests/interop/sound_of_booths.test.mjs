// What booths send, in numbers, on a real relay: what its engines add, what a poor link costs, and that
// nothing is heard of a hundred changes. tests/bench has the measurements.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attempts } from './attempts.mjs';
import { canMakeNetworks } from './network.mjs';
import * as floorToBooth from '../bench/floor_to_booth.mjs';
import * as handovers from '../bench/handovers.mjs';
import * as mouthToEar from '../bench/mouth_to_ear.mjs';
import * as uplink from '../bench/uplink.mjs';

for (const ppm of [0, 200, -200]) {
	test(`from mouth to ear, the microphone's clock off by ${ppm} parts in a million`, (t) => attempts(t, async () => {
		const measured = await mouthToEar.measure({ seconds: 25, ppm });
		t.diagnostic(JSON.stringify(measured));
		assert.ok(measured.heard >= measured.bursts - 1);
		assert.ok(measured.p99Ms <= 60, `p99 ${measured.p99Ms} ms`);
		assert.equal(measured.seams, 0);
	}));
}

test('a microphone on a link that loses a tenth, and that fails for half a minute', { skip: !canMakeNetworks && 'takes root' }, (t) => attempts(t, async () => {
	const measured = await uplink.measure({ percent: 10, seconds: 30, outageSeconds: 30 });
	t.diagnostic(JSON.stringify(measured));
	assert.ok(measured.loss.lostByNetwork > 100);
	assert.ok(measured.loss.concealedPercent <= 1.5, `${measured.loss.concealedPercent} % is made up`);
	assert.ok(measured.outage.recoveredMs <= 500, `${measured.outage.recoveredMs} ms`);
	assert.equal(measured.seams, 0);
}));

test('a hundred handovers, fallbacks and relay changes with fifty listeners', async (t) => {
	const { listeners, audio, dropped, decoded, ...rest } = await handovers.measure({ changes: 100, listeners: 50 });
	t.diagnostic(JSON.stringify({ listeners, audio, dropped, decoded, ...rest }));
	assert.equal(listeners, 50);
	assert.equal(dropped + audio.lost + audio.timestamp_jumps + audio.ssrc_changes, 0);
	assert.equal(decoded.ssrcs, 1);
	assert.equal(decoded.sequenceGaps + decoded.timestampGaps, 0);
	assert.ok(decoded.largestStep <= decoded.steadyStep, `no click: ${decoded.largestStep}`);
});

test('the floor on its way to a booth', (t) => attempts(t, async () => {
	const measured = await floorToBooth.measure({ seconds: 10 });
	t.diagnostic(JSON.stringify(measured));
	assert.ok(measured.addedP50Ms <= 2, `half of the packets: ${measured.addedP50Ms} ms`);
	assert.ok(measured.addedP99Ms <= 5, `99 of 100: ${measured.addedP99Ms} ms`);
}));
