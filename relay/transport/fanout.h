/* relay/transport/fanout.h
 *
 * The way of a packet from a track to everybody on this worker who wants it: each new frame is
 * read from the ring once, then written for every stream that listens. Sound goes first, and again
 * between the streams of a picture.
 *
 * No clock, no I/O but through the sender; allocates only when a stream is placed (on a bind, a
 * join or a change of rung), never for a packet.
 * Thread: only the worker that created it.
 */
#ifndef DM_TRANSPORT_FANOUT_H
#define DM_TRANSPORT_FANOUT_H

#include "base/metric.h"
#include "transport/stream.h"

struct dm_fanout;

struct dm_fanout_metrics {
	struct dm_metric frames_lost; /* overwritten before this worker had read them */
};

/* `sender` is borrowed until destroy. Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_fanout_create(struct dm_fanout **out, struct dm_sender *sender);
void dm_fanout_destroy(struct dm_fanout *fanout); /* NULL is allowed */

/* Starts the stream on its rungs, where sound starts with the newest packet and a picture with the
 * cached last key frame, of a lesser rung where that is quicker to send. Or changes what a running
 * stream gets after dm_stream_set_rungs. With no rungs it is taken out. Returns 0 or -ENOMEM. */
int dm_fanout_place(struct dm_fanout *fanout, struct dm_stream *stream);

/* Takes the stream out: no more packets. */
void dm_fanout_remove(struct dm_fanout *fanout, struct dm_stream *stream);

/* Sends everything that was published since the last run, and flushes. */
void dm_fanout_run(struct dm_fanout *fanout);

/* Whether a run would find something to send. Cheap: for asking in the middle of other work. */
bool dm_fanout_is_due(const struct dm_fanout *fanout);

/* A place to read one packet into, for resending; used up by the next run. */
struct dm_track_packet *dm_fanout_scratch(struct dm_fanout *fanout);

struct dm_fanout_metrics *dm_fanout_metrics(struct dm_fanout *fanout);

#endif
