#include "session/publisher.h"

#include "base/log.h"
#include "session/desk_private.h"
#include "session/name.h"

#include <errno.h>
#include <inttypes.h>

/* A publisher of the floor without a packet for so long may be replaced. Choice: longer than any
 * link's hiccup, shorter than a person's patience. */
#define DEAD_AFTER DM_SEC(2)

struct dm_publisher {
	struct dm_room *room;               /* borrowed: outlives all publishers */
	struct dm_channel *channel;         /* borrowed, likewise; channels[0]: the floor */
	struct dm_interpreter *interpreter; /* owned; NULL: the floor's publisher */
	dm_peer_id peer;
	char id[DM_ID_SIZE];
	bool machine;
	bool has_been_on_air;
	dm_usec created_at;
	dm_publisher_cb *on_state; /* nullable */
	void *user;
};

static bool is_floor(const struct dm_publisher *publisher)
{
	return publisher->channel == publisher->room->channels;
}

/* --- the floor --- */

static bool is_alive(const struct dm_publisher *publisher, dm_usec now)
{
	const struct dm_room *room = publisher->room;
	struct dm_intake_reception sound, picture = { .last_packet = 0 };

	dm_intake_reception(room->whip_sound, &sound);
	if (room->whip_picture)
		dm_intake_reception(room->whip_picture, &picture);
	return now - MAX(publisher->created_at, MAX(sound.last_packet, picture.last_packet)) <
	       DEAD_AFTER;
}

static struct dm_publisher *find_floor(struct dm_room *room)
{
	GHashTableIter iter;
	gpointer publisher;

	g_hash_table_iter_init(&iter, room->event->publishers_by_id);
	while (g_hash_table_iter_next(&iter, NULL, &publisher)) {
		const struct dm_publisher *other = publisher;

		if (other->room == room && is_floor(other))
			return publisher;
	}
	return NULL;
}

static int take_floor(const struct dm_publisher *publisher)
{
	struct dm_publisher *other = find_floor(publisher->room);

	if (!publisher->room->whip_sound)
		return -ENOTSUP;
	if (other && is_alive(other, dm_time_now()))
		return -EBUSY;
	if (other)
		dm_publisher_evict(other);
	return 0;
}

static void aim_floor(const struct dm_publisher *publisher, struct dm_peer_options *peer)
{
	struct dm_uplink_options *sound = &peer->uplinks[DM_UPLINK_SOUND];
	struct dm_uplink_options *picture = &peer->uplinks[DM_UPLINK_PICTURE];

	sound->intake = publisher->room->whip_sound;
	if (sound->wanted)
		dm_intake_set_codec(sound->intake, sound->codec);
	picture->intake = publisher->room->whip_picture;
	picture->wanted = picture->wanted && picture->intake; /* a room without a picture */
	if (picture->wanted)
		dm_intake_set_codec(picture->intake, picture->codec);
}

/* --- a channel --- */

/* The first booth with a free seat whose own channel it is; else why none. */
static bool sit(struct dm_publisher *publisher, const char *name, struct dm_ruling *ruling)
{
	struct dm_room *room = publisher->room;
	const uint8_t channel = (uint8_t)(publisher->channel - room->channels);
	const size_t count = dm_interpretation_booth_count(room->interpretation);

	*ruling = dm_ruling_of(DM_REASON_NO_SUCH_BOOTH);
	for (size_t b = 0; b < count && !publisher->interpreter; b++) {
		const struct dm_booth *booth = dm_interpretation_booth(room->interpretation,
								       (uint8_t)b);

		if (booth->options->outputs[DM_OUTPUT_A] == channel)
			dm_interpreter_sit(&publisher->interpreter, room, (uint8_t)b, name, NULL,
					   ruling);
	}
	return publisher->interpreter != NULL;
}

