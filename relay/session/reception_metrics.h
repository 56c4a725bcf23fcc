/* relay/session/reception_metrics.h
 *
 * What /metrics tells of those who listen and watch: their round trips and losses by channel, what
 * was resent to them, and how many get which rung. Private to this module.
 *
 * Thread: the control thread.
 */
#ifndef DM_SESSION_RECEPTION_METRICS_H
#define DM_SESSION_RECEPTION_METRICS_H

#include "base/metric.h"
#include "session/room.h"

/* After dm_room_init. A channel that is the floor's own sound has no figures of its own. Labels are
 * the configuration's, so there are never more of them. Returns as dm_metrics_add. */
int dm_reception_metrics_add(struct dm_metrics *metrics, struct dm_room *room);

/* Before dm_room_finish; also after an add or an init that failed. */
void dm_reception_metrics_remove(struct dm_metrics *metrics, struct dm_room *room);

#endif
