/* relay/ingest/source_sinks.h
 *
 * The second half of a source's pipeline, after source_chain: makes of each decoded stream what the
 * output wants, and puts it out with the moment at which its sink presents it. The first stream of
 * sound and the first of pictures are taken, if wanted; both are moved back together when the
 * source is late for good.
 *
 * Thread: init, format, close and finish on the feed's; attach and read_format on any of
 * GStreamer's; output on its streaming threads.
 */
#ifndef DM_INGEST_SOURCE_SINKS_H
#define DM_INGEST_SOURCE_SINKS_H

#include "ingest/frame_gate.h"
#include "ingest/lateness.h"
#include "ingest/source_format.h"
#include "ingest/source_output.h"
#include "ingest/source_uri.h"

#include <gst/gst.h>

struct dm_source_sinks_options {
	const struct dm_source_uri *uri;       /* borrowed until finish, as are the last two */
	const struct dm_source_output *output; /* copied */
	const char *name;                      /* for logs */
	GstBin *pipeline;                      /* where they are put */
};

/* Not to be moved once a stream is attached. */
struct dm_source_sinks {
	const struct dm_source_uri *uri; /* borrowed, as are the next two */
	const char *name;
	GstBin *pipeline;
	struct dm_source_output output; /* not called once closed */

	/* Callbacks and close exclude one another, so that nothing is put out after close; the
	 * lock is never held across a wait. */
	GMutex lock;
	bool closed;
	GstElement *sound; /* sinks; borrowed from the pipeline; NULL: no such stream yet */
	GstElement *picture;
	struct dm_lateness lateness;
	gint64 moved_back; /* ns; of both sinks, when the source is late for good; may be below 0 */
	struct dm_source_format format;

	struct dm_frame_gate gate; /* the picture's streaming thread */
};

void dm_source_sinks_init(struct dm_source_sinks *sinks,
			  const struct dm_source_sinks_options *options);

/* Presents everything so much later than its time; below 0: earlier. Before the pipeline starts. */
void dm_source_sinks_delay(struct dm_source_sinks *sinks, gint64 delay_ns);

/* Takes a decoded stream's pad, or lets it run into nothing. What cannot be made is logged. */
void dm_source_sinks_attach(struct dm_source_sinks *sinks, GstPad *pad);

/* Notes what caps, of a coded or a decoded stream, tell of the source. */
void dm_source_sinks_read_format(struct dm_source_sinks *sinks, const GstCaps *caps);

/* What is known by now. */
struct dm_source_format dm_source_sinks_format(struct dm_source_sinks *sinks);

/* Nothing is put out any more once this returns. */
void dm_source_sinks_close(struct dm_source_sinks *sinks);

/* Once no thread of GStreamer's is left. */
void dm_source_sinks_finish(struct dm_source_sinks *sinks);

#endif
