/* relay/session/booth_metrics.h
 *
 * What /metrics tells of a booth. Private to this module.
 *
 * Thread: the control thread.
 */
#ifndef DM_SESSION_BOOTH_METRICS_H
#define DM_SESSION_BOOTH_METRICS_H

#include "base/metric.h"
#include "session/booth.h"
#include "session/room.h"

struct dm_booth_metrics {
	struct dm_metric people;      /* seats taken */
	struct dm_metric on_air;      /* microphones */
	struct dm_metric relay_depth; /* interpreters before what it listens to */
	struct dm_metric handovers;   /* done */
	struct dm_metric links_lost;
};

/* `channel` is the booth's A. Labels are the configuration's, so there are never more of them.
 * Returns as dm_metrics_add. */
int dm_booth_metrics_add(struct dm_booth_metrics *booth, struct dm_metrics *metrics,
			 const char *room, const char *id, const char *channel);

/* A change in a booth, and what the booth is like after it. */
void dm_booth_metrics_count(struct dm_booth_metrics *booth, const struct dm_change *change);
void dm_booth_metrics_show(struct dm_booth_metrics *metrics, const struct dm_booth *booth);

#endif
