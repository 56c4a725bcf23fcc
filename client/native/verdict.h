/* client/native/verdict.h
 *
 * What a rehearsal came to, in a sentence for the organiser.
 *
 * Pure. Thread: any.
 */
#ifndef DM_CLIENT_VERDICT_H
#define DM_CLIENT_VERDICT_H

#include "base/time.h"

#include <stdbool.h>
#include <stddef.h>

/* A listener is starved that lost more than this share of its sound or picture, or whose sound
 * paused for longer. Choice: the ear notices. */
#define DM_STARVED_LOSS  0.0001
#define DM_STARVED_PAUSE DM_MSEC(200)

struct dm_verdict {
	unsigned listeners;
	unsigned joined;  /* and got media */
	unsigned dropped; /* by the server, afterwards */
	unsigned starved;
	double joined_s;        /* from the first request to the last media */
	double lost;            /* share of all packets */
	dm_usec lateness_p99;   /* of sound; DM_USEC_NEVER: unknown */
	bool client_overflowed; /* we lost packets ourselves */
	bool client_late;       /* we were often late to read */
};

/* True when all joined, nobody was dropped or starved, and the sound was in time. */
bool dm_verdict_holds(const struct dm_verdict *verdict);

/* Writes one line without its end, cut off at the capacity. */
void dm_verdict_write(const struct dm_verdict *verdict, char *text, size_t capacity_bytes);

#endif
