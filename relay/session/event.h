/* relay/session/event.h
 *
 * The event: its rooms and its subscribers; the one truth, kept on the control thread.
 *
 * Thread: the control thread.
 */
#ifndef DM_SESSION_EVENT_H
#define DM_SESSION_EVENT_H

#include "session/room.h"

struct dm_event;
struct dm_survey;

/* `options` is borrowed until destroy, so are transport (whose observer the event becomes), ticker
 * (not started yet: every channel is added to it; NULL: no channel has sound) and metrics
 * (nullable). Timers run in the default GLib main loop. Returns 0, -EINVAL or -ENOMEM; on failure
 * *out is NULL. */
int dm_event_create(struct dm_event **out, const struct dm_event_options *options,
		    struct dm_transport *transport, struct dm_ticker *ticker,
		    struct dm_metrics *metrics);

/* Removes every subscriber, publisher and interpreter. The ticker has stopped, and what its
 * channels are fed by is gone. NULL is allowed. */
void dm_event_destroy(struct dm_event *event);

const struct dm_event_options *dm_event_options(const struct dm_event *event);
struct dm_transport *dm_event_transport(const struct dm_event *event);

size_t dm_event_room_count(const struct dm_event *event);
struct dm_room *dm_event_room(struct dm_event *event, size_t n);            /* n < count */
struct dm_room *dm_event_find_room(struct dm_event *event, const char *id); /* nullable */

/* Who plays the floors' sources: plays another one from now on (dm_room_use_source), counted as
 * there, within what the options name. Returns 0, -EINVAL or -ENOTSUP. NULL: nobody. */
typedef int dm_event_source_switch(void *user, struct dm_room *room, unsigned n);
void dm_event_set_source_switch(struct dm_event *event, dm_event_source_switch *callback,
				void *user);

/* Who listens to all that leaves (audio/survey.h): it checks line-ups. Borrowed until destroy;
 * NULL, as at first: nobody. */
void dm_event_set_survey(struct dm_event *event, struct dm_survey *survey);

/* Observers are called, on the control thread, after a room's public state changed (a feed's
 * state, what a channel carries, the floor's language, a free seat, "slower, please"); everybody
 * is bound already to what they hear now. They must not add or remove observers from within.
 * Observe returns 0; memory that runs out ends the process, as everywhere on GLib. */
typedef void dm_event_observer_cb(void *user, struct dm_room *room);
int dm_event_observe(struct dm_event *event, dm_event_observer_cb *callback, void *user);
void dm_event_unobserve(struct dm_event *event, dm_event_observer_cb *callback, void *user);

#endif
