/* relay/config/pivot.h
 *
 * Whether automatic relay leads somewhere: booths whose pivots are each other's wait for ever when
 * a language is spoken that none of them takes.
 *
 * Thread: the caller's, one at a time.
 */
#ifndef DM_CONFIG_PIVOT_H
#define DM_CONFIG_PIVOT_H

#include "config/reading.h"

/* The first `listed` booths of the room have keys of their own, and so may have pivots. */
void dm_pivots_check(struct dm_reading *reading, const char *room_path,
		     const struct dm_room_options *room, size_t listed);

#endif
