/* relay/config/backup.h
 *
 * Other sources of a floor, for the day on which the first one fails.
 *
 * Thread: the caller's, one at a time.
 */
#ifndef DM_CONFIG_BACKUP_H
#define DM_CONFIG_BACKUP_H

#include "config/reading.h"

/* The key "floor.backups"; `room->floor` has been read. */
void dm_backups_read(struct dm_reading *reading, const char *room_path,
		     const struct dm_yaml_floor *yaml, struct dm_room_options *room);

#endif
