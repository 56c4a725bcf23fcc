/* relay/ingest/lateness.h
 *
 * Tells when a source keeps being late, so that its whole presentation has to move back: in two
 * seconds of the last four something came later than its sound can wait. (Senders that bundle, a
 * network or a server that fell behind, a clock that runs slow.) One hiccup moves nothing.
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_INGEST_LATENESS_H
#define DM_INGEST_LATENESS_H

#include "base/time.h"

#define DM_LATENESS_WINDOWS 4 /* of a second */

struct dm_lateness {
	dm_usec window_start;              /* DM_USEC_NEVER before the first buffer */
	dm_usec most[DM_LATENESS_WINDOWS]; /* the latest of each; [0] is the running one */
};

struct dm_lateness dm_lateness_init(void);

/* A buffer to be presented at `presented_at` was there at `now`. Returns by how much the source
 * is to be moved back, mostly 0. */
dm_usec dm_lateness_put(struct dm_lateness *lateness, dm_usec now, dm_usec presented_at);

#endif
