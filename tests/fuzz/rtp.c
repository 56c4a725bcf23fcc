#include "rtp/packet.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

/* Everything that the parser lends must lie inside the input. */
static void check_inside(const uint8_t *data, size_t size_bytes, const uint8_t *part, size_t bytes)
{
	if (part < data || bytes > size_bytes || part > data + size_bytes - bytes)
		abort();
}

/* What was parsed, written again without CSRCs and extension, must parse to the same. */
static void check_round_trip(const struct dm_rtp_packet *packet)
{
	uint8_t buffer[64];
	struct dm_rtp_packet again;
	struct dm_writer writer = dm_writer_init(buffer, sizeof(buffer));

	dm_rtp_write_header(&writer, packet->payload_type, packet->marker, packet->sequence,
			    packet->timestamp, packet->ssrc);
	if (writer.failed || !dm_rtp_parse(buffer, writer.size, &again))
		abort();
	if (again.ssrc != packet->ssrc || again.timestamp != packet->timestamp ||
	    again.sequence != packet->sequence || again.payload_type != packet->payload_type ||
	    again.marker != packet->marker || again.payload_bytes != 0 || again.extension)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	struct dm_rtp_packet packet;

	if (size_bytes >= 2)
		(void)dm_rtp_is_rtcp(data, size_bytes);
	if (!dm_rtp_parse(data, size_bytes, &packet))
		return 0;
	if (packet.header_bytes + packet.payload_bytes > size_bytes)
		abort();
	check_inside(data, size_bytes, packet.payload, packet.payload_bytes);
	for (uint8_t id = 0; id < 16; id++) {
		size_t bytes;
		const uint8_t *value = dm_rtp_extension(&packet, id, &bytes);

		if (value)
			check_inside(packet.extension, packet.extension_bytes, value, bytes);
	}
	check_round_trip(&packet);
	return 0;
}
