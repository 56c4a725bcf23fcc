/* relay/ingest/ingest.h
 *
 * Brings every source of an event into its tracks: decodes, holds a picture and silence where a
 * source fails, encodes once. A track never ends while ingest lives.
 *
 * Thread: create and destroy on the control thread, which must run the default GLib main loop;
 * GStreamer and the ticker have threads of their own.
 */
#ifndef DM_INGEST_INGEST_H
#define DM_INGEST_INGEST_H

#include "base/metric.h"
#include "ingest/options.h"
#include "rtp/audience.h"
#include "rtp/timeline.h"
#include "session/event.h"

struct dm_ingest;

/* Starts all sources of the event's rooms; states come to the rooms as they change. `event`,
 * `audience` and `metrics` (nullable) are borrowed until destroy. Returns 0, -ENOMEM, -EINVAL
 * (a source's name is not understood, logged; dm_source_uri_check tells before), -EAGAIN (no
 * thread), -EIO (the encoders do not start, logged), or -ENOENT when a GStreamer element is missing
 * (logged by name, with the Debian package that has it). */
int dm_ingest_create(struct dm_ingest **out, const struct dm_ingest_options *options,
		     struct dm_event *event, const struct dm_timeline *timeline,
		     const struct dm_audience *audience, struct dm_metrics *metrics);

/* Stops and joins everything. NULL is allowed. */
void dm_ingest_destroy(struct dm_ingest *ingest);

#endif
