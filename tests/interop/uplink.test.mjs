// A microphone on a poor link; tests/bench/uplink.mjs measures.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attempts } from './attempts.mjs';
import { canMakeNetworks } from './network.mjs';
import { measure } from '../bench/uplink.mjs';

test('a microphone on a link that loses a tenth, and that fails for half a minute', { skip: !canMakeNetworks && 'takes root' }, (t) => attempts(t, async () => {
	const measured = await measure({ percent: 10, seconds: 30, outageSeconds: 30 });
	t.diagnostic(JSON.stringify(measured));
	assert.ok(measured.loss.lostByNetwork > 100);
	assert.ok(measured.loss.concealedPercent <= 1.5, `${measured.loss.concealedPercent} % is made up`);
	assert.ok(measured.outage.recoveredMs <= 500, `${measured.outage.recoveredMs} ms`);
	assert.equal(measured.seams, 0);
}));
