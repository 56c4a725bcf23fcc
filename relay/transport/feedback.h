/* relay/transport/feedback.h
 *
 * What a peer says back over RTCP, and what becomes of it: lost packets are resent, a key frame is
 * asked of the track, a worse or better link changes the rung, what listeners lose is told to their
 * channel, and how they fare is counted by track and by network. And what its sender reports say of
 * the peer's own streams.
 *
 * No clock, no I/O but through the sender.
 * Thread: the worker that owns the connection.
 */
#ifndef DM_TRANSPORT_FEEDBACK_H
#define DM_TRANSPORT_FEEDBACK_H

#include "base/metric.h"
#include "transport/connection.h"

struct dm_feedback_metrics {
	struct dm_metric nacks;              /* sequence numbers asked for */
	struct dm_metric resent;             /* packets */
	struct dm_metric resend_not_sent;    /* asked for what we never sent or no longer have */
	struct dm_metric resend_too_soon;    /* asked again within the minimum gap */
	struct dm_metric resend_over_budget; /* more than the stream's share for resending */
	struct dm_metric key_requests;       /* PLI and FIR */
	struct dm_metric malformed;          /* compounds with a wrong length or count */
	struct dm_metric unknown_ssrc;       /* about a stream that the peer does not have */
	struct dm_metric rung_changes;
};

struct dm_feedback_context {
	struct dm_sender *sender;        /* borrowed, like the others */
	struct dm_track_packet *scratch; /* one packet, for resending */
	struct dm_feedback_metrics *metrics;
	struct dm_network_table *networks; /* where the peer is counted */
	uint64_t ntp_now;                  /* 32.32, of the clock that sender reports carry */
	dm_usec now;
};

/* Takes one decrypted compound RTCP packet. */
void dm_feedback_take(struct dm_connection *connection, const uint8_t *data, size_t size_bytes,
		      const struct dm_feedback_context *context);

#endif
