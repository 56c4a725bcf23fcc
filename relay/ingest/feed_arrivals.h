/* relay/ingest/feed_arrivals.h
 *
 * Where a feed's source puts what it plays: notes when sound and picture last came, looks at them
 * for the health of the source, and hands them to the channel's inlet and the picture's line.
 *
 * Thread: what the source puts in `output` comes on its threads, sound and picture each on one at a
 * time; all that stands below on the feed's.
 */
#ifndef DM_INGEST_FEED_ARRIVALS_H
#define DM_INGEST_FEED_ARRIVALS_H

#include "ingest/feed.h"
#include "ingest/source_output.h"
#include "ingest/source_watch.h"

#include <stdatomic.h>

/* Plain data, but not to be moved once it is initialised: `output` points to it. */
struct dm_feed_arrivals {
	const struct dm_feed_options *options; /* borrowed */
	struct dm_source_output output;        /* for the source */
	struct dm_source_watch watch;

	/* When sound or picture last came in this attempt; written by the source's threads. */
	_Atomic dm_usec sound_at;
	_Atomic dm_usec picture_at;
};

/* The options are borrowed for as long as the arrivals are in use. */
void dm_feed_arrivals_init(struct dm_feed_arrivals *arrivals,
			   const struct dm_feed_options *options);

/* Another attempt begins. While nothing comes. */
void dm_feed_arrivals_begin(struct dm_feed_arrivals *arrivals);

/* DM_USEC_NEVER: nothing yet in this attempt. `last` is the later of both. */
dm_usec dm_feed_arrivals_sound_at(const struct dm_feed_arrivals *arrivals);
dm_usec dm_feed_arrivals_picture_at(const struct dm_feed_arrivals *arrivals);
dm_usec dm_feed_arrivals_last_at(const struct dm_feed_arrivals *arrivals);

#endif
