/* relay/control/oversight.c: see oversight.h */
#include "control/oversight.h"

#include "control/audience_json.h"
#include "control/booth_news.h"
#include "control/entry_json.h"
#include "control/event_json.h"
#include "control/levels.h"
#include "control/line_up_json.h"
#include "control/measures_json.h"
#include "control/overview_json.h"
#include "control/place.h"
#include "monitor/alarm_json.h"

#define LOG_ENTRIES 200 /* told to who begins; choice */
#define BEGIN_BYTES_MAX                                                          \
	65536 /* of alarms, and of entries: a quarter each of what may be unsent \
	       */

struct dm_oversight {
	struct dm_hub *hub; /* borrowed */
	guint timer;        /* GLib source; 0: nobody oversees */
	unsigned turns;
};

static double wall_seconds(void)
{
	return (double)g_get_real_time() / 1e6;
}

static void push_taken(struct dm_conversation *conversation, GBytes *text)
{
	dm_conversation_push(conversation, text);
	g_bytes_unref(text);
}

/* --- figures, on a timer --- */

/* What is told in one turn: made when somebody needs it, once for all. */
struct turn {
	struct dm_hub *hub;
	double now;
	bool at_overview;
	bool at_measures;
	bool anybody;
	struct dm_overview *overview; /* owned, nullable */
	GHashTable *meters;           /* struct dm_room (borrowed) to GBytes (owned) */
	GHashTable *measures[2];      /* likewise; [1]: with the whole event's networks */
};

static GHashTable *new_texts(void)
{
	return g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_bytes_unref);
}

static GBytes *meters_of(struct turn *turn, struct dm_room *room)
{
	GBytes *text = g_hash_table_lookup(turn->meters, room);

	if (!text) {
		text = dm_meters_json(room);
		g_hash_table_insert(turn->meters, room, text);
	}
	return text;
}

static GBytes *measures_of(struct turn *turn, struct dm_room *room, bool whole)
{
	GBytes *text = g_hash_table_lookup(turn->measures[whole], room);

	if (!text) {
		text = dm_measures_json(turn->hub->options.watch, room, whole, turn->now);
		g_hash_table_insert(turn->measures[whole], room, text);
	}
	return text;
}

static GBytes *overview_of(struct turn *turn, uint64_t rooms)
{
	if (!turn->overview)
		turn->overview = dm_overview_make(turn->hub->options.watch,
						  turn->hub->options.event, turn->now);
	return dm_overview_text(turn->overview, rooms);
}

/* Old figures are of no use: who does not read gets none until the rest is read. */
static void tell_figures(struct dm_conversation *conversation, void *user)
{
	struct turn *turn = user;
	struct dm_room *room = conversation->watched;

	turn->anybody = turn->anybody || conversation->oversees;
	if (!conversation->oversees || !g_queue_is_empty(&conversation->queue))
		return;
	if (turn->at_overview) {
		const uint64_t rooms = dm_conversation_rooms(conversation);

		if (rooms)
			dm_conversation_push(conversation, overview_of(turn, rooms));
	}
	if (!room || !dm_conversation_organises(conversation, room))
		return;
	dm_conversation_push(conversation, meters_of(turn, room));
	if (turn->at_measures)
		dm_conversation_push(
			conversation,
			measures_of(turn, room, dm_conversation_sees_whole(conversation)));
}

static void stop(struct dm_oversight *oversight)
{
	if (oversight->timer)
		g_source_remove(oversight->timer);
	oversight->timer = 0;
}

void dm_oversight_run(struct dm_hub *hub)
{
	struct dm_oversight *oversight = hub->oversight;
	const unsigned n = oversight->turns++ % DM_OVERSIGHT_RARE;
	struct turn turn = {
		.hub = hub,
		.now = wall_seconds(),
		/* Not both at once: each turn has its share of the work. */
		.at_overview = n == 0,
		.at_measures = n == DM_OVERSIGHT_RARE / 2,
		.meters = new_texts(),
		.measures = { new_texts(), new_texts() },
	};

	dm_hub_each(hub, tell_figures, &turn);
	if (turn.overview)
		dm_overview_free(turn.overview);
	g_hash_table_destroy(turn.meters);
	g_hash_table_destroy(turn.measures[0]);
	g_hash_table_destroy(turn.measures[1]);
	if (!turn.anybody)
		stop(oversight);
}

static gboolean on_timer(void *user)
{
	struct dm_oversight *oversight = user;

	dm_oversight_run(oversight->hub);
	return G_SOURCE_CONTINUE;
}

/* --- alarms and the log --- */

/* Of a room those who see it, of the whole relay those who see it whole. */
static bool concerns(const struct dm_conversation *conversation, const char *room)
{
	return room && *room
		       ? dm_access_allows(conversation->hub->options.access, conversation->visitor,
					  DM_ACTION_SEE_ORGANISER, room, NULL)
		       : dm_conversation_sees_whole(conversation);
}

