/* relay/control/overview_json.c: see overview_json.h */
#include "control/overview_json.h"

#include "control/json_writer.h"
#include "session/interpretation_name.h"
#include "session/name.h"

#include <string.h>

/* What stands against a room. */
struct tally {
	unsigned counts[DM_SEVERITY_COUNT];
	uint8_t channels[DM_CHANNELS_MAX]; /* the gravest of each, as severity + 1; 0: none */
};

struct dm_overview {
	double now;
	GBytes *rooms[DM_ROOMS_MAX]; /* owned */
	size_t room_count;
	GBytes *relay;     /* owned */
	GHashTable *texts; /* set of rooms (owned) to GBytes (owned) */
};

/* --- alarms --- */

static size_t number_of(struct dm_event *event, const char *id)
{
	size_t n = 0;

	while (n < dm_event_room_count(event) &&
	       strcmp(dm_event_room(event, n)->options->id, id) != 0)
		n++;
	return n;
}

static void note_channel(struct tally *tally, struct dm_room *room, const char *lang,
			 enum dm_severity severity)
{
	const struct dm_channel *channel = dm_room_find_channel(room, lang);
	uint8_t *gravest;

	if (!channel)
		return;
	gravest = &tally->channels[channel - room->channels];
	*gravest = MAX(*gravest, (uint8_t)(severity + 1));
}

static void take_tallies(const struct dm_watch *watch, struct dm_event *event,
			 struct tally *tallies)
{
	const struct dm_alarm *alarm;
	size_t cursor = 0;

	while ((alarm = dm_watch_next_alarm(watch, &cursor))) {
		struct dm_alarm_place place;
		size_t n;

		dm_watch_place(watch, alarm, &place);
		n = place.room ? number_of(event, place.room) : dm_event_room_count(event);
		if (n == dm_event_room_count(event))
			continue;
		tallies[n].counts[alarm->severity]++;
		if (alarm->at != DM_AT_CHANNEL)
			continue;
		note_channel(&tallies[n], dm_event_room(event, n), place.name, alarm->severity);
		note_channel(&tallies[n], dm_event_room(event, n), place.other, alarm->severity);
	}
}

/* --- a room --- */

static void put_entry(struct dm_json_writer *writer, const struct dm_agenda_entry *entry)
{
	if (!entry) {
		dm_json_null(writer, "entry");
		return;
	}
	dm_json_open(writer, "entry", '{');
	dm_json_open(writer, "title", '{');
	for (size_t n = 0; n < entry->title_count; n++)
		dm_json_text_value(writer, entry->titles[n].lang, entry->titles[n].text);
	dm_json_close(writer, '}');
	dm_json_whole(writer, "start", entry->start);
	dm_json_whole(writer, "end", entry->end);
	dm_json_close(writer, '}');
}

static unsigned count_interpreters(const struct dm_room *room)
{
	const size_t booths = dm_interpretation_booth_count(room->interpretation);
	unsigned count = 0;

	for (size_t b = 0; b < booths; b++) {
		const struct dm_booth *booth = dm_interpretation_booth(room->interpretation,
								       (uint8_t)b);

		for (size_t s = 0; s < DM_SEATS_MAX; s++)
			count += dm_seat_is_taken(&booth->seats[s]);
	}
	return count;
}

static void put_source(struct dm_json_writer *writer, const struct dm_room *room)
{
	dm_json_open(writer, "source", '{');
	dm_json_text_value(writer, "state", dm_feed_state_name(room->channels[0].state));
	dm_json_whole(writer, "in_use", dm_metric_get(&room->source_health.in_use));
	dm_json_text_value(writer, "format", room->source_format);
	dm_json_close(writer, '}');
	if (room->picture.track_count) {
		dm_json_open(writer, "picture", '{');
		dm_json_text_value(writer, "state", dm_feed_state_name(room->picture.state));
		dm_json_close(writer, '}');
	} else {
		dm_json_null(writer, "picture");
	}
	if (room->picture.still)
		dm_json_whole(writer, "still", room->picture.still_at);
	else
		dm_json_null(writer, "still");
}

static void put_channel(struct dm_json_writer *writer, const struct dm_room *room, size_t n,
			const struct dm_room_figures *figures, const struct tally *tally)
{
	const struct dm_channel *channel = &room->channels[n];
	const struct dm_programme *programme = dm_interpretation_programme(room->interpretation,
									   (uint8_t)n);
	const bool known = n < figures->channel_count;

	dm_json_open(writer, NULL, '{');
	dm_json_text_value(writer, "lang", channel->lang);
	dm_json_text_value(writer, "carries", dm_carries_name(programme->carries));
	dm_json_text_value(writer, "why", dm_programme_why_name(programme->why));
	dm_json_truth(writer, "served", dm_programme_is_served(programme));
	dm_json_whole(writer, "listeners", dm_metric_get(&channel->listeners));
	if (known)
		dm_json_number(writer, "lufs", figures->channels[n].level.lufs, 1);
	else
		dm_json_null(writer, "lufs");
	dm_json_text_value(writer, "alarm",
			   tally->channels[n]
				   ? dm_severity_name((enum dm_severity)(tally->channels[n] - 1))
				   : NULL);
	dm_json_close(writer, '}');
}

