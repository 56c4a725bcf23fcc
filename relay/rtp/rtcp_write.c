#include "rtp/rtcp.h"

#include <assert.h>
#include <string.h>

#define VERSION_2 0x80
#define COUNT_MAX 31 /* five bits (RFC 3550, 6.4.1) */

#define TYPE_SENDER_REPORT      200 /* RFC 3550, 12.1 */
#define TYPE_RECEIVER_REPORT    201
#define TYPE_DESCRIPTION        202
#define TYPE_BYE                203
#define TYPE_TRANSPORT_FEEDBACK 205 /* RFC 4585, 6.1 */
#define TYPE_PAYLOAD_FEEDBACK   206

#define FORMAT_NACK        1   /* RFC 4585, 6.2.1 */
#define FORMAT_PLI         1   /* RFC 4585, 6.3.1 */
#define FORMAT_APPLICATION 15  /* RFC 4585, 6.4 */
#define ITEM_CNAME         1   /* RFC 3550, 6.5.1 */
#define ITEM_BYTES_MAX     255 /* RFC 3550, 6.5 */

#define REMB_IDENTIFIER   0x52454D42U /* "REMB"; draft-alvestrand-rmcat-remb-03, 2.2 */
#define REMB_MANTISSA_MAX 0x3FFFF

/* Cumulative loss is a signed 24-bit number, clamped rather than wrapped (RFC 3550, 6.4.1). */
#define LOST_MAX 0x7FFFFF
#define LOST_MIN (-0x800000)

/* Begins a packet whose length is not known yet; returns where it begins. */
static size_t begin(struct dm_writer *writer, size_t count, uint8_t type)
{
	const size_t start = writer->size;

	assert(count <= COUNT_MAX);
	dm_writer_u8(writer, (uint8_t)(VERSION_2 | count));
	dm_writer_u8(writer, type);
	dm_writer_u16(writer, 0);
	return start;
}

/* The length counts 32-bit words less one (RFC 3550, 6.4.1). */
static void end(struct dm_writer *writer, size_t start)
{
	dm_writer_patch_u16(writer, start + 2, (uint16_t)((writer->size - start) / 4 - 1));
}

static void write_block(struct dm_writer *writer, const struct dm_rtcp_report_block *block)
{
	int32_t lost = block->lost;

	if (lost > LOST_MAX)
		lost = LOST_MAX;
	if (lost < LOST_MIN)
		lost = LOST_MIN;
	dm_writer_u32(writer, block->ssrc);
	dm_writer_u8(writer, block->fraction_lost);
	dm_writer_u24(writer, (uint32_t)lost & 0xFFFFFF);
	dm_writer_u32(writer, block->highest_sequence);
	dm_writer_u32(writer, block->jitter);
	dm_writer_u32(writer, block->last_sr);
	dm_writer_u32(writer, block->delay_since_last_sr);
}

void dm_rtcp_write_sender_report(struct dm_writer *writer, uint32_t ssrc, uint64_t ntp,
				 uint32_t rtp, uint32_t packets, uint32_t octets,
				 const struct dm_rtcp_report_block *blocks, size_t block_count)
{
	const size_t start = begin(writer, block_count, TYPE_SENDER_REPORT);

	dm_writer_u32(writer, ssrc);
	dm_writer_u64(writer, ntp);
	dm_writer_u32(writer, rtp);
	dm_writer_u32(writer, packets);
	dm_writer_u32(writer, octets);
	for (size_t i = 0; i < block_count; i++)
		write_block(writer, &blocks[i]);
	end(writer, start);
}

void dm_rtcp_write_receiver_report(struct dm_writer *writer, uint32_t ssrc,
				   const struct dm_rtcp_report_block *blocks, size_t block_count)
{
	const size_t start = begin(writer, block_count, TYPE_RECEIVER_REPORT);

	dm_writer_u32(writer, ssrc);
	for (size_t i = 0; i < block_count; i++)
		write_block(writer, &blocks[i]);
	end(writer, start);
}

void dm_rtcp_write_cname(struct dm_writer *writer, uint32_t ssrc, const char *cname)
{
	const size_t start = begin(writer, 1, TYPE_DESCRIPTION);
	const size_t bytes = strnlen(cname, ITEM_BYTES_MAX);

	dm_writer_u32(writer, ssrc);
	dm_writer_u8(writer, ITEM_CNAME);
	dm_writer_u8(writer, (uint8_t)bytes);
	dm_writer_bytes(writer, cname, bytes);

	/* One to four zeros end the list and fill its last word (RFC 3550, 6.5). */
	dm_writer_zeros(writer, 4 - (2 + bytes) % 4);
	end(writer, start);
}

void dm_rtcp_write_bye(struct dm_writer *writer, const uint32_t *ssrcs, size_t count)
{
	const size_t start = begin(writer, count, TYPE_BYE);

	for (size_t i = 0; i < count; i++)
		dm_writer_u32(writer, ssrcs[i]);
	end(writer, start);
}

/* How many of `sequences` from the second on fit the mask of the first. */
static size_t pack_following(const uint16_t *sequences, size_t count, uint16_t *following)
{
	size_t taken = 1;

	*following = 0;
	for (; taken < count; taken++) {
		const unsigned ahead = (uint16_t)(sequences[taken] - sequences[0]);

		if (ahead > 16)
			break;
		if (ahead > 0) /* else the same number twice */
			*following |= (uint16_t)(1U << (ahead - 1));
	}
	return taken;
}

void dm_rtcp_write_nack(struct dm_writer *writer, uint32_t ssrc, uint32_t media_ssrc,
			const uint16_t *sequences, size_t count)
{
	const size_t start = begin(writer, FORMAT_NACK, TYPE_TRANSPORT_FEEDBACK);

	assert(count > 0); /* "MUST contain at least one" (RFC 4585, 6.2.1) */
	dm_writer_u32(writer, ssrc);
	dm_writer_u32(writer, media_ssrc);
	for (size_t i = 0; i < count;) {
		uint16_t following;
		const size_t taken = pack_following(sequences + i, count - i, &following);

		dm_writer_u16(writer, sequences[i]);
		dm_writer_u16(writer, following);
		i += taken;
	}
	end(writer, start);
}

void dm_rtcp_write_pli(struct dm_writer *writer, uint32_t ssrc, uint32_t media_ssrc)
{
	const size_t start = begin(writer, FORMAT_PLI, TYPE_PAYLOAD_FEEDBACK);

	dm_writer_u32(writer, ssrc);
	dm_writer_u32(writer, media_ssrc);
	end(writer, start);
}

void dm_rtcp_write_remb(struct dm_writer *writer, uint32_t ssrc, uint64_t bitrate_bps,
			const uint32_t *ssrcs, size_t count)
{
	const size_t start = begin(writer, FORMAT_APPLICATION, TYPE_PAYLOAD_FEEDBACK);
	unsigned exponent = 0;

	assert(count > 0 && count <= COUNT_MAX);
	while (bitrate_bps >> exponent > REMB_MANTISSA_MAX)
		exponent++;
	dm_writer_u32(writer, ssrc);
	dm_writer_u32(writer, 0); /* "SSRC of media source" is unused */
	dm_writer_u32(writer, REMB_IDENTIFIER);
	dm_writer_u8(writer, (uint8_t)count);
	dm_writer_u24(writer, (uint32_t)(exponent << 18 | bitrate_bps >> exponent));
	for (size_t i = 0; i < count; i++)
		dm_writer_u32(writer, ssrcs[i]);
	end(writer, start);
}
