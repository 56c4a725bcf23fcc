/* relay/ingest/test_source.h
 *
 * The source "test:": makes its sound and picture as their times come, exactly on the timeline.
 *
 * Thread: all calls on one thread, the feed's.
 */
#ifndef DM_INGEST_TEST_SOURCE_H
#define DM_INGEST_TEST_SOURCE_H

#include "ingest/source_output.h"
#include "ingest/source_uri.h"

struct dm_test_source;

/* `output` is borrowed until destroy. Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_test_source_create(struct dm_test_source **out, const struct dm_source_uri *uri,
			  const struct dm_source_output *output, dm_usec now);
void dm_test_source_destroy(struct dm_test_source *source); /* NULL is allowed */

/* Puts out what is due and returns when it must be called again. */
dm_usec dm_test_source_turn(struct dm_test_source *source, dm_usec now);

#endif
