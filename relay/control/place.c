/* relay/control/place.c: see place.h */
#include "control/place.h"

#include "base/log.h"
#include "control/levels.h"

static void stop_grace(struct dm_place *place)
{
	if (!place->timer)
		return;
	g_source_remove(place->timer);
	place->timer = 0;
	dm_metric_add(&place->hub->away, -1);
}

void dm_place_free(void *data)
{
	struct dm_place *place = data;

	stop_grace(place);
	if (place->conversation)
		place->conversation->place = NULL;
	dm_listener_destroy(place->listener);
	g_free(place);
}

struct dm_place *dm_place_create(struct dm_hub *hub, struct dm_listener *listener, const char *key)
{
	struct dm_place *place = g_new0(struct dm_place, 1);

	place->hub = hub;
	place->listener = listener;
	place->room = dm_subscriber_room(dm_listener_subscriber(listener));
	if (key) {
		g_strlcpy(place->key, key, sizeof(place->key));
		dm_levels_start(hub);
	}
	g_hash_table_insert(hub->places, (void *)dm_listener_id(listener), place);
	return place;
}

struct dm_interpreter *dm_place_interpreter(const struct dm_place *place)
{
	return place->key[0] ? dm_room_find_interpreter(place->room, place->key) : NULL;
}

void dm_place_remove(struct dm_place *place)
{
	g_hash_table_remove(place->hub->places, dm_listener_id(place->listener));
}

/* The peer first, by its owner here; the seat by its key, as it may be gone by then. */
void dm_place_vacate(struct dm_place *place)
{
	struct dm_room *room = place->room;
	char key[DM_PARTICIPANT_SIZE];

	g_strlcpy(key, place->key, sizeof(key));
	dm_place_remove(place);
	if (key[0])
		dm_interpreter_leave(dm_room_find_interpreter(room, key));
}

static gboolean on_grace_over(void *user)
{
	struct dm_place *place = user;

	place->timer = 0; /* this source ends with the return */
	dm_metric_add(&place->hub->away, -1);
	dm_log(DM_LOG_INFO, "control.away_over", "room=%s booth=%d", place->room->options->id,
	       place->key[0] != '\0');
	dm_place_vacate(place);
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

void dm_place_vacate_all(struct dm_hub *hub)
{
	GList *places = g_hash_table_get_values(hub->places);

	g_list_free_full(places, (GDestroyNotify)dm_place_vacate);
}

void dm_place_review(struct dm_hub *hub)
{
	GList *places = g_hash_table_get_values(hub->places);

	/* One end does not end another, so that each of the list is there until its turn. */
	for (GList *at = places; at; at = at->next) {
		struct dm_place *place = at->data;
		struct dm_conversation *conversation = place->conversation;

		if (!dm_access_is_revoked(hub->options.access,
					  dm_listener_token_id(place->listener)))
			continue;
		dm_place_vacate(place);
		if (conversation)
			dm_conversation_tell_peer(conversation, DM_PEER_CLOSED);
	}
	g_list_free(places);
}

unsigned dm_place_restart_booth(struct dm_hub *hub, const struct dm_room *room, uint8_t booth)
{
	GList *places = g_hash_table_get_values(hub->places);
	unsigned count = 0;

	for (GList *at = places; at; at = at->next) {
		struct dm_place *place = at->data;
		struct dm_conversation *conversation = place->conversation;
		const struct dm_interpreter *interpreter = dm_place_interpreter(place);

		if (place->room != room || !interpreter ||
		    dm_interpreter_booth(interpreter) != booth)
			continue;
		dm_place_remove(place);
		count++;
		if (conversation)
			dm_conversation_tell_peer(conversation, DM_PEER_CLOSED);
	}
	g_list_free(places);
	return count;
}
