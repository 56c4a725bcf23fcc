/* relay/audio/jitter.h
 *
 * How unevenly one sender's packets arrive, and how its clock runs against ours. Both come from
 * transit times: arrival less RTP timestamp, in microseconds, whose zero means nothing. Judged
 * are the transits of the last ten seconds' packets, so that a link that has become quiet is
 * believed after as long.
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_AUDIO_JITTER_H
#define DM_AUDIO_JITTER_H

#include "base/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DM_JITTER_WINDOW  512 /* packets; choice: ten seconds of 20 ms each */
#define DM_JITTER_SECONDS 64  /* seconds that the clock's drift is fitted over; choice */

struct dm_jitter {
	int64_t transits[DM_JITTER_WINDOW];
	dm_usec arrivals[DM_JITTER_WINDOW];
	size_t noted; /* packets since init */
	dm_usec last_transit;
	double interarrival; /* RFC 3550, A.8, in microseconds */

	dm_usec judged_at;
	dm_usec base;   /* the fastest transit in the window, as of `judged_at` */
	dm_usec guess;  /* the least `spread` of the first packets */
	dm_usec spread; /* 199 of 200 packets are at most so much slower */

	double minima[DM_JITTER_SECONDS]; /* each second's fastest transit, from `second` back */
	size_t minima_count;
	dm_usec second; /* when the running second began */
	double running; /* its fastest so far */
	size_t outliers;
	double drift_ppm;
};

void dm_jitter_init(struct dm_jitter *jitter);

/* The sender began anew, or was away: transits before mean nothing, the base is the next packet's.
 * Its clock and its link are the same, so spread and drift stay as the first guess. */
void dm_jitter_restart(struct dm_jitter *jitter);

/* A packet with this transit arrived. `in_order`: it was not overtaken (RFC 3550, A.8). */
void dm_jitter_note(struct dm_jitter *jitter, dm_usec transit, bool in_order, dm_usec now);

/* Nothing is known before the first packet. */
static inline bool dm_jitter_known(const struct dm_jitter *jitter)
{
	return jitter->noted > 0;
}

#endif
