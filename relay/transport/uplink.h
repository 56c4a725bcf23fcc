/* relay/transport/uplink.h
 *
 * One RTP stream that a peer sends: its packets go into an intake, retransmissions under their
 * original numbers; what is missing is asked for again, and its sender is told how it arrives.
 *
 * No clock, no I/O, no allocation. Nothing reaches it that SRTP has not proven.
 * Thread: made and ended where the connection is; else the worker that owns the connection.
 */
#ifndef DM_TRANSPORT_UPLINK_H
#define DM_TRANSPORT_UPLINK_H

#include "rtp/allowance.h"
#include "rtp/nack.h"
#include "rtp/source.h"
#include "transport/peer.h"

struct dm_uplink_stream {
	struct dm_uplink_options options; /* the intake is a shared reference */
	bool started;                     /* a packet has come; what follows is of its sender */
	struct dm_rtp_source source;
	struct dm_nack nack;
	struct dm_allowance allowance;
	struct dm_intake_reception reception;
	uint64_t given_up_before; /* by `nack`, of senders before this one */
	uint64_t given_up_told;
	bool key_wanted;
	dm_usec key_asked_at; /* 0: never */
};

void dm_uplink_init(struct dm_uplink_stream *uplink, const struct dm_uplink_options *options,
		    dm_usec now);
void dm_uplink_finish(struct dm_uplink_stream *uplink);

/* What becomes of a packet. */
enum dm_uplink_put {
	DM_UPLINK_PUT_TAKEN,
	DM_UPLINK_PUT_RECOVERED,   /* taken: it came because it was asked for */
	DM_UPLINK_PUT_FOREIGN,     /* of another SSRC, while the present one is heard */
	DM_UPLINK_PUT_FAR,         /* its number is far from the last; the next one tells */
	DM_UPLINK_PUT_NOT_MISSING, /* a retransmission that nobody waits for, or padding */
	DM_UPLINK_PUT_TOO_LARGE,
	DM_UPLINK_PUT_REFUSED, /* the reader is too far behind */
};

/* A packet of the stream itself, or of its retransmissions by the payload type (RFC 4588). */
enum dm_uplink_put dm_uplink_put(struct dm_uplink_stream *uplink,
				 const struct dm_rtp_packet *packet, dm_usec now);

/* One that is not for the intake, but has a number of this stream: it is not missing. */
void dm_uplink_note(struct dm_uplink_stream *uplink, uint32_t ssrc, uint16_t sequence, dm_usec now);

/* The peer's own report (RFC 3550, 6.4.1); of other SSRCs it is passed over. */
void dm_uplink_note_report(struct dm_uplink_stream *uplink, uint32_t ssrc, uint64_t ntp,
			   uint32_t timestamp, dm_usec now);

/* From asking for a packet until it came; 0: not known. */
dm_usec dm_uplink_round_trip(const struct dm_uplink_stream *uplink);

/* When take_missing has something to do. `round_trip` 0: not known. */
dm_usec dm_uplink_due(const struct dm_uplink_stream *uplink, dm_usec round_trip);

/* What to ask for again now, at most `most` sequence numbers. Returns how many; *lost becomes how
 * many packets were given up since the last call. */
size_t dm_uplink_take_missing(struct dm_uplink_stream *uplink, dm_usec round_trip, dm_usec now,
			      uint16_t *sequences, size_t most, uint64_t *lost);

/* True when a key frame is to be asked for now: its reader wants one, and none was asked for just
 * before. Taking it says that it is being asked for. */
bool dm_uplink_wants_key(struct dm_uplink_stream *uplink, dm_usec now);
bool dm_uplink_take_key_request(struct dm_uplink_stream *uplink, dm_usec now);

#endif
