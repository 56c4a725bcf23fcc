/* client/native/outgoing_private.h
 *
 * What outgoing.c and outgoing_sources.c share.
 *
 * Thread: as outgoing.h says.
 */
#ifndef DM_CLIENT_OUTGOING_PRIVATE_H
#define DM_CLIENT_OUTGOING_PRIVATE_H

#include "burst.h"
#include "outgoing.h"

struct dm_outgoing_track {
	struct dm_outgoing *outgoing;
	enum dm_outgoing_kind kind;
	bool expected;
	GstElement *sink; /* borrowed from the pipeline */
	GstCaps *caps;    /* owned; NULL until the first packet */
};

struct dm_outgoing {
	const struct dm_client_options *options;
	struct dm_outgoing_events events;
	GstElement *pipeline;
	GstClock *clock;
	struct dm_outgoing_track tracks[DM_OUTGOING_COUNT];
	GMutex lock;   /* `expected`, `caps` and `complete`, which threads of GStreamer set */
	bool complete; /* no more tracks come */
	bool ready;    /* main thread */
	bool looping;  /* likewise: the first seek is done */
	struct dm_burst burst;
};

/* The source, whatever the options name, into the pipeline. Returns 0, or an exit code with a
 * sentence on standard error. */
int dm_outgoing_add_source(struct dm_outgoing *outgoing);

/* The bin has an appsink named after the kind, which packets of a track come to. Any thread. */
void dm_outgoing_expect(struct dm_outgoing *outgoing, enum dm_outgoing_kind kind, GstElement *bin);

/* No more tracks come. Any thread. */
void dm_outgoing_complete(struct dm_outgoing *outgoing);

#endif
