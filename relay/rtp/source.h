/* relay/rtp/source.h
 *
 * One source that sends to us: which of its packets should have come and which did, how evenly they
 * come, and the report block that tells it so (RFC 3550, 6.4.1, A.1, A.3, A.8).
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_RTP_SOURCE_H
#define DM_RTP_SOURCE_H

#include "base/time.h"
#include "rtp/rtcp.h"

#include <stdbool.h>
#include <stdint.h>

struct dm_rtp_source {
	uint32_t ssrc;
	uint32_t clock_rate_hz;
	uint32_t base;    /* extended; the first sequence number */
	uint32_t highest; /* extended */
	uint32_t suspect; /* what would follow a packet far from the others; > 65535: none did */
	uint32_t received;
	uint32_t expected_before; /* at the last report, like the next */
	uint32_t received_before;
	bool has_transit;
	uint32_t transit; /* of the last packet, in timestamp units */
	uint32_t jitter;  /* 16 times the jitter of A.8 */
	uint32_t last_sr; /* 0: no report came */
	dm_usec last_sr_at;
};

/* Begins with a first packet, which is yet to be placed. */
void dm_rtp_source_init(struct dm_rtp_source *source, uint32_t ssrc, uint32_t clock_rate_hz,
			uint16_t sequence);

enum dm_rtp_source_place {
	DM_RTP_SOURCE_NEWEST,
	DM_RTP_SOURCE_OLDER,     /* reordered, late, or twice */
	DM_RTP_SOURCE_FAR,       /* far from the others: the next one tells; not to be used */
	DM_RTP_SOURCE_RESTARTED, /* the second in a row that was far: all begins anew with it */
};

/* Where a packet of this source belongs (A.1). Deviates: no probation, since SRTP has proven who
 * sent it. */
enum dm_rtp_source_place dm_rtp_source_place(struct dm_rtp_source *source, uint16_t sequence);

/* Counts a packet that came by itself. What was asked for again is not counted, so that the sender
 * learns what the link loses, as it does where retransmissions are a stream of their own (RFC 4588,
 * 4); its protection against loss depends on that. */
void dm_rtp_source_count(struct dm_rtp_source *source);

/* The jitter, from a packet that came by itself and as the newest. `now` is not negative. */
void dm_rtp_source_note_transit(struct dm_rtp_source *source, uint32_t timestamp, dm_usec now);

dm_usec dm_rtp_source_jitter(const struct dm_rtp_source *source);

/* The source's own report has come. `ntp` is 32.32. */
void dm_rtp_source_note_report(struct dm_rtp_source *source, uint64_t ntp, dm_usec now);

/* What we report of it; the fraction lost is since the last such call (A.3). */
struct dm_rtcp_report_block dm_rtp_source_report(struct dm_rtp_source *source, dm_usec now);

#endif
