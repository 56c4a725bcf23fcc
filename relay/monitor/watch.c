#include "monitor/watch.h"

#include "base/log.h"
#include "monitor/alarm_json.h"
#include "monitor/announcer.h"
#include "monitor/chronicle.h"
#include "monitor/collector.h"
#include "monitor/judge.h"
#include "monitor/lookout.h"
#include "monitor/record.h"
#include "session/booth.h"

#include <errno.h>
#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SECOND_LOOKS   (1000 / DM_WATCH_LOOK_MS)
#define SECONDS_OF_DAY 86400.0

struct observer {
	dm_watch_cb *callback;
	void *user;
};

struct alarm_metrics {
	struct dm_metric standing; /* now */
	struct dm_metric raised;
};

struct dm_watch {
	const struct dm_monitor_options *options; /* borrowed */
	struct dm_event *event;                   /* borrowed */
	struct dm_metrics *metrics;               /* borrowed, nullable */
	struct dm_collector *collector;           /* owned, like all below */
	struct dm_judge *judge;
	struct dm_history *history; /* nullable: none is kept */
	struct dm_webhooks *webhooks;
	struct dm_lookout *lookout;
	struct dm_journal *journal;
	struct dm_chronicle *chronicle;
	struct dm_attendance *attendance;
	uint32_t *listeners; /* scratch: a series each */
	size_t *series;      /* the first one of each room */
	GArray *observers;   /* struct observer */
	guint timer;
	unsigned looks;
	dm_wall_usec wall_offset; /* of the wall clock to ours, at the last look */
	int64_t token_end;        /* seconds since 1970; 0: none */
	struct alarm_metrics alarms[DM_ALARM_COUNT];
	struct dm_metric look_time; /* microseconds */
};

/* --- news --- */

static void tell(struct dm_watch *watch, const struct dm_watch_news *news)
{
	for (guint i = 0; i < watch->observers->len; i++) {
		const struct observer *observer = &g_array_index(watch->observers, struct observer,
								 i);

		observer->callback(observer->user, news);
	}
}

void dm_watch_observe(struct dm_watch *watch, dm_watch_cb *callback, void *user)
{
	g_array_append_val(watch->observers, ((struct observer){ callback, user }));
}

void dm_watch_unobserve(struct dm_watch *watch, dm_watch_cb *callback, void *user)
{
	for (guint i = 0; i < watch->observers->len; i++) {
		const struct observer *observer = &g_array_index(watch->observers, struct observer,
								 i);

		if (observer->callback == callback && observer->user == user) {
			g_array_remove_index(watch->observers, i);
			return;
		}
	}
}

static void on_entry(void *user, const struct dm_history_event *entry)
{
	struct dm_watch *watch = user;

	dm_announce_entry(watch->webhooks, entry);
	tell(watch, &(struct dm_watch_news){ .what = DM_WATCH_ENTRY, .entry = entry });
}

/* --- alarms --- */

static void record_alarm(struct dm_watch *watch, enum dm_judge_news news,
			 const struct dm_alarm *alarm)
{
	const bool acknowledged = news == DM_JUDGE_CHANGED &&
				  alarm->acknowledged_at != DM_USEC_NEVER;
	struct dm_alarm_place place;
	char detail[256];

	dm_watch_place(watch, alarm, &place);
	snprintf(detail, sizeof(detail),
		 "{\"id\":%llu,\"kind\":\"%s\",\"severity\":\"%s\",\"news\":\"%s\"}",
		 (unsigned long long)alarm->id, dm_alarm_kind_name(alarm->kind),
		 dm_severity_name(alarm->severity), dm_alarm_news_name(news));
	dm_log(news == DM_JUDGE_CLEARED ? DM_LOG_INFO : DM_LOG_WARN, "alarm",
	       "id=%llu news=%s kind=%s severity=%s room=%s place=%s",
	       (unsigned long long)alarm->id, dm_alarm_news_name(news),
	       dm_alarm_kind_name(alarm->kind), dm_severity_name(alarm->severity),
	       place.room ? place.room : "", place.name);
	dm_journal_record(watch->journal, g_get_real_time(), "alarm", place.room, place.name,
			  acknowledged ? alarm->acknowledged_by : "", detail);
}

static void on_alarm(void *user, enum dm_judge_news news, const struct dm_alarm *alarm)
{
	struct dm_watch *watch = user;
	struct alarm_metrics *metrics = &watch->alarms[alarm->kind];

	if (news != DM_JUDGE_CHANGED)
		dm_metric_add(&metrics->standing, news == DM_JUDGE_RAISED ? 1 : -1);
	if (news == DM_JUDGE_RAISED)
		dm_metric_add(&metrics->raised, 1);
	record_alarm(watch, news, alarm);
	dm_announce_alarm(watch->webhooks, watch, news, alarm);
	tell(watch, &(struct dm_watch_news){
			    .what = DM_WATCH_ALARM, .alarm_news = (int)news, .alarm = alarm });
}

