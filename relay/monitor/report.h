/* relay/monitor/report.h
 *
 * What an event's history says about a span of it, as one JSON object: attendance, quality,
 * incidents, interpreters' hours, actions. README.md has its members.
 *
 * Pure but for the file. Thread: one at a time; not the control thread, for a day takes a second.
 */
#ifndef DM_MONITOR_REPORT_H
#define DM_MONITOR_REPORT_H

#include "monitor/history_reader.h"

#include <stddef.h>

struct dm_report_filter {
	dm_wall_usec from;  /* INT64_MIN: from the beginning */
	dm_wall_usec until; /* INT64_MAX: to the end */
	const char *room;   /* nullable: all */
	const char *event;  /* the event's id, told as it is; nullable */
};

#define DM_REPORT_POINTS_MAX    300  /* of a series; choice: as many as a plot shows */
#define DM_REPORT_INCIDENTS_MAX 2000 /* choice; later ones are counted */

/* *json is the caller's (free(3)). Returns 0 or what the reader's queries return; on failure *json
 * is NULL. */
int dm_report_make(struct dm_history_reader *reader, const struct dm_report_filter *filter,
		   char **json);

#endif
