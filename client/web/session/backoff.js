/**
 * How long to wait before the next attempt to reach the relay.
 *
 * When a relay restarts, all of its listeners come back at once: the random part spreads them.
 * Pure: the random number comes in.
 */

/** Milliseconds; choice: the first attempt is quick, since most breaks are short. */
const FIRST = 400;
/** Milliseconds; choice: nobody waits longer than this for a relay that is back. */
const LONGEST = 12_000;
/** Nobody comes back sooner than this, so that a failing relay is not hammered. */
const SHORTEST = 100;

/**
 * @param {number} attempt 0 for the first
 * @param {number} random 0 <= random < 1
 * @returns {number} milliseconds
 */
export function backoff(attempt, random) {
	const ceiling = Math.min(LONGEST, FIRST * 2 ** Math.min(attempt, 16));

	return SHORTEST + Math.round(random * ceiling);
}
