#include "ingest/key_watch.h"

void dm_key_watch_look(struct dm_key_watch *watch, const struct dm_track *track, dm_usec now,
		       struct dm_metric *interval)
{
	const uint64_t index = dm_track_key_index(track);

	if (index == UINT64_MAX || (watch->at != 0 && index == watch->index))
		return;
	if (watch->at != 0)
		dm_metric_set(interval, now - watch->at);
	watch->index = index;
	watch->at = now;
}
