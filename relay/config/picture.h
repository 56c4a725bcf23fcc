/* relay/config/picture.h
 *
 * The keys "video" and "sign" of a room: a picture and the ladder of sizes it is sent in.
 *
 * Thread: the caller's, one at a time.
 */
#ifndef DM_CONFIG_PICTURE_H
#define DM_CONFIG_PICTURE_H

#include "config/reading.h"

/* `path` is "rooms[0].video" or "rooms[0].sign". Without a ladder in the file the default one is
 * taken; "ladder: []" says that there is no picture. The source is not read here. */
void dm_video_read(struct dm_reading *reading, const char *path, const struct dm_yaml_picture *yaml,
		   struct dm_picture_options *picture);
void dm_sign_read(struct dm_reading *reading, const char *path, const struct dm_yaml_picture *yaml,
		  struct dm_picture_options *picture);

/* The same of a picture that is passed through: it has one rung, as it comes, or with `present`
 * false there is none; a ladder or a frame rate in the file is a mistake. */
void dm_picture_read_forwarded(struct dm_reading *reading, const char *path,
			       const struct dm_yaml_picture *yaml, bool present,
			       struct dm_picture_options *picture);

#endif
