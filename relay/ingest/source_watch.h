/* relay/ingest/source_watch.h
 *
 * Looks at what a decoded source gives, for the health of its picture and of the source: whether
 * the picture moves, how sound and picture are apart.
 *
 * Thread: picture and sound exclude one another; reset and rest on the feed's thread, while nothing
 * comes or as it comes: what they race for are single figures.
 */
#ifndef DM_INGEST_SOURCE_WATCH_H
#define DM_INGEST_SOURCE_WATCH_H

#include "ingest/picture_watch.h"
#include "ingest/sync_probe.h"
#include "session/health.h"

#include <gst/video/video.h>

struct dm_source_watch {
	struct dm_picture_health *health; /* borrowed; NULL: nobody asks */
	struct dm_source_health *source;  /* borrowed; NULL likewise */
	GstVideoInfo info;                /* of the pictures */
	struct dm_picture_watch picture;
	struct dm_sync_probe probe;
};

/* Pictures are I420 of this size. Both healths are borrowed. */
struct dm_source_watch dm_source_watch_init(struct dm_picture_health *health,
					    struct dm_source_health *source, size_t width,
					    size_t height);

/* Another attempt begins. While nothing comes. */
void dm_source_watch_reset(struct dm_source_watch *watch);

/* Nothing comes any more for now: no picture stands still. */
void dm_source_watch_rest(struct dm_source_watch *watch);

void dm_source_watch_picture(struct dm_source_watch *watch, GstBuffer *frame, dm_usec presented_at);
/* Samples of 48 kHz. */
void dm_source_watch_sound(struct dm_source_watch *watch, const float *samples, size_t count,
			   dm_usec presented_at);

#endif
