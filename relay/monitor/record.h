/* relay/monitor/record.h
 *
 * Writes a look's figures into the history: what a report is made of later (report.h).
 *
 * Thread: the control thread.
 */
#ifndef DM_MONITOR_RECORD_H
#define DM_MONITOR_RECORD_H

#include "monitor/collector.h"
#include "monitor/history.h"

/* One observation of each figure; those that are not known are left out. Of a channel: `listeners`,
 * `served` (0 or 1), `lufs` (momentary, while somebody interprets and sounds), `loss` (a share) and
 * `round_trip` (seconds), both the median of the last ten seconds. Of a room: `listeners`,
 * `interpreters`, `frame_rate`. Of the relay: `cpu` (cores), `worker_drops` (a share). */
void dm_record_figures(struct dm_history *history, struct dm_event *event,
		       const struct dm_collector *collector, dm_wall_usec at);

#endif
