/* relay/ingest/lateness.h
 *
 * Tells when a source is late for good: when in a second nothing came in time, the source's
 * whole presentation has to move back by what its least late buffer lacked. (A server on the
 * network that fell behind, a clock that runs slow, a latency nobody told.)
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_INGEST_LATENESS_H
#define DM_INGEST_LATENESS_H

#include "base/time.h"

struct dm_lateness {
	dm_usec window_start; /* DM_USEC_NEVER before the first buffer */
	dm_usec least;        /* of this window */
};

struct dm_lateness dm_lateness_init(void);

/* A buffer to be presented at `presented_at` was there at `now`. Returns by how much the source
 * is to be moved back, mostly 0. */
dm_usec dm_lateness_put(struct dm_lateness *lateness, dm_usec now, dm_usec presented_at);

#endif
