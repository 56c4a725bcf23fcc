/* relay/monitor/watch.h
 *
 * The watch over an event: looks at everything twice a second, has the judge (judge.h) say what is
 * wrong, keeps the log of what happened, the audience over time, and feeds the history and the
 * webhooks. What control shows to organisers it reads here.
 *
 * Thread: the control thread, with a timer in the default GLib main loop.
 */
#ifndef DM_MONITOR_WATCH_H
#define DM_MONITOR_WATCH_H

#include "audio/survey.h"
#include "monitor/alarm_place.h"
#include "monitor/attendance.h"
#include "monitor/figures.h"
#include "monitor/history.h"
#include "monitor/journal.h"
#include "monitor/judge.h"
#include "monitor/options.h"
#include "session/event.h"

#define DM_WATCH_LOOK_MS 500 /* the slowest rate at which the judge is meant to be run */

struct dm_watch;

/* `options`, `event`, `survey` (nullable) and `metrics` (nullable) are borrowed until destroy.
 * Returns 0, -EINVAL or -ENOMEM; on failure *out is NULL. */
int dm_watch_create(struct dm_watch **out, const struct dm_monitor_options *options,
		    struct dm_event *event, struct dm_survey *survey, struct dm_metrics *metrics);
/* Writes what the history holds. NULL is allowed. */
void dm_watch_destroy(struct dm_watch *watch);

/* --- alarms --- */

/* The standing alarms, causes first: start with *cursor 0; NULL at the end. Borrowed until the next
 * look or acknowledge. */
const struct dm_alarm *dm_watch_next_alarm(const struct dm_watch *watch, size_t *cursor);
/* Borrowed until the next look. */
void dm_watch_place(const struct dm_watch *watch, const struct dm_alarm *alarm,
		    struct dm_alarm_place *place);
/* As dm_judge_acknowledge. */
int dm_watch_acknowledge(struct dm_watch *watch, uint64_t id, const char *by);
/* Judge time (dm_usec) as wall-clock microseconds since 1970. */
dm_wall_usec dm_watch_wall(const struct dm_watch *watch, dm_usec at);

/* --- figures of the last look --- */

void dm_watch_room(const struct dm_watch *watch, const struct dm_room *room,
		   struct dm_room_figures *figures);
void dm_watch_relay(const struct dm_watch *watch, struct dm_relay_figures *figures);
enum dm_history_state dm_watch_history_state(
	const struct dm_watch *watch); /* STOPPED_ERROR without */

/* --- log --- */

/* Something happened: goes into the log, the history and, where asked for, the webhooks. As
 * dm_history_record; `room` NULL or "": the event. `who` is a name as people know it. */
void dm_watch_record(struct dm_watch *watch, const char *kind, const char *room, const char *place,
		     const char *who, const char *detail);

/* The log's entries from the newest on: n = 0, 1, …; NULL at the end. Borrowed until the next
 * record. */
const struct dm_history_event *dm_watch_entry(const struct dm_watch *watch, size_t n);

/* --- audience over time --- */

/* Listeners of a channel at the last points, oldest first, one each DM_ATTENDANCE_STEP_S; *start is
 * the first one's wall time in seconds. Borrowed until the next look. Returns how many. */
size_t dm_watch_audience(const struct dm_watch *watch, const struct dm_room *room, size_t channel,
			 const uint32_t **points, int64_t *start);

/* --- news --- */

struct dm_watch_news {
	enum { DM_WATCH_ALARM, DM_WATCH_ENTRY, DM_WATCH_LOOK } what;
	int alarm_news;                       /* ALARM: enum dm_judge_news */
	const struct dm_alarm *alarm;         /* ALARM */
	const struct dm_history_event *entry; /* ENTRY */
};

/* Called on the control thread; observers must not be added or removed from within. */
typedef void dm_watch_cb(void *user, const struct dm_watch_news *news);
void dm_watch_observe(struct dm_watch *watch, dm_watch_cb *callback, void *user);
void dm_watch_unobserve(struct dm_watch *watch, dm_watch_cb *callback, void *user);

/* The token in use (of those who speak or organise) that ends first, seconds since 1970; 0: none.
 */
void dm_watch_set_token_end(struct dm_watch *watch, int64_t end);

/* For reports, which open the file for themselves; NULL: no history is kept. */
const char *dm_watch_history_path(const struct dm_watch *watch);

#endif
