/* relay/ingest/feed_states.h
 *
 * Whether a source's sound and its picture are live or lost, judged by when each last came. Both
 * those that are decoded here (feed) and those that are passed through (forward_source) have them.
 *
 * Plain data; pure but for log lines and what on_state does. Thread: one at a time, that of whoever
 * plays the source.
 */
#ifndef DM_INGEST_FEED_STATES_H
#define DM_INGEST_FEED_STATES_H

#include "base/metric.h"
#include "base/time.h"
#include "session/room.h"

#include <stdbool.h>

#define DM_FEED_LOOK DM_MSEC(50) /* how often to look: well within 500 ms; choice */

/* Begins with each CONNECTING, or OFF when the source has none; an OFF stays so. */
struct dm_feed_states {
	const char *name;         /* "room/floor", for logs; borrowed, as is the next */
	struct dm_metric *stalls; /* times that one was lost */
	enum dm_feed_state sound;
	enum dm_feed_state picture;

	/* One of them changed. */
	void (*on_state)(void *user, enum dm_feed_state sound, enum dm_feed_state picture);
	void *user;
};

/* A sign of life. */
struct dm_feed_sign {
	dm_usec last_at;     /* DM_USEC_NEVER: nothing yet */
	dm_usec stall_after; /* without any for so long, what was live is lost */
};

/* Returns whether one changed, which is then to be told. What is OFF is not looked at. */
bool dm_feed_states_look(struct dm_feed_states *states, const struct dm_feed_sign *sound,
			 const struct dm_feed_sign *picture, dm_usec now);

/* Logs them and calls on_state. */
void dm_feed_states_tell(const struct dm_feed_states *states);

/* Whatever was live or lost: what comes now is another source, which has not delivered yet. The
 * caller logs that; on_state is called. */
void dm_feed_states_connect_anew(struct dm_feed_states *states);

#endif
