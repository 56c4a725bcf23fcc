#include "ingest/h264_payload.h"
#include "base/reader.h"

/* ITU-T H.264, table 7-1; RFC 6184, table 1. */
enum { NAL_IDR = 5, NAL_SPS = 7, NAL_AUD = 9, NAL_STAP_A = 24, NAL_FU_A = 28 };

#define TYPE_MASK 0x1F
#define FU_START  0x80 /* RFC 6184, 5.8: the S bit */
#define FU_END    0x40 /* and the E bit */
#define NRI_MASK  0xE0 /* of a NAL unit's first byte: F and NRI */
#define FU_HEADER 2    /* bytes: indicator and header */

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

/* `flags` are the S and E of the whole that is taken apart. */
static void split_unit(uint8_t nri, uint8_t type, uint8_t flags, struct dm_reader *data,
		       size_t most, dm_h264_part_cb *on_part, void *user)
{
	uint8_t begin = flags & FU_START;

	while (dm_reader_left(data) > 0) {
		const size_t left = dm_reader_left(data);
		const size_t bytes = left < most - FU_HEADER ? left : most - FU_HEADER;
		const uint8_t end = bytes == left ? flags & FU_END : 0;
		const uint8_t header[FU_HEADER] = { nri | NAL_FU_A, begin | end | type };

		on_part(user, header, sizeof(header), dm_reader_bytes(data, bytes), bytes);
		begin = 0;
	}
}

static bool units_fit(struct dm_reader reader, size_t most)
{
	while (dm_reader_left(&reader) > 0) {
		const uint16_t bytes = dm_reader_u16(&reader);

		(void)dm_reader_bytes(&reader, bytes);
		if (reader.failed || bytes == 0 || bytes > most)
			return false;
	}
	return true;
}

static bool split_aggregate(struct dm_reader *reader, size_t most, dm_h264_part_cb *on_part,
			    void *user)
{
	if (!units_fit(*reader, most))
		return false;
	while (dm_reader_left(reader) > 0) {
		const uint16_t bytes = dm_reader_u16(reader);

		on_part(user, NULL, 0, dm_reader_bytes(reader, bytes), bytes);
	}
	return true;
}

bool dm_h264_payload_split(const uint8_t *payload, size_t payload_bytes, size_t most,
			   dm_h264_part_cb *on_part, void *user)
{
	struct dm_reader reader = dm_reader_init(payload, payload_bytes);
	const uint8_t first = dm_reader_u8(&reader);
	const uint8_t type = first & TYPE_MASK;
	const uint8_t nri = first & NRI_MASK;

	if (type == NAL_STAP_A)
		return split_aggregate(&reader, most, on_part, user);
	if (type == NAL_FU_A) {
		const uint8_t header = dm_reader_u8(&reader);

		split_unit(nri, header & TYPE_MASK, header, &reader, most, on_part, user);
		return !reader.failed;
	}
	if (type == 0 || type > NAL_STAP_A)
		return false;
	split_unit(nri, type, FU_START | FU_END, &reader, most, on_part, user);
	return true;
}