static GBytes *room_text(const struct dm_watch *watch, const struct dm_room *room,
			 const struct tally *tally, int64_t now)
{
	struct dm_json_writer writer;
	struct dm_room_figures figures;

	dm_watch_room(watch, room, &figures);
	dm_json_writer_init(&writer);
	dm_json_open(&writer, NULL, '{');
	dm_json_text_value(&writer, "id", room->options->id);
	dm_json_text_value(&writer, "sitting", dm_sitting_name(dm_room_sitting(room, now)));
	put_entry(&writer, dm_agenda_entry(&room->agenda, now));
	dm_json_whole(&writer, "listeners", figures.listeners);
	dm_json_whole(&writer, "interpreters", count_interpreters(room));
	dm_json_whole(&writer, "calls", dm_interpretation_calls(room->interpretation)->count);
	put_source(&writer, room);
	dm_json_open(&writer, "alarms", '{');
	for (enum dm_severity severity = DM_SEVERITY_COUNT; severity-- > 0;)
		dm_json_whole(&writer, dm_severity_name(severity), tally->counts[severity]);
	dm_json_close(&writer, '}');
	dm_json_open(&writer, "channels", '[');
	for (size_t n = 0; n < room->channel_count; n++)
		put_channel(&writer, room, n, &figures, tally);
	dm_json_close(&writer, ']');
	dm_json_close(&writer, '}');
	return dm_json_writer_take(&writer);
}

/* --- the relay --- */

static GBytes *relay_text(const struct dm_watch *watch, struct dm_event *event)
{
	struct dm_relay_figures figures;
	struct dm_json_writer writer;
	int64_t listeners = 0;

	for (size_t n = 0; n < dm_event_room_count(event); n++) {
		struct dm_room_figures room;

		dm_watch_room(watch, dm_event_room(event, n), &room);
		listeners += room.listeners;
	}
	dm_watch_relay(watch, &figures);
	dm_json_writer_init(&writer);
	dm_json_open(&writer, NULL, '{');
	dm_json_number(&writer, "cpu", figures.cpu, 2);
	dm_json_text_value(&writer, "history",
			   dm_watch_history_path(watch)
				   ? dm_history_state_name(dm_watch_history_state(watch))
				   : "off");
	dm_json_number(&writer, "disk_free", figures.disk_free, 3);
	dm_json_number(&writer, "certificate_days", figures.certificate_days, 1);
	dm_json_number(&writer, "token_days", figures.token_days, 1);
	dm_json_number(&writer, "worker_drops", figures.worker_drops, 4);
	dm_json_number(&writer, "worker_loop_ms", figures.worker_loop_ms, 1);
	dm_json_whole(&writer, "listeners", listeners);
	dm_json_close(&writer, '}');
	return dm_json_writer_take(&writer);
}

/* --- all together --- */

struct dm_overview *dm_overview_make(const struct dm_watch *watch, struct dm_event *event,
				     double now)
{
	struct dm_overview *overview = g_new0(struct dm_overview, 1);
	struct tally *tallies = g_new0(struct tally, dm_event_room_count(event));

	overview->now = now;
	overview->room_count = dm_event_room_count(event);
	overview->texts = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free,
						(GDestroyNotify)g_bytes_unref);
	take_tallies(watch, event, tallies);
	for (size_t n = 0; n < overview->room_count; n++)
		overview->rooms[n] = room_text(watch, dm_event_room(event, n), &tallies[n],
					       (int64_t)now);
	overview->relay = relay_text(watch, event);
	g_free(tallies);
	return overview;
}

void dm_overview_free(struct dm_overview *overview)
{
	for (size_t n = 0; n < overview->room_count; n++)
		g_bytes_unref(overview->rooms[n]);
	g_bytes_unref(overview->relay);
	g_hash_table_destroy(overview->texts);
	g_free(overview);
}

static void put_bytes(struct dm_json_writer *writer, const char *key, GBytes *json)
{
	gsize bytes;
	const char *text = g_bytes_get_data(json, &bytes);

	dm_json_raw(writer, key, text, bytes);
}

GBytes *dm_overview_text(struct dm_overview *overview, uint64_t rooms)
{
	GBytes *text = g_hash_table_lookup(overview->texts, &rooms);
	struct dm_json_writer writer;
	uint64_t *key;

	if (text)
		return text;
	dm_json_begin_message(&writer, "overview");
	dm_json_number(&writer, "at", overview->now, 3);
	dm_json_open(&writer, "rooms", '[');
	for (size_t n = 0; n < overview->room_count; n++) {
		if (rooms & (UINT64_C(1) << n))
			put_bytes(&writer, NULL, overview->rooms[n]);
	}
	dm_json_close(&writer, ']');
	put_bytes(&writer, "relay", overview->relay);
	text = dm_json_end_message(&writer);
	key = g_new(uint64_t, 1);
	*key = rooms;
	g_hash_table_insert(overview->texts, key, text);
	return text;
}