/* A publisher into the same channel whose sound no longer comes, and whose seat may be had. */
static struct dm_publisher *find_dead(const struct dm_publisher *publisher)
{
	const GPtrArray *interpreters = publisher->room->desk->interpreters;

	for (guint i = 0; i < interpreters->len; i++) {
		const struct dm_interpreter *other = g_ptr_array_index(interpreters, i);
		const struct dm_booth *booth = dm_interpreter_booth_of(other);

		if (other->publisher && other->publisher->channel == publisher->channel && booth &&
		    booth->seats[dm_interpreter_seat(other)].link == DM_LINK_LOST)
			return other->publisher;
	}
	return NULL;
}

/* An encoder that starts again and again does not fill the booth with what it was before. */
static int take_seat(struct dm_publisher *publisher, const char *name, struct dm_ruling *ruling)
{
	struct dm_publisher *dead;

	if (sit(publisher, name, ruling))
		return 0;
	dead = ruling->reason == DM_REASON_BOOTH_FULL ? find_dead(publisher) : NULL;
	if (!dead)
		return -EPERM;
	dm_publisher_evict(dead);
	return sit(publisher, name, ruling) ? 0 : -EPERM;
}

static void agree(const struct dm_interpreter *interpreter, const struct dm_booth *booth,
		  uint8_t seat, dm_usec now)
{
	const struct dm_handover *handover = &booth->handover;
	const bool asked = handover->state == DM_HANDOVER_ASKED && handover->from == seat;
	/* What is offered to people too is for them. */
	const bool offered = handover->state == DM_HANDOVER_OFFERED &&
			     handover->invited == 1U << seat;

	if (asked || offered)
		dm_handover_accept(interpreter->room->interpretation, interpreter->key, now);
}

void dm_publisher_act(struct dm_publisher *publisher, dm_usec now)
{
	struct dm_interpreter *interpreter = publisher->interpreter;
	const struct dm_booth *booth = dm_interpreter_booth_of(interpreter);
	const uint8_t s = dm_interpreter_seat(interpreter);
	const struct dm_seat *seat = booth ? &booth->seats[s] : NULL;
	const struct dm_programme *programme;

	if (!seat)
		return;
	agree(interpreter, booth, s, now);
	publisher->has_been_on_air |= dm_seat_is_open(seat);
	if (dm_seat_is_open(seat) || (publisher->has_been_on_air && !publisher->machine))
		return;
	/* A person whose link has just died is not overtaken: first the channel falls back. */
	programme = dm_interpretation_programme(publisher->room->interpretation,
						booth->options->outputs[DM_OUTPUT_A]);
	if (programme->booth == DM_NOBODY)
		dm_booth_on(publisher->room->interpretation, interpreter->key, DM_OUTPUT_A, now);
}

/* --- both --- */

static struct dm_publisher *make(const struct dm_publisher_options *options)
{
	struct dm_publisher *publisher = g_new0(struct dm_publisher, 1);

	publisher->room = options->room;
	publisher->channel = options->channel ? options->channel : options->room->channels;
	publisher->machine = options->machine;
	publisher->created_at = dm_time_now();
	publisher->on_state = options->on_state;
	publisher->user = options->user;
	return publisher;
}

static void enter(struct dm_publisher *publisher)
{
	struct dm_event *event = publisher->room->event;

	g_hash_table_insert(event->publishers_by_peer, &publisher->peer, publisher);
	g_hash_table_insert(event->publishers_by_id, publisher->id, publisher);
	if (publisher->interpreter)
		dm_interpreter_set_peer(publisher->interpreter, NULL, publisher);
	dm_log(DM_LOG_INFO, "publisher.join", "peer=%" PRIu64 " room=%s channel=%s machine=%d",
	       publisher->peer, publisher->room->options->id, publisher->channel->lang,
	       publisher->machine);
}