struct news {
	const char *room; /* NULL or "": none */
	GBytes *text;
};

static void tell_news_to(struct dm_conversation *conversation, void *user)
{
	const struct news *news = user;

	if (conversation->oversees && concerns(conversation, news->room))
		dm_conversation_push(conversation, news->text);
}

/* Takes the text. */
static void tell_text(struct dm_hub *hub, const char *room, GBytes *text)
{
	struct news news = { .room = room, .text = text };

	dm_hub_each(hub, tell_news_to, &news);
	g_bytes_unref(text);
}

static void tell_news(struct dm_hub *hub, const char *room, struct dm_json_writer *writer)
{
	dm_json_close(writer, '}');
	tell_text(hub, room, dm_json_writer_take(writer));
}

static void put_alarm(struct dm_json_writer *writer, const char *key, const struct dm_watch *watch,
		      const struct dm_alarm *alarm)
{
	GBytes *json = dm_json_text(dm_alarm_json(watch, alarm));
	gsize bytes;
	const char *text = g_bytes_get_data(json, &bytes);

	dm_json_raw(writer, key, text, bytes);
	g_bytes_unref(json);
}

static void tell_alarm(struct dm_hub *hub, const struct dm_watch_news *of)
{
	struct dm_alarm_place place;
	struct dm_json_writer writer;

	dm_watch_place(hub->options.watch, of->alarm, &place);
	dm_json_writer_init(&writer);
	dm_json_open(&writer, NULL, '{');
	dm_json_text_value(&writer, "type", "alarm");
	dm_json_text_value(&writer, "news", dm_alarm_news_name((enum dm_judge_news)of->alarm_news));
	put_alarm(&writer, "alarm", hub->options.watch, of->alarm);
	tell_news(hub, place.room, &writer);
}

static void tell_entry(struct dm_hub *hub, const struct dm_history_event *entry)
{
	struct dm_json_writer writer;

	dm_json_writer_init(&writer);
	dm_json_open(&writer, NULL, '{');
	dm_json_text_value(&writer, "type", "logged");
	dm_entry_write(&writer, "entry", entry);
	tell_news(hub, entry->room, &writer);
}

/* Causes come first, so what there is no room for matters least. */
static GBytes *alarms_text(const struct dm_conversation *conversation)
{
	const struct dm_watch *watch = conversation->hub->options.watch;
	const struct dm_alarm *alarm;
	struct dm_json_writer writer;
	size_t cursor = 0;

	dm_json_writer_init(&writer);
	dm_json_open(&writer, NULL, '{');
	dm_json_text_value(&writer, "type", "alarms");
	dm_json_open(&writer, "alarms", '[');
	while (writer.text->len < BEGIN_BYTES_MAX &&
	       (alarm = dm_watch_next_alarm(watch, &cursor))) {
		struct dm_alarm_place place;

		dm_watch_place(watch, alarm, &place);
		if (concerns(conversation, place.room))
			put_alarm(&writer, NULL, watch, alarm);
	}
	dm_json_close(&writer, ']');
	dm_json_close(&writer, '}');
	return dm_json_writer_take(&writer);
}

static GBytes *log_text(const struct dm_conversation *conversation)
{
	const struct dm_watch *watch = conversation->hub->options.watch;
	const struct dm_history_event *entry;
	struct dm_json_writer writer;
	size_t told = 0;

	dm_json_writer_init(&writer);
	dm_json_open(&writer, NULL, '{');
	dm_json_text_value(&writer, "type", "log");
	dm_json_open(&writer, "entries", '[');
	for (size_t n = 0; told < LOG_ENTRIES && writer.text->len < BEGIN_BYTES_MAX &&
			   (entry = dm_watch_entry(watch, n));
	     n++) {
		if (!concerns(conversation, entry->room))
			continue;
		dm_entry_write(&writer, NULL, entry);
		told++;
	}
	dm_json_close(&writer, ']');
	dm_json_close(&writer, '}');
	return dm_json_writer_take(&writer);
}

static void begin_room(struct dm_conversation *conversation, struct dm_room *room)
{
	const struct dm_watch *watch = conversation->hub->options.watch;

	push_taken(conversation,
		   dm_measures_json(watch, room, dm_conversation_sees_whole(conversation),
				    wall_seconds()));
	push_taken(conversation, dm_audience_json(watch, room));
	if (room->line_up)
		push_taken(conversation, dm_line_up_json(room->line_up));
	dm_booth_news_tell_all(conversation, room);
	dm_levels_start(conversation->hub);
}

