// A source that dies and comes back; tests/bench/restart.mjs measures.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attempts } from './attempts.mjs';
import { measure } from '../bench/restart.mjs';

test('20 subscribers watch while the source is killed and restarted 10 times', (t) => attempts(t, async () => {
	const { code, lostMs, backMs, summary, watcher } = await measure(10);
	t.diagnostic(`known to be lost after ${lostMs.toFixed()} ms at most, live ${backMs.toFixed()} ms after its start`);
	t.diagnostic(JSON.stringify({ summary, watcher }));
	assert.equal(code, 0);
	assert.equal(summary.dropped, 0);
	assert.equal(summary.connected, 20);
	assert.equal(summary.audio.lost + summary.video.lost, 0);
	assert.equal(summary.audio.timestamp_jumps + summary.video.timestamp_jumps, 0);
	assert.equal(summary.audio.ssrc_changes + summary.video.ssrc_changes, 0);
	assert.ok(summary.audio.longest_pause_ms <= 500, `sound paused for ${summary.audio.longest_pause_ms} ms`);
	assert.ok(summary.video.longest_pause_ms <= 1000, `pictures paused for ${summary.video.longest_pause_ms} ms`);
	assert.equal(watcher.state, 'connected');
	assert.equal(watcher.sequenceGaps, 0);
	assert.equal(watcher.timestampGaps, 0);
	assert.deepEqual(watcher.ssrcs, [1, 1]);
}));
