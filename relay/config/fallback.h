/* relay/config/fallback.h
 *
 * What a room's channels carry while nobody serves them.
 *
 * Thread: the caller's, one at a time.
 */
#ifndef DM_CONFIG_FALLBACK_H
#define DM_CONFIG_FALLBACK_H

#include "config/reading.h"

/* Once all channels are read: one may name another that comes later. */
void dm_fallbacks_read(struct dm_reading *reading, const char *room_path,
		       const struct dm_yaml_room *yaml, struct dm_channel_options *channels,
		       size_t count);

#endif
