/* relay/rtp/packet.h
 *
 * The RTP header (RFC 3550, 5.1): read from hostile bytes, with one-byte header extensions (RFC
 * 8285, 4.2), and written without any into a send buffer.
 *
 * Pure. Thread: any.
 */
#ifndef DM_RTP_PACKET_H
#define DM_RTP_PACKET_H

#include "base/writer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DM_RTP_HEADER_BYTES 12

struct dm_rtp_packet {
	uint32_t ssrc;
	uint32_t timestamp;
	uint16_t sequence;
	uint8_t payload_type; /* 0..127 */
	bool marker;
	uint16_t extension_profile; /* 0xBEDE: one-byte; 0 with no extension */
	const uint8_t *extension;   /* borrowed from the input; nullable */
	size_t extension_bytes;
	const uint8_t *payload; /* borrowed from the input; padding taken off */
	size_t payload_bytes;
	size_t header_bytes; /* fixed header, CSRCs and extension */
};

/* False when this is no RTP version 2 packet or a length is wrong. */
bool dm_rtp_parse(const uint8_t *data, size_t size_bytes, struct dm_rtp_packet *packet);

/* True when bytes on a muxed port are RTCP rather than RTP (RFC 5761, 4). At least 2 bytes. */
bool dm_rtp_is_rtcp(const uint8_t *data, size_t size_bytes);

/* Finds a one-byte extension by id (1..14); NULL when absent. */
const uint8_t *dm_rtp_extension(const struct dm_rtp_packet *packet, uint8_t id, size_t *size_bytes);

/* Writes a fixed header: DM_RTP_HEADER_BYTES, without CSRCs and extensions. */
void dm_rtp_write_header(struct dm_writer *writer, uint8_t payload_type, bool marker,
			 uint16_t sequence, uint32_t timestamp, uint32_t ssrc);

/* b - a on the circle of 16 bits: positive when b is newer (RFC 1982). */
static inline int dm_rtp_sequence_diff(uint16_t b, uint16_t a)
{
	return (int16_t)(uint16_t)(b - a);
}

#endif
