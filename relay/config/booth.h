/* relay/config/booth.h
 *
 * A room's booths: those that are listed, and those that a channel says it has.
 *
 * Thread: the caller's, one at a time.
 */
#ifndef DM_CONFIG_BOOTH_H
#define DM_CONFIG_BOOTH_H

#include "config/reading.h"

/* Once the room's channels are read. */
void dm_booths_read(struct dm_reading *reading, const char *room_path,
		    const struct dm_yaml_room *yaml, struct dm_room_options *room);

#endif
