/* relay/ingest/key_watch.h
 *
 * Measures how far apart the key frames of a track are, as they leave.
 *
 * Plain data. Thread: the track's writer.
 */
#ifndef DM_INGEST_KEY_WATCH_H
#define DM_INGEST_KEY_WATCH_H

#include "base/metric.h"
#include "rtp/track.h"

struct dm_key_watch {
	uint64_t index; /* of the newest key frame */
	dm_usec at;     /* when it was published; 0: none yet */
};

/* After the writer published to `track` at `now`: sets *interval (microseconds) at each key frame
 * but the first. */
void dm_key_watch_look(struct dm_key_watch *watch, const struct dm_track *track, dm_usec now,
		       struct dm_metric *interval);

#endif
