#include "rtp/rtx.h"

/* RFC 4588, 4
 *
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                         RTP Header                            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |            OSN                |                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               |
 * |                  Original RTP Packet Payload                  |
 */
void dm_rtx_write(struct dm_writer *writer, const struct dm_rtx_packet *packet)
{
	dm_rtp_write_header(writer, packet->payload_type, packet->marker, packet->sequence,
			    packet->timestamp, packet->ssrc);
	dm_writer_u16(writer, packet->original_sequence);
	dm_writer_bytes(writer, packet->payload, packet->payload_bytes);
}

bool dm_rtx_restore(struct dm_rtp_packet *packet, uint8_t payload_type, uint32_t ssrc)
{
	if (packet->payload_bytes <= DM_RTX_OSN_BYTES)
		return false;
	packet->sequence = (uint16_t)(packet->payload[0] << 8 | packet->payload[1]);
	packet->payload += DM_RTX_OSN_BYTES;
	packet->payload_bytes -= DM_RTX_OSN_BYTES;
	packet->payload_type = payload_type;
	packet->ssrc = ssrc;
	return true;
}
