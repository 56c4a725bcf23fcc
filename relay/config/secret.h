/* relay/config/secret.h
 *
 * Secrets, each in a file of its own.
 *
 * Thread: the caller's, one at a time.
 */
#ifndef DM_CONFIG_SECRET_H
#define DM_CONFIG_SECRET_H

#include "config/reading.h"

/* What the file `text` holds, without the end of its line; NULL when it is not given, or told:
 * too short, or open to other users. Owned by the reading's memory; whoever destroys that wipes the
 * *count bytes before. */
const char *dm_secret_read(struct dm_reading *reading, const char *path, const char *text,
			   size_t *count);

#endif
