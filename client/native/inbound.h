/* client/native/inbound.h
 *
 * What one received RTP stream looks like: loss, order, continuity, jitter, first packets.
 * It is the judge of the relay's promise that a stream never shows a seam, so it counts every
 * seam apart.
 *
 * Pure: packets and time go in. Thread: one at a time.
 */
#ifndef DM_CLIENT_INBOUND_H
#define DM_CLIENT_INBOUND_H

#include "base/time.h"
#include "rtp/packet.h"
#include "rtp/rtcp.h"

struct dm_inbound {
	uint32_t clock_rate_hz;
	uint32_t frame_ticks; /* step of the timestamp from packet to packet; 0: it varies */

	uint64_t packets;
	uint64_t bytes;     /* of payload */
	uint64_t recovered; /* came as a retransmission of another stream (RFC 4588) */
	uint64_t reordered;
	uint64_t duplicates;
	uint64_t timestamp_jumps; /* a step other than frame_ticks, backwards, or over 2 s */
	uint64_t ssrc_changes;
	uint64_t key_packets;  /* H.264 packets that carry (a part of) an IDR picture or an SPS */
	dm_usec first_at;      /* DM_USEC_NEVER until then */
	dm_usec first_key_at;  /* likewise */
	dm_usec last_at;       /* likewise */
	dm_usec longest_pause; /* between two packets */
	uint32_t first_timestamp;
	bool first_was_key; /* the first frame is a key frame */

	uint32_t ssrc;
	uint64_t highest;     /* sequence number extended by its cycles (RFC 3550, A.1) */
	uint64_t base;        /* the first one that counts */
	uint64_t lost_before; /* the mark */
	uint32_t timestamp;
	double jitter;          /* timestamp units (RFC 3550, 6.4.1) */
	int64_t transit;        /* of the last packet, timestamp units */
	uint64_t reported;      /* packets at the last report */
	uint64_t expected_then; /* likewise */
	uint32_t last_sr;
	dm_usec last_sr_at;
};

/* `frame_ticks` 0 for pictures. */
struct dm_inbound dm_inbound_init(uint32_t clock_rate_hz, uint32_t frame_ticks);

/* A payload that is NULL is encrypted: only its size counts. */
void dm_inbound_receive(struct dm_inbound *inbound, const struct dm_rtp_packet *packet,
			dm_usec now);

/* A sender report of this stream came: remembered for the round-trip time of our report. */
void dm_inbound_sender_report(struct dm_inbound *inbound, uint64_t ntp, dm_usec now);

/* Counts begin anew: those of packets, loss and pauses; the stream goes on. Late packets from
 * before do not count. */
void dm_inbound_mark(struct dm_inbound *inbound);

/* A missing packet came as a retransmission. */
void dm_inbound_recover(struct dm_inbound *inbound);

/* Nothing more counts: the pause since the last packet does. */
void dm_inbound_end(struct dm_inbound *inbound, dm_usec now);

/* Packets that never came: those still missing below the highest sequence number. */
uint64_t dm_inbound_lost(const struct dm_inbound *inbound);

/* A report block (RFC 3550, 6.4.1) over what came since the last one. */
struct dm_rtcp_report_block dm_inbound_report(struct dm_inbound *inbound, dm_usec now);

/* True when an H.264 payload (RFC 6184, 5.2) has a part of an IDR picture or a parameter set. */
bool dm_h264_is_key(const uint8_t *payload, size_t bytes);

#endif
