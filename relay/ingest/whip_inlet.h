/* relay/ingest/whip_inlet.h
 *
 * Where what a WHIP publisher sends goes to be decoded: from the forwarder, which has it packet by
 * packet, into the pipeline of the present attempt to play it. Without one, or when the decoders
 * are behind, packets are dropped.
 *
 * Thread: put from the forwarder; attach and detach from GStreamer's side; a lock between them,
 * held for moments.
 */
#ifndef DM_INGEST_WHIP_INLET_H
#define DM_INGEST_WHIP_INLET_H

#include "ingest/forward_clock.h"
#include "rtp/intake.h"

#include <gst/app/gstappsrc.h>

struct dm_whip_inlet;

/* Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_whip_inlet_create(struct dm_whip_inlet **out);
void dm_whip_inlet_destroy(struct dm_whip_inlet *inlet); /* NULL is allowed */

/* The sources of RTP and RTCP of one medium in an attempt's pipeline: references are taken, and
 * given back by detach. */
void dm_whip_inlet_attach(struct dm_whip_inlet *inlet, enum dm_forward_medium medium,
			  GstAppSrc *rtp, GstAppSrc *rtcp);
void dm_whip_inlet_detach(struct dm_whip_inlet *inlet);

/* One packet. Another sender or another codec than the attempt began with ends the attempt, and
 * the next one plays it. */
void dm_whip_inlet_put(struct dm_whip_inlet *inlet, enum dm_forward_medium medium,
		       enum dm_codec codec, const struct dm_intake_packet *packet);
void dm_whip_inlet_put_report(struct dm_whip_inlet *inlet, enum dm_forward_medium medium,
			      const struct dm_intake_report *report);

/* A decoder cannot go on without a key frame; taking the wish clears it. */
void dm_whip_inlet_want_key(struct dm_whip_inlet *inlet);
bool dm_whip_inlet_take_key_wish(struct dm_whip_inlet *inlet);

#endif
