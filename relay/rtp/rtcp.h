/* relay/rtp/rtcp.h
 *
 * RTCP as the relay speaks it: compound packets (RFC 3550, 6; RFC 5506 reduced size accepted) with
 * sender and receiver reports, source descriptions, BYE, and feedback (RFC 4585: NACK, PLI;
 * RFC 5104: FIR; draft-alvestrand-rmcat-remb: REMB).
 *
 * Pure. Thread: any.
 */
#ifndef DM_RTP_RTCP_H
#define DM_RTP_RTCP_H

#include "base/writer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dm_rtcp_report_block { /* RFC 3550, 6.4.1 */
	uint32_t ssrc;
	uint8_t fraction_lost; /* of 256 */
	int32_t lost;          /* packets, cumulative, 24 bits signed */
	uint32_t highest_sequence;
	uint32_t jitter;              /* timestamp units */
	uint32_t last_sr;             /* middle 32 bits of the SR's NTP time, 0: none */
	uint32_t delay_since_last_sr; /* 1/65536 s */
};

enum dm_rtcp_item_type {
	DM_RTCP_SENDER_REPORT, /* .ssrc sender, .sender */
	DM_RTCP_REPORT_BLOCK,  /* .ssrc reporter, .block; one item per block, from SR and RR */
	DM_RTCP_NACK,          /* .media_ssrc, .nack; one item per lost sequence number */
	DM_RTCP_PLI,           /* .media_ssrc */
	DM_RTCP_FIR,           /* .media_ssrc, .fir_sequence; one item per FCI entry */
	DM_RTCP_REMB,          /* .bitrate_bps */
	DM_RTCP_BYE,           /* .ssrc, one item per source */
};

struct dm_rtcp_item {
	enum dm_rtcp_item_type type;
	uint32_t ssrc;       /* of who sent this */
	uint32_t media_ssrc; /* of what it is about */
	union {
		struct {
			uint64_t ntp;
			uint32_t rtp;
			uint32_t packets;
			uint32_t octets;
		} sender;
		struct dm_rtcp_report_block block;
		uint16_t nack; /* sequence number */
		uint8_t fir_sequence;
		uint64_t bitrate_bps;
	};
};

typedef void dm_rtcp_item_cb(void *user, const struct dm_rtcp_item *item);

/* Calls back for each item, in order. The whole compound is checked before the first call: false,
 * and no call, when a length or a count is wrong. Unknown packet types and formats are passed over.
 */
bool dm_rtcp_parse(const uint8_t *data, size_t size_bytes, dm_rtcp_item_cb *on_item, void *user);

void dm_rtcp_write_sender_report(struct dm_writer *writer, uint32_t ssrc, uint64_t ntp,
				 uint32_t rtp, uint32_t packets, uint32_t octets,
				 const struct dm_rtcp_report_block *blocks, size_t block_count);
void dm_rtcp_write_receiver_report(struct dm_writer *writer, uint32_t ssrc,
				   const struct dm_rtcp_report_block *blocks, size_t block_count);
void dm_rtcp_write_cname(struct dm_writer *writer, uint32_t ssrc, const char *cname);
void dm_rtcp_write_bye(struct dm_writer *writer, const uint32_t *ssrcs, size_t count);
void dm_rtcp_write_nack(struct dm_writer *writer, uint32_t ssrc, uint32_t media_ssrc,
			const uint16_t *sequences, size_t count); /* ascending */
void dm_rtcp_write_pli(struct dm_writer *writer, uint32_t ssrc, uint32_t media_ssrc);
/* What all of `ssrcs` (1..31 of them) may send together, rounded down to 18 significant bits. */
void dm_rtcp_write_remb(struct dm_writer *writer, uint32_t ssrc, uint64_t bitrate_bps,
			const uint32_t *ssrcs, size_t count);

/* Round-trip time from a report block that answers our SR (RFC 3550, 6.4.1), in 1/65536 s; 0 when
 * it can't be told or is negative. `ntp_now` is 32.32. */
uint32_t dm_rtcp_round_trip(const struct dm_rtcp_report_block *block, uint64_t ntp_now);

#endif
