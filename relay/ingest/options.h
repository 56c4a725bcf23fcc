/* relay/ingest/options.h
 *
 * How ingest treats its sources. Plain data; strings borrowed until dm_ingest_destroy. Thread: any.
 */
#ifndef DM_INGEST_OPTIONS_H
#define DM_INGEST_OPTIONS_H

#include "base/time.h"

struct dm_ingest_options {
	const char *directory; /* relative source paths start here; NULL: the working directory */
	dm_usec stall_after;   /* without media for so long, hold; 0: 400 ms */
	dm_usec retry_least;   /* first back-off; 0: 250 ms */
	dm_usec retry_most;    /* the back-off doubles up to this; 0: 8 s */
};

#endif
