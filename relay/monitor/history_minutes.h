/* relay/monitor/history_minutes.h
 *
 * Folds observations into one row a minute, room, channel and figure.
 *
 * Pure. Thread: one at a time.
 */
#ifndef DM_MONITOR_HISTORY_MINUTES_H
#define DM_MONITOR_HISTORY_MINUTES_H

#include "monitor/history_row.h"

#include <stddef.h>

struct dm_history_minutes;

/* At most `capacity` rows at once. Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_history_minutes_create(struct dm_history_minutes **out, size_t capacity);
void dm_history_minutes_destroy(struct dm_history_minutes *minutes); /* NULL is allowed */

/* False when it would be one row too many. */
bool dm_history_minutes_add(struct dm_history_minutes *minutes,
			    const struct dm_history_sample *sample);

/* The rows of minutes that ended by `now`, up to `most` into `rows`; returns how many. They stay
 * until dm_history_minutes_drop, so that a write that failed can be tried again. */
size_t dm_history_minutes_due(const struct dm_history_minutes *minutes, dm_wall_usec now,
			      struct dm_history_minute *rows, size_t most);

/* Forgets the rows, by their minute and names. */
void dm_history_minutes_drop(struct dm_history_minutes *minutes,
			     const struct dm_history_minute *rows, size_t count);

#endif
