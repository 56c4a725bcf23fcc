/* relay/ingest/forward_metrics.h
 *
 * What a passed-through source counts, under /metrics.
 *
 * Thread: the control thread.
 */
#ifndef DM_INGEST_FORWARD_METRICS_H
#define DM_INGEST_FORWARD_METRICS_H

#include "ingest/forward_source.h"

/* Adds every count of the streams that are there. `counts` is borrowed until dm_metrics_remove.
 * Returns 0, or -errno of dm_metrics_add. */
int dm_forward_metrics_add(struct dm_metrics *metrics, const char *room, const char *feed,
			   bool has_sound, bool has_picture,
			   const struct dm_forward_source_counts *counts);

#endif
