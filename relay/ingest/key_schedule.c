#include "ingest/key_schedule.h"

#define LEAST DM_SEC(1) /* a key frame costs ten others: joins in a crowd share one */
#define MOST  DM_SEC(2) /* how long a receiver without feedback waits for a picture at most */

struct dm_key_schedule dm_key_schedule_init(dm_usec interval)
{
	return (struct dm_key_schedule){ .interval = interval, .last_at = DM_USEC_NEVER };
}

bool dm_key_schedule_frame(struct dm_key_schedule *schedule, dm_usec at, bool wish)
{
	schedule->wished |= wish;
	if (schedule->last_at != DM_USEC_NEVER) {
		const dm_usec since = at - schedule->last_at;
		const bool due = since + schedule->interval > MOST;

		if (!due && !(schedule->wished && since >= LEAST))
			return false;
	}
	schedule->last_at = at;
	schedule->wished = false;
	return true;
}
