// One fault, produced and mended, and what the relay said of it and when.
import assert from 'node:assert/strict';
import { limits, placeOf } from './overseer.mjs';

/** Looks are half a second apart, overviews a second; the rest is the way through a machine. */
const slackS = 3;
/** A machine that does other things too may be so much later: that is told, not held against it. */
const loadS = 30;

const now = () => Date.now() / 1000;
const round = (seconds) => Math.round(seconds * 10) / 10;

/**
 * @param {import('node:test').TestContext} t
 * @param {import('./overseer.mjs').Overseer} overseer
 * @param {{kind: string, room: string | null, place: string, other?: string, severity?: string,
 *   measuring?: number, forgetting?: number, produce: () => any, mend: () => any}} fault
 *   measuring, forgetting: seconds that the measuring needs until it shows the fault, and its end
 */
export async function suffer(t, overseer, { measuring = 1, forgetting = measuring, ...fault }) {
	const { raiseAfter, clearAfter } = limits.get(fault.kind);
	const due = { raise: raiseAfter + measuring + slackS, clear: clearAfter + forgetting + slackS };
	const begun = now();
	await fault.produce();
	const produced = now();
	const alarm = await overseer.raised(fault, begun, due.raise + loadS);
	if (fault.severity) assert.equal(alarm.severity, fault.severity);
	if (fault.other) assert.equal(alarm.other, fault.other);
	await fault.mend();
	const mended = now();
	const cleared = await overseer.cleared(alarm, due.clear + loadS);
	assert.equal(cleared.explained, false, 'it was mended, not explained');
	const took = { raise: round(alarm.raised - produced), clear: round(cleared.cleared - mended) };
	const late = Object.keys(due).filter((what) => took[what] > due[what]).map((what) => `late to ${what}, by the machine's load`);
	t.diagnostic([`${placeOf(fault)}: raised${alarm.value === null ? '' : ` at ${round(alarm.value * 10) / 10}`} after ${took.raise} s (due within ${due.raise})`,
		`cleared after ${took.clear} s (due within ${due.clear})`, ...late].join('; '));
	assert.ok(alarm.raised - alarm.since > raiseAfter - 1, 'not before its time');
	return alarm;
}
