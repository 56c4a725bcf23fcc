/* relay/rtp/nack.h
 *
 * What is missing of one stream that comes in, and when to ask for it (RFC 4585, 6.2.1): once a
 * hole is too old to be reordering, then again after each round trip, until an answer would come
 * too late to be of use.
 *
 * Pure, plain data: no clock, no allocation. Thread: one at a time.
 */
#ifndef DM_RTP_NACK_H
#define DM_RTP_NACK_H

#include "base/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Holes that are kept; of more the oldest are given up. Choice: five seconds of sound, and more of
 * a picture than asking for each packet is cheaper than a key frame. */
#define DM_NACK_HOLES 256

struct dm_nack_hole {
	dm_usec expected_at; /* when it should have come, between its neighbours */
	dm_usec noticed_at;
	dm_usec asked_at;
	uint16_t sequence;
	uint8_t asked; /* how often */
	bool hopeless; /* it would come too late: it is not asked for any more */
};

struct dm_nack {
	dm_usec useful; /* after so long nobody waits for a packet any more */
	dm_usec newest_at;
	dm_usec round_trip; /* from asking until it came; 0: not known */
	uint64_t given_up;
	size_t count;
	uint16_t newest;
	bool asks;                                /* false: it only counts */
	bool started;                             /* a packet has come */
	struct dm_nack_hole holes[DM_NACK_HOLES]; /* in order */
};

void dm_nack_init(struct dm_nack *nack, bool asks, dm_usec useful);

/* The sender begins anew: nothing of before is missing any more. Totals and round trip stay. */
void dm_nack_restart(struct dm_nack *nack);

enum dm_nack_put {
	DM_NACK_NEWEST,      /* what lies between it and the newest before is missing from now on */
	DM_NACK_REORDERED,   /* was missing, but not asked for */
	DM_NACK_RECOVERED,   /* came because it was asked for */
	DM_NACK_NOT_MISSING, /* came before, or was given up */
};

/* A packet has come. */
enum dm_nack_put dm_nack_put(struct dm_nack *nack, uint16_t sequence, dm_usec now);

/* The same for one that came on another stream (RFC 4588): it fills a hole, or is NOT_MISSING. */
enum dm_nack_put dm_nack_fill(struct dm_nack *nack, uint16_t sequence, dm_usec now);

/* What to ask for now, in order, at most `most` sequence numbers. Gives up what is too old.
 * Returns how many. */
size_t dm_nack_take(struct dm_nack *nack, dm_usec round_trip, dm_usec now, uint16_t *sequences,
		    size_t most);

/* When take has something to do; DM_USEC_NEVER: not before another packet has come. */
dm_usec dm_nack_due(const struct dm_nack *nack, dm_usec round_trip);

#endif
