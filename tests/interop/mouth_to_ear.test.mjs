// What a channel's engine adds between a microphone and a listener; tests/bench/mouth_to_ear.mjs measures.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attempts } from './attempts.mjs';
import { measure } from '../bench/mouth_to_ear.mjs';

for (const ppm of [0, 200, -200]) {
	test(`from mouth to ear, the microphone's clock off by ${ppm} parts in a million`, (t) => attempts(t, async () => {
		const measured = await measure({ seconds: 25, ppm });
		t.diagnostic(JSON.stringify(measured));
		assert.ok(measured.heard >= measured.bursts - 1);
		assert.ok(measured.p99Ms <= 60, `p99 ${measured.p99Ms} ms`);
		assert.equal(measured.seams, 0);
	}));
}
