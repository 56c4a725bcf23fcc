/* relay/monitor/report_incidents.h
 *
 * The incidents of a report: alarms from being raised to being cleared.
 *
 * Pure. Thread: one at a time.
 */
#ifndef DM_MONITOR_REPORT_INCIDENTS_H
#define DM_MONITOR_REPORT_INCIDENTS_H

#include "monitor/history_row.h"

#include <jansson.h>

struct dm_report_incidents;

struct dm_report_incidents *dm_report_incidents_create(void);
void dm_report_incidents_destroy(struct dm_report_incidents *incidents); /* NULL is allowed */

/* Every event, in the order of time; those of no concern are passed over. */
void dm_report_incidents_add(struct dm_report_incidents *incidents,
			     const struct dm_history_event *event);

/* The report's "incidents", in the order in which they began: a new reference. *left_out is how
 * many were too many. */
json_t *dm_report_incidents_json(const struct dm_report_incidents *incidents, int64_t *left_out);

#endif
