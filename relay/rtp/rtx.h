/* relay/rtp/rtx.h
 *
 * Retransmission packets: what was lost, on a stream of its own (RFC 4588, 4).
 *
 * Pure. Thread: any.
 */
#ifndef DM_RTP_RTX_H
#define DM_RTP_RTX_H

#include "rtp/packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DM_RTX_OSN_BYTES 2 /* original sequence number */

struct dm_rtx_packet {
	uint8_t payload_type; /* of the retransmission format (apt= of the original's) */
	bool marker;          /* of the original */
	uint16_t sequence;    /* in the retransmission stream, which counts for itself */
	uint32_t timestamp;   /* of the original */
	uint32_t ssrc;        /* of the retransmission stream */
	uint16_t original_sequence;
	const uint8_t *payload; /* of the original; borrowed for the call */
	size_t payload_bytes;
};

/* Writes a whole packet, without CSRCs and extensions. */
void dm_rtx_write(struct dm_writer *writer, const struct dm_rtx_packet *packet);

/* Makes the original of a retransmission that was read: its sequence number, payload, and what the
 * caller knows of its stream. False, and nothing changed, when there is none in it: it is padding
 * that measures the link. */
bool dm_rtx_restore(struct dm_rtp_packet *packet, uint8_t payload_type, uint32_t ssrc);

#endif
