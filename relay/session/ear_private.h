/* relay/session/ear_private.h
 *
 * An event's ears, for the event, its subscribers and the patchbay.
 *
 * Thread: the control thread.
 */
#ifndef DM_SESSION_EAR_PRIVATE_H
#define DM_SESSION_EAR_PRIVATE_H

#include "session/ear.h"

struct dm_ear {
	struct dm_track *track; /* owned reference; NULL: there is no sound */
	int number;             /* in the ticker */
	unsigned users;         /* subscribers; 0: free */
	struct dm_room *room;   /* borrowed; of the seat, as are the next two */
	uint8_t booth, seat;
	int channel; /* as the ticker was told: its number; -1: none */
	uint8_t microphone;
	struct dm_intake *own; /* owned reference: that the ear itself has; nullable */
};

/* Adds the tracks to the ticker, after all channels. Returns 0, -EINVAL or -ENOMEM; finish in any
 * case, when the ticker has stopped and nobody listens any more. */
int dm_event_ears_init(struct dm_event *event);
void dm_event_ears_finish(struct dm_event *event);

/* Before a room's microphones are connected: what engines want, ears let go. After: ears follow
 * their seats. False when the ticker's queue was full: to be called again. */
bool dm_room_ears_leave(struct dm_room *room);
bool dm_room_ears_follow(struct dm_room *room);

/* The subscriber is done with it. NULL is allowed. */
void dm_ear_release(struct dm_ear *ear);

#endif
