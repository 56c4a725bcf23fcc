/* relay/control/place.h
 *
 * The place of a websocket that has joined a room: its listener, and, of an interpreter, the seat
 * in a booth. It outlives its websocket by the grace. Private to this module.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_PLACE_H
#define DM_CONTROL_PLACE_H

#include "control/hub_private.h"
#include "control/listener.h"
#include "session/interpreter.h"

struct dm_place {
	struct dm_hub *hub;                   /* borrowed */
	struct dm_listener *listener;         /* owned */
	struct dm_conversation *conversation; /* borrowed; NULL while away */
	guint timer;                          /* GLib source; 0 while not away */
	struct dm_room *room;                 /* borrowed */
	char key[DM_PARTICIPANT_SIZE];        /* of the seat in a booth; "": a delegate's place */
	bool organiser;                       /* listens as one: is not counted, and has an ear */
	const struct dm_channel *heard;       /* last told of "my languages"; NULL: nothing was */
};

/* The listener is the place's from now on. `key`: NULL for a delegate. */
struct dm_place *dm_place_create(struct dm_hub *hub, struct dm_listener *listener, const char *key);

/* Its peer has gone: a seat stays for a while, as the session keeps it. */
void dm_place_remove(struct dm_place *place);

/* It is left for good, the seat too. */
void dm_place_vacate(struct dm_place *place);

/* Its websocket has gone: the grace begins. */
void dm_place_leave(struct dm_place *place);

/* A websocket, new or another, takes the place. */
void dm_place_take(struct dm_place *place, struct dm_conversation *conversation);

/* Who sits there; NULL for a delegate, and when the seat has been taken away. */
struct dm_interpreter *dm_place_interpreter(const struct dm_place *place);

/* Ends the peers of all who sit in a booth; their websockets are told, and the seats stay theirs.
 * Returns how many there were. */
unsigned dm_place_restart_booth(struct dm_hub *hub, const struct dm_room *room, uint8_t booth);

/* Ends those whose token has been revoked; their websockets are told. */
void dm_place_review(struct dm_hub *hub);

/* The relay stops: all are left. */
void dm_place_vacate_all(struct dm_hub *hub);

/* For the hub's table. */
void dm_place_free(void *place);

#endif
