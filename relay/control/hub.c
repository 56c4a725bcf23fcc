/* relay/control/hub.c: see hub.h */
#include "control/hub_private.h"

#include "base/log.h"
#include "control/event_json.h"

static void stop_grace(struct dm_place *place)
{
	if (!place->timer)
		return;
	g_source_remove(place->timer);
	place->timer = 0;
	dm_metric_add(&place->hub->away, -1);
}

static void place_free(void *data)
{
	struct dm_place *place = data;

	stop_grace(place);
	if (place->conversation)
		place->conversation->place = NULL;
	dm_listener_destroy(place->listener);
	g_free(place);
}

void dm_place_remove(struct dm_place *place)
{
	g_hash_table_remove(place->hub->places, dm_listener_id(place->listener));
}

static gboolean on_grace_over(void *user)
{
	struct dm_place *place = user;
	const struct dm_subscriber *subscriber = dm_listener_subscriber(place->listener);

	place->timer = 0; /* this source ends with the return */
	dm_metric_add(&place->hub->away, -1);
	dm_log(DM_LOG_INFO, "control.away_over", "room=%s",
	       dm_subscriber_room(subscriber)->options->id);
	dm_place_remove(place);
	return G_SOURCE_REMOVE;
}

void dm_place_leave(struct dm_place *place)
{
	place->conversation = NULL;
	place->timer = g_timeout_add(place->hub->options.grace_ms, on_grace_over, place);
	dm_metric_add(&place->hub->away, 1);
}

void dm_place_take(struct dm_place *place, struct dm_conversation *conversation)
{
	stop_grace(place);
	if (place->conversation)
		place->conversation->place = NULL;
	place->conversation = conversation;
	conversation->place = place;
}

/* A room's public state is news to those in it, and to those who are still choosing. */
static void on_room_change(void *user, struct dm_room *room)
{
	struct dm_hub *hub = user;
	GBytes *text = dm_json_text(
		json_pack("{s:s, s:o}", "type", "room", "room", dm_room_json(room)));
	GHashTableIter iterator;
	void *key;

	g_hash_table_iter_init(&iterator, hub->conversations);
	while (g_hash_table_iter_next(&iterator, &key, NULL)) {
		struct dm_conversation *conversation = key;
		const struct dm_place *place = conversation->place;

		if (!place || dm_subscriber_room(dm_listener_subscriber(place->listener)) == room)
			dm_conversation_push(conversation, text);
	}
	g_bytes_unref(text);
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
	hub->places = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, place_free);
	hub->conversations = g_hash_table_new(NULL, NULL);
	error = options->metrics ? add_metrics(hub) : 0;
	if (error)
		goto destroy_tables;
	error = dm_event_observe(options->event, on_room_change, hub);
	if (error)
		goto destroy_tables;
	*out = hub;
	return 0;

destroy_tables:
	if (options->metrics)
		dm_metrics_remove(options->metrics, hub, sizeof(*hub));
	g_hash_table_destroy(hub->places);
	g_hash_table_destroy(hub->conversations);
	g_free(hub);
	return error;
}

void dm_hub_review(struct dm_hub *hub)
{
	GHashTableIter iterator;
	void *value;

	g_hash_table_iter_init(&iterator, hub->places);
	while (g_hash_table_iter_next(&iterator, NULL, &value)) {
		struct dm_place *place = value;
		struct dm_conversation *conversation = place->conversation;

		if (!dm_access_is_revoked(hub->options.access,
					  dm_listener_token_id(place->listener)))
			continue;
		g_hash_table_iter_remove(&iterator);
		if (conversation)
			dm_conversation_end_place(conversation);
	}
}

void dm_hub_destroy(struct dm_hub *hub)
{
	if (!hub)
		return;
	g_assert(!g_hash_table_size(hub->conversations));
	dm_event_unobserve(hub->options.event, on_room_change, hub);
	g_hash_table_destroy(hub->places);
	g_hash_table_destroy(hub->conversations);
	if (hub->options.metrics)
		dm_metrics_remove(hub->options.metrics, hub, sizeof(*hub));
	g_free(hub);
}
