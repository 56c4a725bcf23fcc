/* relay/audio/ears.h
 *
 * All ears of the ticker.
 *
 * Thread: as the ticker's; add and finish while it does not run.
 */
#ifndef DM_AUDIO_EARS_H
#define DM_AUDIO_EARS_H

#include "audio/earpiece.h"

struct dm_ears_entry {
	struct dm_earpiece *earpiece; /* owned */
	bool publishes;               /* in this tick */
	struct dm_track_payload payload;
};

/* Zero-initialised. */
struct dm_ears {
	struct dm_ears_entry *list; /* owned */
	size_t count;
};

/* Returns the ear's number, or as dm_earpiece_create. */
int dm_ears_add(struct dm_ears *ears, const struct dm_ticker_ear *options);
void dm_ears_finish(struct dm_ears *ears);

/* Before the tick's engines run, and after. Returns how many could not be encoded. */
void dm_ears_wake(struct dm_ears *ears);
unsigned dm_ears_make(struct dm_ears *ears, dm_usec at);

/* `frame` but for its payload. */
void dm_ears_publish(const struct dm_ears *ears, const struct dm_track_frame *frame, dm_usec now);

#endif