const struct dm_alarm *dm_watch_next_alarm(const struct dm_watch *watch, size_t *cursor)
{
	return dm_judge_next(watch->judge, cursor);
}

int dm_watch_acknowledge(struct dm_watch *watch, uint64_t id, const char *by)
{
	return dm_judge_acknowledge(watch->judge, id, by, dm_time_now());
}

void dm_watch_place(const struct dm_watch *watch, const struct dm_alarm *alarm,
		    struct dm_alarm_place *place)
{
	dm_alarm_place_find(place, watch->collector, alarm);
}

dm_wall_usec dm_watch_wall(const struct dm_watch *watch, dm_usec at)
{
	return at + watch->wall_offset;
}

/* --- looking --- */

static struct dm_process_sample look_around(const struct dm_watch *watch, int64_t wall, dm_usec now)
{
	const enum dm_history_state state = dm_watch_history_state(watch);

	return (struct dm_process_sample){
		/* The history may meet with a limit (a quota) that the disk's own figures hide. */
		.disk_free = state == DM_HISTORY_STOPPED_FULL
				     ? 0
				     : dm_lookout_disk_free(watch->lookout, now),
		.certificate_days = dm_lookout_certificate_days(watch->lookout, wall),
		.token_days = watch->token_end > 0
				      ? (double)(watch->token_end - wall) / SECONDS_OF_DAY
				      : NAN,
	};
}

static void note_attendance(struct dm_watch *watch, int64_t wall)
{
	size_t n = 0;

	for (size_t r = 0; r < dm_event_room_count(watch->event); r++) {
		struct dm_room_figures figures;

		dm_collector_room(watch->collector, r, &figures);
		for (size_t c = 0; c < figures.channel_count; c++)
			watch->listeners[n++] = figures.channels[c].listeners;
	}
	dm_attendance_note(watch->attendance, watch->listeners, wall);
}

static gboolean on_timer(void *user)
{
	struct dm_watch *watch = user;
	const dm_usec now = dm_time_now();
	const dm_wall_usec wall = g_get_real_time();
	const int64_t seconds = wall / G_USEC_PER_SEC;
	const struct dm_process_sample process = look_around(watch, seconds, now);

	watch->wall_offset = wall - now;
	dm_chronicle_advance(watch->chronicle, seconds);
	dm_collector_look(watch->collector, &process, seconds, now);
	(void)dm_judge_run(watch->judge, dm_collector_samples(watch->collector), now);
	if (watch->looks++ % SECOND_LOOKS == 0) {
		note_attendance(watch, seconds);
		if (watch->history)
			dm_record_figures(watch->history, watch->event, watch->collector, wall);
	}
	tell(watch, &(struct dm_watch_news){ .what = DM_WATCH_LOOK });
	dm_metric_add(&watch->look_time, dm_time_now() - now);
	return G_SOURCE_CONTINUE;
}

/* --- reading --- */

void dm_watch_room(const struct dm_watch *watch, const struct dm_room *room,
		   struct dm_room_figures *figures)
{
	dm_collector_room(watch->collector, (size_t)(room - dm_event_room(watch->event, 0)),
			  figures);
}

void dm_watch_relay(const struct dm_watch *watch, struct dm_relay_figures *figures)
{
	dm_collector_relay(watch->collector, figures);
}

enum dm_history_state dm_watch_history_state(const struct dm_watch *watch)
{
	return watch->history ? dm_history_state(watch->history) : DM_HISTORY_STOPPED_ERROR;
}

const char *dm_watch_history_path(const struct dm_watch *watch)
{
	return watch->history ? watch->options->history : NULL;
}

void dm_watch_record(struct dm_watch *watch, const char *kind, const char *room, const char *place,
		     const char *who, const char *detail)
{
	dm_journal_record(watch->journal, g_get_real_time(), kind, room, place, who, detail);
}

const struct dm_history_event *dm_watch_entry(const struct dm_watch *watch, size_t n)
{
	return dm_journal_entry(watch->journal, n);
}

size_t dm_watch_audience(const struct dm_watch *watch, const struct dm_room *room, size_t channel,
			 const uint32_t **points, int64_t *start)
{
	const size_t number = (size_t)(room - dm_event_room(watch->event, 0));

	return dm_attendance_read(watch->attendance, watch->series[number] + channel, points,
				  start);
}

void dm_watch_set_token_end(struct dm_watch *watch, int64_t end)
{
	watch->token_end = end;
}

/* --- life --- */

