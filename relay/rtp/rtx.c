#include "rtp/rtx.h"

#include "rtp/packet.h"

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
