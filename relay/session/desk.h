/* relay/session/desk.h
 *
 * The desk of a room: does what the rules of its booths decide. It tells the engines what their
 * channels carry, connects microphones to them, binds those in the booths to what they listen to,
 * brings what engines and links report back to the rules, keeps their deadlines, and tells the
 * observers what has changed.
 *
 * Who acts calls the rules (dm_booth_on(room->interpretation, …)) with dm_time_now(), and then
 * dm_desk_settle: rules alone move nothing.
 *
 * Thread: the control thread.
 */
#ifndef DM_SESSION_DESK_H
#define DM_SESSION_DESK_H

#include "session/event.h"

/* Does everything that follows from the rules as they are now, and tells the observers. From an
 * observer it may be called too: then it is done right after. */
void dm_desk_settle(struct dm_room *room);

/* Observers are called for each change, in order, after everything that follows from it was done;
 * after the last of a batch once with NULL. They must not add or remove observers from within. A
 * change DM_CHANGE_LEFT ends the interpreter: its struct is gone by then. */
typedef void dm_desk_observer_cb(void *user, struct dm_room *room, const struct dm_change *change);
void dm_desk_observe(struct dm_event *event, dm_desk_observer_cb *callback, void *user);
void dm_desk_unobserve(struct dm_event *event, dm_desk_observer_cb *callback, void *user);

/* The ticker has events (dm_ticker_fd is readable): takes them all, and acts on them at once. */
void dm_desk_answer(struct dm_event *event);

#endif
