/* relay/config/title.h
 *
 * Titles: one text for each language.
 *
 * Thread: the caller's, one at a time.
 */
#ifndef DM_CONFIG_TITLE_H
#define DM_CONFIG_TITLE_H

#include "config/reading.h"

/* The titles at `path` ("rooms[0].title"), in the order of the file; at least one, or that is told
 * as a mistake. Returns how many; *titles is owned by the reading's memory. */
size_t dm_titles_read(struct dm_reading *reading, const char *path, const struct dm_title **titles);

#endif
