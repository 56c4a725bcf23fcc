#include "session/event.h"

#include "base/log.h"
#include "session/event_private.h"
#include "session/reception_metrics.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

struct observer {
	dm_event_observer_cb *callback;
	void *user;
};

static void peer_state(void *user, dm_peer_id peer, enum dm_peer_state state)
{
	struct dm_event *event = user;
	struct dm_subscriber *subscriber = g_hash_table_lookup(event->subscribers_by_peer, &peer);
	struct dm_publisher *publisher = g_hash_table_lookup(event->publishers_by_peer, &peer);

	/* Both sides may end a peer at once: then the news comes late. */
	if (subscriber)
		dm_subscriber_peer_state(subscriber, state);
	else if (publisher)
		dm_publisher_peer_state(publisher, state);
}

int dm_event_make_id(char id[static DM_ID_SIZE])
{
	uint8_t random[(DM_ID_SIZE - 1) / 2];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	for (size_t i = 0; i < sizeof(random); i++)
		g_snprintf(id + 2 * i, 3, "%02x", random[i]);
	return 0;
}

int dm_event_create(struct dm_event **out, const struct dm_event_options *options,
		    struct dm_transport *transport, struct dm_ticker *ticker,
		    struct dm_metrics *metrics)
{
	*out = NULL;
	if (options->room_count == 0 || options->room_count > DM_ROOMS_MAX)
		return -EINVAL;

	struct dm_event *event = g_new0(struct dm_event, 1);

	event->options = options;
	event->transport = transport;
	event->ticker = ticker;
	event->metrics = metrics;
	event->rooms = g_new0(struct dm_room, options->room_count);
	event->subscribers_by_peer = g_hash_table_new(g_int64_hash, g_int64_equal);
	event->subscribers_by_id = g_hash_table_new(g_str_hash, g_str_equal);
	event->publishers_by_peer = g_hash_table_new(g_int64_hash, g_int64_equal);
	event->publishers_by_id = g_hash_table_new(g_str_hash, g_str_equal);
	event->observers = g_array_new(FALSE, FALSE, sizeof(struct observer));
	event->desk_observers = g_array_new(FALSE, FALSE, sizeof(struct dm_desk_observer));
	for (size_t i = 0; i < options->room_count; i++) {
		event->room_count = i + 1;
		int error = dm_room_init(&event->rooms[i], event, &options->rooms[i]);

		if (error == 0 && metrics)
			error = dm_reception_metrics_add(metrics, &event->rooms[i]);
		if (error < 0) {
			dm_event_destroy(event);
			return error;
		}
	}

	const int error = dm_event_ears_init(event);

	if (error < 0) {
		dm_event_destroy(event);
		return error;
	}
	dm_transport_set_observer(transport, peer_state, event);
	*out = event;
	return 0;
}

/* One that ends may end others. */
static void end_all(GHashTable *table, void (*end)(gpointer))
{
	GHashTableIter iter;
	gpointer value;

	while (g_hash_table_size(table) > 0) {
		g_hash_table_iter_init(&iter, table);
		g_hash_table_iter_next(&iter, NULL, &value);
		end(value);
	}
}

static void end_publisher(gpointer publisher)
{
	dm_publisher_destroy(publisher);
}

static void end_subscriber(gpointer subscriber)
{
	dm_subscriber_destroy(subscriber);
}

void dm_event_destroy(struct dm_event *event)
{
	if (!event)
		return;

	end_all(event->publishers_by_id, end_publisher);
	end_all(event->subscribers_by_id, end_subscriber);
	dm_transport_set_observer(event->transport, NULL, NULL);
	for (size_t i = 0; i < event->room_count; i++) {
		if (event->metrics)
			dm_reception_metrics_remove(event->metrics, &event->rooms[i]);
		dm_room_finish(&event->rooms[i]);
	}
	dm_event_ears_finish(event);
	g_array_unref(event->desk_observers);
	g_array_unref(event->observers);
	g_hash_table_unref(event->publishers_by_id);
	g_hash_table_unref(event->publishers_by_peer);
	g_hash_table_unref(event->subscribers_by_id);
	g_hash_table_unref(event->subscribers_by_peer);
	g_free(event->rooms);
	g_free(event);
}

const struct dm_event_options *dm_event_options(const struct dm_event *event)
{
	return event->options;
}

struct dm_transport *dm_event_transport(const struct dm_event *event)
{
	return event->transport;
}

size_t dm_event_room_count(const struct dm_event *event)
{
	return event->room_count;
}

struct dm_room *dm_event_room(struct dm_event *event, size_t n)
{
	g_assert(n < event->room_count);
	return &event->rooms[n];
}

struct dm_room *dm_event_find_room(struct dm_event *event, const char *id)
{
	for (size_t i = 0; i < event->room_count; i++)
		if (strcmp(event->rooms[i].options->id, id) == 0)
			return &event->rooms[i];
	return NULL;
}

struct dm_subscriber *dm_event_find_subscriber(struct dm_event *event, const char *id)
{
	return g_hash_table_lookup(event->subscribers_by_id, id);
}

void dm_event_set_source_switch(struct dm_event *event, dm_event_source_switch *callback,
				void *user)
{
	event->switch_source = callback;
	event->switch_user = user;
}

void dm_event_set_survey(struct dm_event *event, struct dm_survey *survey)
{
	event->survey = survey;
}

int dm_event_observe(struct dm_event *event, dm_event_observer_cb *callback, void *user)
{
	const struct observer observer = { .callback = callback, .user = user };

	g_array_append_val(event->observers, observer);
	return 0;
}

void dm_event_unobserve(struct dm_event *event, dm_event_observer_cb *callback, void *user)
{
	for (guint i = 0; i < event->observers->len; i++) {
		const struct observer *observer = &g_array_index(event->observers, struct observer,
								 i);

		if (observer->callback == callback && observer->user == user) {
			g_array_remove_index(event->observers, i);
			return;
		}
	}
}

void dm_event_notify(struct dm_event *event, struct dm_room *room)
{
	for (guint i = 0; i < event->observers->len; i++) {
		const struct observer observer = g_array_index(event->observers, struct observer,
							       i);

		observer.callback(observer.user, room);
	}
}
