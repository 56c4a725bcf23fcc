/* client/native/lateness.h
 *
 * How late the packets of one stream are against the stream's own clock, without any stamp: the
 * soonest that ever came, by its RTP timestamp, is taken as on time.
 *
 * Pure, plain data; zero-initialised. Thread: one at a time.
 */
#ifndef DM_CLIENT_LATENESS_H
#define DM_CLIENT_LATENESS_H

#include "base/time.h"

#include <stdbool.h>

struct dm_lateness {
	dm_usec least; /* arrival less media time */
	int64_t ticks; /* since the first timestamp */
	uint32_t timestamp;
	uint32_t ssrc;
	bool known;
};

/* The lateness of a packet that arrived at `at`. A new SSRC, or a timestamp more than two seconds
 * off, starts anew. */
dm_usec dm_lateness_of(struct dm_lateness *lateness, uint32_t ssrc, uint32_t timestamp,
		       uint32_t clock_rate_hz, dm_usec at);

#endif
