#include "ingest/h264_payload.h"
#include "base/reader.h"

/* ITU-T H.264, table 7-1; RFC 6184, table 1. */
enum { NAL_IDR = 5, NAL_SPS = 7, NAL_AUD = 9, NAL_STAP_A = 24, NAL_FU_A = 28 };

#define TYPE_MASK 0x1F
#define FU_START  0x80 /* RFC 6184, 5.8: the S bit */

static void note(struct dm_h264_payload *seen, unsigned type, bool is_first)
{
	seen->has_idr |= type == NAL_IDR;
	seen->has_sps |= type == NAL_SPS;
	/* ITU-T H.264, 7.4.1.2.3: these come before the first slice of an access unit. */
	seen->begins_frame |= is_first && (type == NAL_SPS || type == NAL_AUD);
}

static struct dm_h264_payload look_into_aggregate(struct dm_reader *reader)
{
	struct dm_h264_payload seen = { 0 };
	bool is_first = true;

	while (dm_reader_left(reader) > 0) {
		struct dm_reader nal = dm_reader_sub(reader, dm_reader_u16(reader));
		const unsigned type = dm_reader_u8(&nal) & TYPE_MASK;

		if (reader->failed || nal.failed)
			break;
		note(&seen, type, is_first);
		is_first = false;
	}
	return seen;
}

struct dm_h264_payload dm_h264_payload_look(const uint8_t *payload, size_t payload_bytes)
{
	struct dm_reader reader = dm_reader_init(payload, payload_bytes);
	const unsigned type = dm_reader_u8(&reader) & TYPE_MASK;
	struct dm_h264_payload seen = { 0 };

	if (type == NAL_STAP_A)
		return look_into_aggregate(&reader);
	if (type == NAL_FU_A) {
		const uint8_t header = dm_reader_u8(&reader);

		note(&seen, header & TYPE_MASK, (header & FU_START) != 0);
		return seen;
	}
	note(&seen, type, true);
	return seen;
}
