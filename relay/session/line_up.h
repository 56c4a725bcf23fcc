/* relay/session/line_up.h
 *
 * Line-up of a room before doors open: all its language channels carry the signal of
 * audio/line_up.h at once, in step, and what leaves is checked. A channel whose booth is on air is
 * left alone; a booth that goes on air meanwhile has its channel at once.
 *
 * Thread: the control thread, with a timer in the default GLib main loop while one runs.
 */
#ifndef DM_SESSION_LINE_UP_H
#define DM_SESSION_LINE_UP_H

#include "audio/line_up.h"
#include "session/event.h"

enum dm_line_up_state {
	DM_LINE_UP_RUNNING,
	DM_LINE_UP_DONE,    /* all was sent, and heard as far as it came */
	DM_LINE_UP_STOPPED, /* by somebody, or because the room is in session, or has no channel
			       left for it */
};

enum dm_line_up_part {
	DM_LINE_UP_ABSENT, /* it has no engine of its own: the floor, and what is the floor */
	DM_LINE_UP_SENT,
	DM_LINE_UP_ON_AIR, /* its booth is on air, or its source comes: not tested */
};

struct dm_line_up_channel {
	enum dm_line_up_part part;
	bool carries; /* the signal, as far as its engine was told */
	/* Of SENT what is known by now. Of the floor how far its source's sound is off its picture,
	 * where that is known: the beeps. Else all pending. */
	struct dm_line_up_report report;
};

/* The last one of a room. */
struct dm_line_up {
	struct dm_room *room; /* borrowed */
	enum dm_line_up_state state;
	int64_t started;           /* wall-clock seconds since 1970 */
	enum dm_line_up_step step; /* what is sent and not yet heard; else the last one */
	struct dm_line_up_channel channels[DM_CHANNELS_MAX]; /* as the room's */
	int64_t from;                                        /* the tick with which it begins */
	dm_usec ends_at;                                     /* at the latest */
	bool news;                                           /* to be told */
	guint timer; /* of the main loop; 0: it does not run */
};

/* Returns 0; -EALREADY: one runs; -EBUSY: the room is in session; -ENOTSUP: nobody listens here to
 * what leaves; -ENOENT: no channel has an engine; -EADDRINUSE: each is on air; or -EAGAIN: to be
 * tried again. Unless it is 0, room->line_up is as it was. */
int dm_line_up_start(struct dm_room *room);

/* The channels carry again what they did. Does nothing when none runs. */
void dm_line_up_stop(struct dm_room *room);

/* Is told, on the control thread, at the end of each step, when a channel gets out of it, and of
 * the end; not of the start, which whoever starts it knows. NULL: nobody. */
typedef void dm_line_up_cb(void *user, struct dm_room *room);
void dm_line_up_set_observer(struct dm_event *event, dm_line_up_cb *callback, void *user);

/* "running", "done", "stopped". */
const char *dm_line_up_state_name(enum dm_line_up_state state);

#endif
