/* relay/monitor/report_people.h
 *
 * The people of a report: for how long each interpreter sat in a booth and was on air; and how
 * often people did what.
 *
 * Pure. Thread: one at a time.
 */
#ifndef DM_MONITOR_REPORT_PEOPLE_H
#define DM_MONITOR_REPORT_PEOPLE_H

#include "monitor/history_row.h"

#include <jansson.h>

struct dm_report_people;

struct dm_report_people *dm_report_people_create(void);
void dm_report_people_destroy(struct dm_report_people *people); /* NULL is allowed */

/* Every event, in the order of time; those of no concern are passed over. */
void dm_report_people_add(struct dm_report_people *people, const struct dm_history_event *event);

/* The relay was last seen then, and with it everybody who is in a booth: at the end of the span,
 * and before it started anew. */
void dm_report_people_leave(struct dm_report_people *people, dm_wall_usec at);

/* The report's "interpreters" (by room, booth and name) and "actions" (the most frequent first):
 * new references. */
json_t *dm_report_people_interpreters(const struct dm_report_people *people);
json_t *dm_report_people_actions(const struct dm_report_people *people);

#endif
