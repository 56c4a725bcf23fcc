/* relay/ingest/reaper.h
 *
 * Takes pipelines down on threads of their own: a source that hangs in its network library must
 * not keep its feed from trying again, nor the relay from stopping.
 *
 * Thread: take from any; create and destroy on the control thread.
 */
#ifndef DM_INGEST_REAPER_H
#define DM_INGEST_REAPER_H

#include "base/time.h"

#include <gst/gst.h>
#include <stdbool.h>

struct dm_reaper;

/* Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_reaper_create(struct dm_reaper **out);

/* Waits up to five seconds for what is still being taken down; what hangs longer is logged and
 * abandoned. NULL is allowed. */
void dm_reaper_destroy(struct dm_reaper *reaper);

/* Stops the pipeline and drops the reference, then calls done(user) on that thread. Waits for
 * that, but at most `patience`. */
void dm_reaper_take(struct dm_reaper *reaper, GstElement *pipeline, void (*done)(void *user),
		    void *user, dm_usec patience);

#endif
