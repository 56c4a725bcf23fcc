/* relay/ingest/forwarder.h
 *
 * Passes sources through: what arrives at their UDP ports, or by a WHIP publisher's intakes, goes
 * into the tracks at once, without decoding. One thread for all of them: it waits for packets,
 * sorts them (forward_source), rings the workers, and asks senders for key frames.
 *
 * Thread: create, add, start and destroy on the control thread; a thread of its own, the one writer
 * of the tracks.
 */
#ifndef DM_INGEST_FORWARDER_H
#define DM_INGEST_FORWARDER_H

#include "ingest/forward_source.h"
#include "ingest/source_uri.h"
#include "ingest/whip_inlet.h"
#include "rtp/audience.h"

struct dm_forwarder;

/* What a WHIP publisher sends to a room's floor; references are taken. */
struct dm_forward_intakes {
	struct dm_intake *media[DM_FORWARD_MEDIA]; /* NULL: none of it is wanted */
	struct dm_whip_inlet *inlet; /* gets every packet too, to be decoded; borrowed until destroy
				      */
};

/* `audience` is borrowed until destroy. Returns 0 or -ENOMEM. */
int dm_forwarder_create(struct dm_forwarder **out, const struct dm_audience *audience);

/* Before start. `uri` is of kind DM_SOURCE_RTP_FORWARD and copied; the options' payload types are
 * taken from it. on_state is called on the forwarder's thread. Returns 0, -EINVAL or -ENOMEM. */
int dm_forwarder_add(struct dm_forwarder *forwarder, const struct dm_source_uri *uri,
		     const struct dm_forward_source_options *options);

/* The same for a publisher: its sound, and its picture while that is H.264, go into the options'
 * tracks. */
int dm_forwarder_add_publisher(struct dm_forwarder *forwarder,
			       const struct dm_forward_intakes *intakes,
			       const struct dm_forward_source_options *options);

/* Opens the ports; one that cannot be had is tried again each second (logged). Returns 0, -EAGAIN
 * (no thread), or -errno of epoll(7) and eventfd(2). Without sources there is no thread. */
int dm_forwarder_start(struct dm_forwarder *forwarder);

/* Stops and joins the thread, closes the ports. NULL is allowed. */
void dm_forwarder_destroy(struct dm_forwarder *forwarder);

#endif
