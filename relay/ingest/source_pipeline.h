/* relay/ingest/source_pipeline.h
 *
 * One attempt to play a source: a GStreamer pipeline on the system's monotonic clock, whose
 * sound and picture are put out as their times come.
 *
 * Thread: all calls on one thread, the feed's; output on GStreamer's streaming threads.
 */
#ifndef DM_INGEST_SOURCE_PIPELINE_H
#define DM_INGEST_SOURCE_PIPELINE_H

#include "ingest/reaper.h"
#include "ingest/source_format.h"
#include "ingest/source_output.h"
#include "ingest/source_uri.h"
#include "ingest/whip_inlet.h"

struct dm_source_pipeline;

enum dm_source_event {
	DM_SOURCE_RUNS,
	DM_SOURCE_ENDED,  /* played to its end */
	DM_SOURCE_FAILED, /* logged */
};

struct dm_source_pipeline_options {
	const struct dm_source_uri *uri;
	const char *path;           /* FILE: where it is */
	struct dm_whip_inlet *whip; /* WHIP: where its packets come from */
	const char *name;           /* for logs */
	const struct dm_source_output *output;
	struct dm_reaper *reaper;
};

/* Starts playing. The options are borrowed until destroy. Returns 0, -ENOMEM or -EIO (logged);
 * on failure *out is NULL. */
int dm_source_pipeline_create(struct dm_source_pipeline **out,
			      const struct dm_source_pipeline_options *options);

/* Waits at most `patience` for something to happen. */
enum dm_source_event dm_source_pipeline_wait(struct dm_source_pipeline *source, dm_usec patience);

/* Plays from the beginning again, after ENDED. Returns 0 or -EIO. */
int dm_source_pipeline_rewind(struct dm_source_pipeline *source);

/* What it brings, as far as is known by now. */
struct dm_source_format dm_source_pipeline_format(struct dm_source_pipeline *source);

/* Nothing is put out any more once this returns. The rest is left to the reaper. NULL is
 * allowed. */
void dm_source_pipeline_destroy(struct dm_source_pipeline *source);

#endif
