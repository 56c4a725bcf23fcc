/* relay/ingest/feed_sources.h
 *
 * What a feed may play, its own source and the backups, as they were understood, and which of them
 * is in use.
 *
 * Plain data. Thread: init before the feed's thread begins; from then on that thread alone.
 */
#ifndef DM_INGEST_FEED_SOURCES_H
#define DM_INGEST_FEED_SOURCES_H

#include "ingest/feed.h"
#include "ingest/source_uri.h"

#include <limits.h>

struct dm_feed_sources {
	const struct dm_feed_options *options; /* borrowed */
	struct dm_source_uri uris[1 + DM_BACKUPS_MAX];

	/* The one in use; all of it borrowed from the above. */
	unsigned number; /* 0: the feed's own, n: the nth backup */
	const struct dm_source_uri *uri;
	const struct dm_source_options *source;
	char path[PATH_MAX]; /* FILE: where it is */
};

/* Reads them all and takes the first. The options are borrowed for as long as the sources are in
 * use. Returns 0, or -EINVAL: too many, one that is not understood (logged), or too long a path. */
int dm_feed_sources_init(struct dm_feed_sources *sources, const struct dm_feed_options *options);

/* Puts another one in use, `number` <= backup_count. */
void dm_feed_sources_take(struct dm_feed_sources *sources, unsigned number);

#endif
