/* relay/transport/uplinks.h
 *
 * The streams that one peer sends, told apart by payload type, and what the relay says of them by
 * RTCP: what is missing, that a key frame is wanted, how they arrive, how much the link carries.
 * Only a peer that sends has them.
 *
 * No clock, no I/O; allocates only when created.
 * Thread: made and ended where the connection is; else the worker that owns the connection.
 */
#ifndef DM_TRANSPORT_UPLINKS_H
#define DM_TRANSPORT_UPLINKS_H

#include "base/metric.h"
#include "base/writer.h"
#include "transport/srtp.h"
#include "transport/uplink.h"

struct dm_uplink_metrics {
	struct dm_metric packets; /* media that went into an intake */
	struct dm_metric bytes;   /* of their payload */
	struct dm_metric recovered;
	struct dm_metric lost;         /* given up */
	struct dm_metric nacks;        /* sequence numbers that were asked for */
	struct dm_metric key_requests; /* PLI sent */
	/* Dropped, because: */
	struct dm_metric bad_auth;
	struct dm_metric replay;
	struct dm_metric malformed;
	struct dm_metric too_many_sources;
	struct dm_metric unknown_type; /* the payload type is none that was agreed on */
	struct dm_metric foreign;      /* of another SSRC, while the present one is heard */
	struct dm_metric far;          /* the sequence number jumped */
	struct dm_metric not_missing;  /* a retransmission of what came, or padding */
	struct dm_metric too_large;
	struct dm_metric refused; /* the intake's reader is too far behind */
};

struct dm_connection;

struct dm_uplinks {
	struct dm_connection *connection; /* borrowed: whose they are */
	struct dm_uplinks *next;          /* in the worker's list; borrowed, nullable */
	struct dm_uplinks **link;         /* what points here in that list; NULL: not in one */
	uint32_t ssrc;                    /* ours, as the one who reports */
	dm_usec due;                      /* when something is to be asked for */
	size_t count;
	struct dm_uplink_stream streams[DM_UPLINK_COUNT];
};

/* *out is NULL when no uplink is wanted. `ssrc` is what the peer knows as ours, 0: a new one.
 * Returns 0, -ENOMEM or -EIO (no randomness); on failure *out is NULL. */
int dm_uplinks_create(struct dm_uplinks **out, struct dm_connection *connection,
		      const struct dm_peer_options *options, uint32_t ssrc, dm_usec now);
void dm_uplinks_destroy(struct dm_uplinks *uplinks); /* NULL is allowed */

/* The worker's list of those who may have something to ask for. Removing twice does no harm. */
void dm_uplinks_enlist(struct dm_uplinks *uplinks, struct dm_uplinks **list);
void dm_uplinks_delist(struct dm_uplinks *uplinks);

/* One received datagram of RTP, decrypted in place. `round_trip` as the peer's reports tell it, 0:
 * not known; then what retransmissions tell of one stream goes for all. */
void dm_uplinks_receive(struct dm_uplinks *uplinks, struct dm_unprotector *unprotector,
			uint8_t *data, size_t bytes, dm_usec round_trip, dm_usec now,
			struct dm_uplink_metrics *metrics);

/* The peer's own report about one of them. */
void dm_uplinks_note_report(struct dm_uplinks *uplinks, uint32_t ssrc, uint64_t ntp,
			    uint32_t timestamp, dm_usec now);

/* Whether there may be something to ask for. */
bool dm_uplinks_is_due(struct dm_uplinks *uplinks, dm_usec now);

/* Writes NACKs and PLIs that are due: a compound (RFC 4585, 3.1), or nothing. */
void dm_uplinks_write_requests(struct dm_uplinks *uplinks, struct dm_writer *writer,
			       const char *cname, dm_usec round_trip, dm_usec now,
			       struct dm_uplink_metrics *metrics);

/* Writes the receiver report and REMB, once a second; nothing before a first packet. */
void dm_uplinks_write_reports(struct dm_uplinks *uplinks, struct dm_writer *writer,
			      const char *cname, dm_usec now);

#endif