/* The seat goes with it. */
static void forget(struct dm_publisher *publisher)
{
	struct dm_event *event = publisher->room->event;
	struct dm_interpreter *interpreter = publisher->interpreter;

	g_hash_table_remove(event->publishers_by_id, publisher->id);
	g_hash_table_remove(event->publishers_by_peer, &publisher->peer);
	if (interpreter) {
		interpreter->publisher = NULL;
		dm_interpreter_leave(interpreter);
	}
	g_free(publisher);
}

int dm_publisher_create(struct dm_publisher **out, const struct dm_publisher_options *options,
			struct dm_peer_options *peer, struct dm_peer_answer *answer,
			struct dm_ruling *ruling)
{
	struct dm_publisher *publisher = make(options);

	*out = NULL;
	*ruling = dm_ruling_of(DM_REASON_DONE);

	int error = dm_event_make_id(publisher->id);

	if (error == 0 && is_floor(publisher))
		error = take_floor(publisher);
	else if (error == 0)
		error = take_seat(publisher, options->name, ruling);
	if (error < 0)
		goto free_publisher;
	if (is_floor(publisher))
		aim_floor(publisher, peer);
	else
		peer->uplinks[DM_UPLINK_SOUND].intake = publisher->interpreter->microphone;
	error = dm_transport_add_peer(publisher->room->event->transport, peer, answer);
	if (error < 0)
		goto leave;
	publisher->peer = answer->id;
	enter(publisher);
	*out = publisher;
	return 0;

leave:
	dm_interpreter_leave(publisher->interpreter);
free_publisher:
	g_free(publisher);
	return error;
}

void dm_publisher_destroy(struct dm_publisher *publisher)
{
	if (!publisher)
		return;
	dm_log(DM_LOG_INFO, "publisher.leave", "peer=%" PRIu64 " room=%s", publisher->peer,
	       publisher->room->options->id);
	dm_transport_remove_peer(publisher->room->event->transport, publisher->peer);
	forget(publisher);
}

void dm_publisher_peer_state(struct dm_publisher *publisher, enum dm_peer_state state)
{
	dm_log(DM_LOG_INFO, "publisher.state", "peer=%" PRIu64 " room=%s state=%s", publisher->peer,
	       publisher->room->options->id, dm_peer_state_name(state));
	if (publisher->on_state)
		publisher->on_state(publisher->user, publisher, state);
	if (state != DM_PEER_CONNECTED)
		forget(publisher);
}

void dm_publisher_evict(struct dm_publisher *publisher)
{
	dm_transport_remove_peer(publisher->room->event->transport, publisher->peer);
	dm_publisher_peer_state(publisher, DM_PEER_CLOSED);
}

unsigned dm_room_end_publishers(struct dm_room *room, uint8_t booth)
{
	unsigned count = 0;

	for (uint8_t seat = 0; seat < DM_SEATS_MAX; seat++) {
		const struct dm_interpreter *interpreter = dm_desk_find(room->desk, booth, seat);

		if (!interpreter || !interpreter->publisher)
			continue;
		dm_publisher_evict(interpreter->publisher);
		count++;
	}
	return count;
}

const char *dm_publisher_id(const struct dm_publisher *publisher)
{
	return publisher->id;
}

struct dm_publisher *dm_event_find_publisher(struct dm_event *event, const char *id)
{
	return g_hash_table_lookup(event->publishers_by_id, id);
}

dm_peer_id dm_publisher_peer(const struct dm_publisher *publisher)
{
	return publisher->peer;
}

struct dm_room *dm_publisher_room(const struct dm_publisher *publisher)
{
	return publisher->room;
}

struct dm_channel *dm_publisher_channel(const struct dm_publisher *publisher)
{
	return publisher->channel;
}

int dm_publisher_restart_ice(struct dm_publisher *publisher, const char *remote_ufrag,
			     struct dm_peer_answer *answer)
{
	return dm_transport_restart_ice(publisher->room->event->transport, publisher->peer,
					remote_ufrag, answer);
}
