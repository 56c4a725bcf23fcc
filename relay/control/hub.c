/* relay/control/hub.c: see hub.h */
#include "control/hub_private.h"

#include "control/booth_news.h"
#include "control/event_json.h"
#include "control/levels.h"
#include "control/oversight.h"
#include "control/place.h"
#include "control/talk.h"

void dm_hub_each(struct dm_hub *hub, dm_hub_each_cb *each, void *user)
{
	GHashTableIter iterator;
	void *key;

	g_hash_table_iter_init(&iterator, hub->conversations);
	while (g_hash_table_iter_next(&iterator, &key, NULL))
		each(key, user);
}

size_t dm_hub_room_number(const struct dm_hub *hub, const struct dm_room *room)
{
	size_t n = 0;

	while (dm_event_room(hub->options.event, n) != room)
		n++;
	return n;
}

struct room_news {
	struct dm_room *room;
	uint64_t bit; /* its number in the event */
	GBytes *text;
};

/* A room's public state is news to those in it, to those who watch or oversee it, and to those who
 * are still choosing. */
static void tell_room_to(struct dm_conversation *conversation, void *user)
{
	const struct room_news *news = user;
	const struct dm_place *place = conversation->place;

	if ((place && place->room == news->room) || conversation->watched == news->room ||
	    (!place && !conversation->watched && !conversation->oversees) ||
	    (conversation->oversees && (dm_conversation_rooms(conversation) & news->bit)))
		dm_conversation_push(conversation, news->text);
}

static void tell_room(struct dm_hub *hub, struct dm_room *room)
{
	struct room_news news = {
		.room = room,
		.bit = UINT64_C(1) << dm_hub_room_number(hub, room),
		.text = dm_json_text(
			json_pack("{s:s, s:o}", "type", "room", "room", dm_room_json(room))),
	};

	dm_hub_each(hub, tell_room_to, &news);
	g_bytes_unref(news.text);
}

/* When a room was told of last: what comes soon after waits, and is told of together. */
struct pace {
	struct dm_hub *hub;
	struct dm_room *room;
	guint timer; /* GLib source; 0: it is long ago */
	bool stale;
};

static void free_pace(void *data)
{
	struct pace *pace = data;

	if (pace->timer)
		g_source_remove(pace->timer);
	g_free(pace);
}

static gboolean on_pace(void *user)
{
	struct pace *pace = user;

	if (!pace->stale) {
		pace->timer = 0;
		return G_SOURCE_REMOVE;
	}
	pace->stale = false;
	tell_room(pace->hub, pace->room);
	return G_SOURCE_CONTINUE;
}

static struct pace *pace_of(struct dm_hub *hub, struct dm_room *room)
{
	struct pace *pace = g_hash_table_lookup(hub->rooms, room);

	if (!pace) {
		pace = g_new0(struct pace, 1);
		pace->hub = hub;
		pace->room = room;
		g_hash_table_insert(hub->rooms, room, pace);
	}
	return pace;
}

/* With the floor's language it may be another channel that they hear. */
static void tell_heard(struct dm_conversation *conversation, void *room)
{
	if (conversation->place && conversation->place->room == room)
		dm_talk_tell_heard(conversation);
}

static void on_room_change(void *user, struct dm_room *room)
{
	struct dm_hub *hub = user;
	struct pace *pace = pace_of(hub, room);

	if (pace->timer) {
		pace->stale = true;
	} else {
		tell_room(hub, room);
		if (hub->options.room_ms)
			pace->timer = g_timeout_add(hub->options.room_ms, on_pace, pace);
	}
	dm_hub_each(hub, tell_heard, room);
}

static int add_metrics(struct dm_hub *hub)
{
	struct dm_metrics *metrics = hub->options.metrics;
	int error = dm_metrics_add(metrics, DM_METRIC_GAUGE, "dragoman_websockets",
				   "Websockets that are open.", "", &hub->open, 1);

	if (!error)
		error = dm_metrics_add(metrics, DM_METRIC_GAUGE, "dragoman_websockets_away",
				       "Listeners whose websocket closed a moment ago.", "",
				       &hub->away, 1);
	if (!error)
		error = dm_metrics_add(metrics, DM_METRIC_COUNTER,
				       "dragoman_websocket_messages_received_total",
				       "Messages received on websockets.", "", &hub->received, 1);
	if (!error)
		error = dm_metrics_add(metrics, DM_METRIC_COUNTER, "dragoman_websockets_slow_total",
				       "Websockets closed because they were not read.", "",
				       &hub->slow, 1);
	if (!error)
		error = dm_metrics_add(metrics, DM_METRIC_COUNTER, "dragoman_chat_messages_total",
				       "Messages between booths and technicians.", "", &hub->chat,
				       1);
	for (size_t i = 0; !error && i < DM_REFUSAL_COUNT; i++) {
		char labels[64];

		g_snprintf(labels, sizeof(labels), "code=\"%s\"",
			   dm_refusal_name((enum dm_refusal_code)i));
		error = dm_metrics_add(
			metrics, DM_METRIC_COUNTER, "dragoman_websocket_errors_total",
			"Messages answered with an error.", labels, &hub->refused[i], 1);
	}
	return error;
}

int dm_hub_create(struct dm_hub **out, const struct dm_hub_options *options)
{
	struct dm_hub *hub = g_new0(struct dm_hub, 1);
	int error;

	*out = NULL;
	hub->options = *options;
	hub->places = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, dm_place_free);
	hub->conversations = g_hash_table_new(NULL, NULL);
	hub->rooms = g_hash_table_new_full(NULL, NULL, NULL, free_pace);
	error = options->metrics ? add_metrics(hub) : 0;
	if (error)
		goto destroy_tables;
	error = dm_event_observe(options->event, on_room_change, hub);
	if (error)
		goto destroy_tables;
	dm_booth_news_create(&hub->news, hub);
	if (options->watch)
		dm_oversight_create(&hub->oversight, hub);
	*out = hub;
	return 0;

destroy_tables:
	if (options->metrics)
		dm_metrics_remove(options->metrics, hub, sizeof(*hub));
	g_hash_table_destroy(hub->places);
	g_hash_table_destroy(hub->conversations);
	g_hash_table_destroy(hub->rooms);
	g_free(hub);
	return error;
}

static void note_token_end(struct dm_conversation *conversation, void *user)
{
	int64_t *first = user;
	const struct dm_place *place = conversation->place;
	const int64_t end = conversation->visitor ? conversation->visitor->token.expires_at : 0;
	const bool matters = (place && place->key[0]) || conversation->organises ||
			     conversation->oversees;

	if (matters && end && (!*first || end < *first))
		*first = end;
}

int64_t dm_hub_token_end(struct dm_hub *hub)
{
	int64_t first = 0;

	dm_hub_each(hub, note_token_end, &first);
	return first;
}

void dm_hub_review(struct dm_hub *hub)
{
	dm_place_review(hub);
}

void dm_hub_destroy(struct dm_hub *hub)
{
	if (!hub)
		return;
	g_assert(!g_hash_table_size(hub->conversations));
	dm_event_unobserve(hub->options.event, on_room_change, hub);
	dm_oversight_destroy(hub->oversight);
	dm_booth_news_destroy(hub->news); /* places end in silence: nobody is there to be told */
	dm_place_vacate_all(hub);
	dm_levels_stop(hub);
	g_hash_table_destroy(hub->places);
	g_hash_table_destroy(hub->conversations);
	g_hash_table_destroy(hub->rooms);
	if (hub->options.metrics)
		dm_metrics_remove(hub->options.metrics, hub, sizeof(*hub));
	g_free(hub);
}
