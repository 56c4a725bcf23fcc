/* relay/ingest/options.h
 *
 * How ingest treats its sources. Plain data; strings borrowed until dm_ingest_destroy. Thread: any.
 */
#ifndef DM_INGEST_OPTIONS_H
#define DM_INGEST_OPTIONS_H

#include "base/time.h"

#include <stdbool.h>
#include <stddef.h>

struct dm_ingest_options {
	const char *directory; /* relative source paths start here; NULL: the working directory */
	dm_usec stall_after;   /* without media for so long, hold; 0: 300 ms */
	dm_usec retry_least;   /* first back-off; 0: 250 ms */
	dm_usec retry_most;    /* the back-off doubles up to this; 0: 8 s */
};

/* Whether ingest understands this source (source_uri.h lists the forms). Says nothing about
 * whether it is there. Pure. Returns 0, or -EINVAL with a sentence in `message`, cut at
 * `message_bytes`, that names what is wrong and what would be right. */
int dm_source_uri_check(const char *uri, char *message, size_t message_bytes);

/* Whether the source is passed through without decoding, and what it then has: sound is not encoded
 * at a bit rate of ours, a picture has one rung, as it comes. `uri` may be NULL. Pure. */
bool dm_source_is_forwarded(const char *uri, bool *sound, bool *picture);

#endif
