/* relay/session/event_private.h
 *
 * What the nouns of this module share with one another, and nobody else.
 *
 * Thread: the control thread.
 */
#ifndef DM_SESSION_EVENT_PRIVATE_H
#define DM_SESSION_EVENT_PRIVATE_H

#include "session/desk.h"
#include "session/ear_private.h"
#include "session/line_up.h"
#include "session/publisher.h"
#include "session/subscriber.h"

#include <glib.h>

struct dm_desk_observer {
	dm_desk_observer_cb *callback;
	void *user;
};

#define DM_ID_SIZE 33 /* 128 bits as hexadecimal digits, not to be guessed, and NUL */

struct dm_event {
	const struct dm_event_options *options; /* borrowed */
	struct dm_transport *transport;         /* borrowed */
	struct dm_ticker *ticker;               /* borrowed, nullable */
	struct dm_metrics *metrics;             /* borrowed, nullable */
	struct dm_room *rooms;                  /* owned array */
	size_t room_count;
	dm_event_source_switch *switch_source; /* nullable */
	void *switch_user;
	struct dm_survey *survey;    /* borrowed, nullable */
	dm_line_up_cb *line_up_told; /* nullable */
	void *line_up_user;
	struct dm_ear ears[DM_EARS];
	GHashTable *subscribers_by_peer; /* dm_peer_id -> struct dm_subscriber, which owns itself */
	GHashTable *subscribers_by_id;   /* the same by public id */
	GHashTable *publishers_by_peer;  /* dm_peer_id -> struct dm_publisher, which owns itself */
	GHashTable *publishers_by_id;
	GArray *observers;      /* struct observer of event.c */
	GArray *desk_observers; /* struct dm_desk_observer */
};

/* Creates the room's tracks and its interpretation, and adds its channels to the ticker. Returns 0,
 * -EINVAL or -ENOMEM; finish is safe after a failure. */
int dm_room_init(struct dm_room *room, struct dm_event *event,
		 const struct dm_room_options *options);
void dm_room_finish(struct dm_room *room);

/* Before microphones are connected and engines told: booths that are on air get their channels, and
 * when a line-up is over all of them. False when the ticker's queue was full: to be called again.
 */
bool dm_room_line_up_yield(struct dm_room *room);
void dm_room_line_up_finish(struct dm_room *room);

/* Tells the observers that the room's public state has changed. */
void dm_event_notify(struct dm_event *event, struct dm_room *room);

/* 32 random hexadecimal digits. Returns 0 or -EIO. */
int dm_event_make_id(char id[static DM_ID_SIZE]);

/* The peer's state has changed; ends the subscriber, or publisher, unless it is CONNECTED. */
void dm_subscriber_peer_state(struct dm_subscriber *subscriber, enum dm_peer_state state);
void dm_publisher_peer_state(struct dm_publisher *publisher, enum dm_peer_state state);

/* Binds it to what it is to hear and see now, where that is something else than before. Returns 0
 * or -EAGAIN: to be tried again. */
int dm_subscriber_rebind(struct dm_subscriber *subscriber);

bool dm_subscriber_is_organiser(const struct dm_subscriber *subscriber);

/* The ear that it listens by; nullable. Set binds the running stream to it, but counts nobody.
 * Returns 0, or -EAGAIN: it is as before. */
struct dm_ear *dm_subscriber_ear(const struct dm_subscriber *subscriber);
int dm_subscriber_set_ear(struct dm_subscriber *subscriber, struct dm_ear *ear);

/* Somebody else has its place: its owner is told, and it ends. */
void dm_subscriber_evict(struct dm_subscriber *subscriber);

#endif
