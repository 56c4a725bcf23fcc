/* relay/ingest/picture_pacer.h
 *
 * Decides what a picture shows and when: a new frame as it comes, the last one again in a short
 * gap, the holding picture when the source has stalled. Times given out only grow, and a frame
 * keeps the time at which its source presented it, which is what keeps it in step with sound.
 *
 * Pure, plain data: time comes in. Thread: one at a time.
 */
#ifndef DM_INGEST_PICTURE_PACER_H
#define DM_INGEST_PICTURE_PACER_H

#include "base/time.h"

#include <stdbool.h>

enum dm_picture_step {
	DM_PICTURE_WAIT,   /* nothing now */
	DM_PICTURE_NEW,    /* show the frame that just came */
	DM_PICTURE_REPEAT, /* show the last frame again */
	DM_PICTURE_HOLD,   /* show the holding picture */
};

struct dm_picture_pacer {
	dm_usec interval;    /* of the frame rate */
	dm_usec stall_after; /* without a frame for so long: hold */
	dm_usec shown_at;    /* time given to the last picture shown */
	dm_usec stepped_at;  /* when it was shown */
	dm_usec source_at;   /* time of the source's newest frame */
	dm_usec arrived_at;  /* when that came; DM_USEC_NEVER: none yet */
	dm_usec gap;         /* between the source's frames, smoothed */
	bool holding;
};

struct dm_picture_pacer dm_picture_pacer_init(dm_usec interval, dm_usec stall_after, dm_usec now);

/* A frame came that its source presents at `presented_at`. Returns NEW (shown with the time in
 * *captured_at), or WAIT: dropped. */
enum dm_picture_step dm_picture_pacer_frame(struct dm_picture_pacer *pacer, dm_usec now,
					    dm_usec presented_at, dm_usec *captured_at);

/* No frame came. Returns WAIT, REPEAT or HOLD. */
enum dm_picture_step dm_picture_pacer_idle(struct dm_picture_pacer *pacer, dm_usec now,
					   dm_usec *captured_at);

/* When dm_picture_pacer_idle must be called if no frame comes before. */
dm_usec dm_picture_pacer_deadline(const struct dm_picture_pacer *pacer);

#endif
