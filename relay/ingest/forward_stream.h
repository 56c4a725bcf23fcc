/* relay/ingest/forward_stream.h
 *
 * One passed-through stream, Opus (RFC 7587) or H.264 (RFC 6184, packetization mode 1): RTP packets
 * in, whole frames out into tracks, payloads as they came. A sound packet goes on at once, a
 * picture's with the last of its frame. A frame with a lost packet is dropped, and so is what
 * follows up to the next key frame, which is wanted at once: a viewer sees a still picture rather
 * than a torn one. A lost sound packet is a step in the timestamps, which receivers conceal.
 *
 * Pure but for log lines; no allocation after create.
 * Thread: one at a time, the one writer of its tracks.
 */
#ifndef DM_INGEST_FORWARD_STREAM_H
#define DM_INGEST_FORWARD_STREAM_H

#include "base/metric.h"
#include "ingest/forward_clock.h"
#include "rtp/packet.h"
#include "rtp/track.h"

/* Why a packet did not go on. */
enum dm_forward_drop {
	DM_FORWARD_DROP_DUPLICATE,
	DM_FORWARD_DROP_LATE,         /* its place was given up */
	DM_FORWARD_DROP_FAR,          /* a single packet whose number is far off */
	DM_FORWARD_DROP_TOO_LARGE,    /* over DM_TRACK_PAYLOAD_MAX, or empty */
	DM_FORWARD_DROP_DAMAGED,      /* others of its frame are missing */
	DM_FORWARD_DROP_AWAITING_KEY, /* of a frame that builds on one that is missing */
	DM_FORWARD_DROP_FOREIGN,      /* of another sender while the first is there */
	DM_FORWARD_DROPS,
};

struct dm_forward_counts {
	struct dm_metric packets; /* that came, of this stream's sender */
	struct dm_metric bytes;   /* of their payloads */
	struct dm_metric lost;    /* numbers that never came, or too late */
	struct dm_metric reordered;
	struct dm_metric backwards; /* timestamps that would have gone back */
	struct dm_metric drops[DM_FORWARD_DROPS];
};

struct dm_forward_stream;

struct dm_forward_stream_options {
	const char *name; /* "room/floor", for logs */
	enum dm_forward_medium medium;
	struct dm_track *const *tracks; /* 1..DM_CHANNELS_MAX that all get the same; references are
					 * taken, the array is borrowed for the call */
	size_t track_count;
	struct dm_forward_clock *clock;   /* borrowed until destroy */
	struct dm_forward_counts *counts; /* likewise */
};

/* Returns 0, -EINVAL (no tracks, or too many) or -ENOMEM; on failure *out is NULL. */
int dm_forward_stream_create(struct dm_forward_stream **out,
			     const struct dm_forward_stream_options *options);
void dm_forward_stream_destroy(struct dm_forward_stream *stream); /* NULL is allowed */

/* What comes next is another sender's, or the sender began anew. */
void dm_forward_stream_restart(struct dm_forward_stream *stream);

/* Takes a packet. Both return how many frames were published; if any, ring the audience. */
unsigned dm_forward_stream_put(struct dm_forward_stream *stream, const struct dm_rtp_packet *packet,
			       dm_usec now);
unsigned dm_forward_stream_expire(struct dm_forward_stream *stream, dm_usec now);

/* When to call expire; DM_USEC_NEVER: nothing waits. */
dm_usec dm_forward_stream_deadline(const struct dm_forward_stream *stream);

/* Whether its viewers need a key frame: nothing goes on without one, or one of them asked since the
 * last one came or was asked for. */
bool dm_forward_stream_wants_key(struct dm_forward_stream *stream);
void dm_forward_stream_key_asked(struct dm_forward_stream *stream); /* the sender was told */

/* When a frame was last published (DM_USEC_NEVER: not yet), and how far apart they usually are. */
dm_usec dm_forward_stream_last_at(const struct dm_forward_stream *stream);
dm_usec dm_forward_stream_interval(const struct dm_forward_stream *stream);

#endif
