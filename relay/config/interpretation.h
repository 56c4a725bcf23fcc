/* relay/config/interpretation.h
 *
 * How a room's booths work together: relay, shifts, loudness.
 *
 * Thread: the caller's, one at a time.
 */
#ifndef DM_CONFIG_INTERPRETATION_H
#define DM_CONFIG_INTERPRETATION_H

#include "config/reading.h"

void dm_interpretation_read(struct dm_reading *reading, const char *room_path,
			    const struct dm_yaml_interpretation *yaml,
			    struct dm_room_options *room);

#endif
