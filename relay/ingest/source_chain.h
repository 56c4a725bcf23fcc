/* relay/ingest/source_chain.h
 *
 * The first half of a source's pipeline, by kind of source: what fetches the bytes, what takes
 * them apart and decodes them. Decoded streams appear on `on_stream`, on GStreamer's threads.
 *
 * Thread: build on the feed's thread.
 */
#ifndef DM_INGEST_SOURCE_CHAIN_H
#define DM_INGEST_SOURCE_CHAIN_H

#include "ingest/source_uri.h"
#include "ingest/whip_inlet.h"

#include <gst/gst.h>

struct dm_source_chain {
	bool wants_sound; /* what is not wanted is not decoded */
	bool wants_picture;
	/* A pad with raw sound or pictures, or anything that nobody wants. */
	void (*on_stream)(void *user, GstPad *pad);
	/* A coded stream, whose decoder is being chosen; perhaps more than once. */
	void (*on_coded)(void *user, const GstCaps *caps);
	void *user;
	struct dm_whip_inlet *whip; /* WHIP only: where its packets come from; borrowed */
	/* Set by build: latency that the source reports, though it stamps what it gives after it.
	 */
	gint64 counted_twice_ns;
};

/* Adds the chain's elements to `bin`. `path` is the file's full path (FILE only). `chain` is
 * borrowed for the bin's life. Returns 0 or -EIO (logged). */
int dm_source_chain_build(GstBin *bin, const struct dm_source_uri *uri, const char *path,
			  struct dm_source_chain *chain);

#endif
