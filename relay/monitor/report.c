#include "monitor/report.h"

#include "monitor/report_figures.h"
#include "monitor/report_incidents.h"
#include "monitor/report_people.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#define MINUTE 60000000 /* microseconds */

/* Ten digits of seconds and three of milliseconds. */
#define FORM (JSON_COMPACT | JSON_REAL_PRECISION(13))

struct report {
	struct dm_history_reader *reader; /* borrowed */
	struct dm_history_filter filter;
	struct dm_report_figures *figures;
	struct dm_report_incidents *incidents;
	struct dm_report_people *people;
	dm_wall_usec latest; /* event */
	int64_t error;       /* of a query within another */
};

/* When the relay was last there before it started at `at`: its last event, or the end of its last
 * minute. */
static dm_wall_usec last_seen(struct report *report, dm_wall_usec at)
{
	struct dm_history_extent extent;
	const int error = dm_history_reader_extent(report->reader, report->filter.from, at,
						   &extent);

	if (error < 0)
		report->error = error;

	dm_wall_usec seen = report->latest;

	if (!error && extent.has_minutes && extent.last_minute + MINUTE > seen)
		seen = extent.last_minute + MINUTE;
	return seen < at ? seen : at;
}

static bool add_event(void *context, const struct dm_history_event *event)
{
	struct report *report = context;

	if (strcmp(event->kind, "start") == 0)
		dm_report_people_leave(report->people, last_seen(report, event->at));
	else if (strcmp(event->kind, "stop") == 0)
		dm_report_people_leave(report->people, event->at);
	report->latest = event->at;
	dm_report_incidents_add(report->incidents, event);
	dm_report_people_add(report->people, event);
	return report->error == 0;
}

/* A room's report needs to know when the relay started, which is of no room. */
static bool add_event_of_room(void *context, const struct dm_history_event *event)
{
	struct report *report = context;
	const char *room = report->filter.room;

	if (room && event->room[0] && strcmp(event->room, room) != 0)
		return true;
	if (room && !event->room[0] && strcmp(event->kind, "start") != 0 &&
	    strcmp(event->kind, "stop") != 0)
		return true;
	return add_event(context, event);
}

static int read_rows(struct report *report)
{
	struct dm_history_filter events = report->filter;
	int64_t count = dm_history_reader_minutes(report->reader, &report->filter,
						  dm_report_figures_add, report->figures);

	if (count < 0)
		return (int)count;
	events.room = NULL;
	count = dm_history_reader_events(report->reader, &events, add_event_of_room, report);
	if (count >= 0 && report->error)
		count = report->error;
	return count < 0 ? (int)count : 0;
}

static int write_json(const struct report *report, const char *event, char **json)
{
	int64_t left_out;
	json_t *incidents = dm_report_incidents_json(report->incidents, &left_out);
	json_t *root = json_pack("{s:s?, s:I, s:I, s:o, s:o, s:I, s:o, s:o}", "event", event,
				 "from", (json_int_t)(report->filter.from / 1000000), "until",
				 (json_int_t)((report->filter.until + 999999) / 1000000), "rooms",
				 dm_report_figures_json(report->figures), "incidents", incidents,
				 "incidents_left_out", (json_int_t)left_out, "interpreters",
				 dm_report_people_interpreters(report->people), "actions",
				 dm_report_people_actions(report->people));

	*json = root ? json_dumps(root, FORM) : NULL;
	json_decref(root);
	return *json ? 0 : -ENOMEM;
}

/* The span in which there is something. */
static int find_span(struct report *report, const struct dm_report_filter *filter)
{
	struct dm_history_extent extent;
	const int error = dm_history_reader_extent(report->reader, filter->from, filter->until,
						   &extent);

	if (error < 0)
		return error;

	const bool any = extent.has_events || extent.has_minutes;
	dm_wall_usec first = extent.has_events ? extent.first_event : extent.first_minute;
	dm_wall_usec last = extent.has_events ? extent.last_event + 1 : 0;

	if (extent.has_minutes && extent.first_minute < first)
		first = extent.first_minute;
	if (extent.has_minutes && extent.last_minute + MINUTE > last)
		last = extent.last_minute + MINUTE;
	report->filter = (struct dm_history_filter){
		.from = any ? first : 0,
		.until = any ? (last < filter->until ? last : filter->until) : 0,
		.room = filter->room,
		.limit = INT64_MAX,
	};
	return 0;
}

int dm_report_make(struct dm_history_reader *reader, const struct dm_report_filter *filter,
		   char **json)
{
	struct report report = { .reader = reader };
	int error = find_span(&report, filter);

	*json = NULL;
	if (error)
		return error;
	report.latest = report.filter.from;
	report.figures = dm_report_figures_create(report.filter.from, report.filter.until);
	report.incidents = dm_report_incidents_create();
	report.people = dm_report_people_create();
	error = read_rows(&report);
	if (!error) {
		dm_report_people_leave(report.people, last_seen(&report, report.filter.until));
		error = report.error ? (int)report.error : write_json(&report, filter->event, json);
	}
	dm_report_people_destroy(report.people);
	dm_report_incidents_destroy(report.incidents);
	dm_report_figures_destroy(report.figures);
	return error;
}
