/* relay/ingest/source_output.h
 *
 * What a source makes and where it puts it: decoded sound and pictures, each with the time at
 * which the source presents it.
 *
 * Thread: sound and picture may be called from two threads, each from one at a time.
 */
#ifndef DM_INGEST_SOURCE_OUTPUT_H
#define DM_INGEST_SOURCE_OUTPUT_H

#include "rtp/timeline.h"

#include <gst/gst.h>
#include <stdbool.h>
#include <stddef.h>

struct dm_source_output {
	bool wants_sound;
	bool wants_picture;
	size_t width; /* pixels of the picture, even; the source scales to it */
	size_t height;
	uint32_t frame_rate; /* at most */
	const struct dm_timeline *timeline;

	/* Mono, 48 kHz; `position` in samples since the timeline's origin. */
	void (*sound)(void *user, int64_t position, const float *samples, size_t count);
	/* I420; the reference goes with it. */
	void (*picture)(void *user, GstBuffer *frame, dm_usec presented_at);
	void *user;
};

#endif
