/* relay/ingest/encode_ladder.h
 *
 * Encodes one picture once for everybody: every frame to H.264 constrained baseline at each
 * rung's size and bitrate, key frames at the same frames on all rungs, published to a track a
 * rung (RFC 6184, packetization mode 1).
 *
 * Thread: create, push and destroy from the picture's thread; each rung has a streaming thread
 * of GStreamer's, the one writer of its track.
 */
#ifndef DM_INGEST_ENCODE_LADDER_H
#define DM_INGEST_ENCODE_LADDER_H

#include "base/metric.h"
#include "rtp/audience.h"
#include "rtp/timeline.h"
#include "rtp/track.h"
#include "session/options.h"

#include <gst/gst.h>

struct dm_encode_ladder;

struct dm_encode_ladder_options {
	const struct dm_rung_options *rungs; /* best first; frames come at the first one's size */
	struct dm_track *const *tracks;      /* one a rung; references are taken */
	size_t count;
	uint32_t frame_rate;
	dm_usec delay;    /* frames are published so long after their capture, or once encoded */
	const char *name; /* for logs */
	const struct dm_timeline *timeline;
	const struct dm_audience *audience;
	struct dm_metric *dropped;      /* access units that did not fit their track */
	struct dm_metric *key_interval; /* microseconds between the last two key frames */
};

/* The options are borrowed until destroy. Returns 0, -ENOMEM or -EIO (logged); on failure *out
 * is NULL. */
int dm_encode_ladder_create(struct dm_encode_ladder **out,
			    const struct dm_encode_ladder_options *options);
void dm_encode_ladder_destroy(struct dm_encode_ladder *ladder); /* NULL is allowed */

/* Encodes `frame` (borrowed; I420 of the first rung's size) as captured at `captured_at`, which
 * must grow; as key frames where `key`. Returns 0, -EAGAIN when the encoders are behind (the
 * frame is skipped on every rung) or -EIO once the ladder has failed: make a new one. */
int dm_encode_ladder_push(struct dm_encode_ladder *ladder, GstBuffer *frame, dm_usec captured_at,
			  bool key);

#endif
