// Lip sync at the receiver within what people do not notice (ITU-R BT.1359: sound at most 45 ms
// early, 125 ms late); tests/bench/lipsync.mjs measures.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measure } from '../bench/lipsync.mjs';

const earlyMs = 45;
const lateMs = -125;

test('flash and beep arrive together, also after the source was killed and came back', async (t) => {
	const { own, outside } = await measure(15);
	for (const [name, skew] of Object.entries({ 'test:flash': own, 'outside source': outside.before, 'outside source, back again': outside.after })) {
		t.diagnostic(`${name}: sound ahead by ${JSON.stringify(skew)} ms`);
		assert.ok(skew.matched >= 12, `${name}: ${skew.matched} flashes with a beep`);
		assert.ok(skew.p95 <= earlyMs && skew.p5 >= lateMs, `${name}: ${JSON.stringify(skew)}`);
	}
});
