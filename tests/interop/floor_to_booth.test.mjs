// What the relay adds to the floor for those who interpret; tests/bench/floor_to_booth.mjs measures. Root: on the wire too.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attempts } from './attempts.mjs';
import { canCapture } from '../bench/capture.mjs';
import { measure } from '../bench/floor_to_booth.mjs';

test('the floor on its way to a booth', (t) => attempts(t, async () => {
	const measured = await measure({ seconds: 10 });
	t.diagnostic(JSON.stringify(measured));
	assert.ok(measured.addedP50Ms <= 2, `half of the packets: ${measured.addedP50Ms} ms`);
	assert.ok(measured.addedP99Ms <= 5, `99 of 100, with what the receiver takes: ${measured.addedP99Ms} ms`);
	assert.ok(!canCapture || measured.wireP99Ms <= 2, `99 of 100, from wire to wire: ${measured.wireP99Ms} ms`);
}));

