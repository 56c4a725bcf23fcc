/* relay/rtp/resend.h
 *
 * Limits how much one stream resends: a NACK (RFC 4585, 6.2.1) costs its sender a few bytes and us
 * a packet, and what is resent on a full link makes it fuller. A token bucket bounds the bytes; a
 * minimum gap keeps one packet from being sent again before the last copy could arrive.
 *
 * Pure, plain data, small: it lives in every subscriber's streams (see the assertion below).
 * Thread: the worker that owns the stream.
 */
#ifndef DM_RTP_RESEND_H
#define DM_RTP_RESEND_H

#include "base/time.h"

#include <stdint.h>

/* Resends remembered for the minimum gap. Numbers 128 apart share a place: a NACK for a burst finds
 * each packet of it, and who plays with the places still meets the token bucket. */
#define DM_RESEND_RECENT 128

struct dm_resend_options {
	uint64_t rate_bps;    /* a share of what the stream itself sends; below 1 Gbit/s */
	uint32_t burst_bytes; /* resent at once after a time without loss */
	dm_usec min_gap;      /* between two resends of one packet: about a round trip */
};

struct dm_resend {
	struct dm_resend_options options;
	dm_usec refilled_at;
	int64_t credit; /* millionths of a bit: a microsecond adds exactly rate_bps */
	uint32_t resent_at_msec[DM_RESEND_RECENT];
	uint16_t sequences[DM_RESEND_RECENT];
};

/* Thousands of them are in use, three to a peer. */
_Static_assert(sizeof(struct dm_resend) <= 832, "kept small: see above");

/* What a peer asks for is a result to count, not an error. */
enum dm_resend_result {
	DM_RESEND_OK,
	DM_RESEND_TOO_SOON,    /* resent less than min_gap ago */
	DM_RESEND_OVER_BUDGET, /* the stream's share for resending is used up */
};

/* Starts with a full burst. */
void dm_resend_init(struct dm_resend *resend, const struct dm_resend_options *options, dm_usec now);

/* Follows the stream's bit rate and round trip; credit is kept up to the new burst. */
void dm_resend_set_options(struct dm_resend *resend, const struct dm_resend_options *options,
			   dm_usec now);

/* Asks to resend a packet of `size_bytes` now; on OK it counts as resent. */
enum dm_resend_result dm_resend_take(struct dm_resend *resend, uint16_t sequence,
				     uint32_t size_bytes, dm_usec now);

#endif
