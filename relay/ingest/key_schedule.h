/* relay/ingest/key_schedule.h
 *
 * When a picture's next frame is to be a key frame, for its whole ladder at once: at least every
 * two seconds, when a reader asks or the picture changes altogether, but at most one a second.
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_INGEST_KEY_SCHEDULE_H
#define DM_INGEST_KEY_SCHEDULE_H

#include "base/time.h"

#include <stdbool.h>

struct dm_key_schedule {
	dm_usec interval; /* of the frame rate */
	dm_usec last_at;  /* of the last key frame; DM_USEC_NEVER: none yet */
	bool wished;      /* and not granted yet */
};

struct dm_key_schedule dm_key_schedule_init(dm_usec interval);

/* Whether the frame captured at `at` is to be a key frame; `wish`: somebody asks for one. Call
 * once a frame. */
bool dm_key_schedule_frame(struct dm_key_schedule *schedule, dm_usec at, bool wish);

#endif
