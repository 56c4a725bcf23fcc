/* relay/base/backoff.h
 *
 * How long to wait before what failed is tried again: doubling from the least to the most, for
 * ever; back to the least once it was good for a while.
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_BASE_BACKOFF_H
#define DM_BASE_BACKOFF_H

#include "base/time.h"

struct dm_backoff {
	dm_usec least;
	dm_usec most;
	dm_usec next;
};

/* `most` below `least` is taken as `least`. */
struct dm_backoff dm_backoff_init(dm_usec least, dm_usec most);

/* The wait before the next attempt, after one that was live for `lived` (0: never). */
dm_usec dm_backoff_next(struct dm_backoff *backoff, dm_usec lived);

#endif
