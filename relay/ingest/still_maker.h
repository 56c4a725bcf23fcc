/* relay/ingest/still_maker.h
 *
 * Makes a small JPEG of a key frame, packet by packet as a viewer gets it: one pipeline for all
 * pictures, kept between stills, since each key frame brings its own parameter sets.
 *
 * Thread: one at a time; its pipeline has a streaming thread of GStreamer's.
 */
#ifndef DM_INGEST_STILL_MAKER_H
#define DM_INGEST_STILL_MAKER_H

#include "base/time.h"

#include <gst/video/video.h>
#include <stdbool.h>

struct dm_still_maker;

#define DM_STILL_WIDTH_MAX  320
#define DM_STILL_HEIGHT_MAX 180

struct dm_still {
	GBytes *jpeg;      /* owned */
	GstBuffer *pixels; /* owned; what was made into it, I420, */
	GstVideoInfo info; /* of this size */
	int width;         /* of the picture that was decoded; 0: not known */
	int height;
};

/* Returns 0 or -EIO (logged); on failure *out is NULL. */
int dm_still_maker_create(struct dm_still_maker **out);
void dm_still_maker_destroy(struct dm_still_maker *maker); /* NULL is allowed */

/* One packet's payload (RFC 6184, packetization mode 1); `last` of the frame. */
void dm_still_maker_put(struct dm_still_maker *maker, const void *payload, size_t bytes, bool last);

/* After the last packet: waits at most `patience`. False: the frame could not be decoded. What was
 * made is the caller's, for dm_still_finish. */
bool dm_still_maker_take(struct dm_still_maker *maker, dm_usec patience, struct dm_still *still);

void dm_still_finish(struct dm_still *still);

#endif
