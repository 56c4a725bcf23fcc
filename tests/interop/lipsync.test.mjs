// Lip sync at the receiver within what people do not notice (ITU-R BT.1359: sound at most 45 ms
// early, 125 ms late); tests/bench/lipsync.mjs measures.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attempts } from './attempts.mjs';
import { measure } from '../bench/lipsync.mjs';

const earlyMs = 45;
const lateMs = -125;
const frameMs = 40; // the relay's own part: a frame of 25 a second

test('flash and beep arrive together, also after the source was killed and came back', (t) => attempts(t, async () => {
	const { own, outside } = await measure(12);
	const measured = Object.entries({ 'test:flash': own, 'outside source': outside.before, 'outside source, back again': outside.after });
	for (const [name, { wire, played }] of measured) {
		t.diagnostic(`${name}, on the wire: sound ahead by ${JSON.stringify(wire)} ms`);
		t.diagnostic(`${name}, in Chromium: sound ahead by ${JSON.stringify(played)} ms`);
	}
	for (const [name, { wire, played }] of measured) {
		assert.ok(wire.matched >= 5, `${name}: ${wire.matched} flashes with a beep on the wire`);
		// A frame that the source or its encoder skipped moves single pairs by whole frames.
		assert.ok(Math.abs(wire.median) <= frameMs, `${name}, on the wire: ${JSON.stringify(wire)}`);
		// Single beeps move with Chromium's own buffers on a busy machine; the median is what is seen.
		assert.ok(played.matched >= 8, `${name}: ${played.matched} flashes with a beep`);
		assert.ok(played.median <= earlyMs && played.median >= lateMs, `${name}: ${JSON.stringify(played)}`);
	}
}));
