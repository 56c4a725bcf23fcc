// How soon a listener has sound and picture, with the targets of the issue; tests/bench/join.mjs measures.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attempts } from './attempts.mjs';
import { measure } from '../bench/join.mjs';

test('100 joins one after another, and the picture at once', (t) => attempts(t, async () => {
	const { receiver, firstNotKey, chromium } = await measure(100);
	t.diagnostic(`receiver: ${JSON.stringify(receiver)}`);
	t.diagnostic(`Chromium, first picture shown: ${JSON.stringify(chromium)}`);
	assert.equal(receiver.first_packet.count, 100);
	assert.ok(receiver.first_packet.p95 <= 150, `first packet, p95 ${receiver.first_packet.p95} ms`);
	// Key frames of the source are 2 s apart: this can only be the cached one.
	assert.equal(firstNotKey, 0);
	assert.ok(receiver.first_key.p95 <= 200, `first key frame, p95 ${receiver.first_key.p95} ms`);
	assert.equal(chromium.keyFramesAskedFor, 0);
	assert.ok(chromium.p50 <= 700, `first picture shown, median ${chromium.p50} ms`);
	assert.ok(chromium.max <= 1500, `first picture shown, worst ${chromium.max} ms`);
}));
