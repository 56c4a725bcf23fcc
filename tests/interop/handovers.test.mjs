// Nothing is heard of a hundred changes; tests/bench/handovers.mjs measures.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measure } from '../bench/handovers.mjs';

test('a hundred handovers, fallbacks and relay changes with fifty listeners', async (t) => {
	const { listeners, audio, dropped, decoded, ...rest } = await measure({ changes: 100, listeners: 50 });
	t.diagnostic(JSON.stringify({ listeners, audio, dropped, decoded, ...rest }));
	assert.equal(listeners, 50);
	assert.equal(dropped + audio.lost + audio.timestamp_jumps + audio.ssrc_changes, 0);
	assert.equal(decoded.ssrcs, 1);
	assert.equal(decoded.sequenceGaps + decoded.timestampGaps, 0);
	assert.ok(decoded.largestStep <= decoded.steadyStep, `no click: ${decoded.largestStep}`);
});
