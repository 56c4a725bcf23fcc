/* relay/session/publisher.h
 *
 * A publisher: a peer that only sends (WHIP, RFC 9725), the floor or a language channel.
 *
 * Into a channel it is an interpreter without ears: it sits in the channel's first booth with a
 * free seat, is on air as soon as its sound comes unless somebody of the booth is, and agrees to
 * every handover that a partner asks for.
 *
 * Thread: the control thread.
 */
#ifndef DM_SESSION_PUBLISHER_H
#define DM_SESSION_PUBLISHER_H

#include "session/room.h"

struct dm_publisher;

/* As dm_subscriber_cb: destroyed right after the call, unless CONNECTED. Also CLOSED, when another
 * publisher has the floor now. */
typedef void dm_publisher_cb(void *user, struct dm_publisher *publisher, enum dm_peer_state state);

struct dm_publisher_options {
	struct dm_room *room;
	struct dm_channel *channel; /* of that room; NULL or channels[0]: the floor */
	const char *name;           /* shown to partners; copied */
	bool machine;               /* comes back on air whenever its channel is free */
	dm_publisher_cb *on_state;  /* nullable */
	void *user;
};

/* Where the uplinks of `peer` go is filled in here. Returns 0; -EPERM: no seat, *ruling says why;
 * -EBUSY: a live publisher has the floor; -ENOTSUP: the floor does not come by WHIP; or what
 * dm_transport_add_peer says. On failure *out is NULL. */
int dm_publisher_create(struct dm_publisher **out, const struct dm_publisher_options *options,
			struct dm_peer_options *peer, struct dm_peer_answer *answer,
			struct dm_ruling *ruling);

/* Leaves: the peer is told, on_state is not called. NULL is allowed. */
void dm_publisher_destroy(struct dm_publisher *publisher);

/* Ends all that sit in a booth, with their seats; their owners are told CLOSED, and their programs
 * publish again. Returns how many. */
unsigned dm_room_end_publishers(struct dm_room *room, uint8_t booth);

/* 32 lower-case hexadecimal digits, unguessable: names the WHIP resource. Borrowed. */
const char *dm_publisher_id(const struct dm_publisher *publisher);
struct dm_publisher *dm_event_find_publisher(struct dm_event *event, const char *id); /* nullable */
dm_peer_id dm_publisher_peer(const struct dm_publisher *publisher);
struct dm_room *dm_publisher_room(const struct dm_publisher *publisher);
struct dm_channel *dm_publisher_channel(const struct dm_publisher *publisher);

/* See dm_transport_restart_ice. */
int dm_publisher_restart_ice(struct dm_publisher *publisher, const char *remote_ufrag,
			     struct dm_peer_answer *answer);

#endif
