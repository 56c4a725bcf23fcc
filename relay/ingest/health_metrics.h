/* relay/ingest/health_metrics.h
 *
 * Registers what is measured of a source and of a picture for /metrics.
 *
 * Thread: the control thread.
 */
#ifndef DM_INGEST_HEALTH_METRICS_H
#define DM_INGEST_HEALTH_METRICS_H

#include "session/room.h"

/* Of one of the room's pictures, "picture" or "sign". `metrics` and room are borrowed until remove.
 * Returns what dm_metrics_add returns. */
int dm_health_metrics_add_picture(struct dm_metrics *metrics, const struct dm_room *room,
				  const struct dm_picture *picture);

/* Of the floor's source. Its restarts are those of its feed. */
int dm_health_metrics_add_source(struct dm_metrics *metrics, const struct dm_room *room);

/* All of these, of the room. */
void dm_health_metrics_remove(struct dm_metrics *metrics, const struct dm_room *room);

#endif
