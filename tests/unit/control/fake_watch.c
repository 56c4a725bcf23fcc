/* tests/unit/control/fake_watch.c: see fake_watch.h */
#include "fake_watch.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OBSERVERS_MAX 4
#define WALL_START    INT64_C(1800000000000000)

struct dm_watch {
	struct dm_event *event;
	struct dm_room_figures rooms[DM_ROOMS_MAX];
	struct dm_relay_figures relay;
	struct dm_alarm alarms[FAKE_ALARMS_MAX];
	struct dm_alarm_place places[FAKE_ALARMS_MAX];
	size_t alarm_count;
	uint64_t last_id;
	struct dm_history_event entries[FAKE_ENTRIES_MAX]; /* the newest last */
	size_t entry_count;
	char recorded[2048];
	uint32_t points[FAKE_POINTS_MAX];
	size_t point_count;
	const char *history;
	struct {
		dm_watch_cb *callback;
		void *user;
	} observers[OBSERVERS_MAX];
};

struct dm_watch *fake_watch_create(struct dm_event *event)
{
	struct dm_watch *watch = calloc(1, sizeof(*watch));

	watch->event = event;
	watch->relay = (struct dm_relay_figures){ .cpu = NAN,
						  .disk_free = NAN,
						  .certificate_days = NAN,
						  .token_days = NAN,
						  .worker_drops = NAN,
						  .worker_loop_ms = NAN };
	return watch;
}

void fake_watch_destroy(struct dm_watch *watch)
{
	free(watch);
}

struct dm_room_figures *fake_watch_figures(struct dm_watch *watch, size_t room)
{
	return &watch->rooms[room];
}

struct dm_relay_figures *fake_watch_relay(struct dm_watch *watch)
{
	return &watch->relay;
}

static void tell(struct dm_watch *watch, const struct dm_watch_news *news)
{
	for (size_t n = 0; n < OBSERVERS_MAX; n++) {
		if (watch->observers[n].callback)
			watch->observers[n].callback(watch->observers[n].user, news);
	}
}

static void tell_alarm(struct dm_watch *watch, const struct dm_alarm *alarm,
		       enum dm_judge_news kind)
{
	const struct dm_watch_news news = { .what = DM_WATCH_ALARM,
					    .alarm_news = (int)kind,
					    .alarm = alarm };

	tell(watch, &news);
}

uint64_t fake_watch_raise(struct dm_watch *watch, enum dm_alarm_kind kind, const char *room,
			  const char *name)
{
	struct dm_alarm *alarm = &watch->alarms[watch->alarm_count];
	struct dm_alarm_place *place = &watch->places[watch->alarm_count++];

	*alarm = (struct dm_alarm){ .id = ++watch->last_id,
				    .kind = kind,
				    .severity = dm_alarm_kind_severity(kind),
				    .at = dm_alarm_kind_at(kind),
				    .times = 1,
				    .value = NAN,
				    .since = DM_SEC(10),
				    .raised_at = DM_SEC(12),
				    .acknowledged_at = DM_USEC_NEVER,
				    .cleared_at = DM_USEC_NEVER };
	*place = (struct dm_alarm_place){ .room = room };
	snprintf(place->name, sizeof(place->name), "%s", name);
	tell_alarm(watch, alarm, DM_JUDGE_RAISED);
	return alarm->id;
}

static struct dm_alarm *find(struct dm_watch *watch, uint64_t id)
{
	for (size_t n = 0; n < watch->alarm_count; n++) {
		if (watch->alarms[n].id == id && watch->alarms[n].cleared_at == DM_USEC_NEVER)
			return &watch->alarms[n];
	}
	return NULL;
}

void fake_watch_clear(struct dm_watch *watch, uint64_t id)
{
	struct dm_alarm *alarm = find(watch, id);

	alarm->cleared_at = DM_SEC(20);
	tell_alarm(watch, alarm, DM_JUDGE_CLEARED);
}

void fake_watch_look(struct dm_watch *watch)
{
	tell(watch, &(struct dm_watch_news){ .what = DM_WATCH_LOOK });
}

void fake_watch_attend(struct dm_watch *watch, size_t points)
{
	watch->point_count = points;
	for (size_t n = 0; n < points; n++)
		watch->points[n] = (uint32_t)n;
}

const char *fake_watch_recorded(struct dm_watch *watch)
{
	return watch->recorded;
}

