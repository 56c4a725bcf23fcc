#include "rtp/nack.h"

#include "rtp/packet.h"

#include <string.h>

/* How long a hole may be reordering before it is asked for. Choice: half a packet of sound. */
#define REORDER DM_MSEC(10)

#define ASKED_MOST 5           /* times for one packet; choice */
#define GAP_LEAST  DM_MSEC(20) /* between two of one packet, on the shortest links; choice */

/* Weight of a new measurement of the round trip, as TCP has it (RFC 6298, 2.3). */
#define SMOOTHING 8

void dm_nack_init(struct dm_nack *nack, bool asks, dm_usec useful)
{
	*nack = (struct dm_nack){ .asks = asks, .useful = useful };
}

void dm_nack_restart(struct dm_nack *nack)
{
	nack->given_up += nack->count;
	nack->count = 0;
	nack->started = false;
}

/* Forgets the `count` oldest holes. */
static void give_up(struct dm_nack *nack, size_t count)
{
	nack->given_up += count;
	nack->count -= count;
	memmove(nack->holes, nack->holes + count, nack->count * sizeof(nack->holes[0]));
}

/* The packets between the newest so far and this one, `ahead` of it, are missing. */
static void note_holes(struct dm_nack *nack, int ahead, dm_usec now)
{
	const dm_usec since = now - nack->newest_at;
	int first = 1;

	if (ahead - 1 > DM_NACK_HOLES) {
		first = ahead - DM_NACK_HOLES;
		nack->given_up += (uint64_t)first - 1;
	}

	const size_t added = (size_t)(ahead - first);

	if (nack->count + added > DM_NACK_HOLES)
		give_up(nack, nack->count + added - DM_NACK_HOLES);
	for (int n = first; n < ahead; n++)
		nack->holes[nack->count++] = (struct dm_nack_hole){
			.expected_at = nack->newest_at + since * n / ahead,
			.noticed_at = now,
			.sequence = (uint16_t)(nack->newest + n),
		};
}

enum dm_nack_put dm_nack_put(struct dm_nack *nack, uint16_t sequence, dm_usec now)
{
	const int ahead = nack->started ? dm_rtp_sequence_diff(sequence, nack->newest) : 1;

	if (ahead <= 0)
		return dm_nack_fill(nack, sequence, now);
	if (nack->started)
		note_holes(nack, ahead, now);
	nack->started = true;
	nack->newest = sequence;
	nack->newest_at = now;
	return DM_NACK_NEWEST;
}

/* A packet that was asked for more than once does not tell which request it answers (Karn). */
static void measure(struct dm_nack *nack, const struct dm_nack_hole *hole, dm_usec now)
{
	const dm_usec sample = now - hole->asked_at;

	if (hole->asked != 1)
		return;
	if (nack->round_trip == 0)
		nack->round_trip = sample > 0 ? sample : 1;
	else
		nack->round_trip += (sample - nack->round_trip) / SMOOTHING;
}

enum dm_nack_put dm_nack_fill(struct dm_nack *nack, uint16_t sequence, dm_usec now)
{
	for (size_t n = 0; n < nack->count; n++) {
		struct dm_nack_hole *hole = &nack->holes[n];

		if (hole->sequence != sequence)
			continue;

		const enum dm_nack_put result = hole->asked > 0 ? DM_NACK_RECOVERED
								: DM_NACK_REORDERED;

		measure(nack, hole, now);
		nack->count--;
		memmove(hole, hole + 1, (nack->count - n) * sizeof(*hole));
		return result;
	}
	return DM_NACK_NOT_MISSING;
}

/* When the hole is to be asked for; DM_USEC_NEVER: no more. */
static dm_usec due_at(const struct dm_nack *nack, const struct dm_nack_hole *hole,
		      dm_usec round_trip)
{
	/* An eighth more: the answer may be just about to come. */
	const dm_usec wait = round_trip + round_trip / 8;
	dm_usec at = hole->noticed_at + REORDER;

	if (!nack->asks || hole->hopeless || hole->asked >= ASKED_MOST)
		return DM_USEC_NEVER;
	if (hole->asked > 0)
		at = hole->asked_at + (wait > GAP_LEAST ? wait : GAP_LEAST);
	return at + round_trip > hole->expected_at + nack->useful ? DM_USEC_NEVER : at;
}

static dm_usec useless_at(const struct dm_nack *nack, const struct dm_nack_hole *hole)
{
	return hole->expected_at + nack->useful;
}

size_t dm_nack_take(struct dm_nack *nack, dm_usec round_trip, dm_usec now, uint16_t *sequences,
		    size_t most)
{
	size_t useless = 0, count = 0;

	while (useless < nack->count && now > useless_at(nack, &nack->holes[useless]))
		useless++;
	if (useless > 0)
		give_up(nack, useless);
	for (size_t n = 0; n < nack->count && count < most; n++) {
		struct dm_nack_hole *hole = &nack->holes[n];

		if (now < due_at(nack, hole, round_trip))
			continue;
		if (now + round_trip > useless_at(nack, hole)) { /* this call came late */
			hole->hopeless = true;
			continue;
		}
		hole->asked++;
		hole->asked_at = now;
		sequences[count++] = hole->sequence;
	}
	return count;
}

dm_usec dm_nack_due(const struct dm_nack *nack, dm_usec round_trip)
{
	dm_usec due = DM_USEC_NEVER;

	if (nack->count > 0)
		due = useless_at(nack, &nack->holes[0]) + 1;
	for (size_t n = 0; n < nack->count; n++) {
		const dm_usec at = due_at(nack, &nack->holes[n], round_trip);

		if (at < due)
			due = at;
	}
	return due;
}
