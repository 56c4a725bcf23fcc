/* relay/control/hub_private.h
 *
 * What hub, conversations, places and the news of booths share: who is connected, and where they
 * are.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_HUB_PRIVATE_H
#define DM_CONTROL_HUB_PRIVATE_H

#include "control/conversation.h"
#include "monitor/figures.h"
#include "session/subscriber.h"

#include <glib.h>
#include <jansson.h>

struct dm_place;
struct dm_booth_news;
struct dm_oversight;

struct dm_hub {
	struct dm_hub_options options;
	GHashTable *places;         /* id (of the listener) to struct dm_place (owned) */
	GHashTable *conversations;  /* a set; borrowed */
	GHashTable *rooms;          /* struct dm_room (borrowed) to struct pace of hub.c (owned) */
	struct dm_booth_news *news; /* owned */
	struct dm_oversight *oversight; /* owned; NULL: there is no watch */
	guint levels_timer;             /* GLib source; 0: nobody sits in a booth */
	uint32_t technicians;           /* how many without a token have shown themselves */
	struct dm_metric open;
	struct dm_metric away;
	struct dm_metric received;
	struct dm_metric slow;
	struct dm_metric chat;
	struct dm_metric refused[DM_REFUSAL_COUNT];
};

/* What somebody was told last of how fit a sound is. */
struct dm_told_fitness {
	enum dm_verdict verdict;
	enum dm_verdict_reason reason;
};

struct dm_conversation {
	struct dm_hub *hub;         /* borrowed */
	struct dm_place *place;     /* borrowed; NULL: not joined */
	struct dm_visitor *visitor; /* owned; NULL: has shown no token */
	struct dm_room *watched;    /* borrowed; NULL: none */
	bool organises;             /* the watched room: sees what an organiser sees */
	bool oversees;              /* all rooms of its token; the watched one in detail */
	struct dm_told_fitness told_own, told_floor;
	uint32_t technician;           /* counts from 1; 0: has not acted as one without a token */
	char country[DM_COUNTRY_SIZE]; /* "": unknown */
	GQueue queue;                  /* GBytes, owned */
	size_t queued_bytes;
	unsigned close_code;
	double allowance; /* messages that may come now */
	dm_usec allowed_at;
	dm_conversation_wake_cb *wake;
	void *user;
};

/* What has become of its media. */
void dm_conversation_tell_peer(struct dm_conversation *conversation, enum dm_peer_state state);

/* Queues a message; too much unsent, and the reader is told to come back. */
void dm_conversation_push(struct dm_conversation *conversation, GBytes *text);
void dm_conversation_push_json(struct dm_conversation *conversation, json_t *json); /* takes it */

/* Whether it sees the organiser's view of a room, and its token still allows that. */
bool dm_conversation_organises(const struct dm_conversation *conversation,
			       const struct dm_room *room);

/* The rooms whose organiser's view it may see now, a bit for each by its number in the event; and
 * whether it may see what concerns the whole relay. */
uint64_t dm_conversation_rooms(const struct dm_conversation *conversation);
bool dm_conversation_sees_whole(const struct dm_conversation *conversation);

/* Its number in the event. */
size_t dm_hub_room_number(const struct dm_hub *hub, const struct dm_room *room);

/* Calls `each` for every conversation that there is; it must not open or close any. */
typedef void dm_hub_each_cb(struct dm_conversation *conversation, void *user);
void dm_hub_each(struct dm_hub *hub, dm_hub_each_cb *each, void *user);

#endif
