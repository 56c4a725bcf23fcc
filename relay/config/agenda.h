/* relay/config/agenda.h
 *
 * A room's timetable.
 *
 * Thread: the caller's, one at a time.
 */
#ifndef DM_CONFIG_AGENDA_H
#define DM_CONFIG_AGENDA_H

#include "config/reading.h"

/* The room's key "sessions". */
void dm_sessions_read(struct dm_reading *reading, const char *room_path,
		      const struct dm_yaml_room *yaml, struct dm_room_options *room);

#endif
