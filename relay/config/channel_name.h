/* relay/config/channel_name.h
 *
 * A channel of a room by its language, as booths, pivots and fallbacks name it.
 *
 * Thread: the caller's, one at a time.
 */
#ifndef DM_CONFIG_CHANNEL_NAME_H
#define DM_CONFIG_CHANNEL_NAME_H

#include "config/reading.h"

/* Its number, counted as in a room (the floor is 0); 0, and nothing said, when there is none. */
uint8_t dm_channel_name_find(const struct dm_channel_options *channels, size_t count,
			     const char *lang);

/* Likewise, but tells that the key names none, and which there are; `also` is nullable: other words
 * that the key takes, such as "floor, silence". */
uint8_t dm_channel_name_read(struct dm_reading *reading, const char *path,
			     const struct dm_channel_options *channels, size_t count,
			     const char *lang, const char *also);

#endif
