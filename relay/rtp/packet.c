#include "rtp/packet.h"

#include "base/reader.h"

#include <assert.h>

/* RFC 3550, 5.1
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 * |                           timestamp                           |
 * |           synchronization source (SSRC) identifier            |
 * |            contributing source (CSRC) identifiers ...         |
 */
#define VERSION_2         0x80
#define VERSION_MASK      0xC0
#define PADDING_BIT       0x20
#define EXTENSION_BIT     0x10
#define CSRC_COUNT_MASK   0x0F
#define MARKER_BIT        0x80
#define PAYLOAD_TYPE_MASK 0x7F

/* RFC 8285, 4.2 */
#define ONE_BYTE_PROFILE 0xBEDE
#define ONE_BYTE_ID_STOP 15

/* Extension: 16 bits of profile, 16 bits of length in 32-bit words (RFC 3550, 5.3.1). */
static void parse_extension(struct dm_reader *reader, struct dm_rtp_packet *packet)
{
	packet->extension_profile = dm_reader_u16(reader);
	packet->extension_bytes = (size_t)dm_reader_u16(reader) * 4;
	packet->extension = dm_reader_bytes(reader, packet->extension_bytes);
}

/* The last byte of padding counts all of it, itself included (RFC 3550, 5.1). */
static bool take_padding_off(struct dm_rtp_packet *packet)
{
	if (packet->payload_bytes == 0)
		return false;

	const size_t padding = packet->payload[packet->payload_bytes - 1];

	if (padding == 0 || padding > packet->payload_bytes)
		return false;
	packet->payload_bytes -= padding;
	return true;
}

bool dm_rtp_parse(const uint8_t *data, size_t size_bytes, struct dm_rtp_packet *packet)
{
	struct dm_reader reader = dm_reader_init(data, size_bytes);

	*packet = (struct dm_rtp_packet){ 0 };

	const uint8_t flags = dm_reader_u8(&reader);
	const uint8_t marker_and_type = dm_reader_u8(&reader);

	packet->marker = (marker_and_type & MARKER_BIT) != 0;
	packet->payload_type = marker_and_type & PAYLOAD_TYPE_MASK;
	packet->sequence = dm_reader_u16(&reader);
	packet->timestamp = dm_reader_u32(&reader);
	packet->ssrc = dm_reader_u32(&reader);
	dm_reader_skip(&reader, (size_t)(flags & CSRC_COUNT_MASK) * 4);
	if (flags & EXTENSION_BIT)
		parse_extension(&reader, packet);
	if (reader.failed || (flags & VERSION_MASK) != VERSION_2)
		return false;

	packet->header_bytes = reader.offset;
	packet->payload_bytes = dm_reader_left(&reader);
	packet->payload = dm_reader_bytes(&reader, packet->payload_bytes);
	return !(flags & PADDING_BIT) || take_padding_off(packet);
}

bool dm_rtp_is_rtcp(const uint8_t *data, size_t size_bytes)
{
	assert(size_bytes >= 2);
	(void)size_bytes;

	/* RTCP's types 192..223 read as RTP payload types 64..95 with the marker set or not: those
	 * are kept free for this (RFC 5761, 4). */
	const uint8_t type = data[1] & PAYLOAD_TYPE_MASK;

	return type >= 64 && type <= 95;
}

const uint8_t *dm_rtp_extension(const struct dm_rtp_packet *packet, uint8_t id, size_t *size_bytes)
{
	struct dm_reader reader = dm_reader_init(packet->extension, packet->extension_bytes);

	*size_bytes = 0;
	if (packet->extension_profile != ONE_BYTE_PROFILE)
		return NULL;

	while (dm_reader_left(&reader) > 0) {
		const uint8_t head = dm_reader_u8(&reader);

		if (head == 0) /* padding */
			continue;

		const size_t bytes = (size_t)(head & 0x0F) + 1;
		const uint8_t found = head >> 4;

		/* Id 15 ends the list (RFC 8285, 4.2). */
		if (found == ONE_BYTE_ID_STOP)
			return NULL;

		const uint8_t *value = dm_reader_bytes(&reader, bytes);

		/* Id 0 with a length is malformed: it is skipped, like any id not known. */
		if (value && found == id && id != 0) {
			*size_bytes = bytes;
			return value;
		}
	}
	return NULL;
}

void dm_rtp_write_header(struct dm_writer *writer, uint8_t payload_type, bool marker,
			 uint16_t sequence, uint32_t timestamp, uint32_t ssrc)
{
	const uint8_t type = payload_type & PAYLOAD_TYPE_MASK;

	dm_writer_u8(writer, VERSION_2);
	dm_writer_u8(writer, marker ? MARKER_BIT | type : type);
	dm_writer_u16(writer, sequence);
	dm_writer_u32(writer, timestamp);
	dm_writer_u32(writer, ssrc);
}
