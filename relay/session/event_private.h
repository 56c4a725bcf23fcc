/* relay/session/event_private.h
 *
 * What the nouns of this module share with one another, and nobody else.
 *
 * Thread: the control thread.
 */
#ifndef DM_SESSION_EVENT_PRIVATE_H
#define DM_SESSION_EVENT_PRIVATE_H

#include "session/event.h"
#include "session/subscriber.h"

#include <glib.h>

struct dm_event {
	const struct dm_event_options *options; /* borrowed */
	struct dm_transport *transport;         /* borrowed */
	struct dm_metrics *metrics;             /* borrowed, nullable */
	struct dm_room *rooms;                  /* owned array */
	size_t room_count;
	GHashTable *subscribers_by_peer; /* dm_peer_id -> struct dm_subscriber, which owns itself */
	GHashTable *subscribers_by_id;   /* the same by public id */
	GArray *observers;               /* struct observer of event.c */
};

/* Creates the room's tracks. Returns 0, -EINVAL or -ENOMEM; finish is safe after a failure. */
int dm_room_init(struct dm_room *room, struct dm_event *event,
		 const struct dm_room_options *options);
void dm_room_finish(struct dm_room *room);

/* Tells the observers that the room's public state has changed. */
void dm_event_notify(struct dm_event *event, struct dm_room *room);

/* The peer's state has changed; ends the subscriber unless it is CONNECTED. */
void dm_subscriber_peer_state(struct dm_subscriber *subscriber, enum dm_peer_state state);

#endif
