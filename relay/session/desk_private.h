/* relay/session/desk_private.h
 *
 * What the desk, its patchbay and those who sit in booths share.
 *
 * Thread: the control thread.
 */
#ifndef DM_SESSION_DESK_PRIVATE_H
#define DM_SESSION_DESK_PRIVATE_H

#include "session/booth_metrics.h"
#include "session/desk.h"
#include "session/event_private.h"
#include "session/interpreter.h"
#include "session/patchbay.h"
#include "session/programme.h"
#include "session/room_rules.h"

struct dm_interpreter {
	struct dm_room *room; /* borrowed: outlives it */
	char key[DM_PARTICIPANT_SIZE];
	struct dm_intake *microphone;     /* owned reference */
	struct dm_subscriber *subscriber; /* borrowed; NULL: no peer that listens */
	struct dm_publisher *publisher;   /* borrowed; nullable: the seat is a publisher's */
	enum dm_output monitored;
	bool dead;           /* its channel's engine hears nothing of it */
	dm_usec alone_since; /* without a peer; DM_USEC_NEVER while it has one */
};

struct dm_desk {
	struct dm_room *room;       /* borrowed: it owns this */
	struct dm_room_rules rules; /* interpretation borrows its options */
	struct dm_patchbay patchbay;
	struct dm_booth_metrics *booths; /* owned array; NULL when there is none */
	GPtrArray *interpreters;         /* struct dm_interpreter, owned */
	guint due_source;                /* of the main loop; 0: nothing is due */
	guint poll_source;               /* 0: nobody sits here */
	uint64_t forgotten;              /* changes, as far as we know */
	bool news;                       /* for the event's observers */
	bool settling;
	bool again;     /* settle was called while settling */
	bool unapplied; /* a queue was full: to be tried again, */
	bool unbound;   /* by somebody who listens */
};

/* `room` has its channels. Creates room->interpretation and room->desk, finish ends both. Returns
 * 0, -EINVAL or -ENOMEM. */
int dm_desk_init(struct dm_room *room, dm_usec now);
void dm_desk_finish(struct dm_room *room);

/* Somebody new sits here, or has gone. */
void dm_desk_admit(struct dm_desk *desk, struct dm_interpreter *interpreter);
void dm_desk_dismiss(struct dm_desk *desk, struct dm_interpreter *interpreter);

/* NULL when the seat is free, or nobody's who sits by interpreter.h. */
struct dm_interpreter *dm_desk_find(const struct dm_desk *desk, uint8_t booth, uint8_t seat);

const struct dm_booth *dm_interpreter_booth_of(const struct dm_interpreter *interpreter);

/* Has a peer from now on, or none any more (the link is lost with it). */
void dm_interpreter_set_peer(struct dm_interpreter *interpreter, struct dm_subscriber *subscriber,
			     struct dm_publisher *publisher);
void dm_interpreter_lost_peer(struct dm_interpreter *interpreter);

/* Its seat is gone: the peer's owner is told, and both end. */
void dm_interpreter_evict(struct dm_interpreter *interpreter);

/* What its microphone's packets say of its link, brought to the rules. True when that is news. */
bool dm_interpreter_poll(struct dm_interpreter *interpreter, dm_usec now);

/* What a publisher in a booth does by itself: on air when it may, agrees to handovers. */
void dm_publisher_act(struct dm_publisher *publisher, dm_usec now);

/* Its seat is gone: its owner is told, and it ends. */
void dm_publisher_evict(struct dm_publisher *publisher);

#endif