static int add_metrics(struct dm_watch *watch)
{
	int error = watch->metrics ? dm_metrics_add(watch->metrics, DM_METRIC_COUNTER,
						    "dragoman_watch_look_seconds_total",
						    "Time that looking at everything took.", "",
						    &watch->look_time, 1000000)
				   : 0;

	for (int kind = 0; watch->metrics && kind < DM_ALARM_COUNT && !error; kind++) {
		struct alarm_metrics *alarm = &watch->alarms[kind];
		char labels[64];

		snprintf(labels, sizeof(labels), "kind=\"%s\"",
			 dm_alarm_kind_name((enum dm_alarm_kind)kind));
		error = dm_metrics_add(watch->metrics, DM_METRIC_GAUGE, "dragoman_alarms",
				       "Alarms that stand, by kind.", labels, &alarm->standing, 1);
		if (!error)
			error = dm_metrics_add(
				watch->metrics, DM_METRIC_COUNTER, "dragoman_alarms_raised_total",
				"Alarms raised so far, by kind.", labels, &alarm->raised, 1);
	}
	return error;
}

static int create_judge(struct dm_watch *watch)
{
	const struct dm_samples *samples = dm_collector_samples(watch->collector);

	return dm_judge_create(&watch->judge, &(struct dm_judge_options){
						      .sources = samples->source_count,
						      .channels = samples->channel_count,
						      .booths = samples->booth_count,
						      .microphones = samples->microphone_count,
						      .groups = samples->group_count,
						      .workers = samples->worker_count,
						      .first_id = 1,
						      .tell = on_alarm,
						      .context = watch,
					      });
}

static int create_history(struct dm_watch *watch)
{
	const struct dm_monitor_options *options = watch->options;

	if (!options->history)
		return 0;
	return dm_history_create(&watch->history,
				 &(struct dm_history_options){
					 .path = options->history,
					 .event = dm_event_options(watch->event)->id,
					 .keep_names = options->keep_names,
					 .keep_events_days = options->keep_events_days,
					 .keep_minutes_days = options->keep_minutes_days,
					 .metrics = watch->metrics,
				 });
}

static int create_attendance(struct dm_watch *watch)
{
	const size_t rooms = dm_event_room_count(watch->event);
	size_t series = 0;

	watch->series = g_new0(size_t, rooms);
	for (size_t r = 0; r < rooms; r++) {
		watch->series[r] = series;
		series += dm_event_room(watch->event, r)->channel_count;
	}
	watch->listeners = g_new0(uint32_t, series);
	return dm_attendance_create(&watch->attendance, series);
}

static int create_parts(struct dm_watch *watch, struct dm_survey *survey)
{
	const struct dm_monitor_options *options = watch->options;
	int error = add_metrics(watch);

	if (!error)
		error = dm_lookout_create(&watch->lookout, options->certificate,
					  options->directory);
	if (!error)
		error = dm_webhooks_create(&watch->webhooks, options,
					   dm_event_options(watch->event)->id, watch->metrics);
	if (!error)
		error = dm_collector_create(&watch->collector, watch->event, survey);
	if (!error)
		error = create_judge(watch);
	if (!error)
		error = create_attendance(watch);
	if (!error)
		error = create_history(watch);
	if (!error)
		error = dm_journal_create(&watch->journal, watch->history, on_entry, watch);
	if (!error)
		error = dm_chronicle_create(&watch->chronicle, watch->event, watch->journal);
	return error;
}

int dm_watch_create(struct dm_watch **out, const struct dm_monitor_options *options,
		    struct dm_event *event, struct dm_survey *survey, struct dm_metrics *metrics)
{
	struct dm_watch *watch = g_new0(struct dm_watch, 1);

	*out = NULL;
	watch->options = options;
	watch->event = event;
	watch->metrics = metrics;
	watch->observers = g_array_new(FALSE, FALSE, sizeof(struct observer));
	watch->wall_offset = g_get_real_time() - dm_time_now();

	const int error = create_parts(watch, survey);

	if (error) {
		dm_watch_destroy(watch);
		return error;
	}
	dm_watch_record(watch, "start", "", "", "", "");
	watch->timer = g_timeout_add(DM_WATCH_LOOK_MS, on_timer, watch);
	*out = watch;
	return 0;
}

void dm_watch_destroy(struct dm_watch *watch)
{
	if (!watch)
		return;
	if (watch->timer)
		g_source_remove(watch->timer);
	dm_chronicle_destroy(watch->chronicle);
	if (watch->journal)
		dm_watch_record(watch, "stop", "", "", "", "");
	dm_journal_destroy(watch->journal);
	dm_history_destroy(watch->history);
	dm_attendance_destroy(watch->attendance);
	dm_judge_destroy(watch->judge);
	dm_collector_destroy(watch->collector);
	dm_webhooks_destroy(watch->webhooks);
	dm_lookout_destroy(watch->lookout);
	if (watch->metrics)
		dm_metrics_remove(watch->metrics, watch, sizeof(*watch));
	g_array_free(watch->observers, TRUE);
	g_free(watch->listeners);
	g_free(watch->series);
	g_free(watch);
}
