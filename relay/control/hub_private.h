/* relay/control/hub_private.h
 *
 * What hub.c and conversation.c share: the conversations that there are, and the places of those
 * that have joined.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_HUB_PRIVATE_H
#define DM_CONTROL_HUB_PRIVATE_H

#include "control/conversation.h"
#include "control/listener.h"

#include <glib.h>

/* A listener's place: it outlives its websocket by the grace. */
struct dm_place {
	struct dm_hub *hub;                   /* borrowed */
	struct dm_listener *listener;         /* owned */
	struct dm_conversation *conversation; /* borrowed; NULL while away */
	guint timer;                          /* GLib source; 0 while not away */
};

struct dm_hub {
	struct dm_hub_options options;
	GHashTable *places;        /* id (of the listener) to struct dm_place (owned) */
	GHashTable *conversations; /* a set; borrowed */
	struct dm_metric open;
	struct dm_metric away;
	struct dm_metric received;
	struct dm_metric slow;
	struct dm_metric refused[DM_REFUSAL_COUNT];
};

struct dm_conversation {
	struct dm_hub *hub;         /* borrowed */
	struct dm_place *place;     /* borrowed; NULL: not joined */
	struct dm_visitor *visitor; /* owned; NULL: has shown no token */
	GQueue queue;               /* GBytes, owned */
	size_t queued_bytes;
	unsigned close_code;
	double allowance; /* messages that may come now */
	dm_usec allowed_at;
	dm_conversation_wake_cb *wake;
	void *user;
};

/* Ends the place and its listener. */
void dm_place_remove(struct dm_place *place);

/* Its websocket has gone: the grace begins. */
void dm_place_leave(struct dm_place *place);

/* A websocket, new or another, takes the place. */
void dm_place_take(struct dm_place *place, struct dm_conversation *conversation);

/* The relay ended its listener: says so. */
void dm_conversation_end_place(struct dm_conversation *conversation);

/* Queues a message; too much unsent, and the reader is told to come back. */
void dm_conversation_push(struct dm_conversation *conversation, GBytes *text);

#endif
