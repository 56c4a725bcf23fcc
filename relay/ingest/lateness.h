/* relay/ingest/lateness.h
 *
 * Tells when a source keeps being late, so that its whole presentation has to move back: when it
 * was late twice within four seconds (senders that bundle), or without a break for two (a server
 * that fell behind, a clock that runs slow). A hiccup that is made up for moves nothing.
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_INGEST_LATENESS_H
#define DM_INGEST_LATENESS_H

#include "base/time.h"

/* A run of late buffers. */
struct dm_lateness_episode {
	dm_usec began_at; /* DM_USEC_NEVER: none */
	dm_usec most;
	dm_usec least;
};

struct dm_lateness {
	struct dm_lateness_episode now;
	struct dm_lateness_episode before;
	dm_usec before_ended_at;
};

struct dm_lateness dm_lateness_init(void);

/* A buffer to be presented at `presented_at` was there at `now`. Returns by how much the source
 * is to be moved back, mostly 0. */
dm_usec dm_lateness_put(struct dm_lateness *lateness, dm_usec now, dm_usec presented_at);

#endif
