/* relay/config/source.h
 *
 * Where a feed comes from, as the configuration names it.
 *
 * Thread: the caller's, one at a time.
 */
#ifndef DM_CONFIG_SOURCE_H
#define DM_CONFIG_SOURCE_H

#include "config/reading.h"

/* `uri` NULL or "" is no source. A file is looked for, since a name mistyped is silent all day. */
struct dm_source_options dm_source_read(struct dm_reading *reading, const char *path,
					const char *uri, bool loop);

#endif