void dm_oversight_begin(struct dm_conversation *conversation)
{
	struct dm_hub *hub = conversation->hub;
	struct dm_oversight *oversight = hub->oversight;
	struct dm_overview *overview = dm_overview_make(hub->options.watch, hub->options.event,
							wall_seconds());

	dm_conversation_push(conversation,
			     dm_overview_text(overview, dm_conversation_rooms(conversation)));
	dm_overview_free(overview);
	push_taken(conversation, alarms_text(conversation));
	push_taken(conversation, log_text(conversation));
	if (conversation->watched)
		begin_room(conversation, conversation->watched);
	if (!oversight->timer)
		oversight->timer = g_timeout_add(DM_OVERSIGHT_MS, on_timer, oversight);
}

/* --- how fit a sound is, to those in booths --- */

static void tell_fitness(struct dm_conversation *conversation, const char *type,
			 struct dm_told_fitness *told,
			 const struct dm_interpretability_report *fitness)
{
	struct dm_json_writer writer;

	if (fitness->verdict == told->verdict && fitness->reason == told->reason)
		return;
	*told = (struct dm_told_fitness){ fitness->verdict, fitness->reason };
	dm_json_writer_init(&writer);
	dm_json_open(&writer, NULL, '{');
	dm_json_text_value(&writer, "type", type);
	dm_fitness_json(&writer, "fitness", fitness);
	dm_json_close(&writer, '}');
	push_taken(conversation, dm_json_writer_take(&writer));
}

static void look_for_fitness(struct dm_conversation *conversation, void *user)
{
	const struct dm_watch *watch = user;
	const struct dm_place *place = conversation->place;
	const struct dm_interpreter *interpreter = place ? dm_place_interpreter(place) : NULL;
	struct dm_room_figures figures;

	if (!interpreter)
		return;
	dm_watch_room(watch, place->room, &figures);
	if (figures.channel_count)
		tell_fitness(conversation, "floor-fitness", &conversation->told_floor,
			     &figures.channels[0].sound.fitness);
	for (size_t n = 0; n < figures.microphone_count; n++) {
		const struct dm_microphone_figures *microphone = &figures.microphones[n];

		if (microphone->booth == dm_interpreter_booth(interpreter) &&
		    microphone->seat == dm_interpreter_seat(interpreter))
			tell_fitness(conversation, "fitness", &conversation->told_own,
				     &microphone->sound.fitness);
	}
}

/* --- the watch's news --- */

static void on_news(void *user, const struct dm_watch_news *news)
{
	struct dm_oversight *oversight = user;

	switch (news->what) {
	case DM_WATCH_ALARM:
		if (oversight->timer)
			tell_alarm(oversight->hub, news);
		break;
	case DM_WATCH_ENTRY:
		if (oversight->timer)
			tell_entry(oversight->hub, news->entry);
		break;
	case DM_WATCH_LOOK:
		dm_hub_each(oversight->hub, look_for_fitness, oversight->hub->options.watch);
		break;
	}
}

void dm_oversight_tell_line_up(struct dm_hub *hub, const struct dm_room *room)
{
	if (hub->oversight && hub->oversight->timer)
		tell_text(hub, room->options->id, dm_line_up_json(room->line_up));
}

/* What came of it, for whoever asks an hour later: how many passed, and which did not. */
static void record_line_up(struct dm_watch *watch, const struct dm_room *room)
{
	unsigned passed = 0;
	char detail[64];

	for (size_t c = 1; c < room->channel_count; c++) {
		const struct dm_line_up_channel *channel = &room->line_up->channels[c];
		bool good = true;

		if (channel->part != DM_LINE_UP_SENT)
			continue;
		for (size_t n = 0; n < DM_LINE_UP_STEPS; n++)
			good = good && channel->report.results[n] == DM_LINE_UP_PASS;
		passed += good;
		g_snprintf(detail, sizeof(detail), "{\"problem\":\"%s\"}",
			   dm_line_up_problem_name(channel->report.problem));
		if (!good)
			dm_watch_record(watch, "line-up-failed", room->options->id,
					room->channels[c].lang, "", detail);
	}
	g_snprintf(detail, sizeof(detail), "{\"count\":%u}", passed);
	dm_watch_record(watch, "lined-up", room->options->id, "", "", detail);
}

static void on_line_up(void *user, struct dm_room *room)
{
	const struct dm_oversight *oversight = user;

	dm_oversight_tell_line_up(oversight->hub, room);
	if (room->line_up->state == DM_LINE_UP_DONE)
		record_line_up(oversight->hub->options.watch, room);
}

void dm_oversight_create(struct dm_oversight **out, struct dm_hub *hub)
{
	struct dm_oversight *oversight = g_new0(struct dm_oversight, 1);

	oversight->hub = hub;
	dm_watch_observe(hub->options.watch, on_news, oversight);
	dm_line_up_set_observer(hub->options.event, on_line_up, oversight);
	*out = oversight;
}

void dm_oversight_destroy(struct dm_oversight *oversight)
{
	if (!oversight)
		return;
	dm_line_up_set_observer(oversight->hub->options.event, NULL, NULL);
	dm_watch_unobserve(oversight->hub->options.watch, on_news, oversight);
	stop(oversight);
	g_free(oversight);
}
