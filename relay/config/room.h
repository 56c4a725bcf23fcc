/* relay/config/room.h
 *
 * The sections "event" and "rooms": what is said, shown and interpreted.
 *
 * Thread: the caller's, one at a time.
 */
#ifndef DM_CONFIG_ROOM_H
#define DM_CONFIG_ROOM_H

#include "config/config.h"
#include "config/reading.h"

void dm_event_read(struct dm_reading *reading, struct dm_event_options *event);

#endif