void fake_watch_keep(struct dm_watch *watch, const char *history_path)
{
	watch->history = history_path;
}

/* relay/monitor/watch.h */

const struct dm_alarm *dm_watch_next_alarm(const struct dm_watch *watch, size_t *cursor)
{
	while (*cursor < watch->alarm_count) {
		const struct dm_alarm *alarm = &watch->alarms[(*cursor)++];

		if (alarm->cleared_at == DM_USEC_NEVER)
			return alarm;
	}
	return NULL;
}

void dm_watch_place(const struct dm_watch *watch, const struct dm_alarm *alarm,
		    struct dm_alarm_place *place)
{
	*place = watch->places[alarm - watch->alarms];
}

int dm_watch_acknowledge(struct dm_watch *watch, uint64_t id, const char *by)
{
	struct dm_alarm *alarm = find(watch, id);

	if (!alarm)
		return -ENOENT;
	if (alarm->acknowledged_at != DM_USEC_NEVER)
		return -EALREADY;
	alarm->acknowledged_at = DM_SEC(15);
	snprintf(alarm->acknowledged_by, sizeof(alarm->acknowledged_by), "%s", by);
	tell_alarm(watch, alarm, DM_JUDGE_CHANGED);
	return 0;
}

dm_wall_usec dm_watch_wall(const struct dm_watch *watch, dm_usec at)
{
	(void)watch;
	return WALL_START + at;
}

void dm_watch_room(const struct dm_watch *watch, const struct dm_room *room,
		   struct dm_room_figures *figures)
{
	size_t n = 0;

	while (dm_event_room(watch->event, n) != room)
		n++;
	*figures = watch->rooms[n];
}

void dm_watch_relay(const struct dm_watch *watch, struct dm_relay_figures *figures)
{
	*figures = watch->relay;
}

enum dm_history_state dm_watch_history_state(const struct dm_watch *watch)
{
	return watch->history ? DM_HISTORY_RUNNING : DM_HISTORY_STOPPED_ERROR;
}

void dm_watch_record(struct dm_watch *watch, const char *kind, const char *room, const char *place,
		     const char *who, const char *detail)
{
	struct dm_history_event *entry = &watch->entries[watch->entry_count++ % FAKE_ENTRIES_MAX];

	entry->at = WALL_START;
	snprintf(entry->kind, sizeof(entry->kind), "%s", kind);
	snprintf(entry->room, sizeof(entry->room), "%s", room ? room : "");
	snprintf(entry->channel, sizeof(entry->channel), "%s", place ? place : "");
	snprintf(entry->who, sizeof(entry->who), "%s", who ? who : "");
	snprintf(entry->detail, sizeof(entry->detail), "%s", detail ? detail : "");
	snprintf(watch->recorded, sizeof(watch->recorded), "%s %s %s %s %s", entry->kind,
		 entry->room, entry->channel, entry->who, entry->detail);
	tell(watch, &(struct dm_watch_news){ .what = DM_WATCH_ENTRY, .entry = entry });
}

const struct dm_history_event *dm_watch_entry(const struct dm_watch *watch, size_t n)
{
	if (n >= watch->entry_count || n >= FAKE_ENTRIES_MAX)
		return NULL;
	return &watch->entries[(watch->entry_count - 1 - n) % FAKE_ENTRIES_MAX];
}

size_t dm_watch_audience(const struct dm_watch *watch, const struct dm_room *room, size_t channel,
			 const uint32_t **points, int64_t *start)
{
	(void)room;
	(void)channel;
	*points = watch->points;
	*start = WALL_START / 1000000;
	return watch->point_count;
}

void dm_watch_observe(struct dm_watch *watch, dm_watch_cb *callback, void *user)
{
	size_t n = 0;

	while (watch->observers[n].callback)
		n++;
	watch->observers[n].callback = callback;
	watch->observers[n].user = user;
}

void dm_watch_unobserve(struct dm_watch *watch, dm_watch_cb *callback, void *user)
{
	for (size_t n = 0; n < OBSERVERS_MAX; n++) {
		if (watch->observers[n].callback == callback && watch->observers[n].user == user)
			watch->observers[n].callback = NULL;
	}
}

void dm_watch_set_token_end(struct dm_watch *watch, int64_t end)
{
	(void)watch;
	(void)end;
}

const char *dm_watch_history_path(const struct dm_watch *watch)
{
	return watch->history;
}
