#include "rtp/rtcp.h"

#include "base/reader.h"

/* RFC 3550, 6.4.1; 12.1 for the types; RFC 4585, 6.1 for feedback
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P|count/FMT|      PT       | length: 32-bit words less one |
 */
#define VERSION_2    0x80
#define VERSION_MASK 0xC0
#define PADDING_BIT  0x20
#define COUNT_MASK   0x1F

enum packet_type {
	TYPE_SENDER_REPORT = 200,
	TYPE_RECEIVER_REPORT = 201,
	TYPE_BYE = 203,
	TYPE_TRANSPORT_FEEDBACK = 205, /* RFC 4585, 6.2 */
	TYPE_PAYLOAD_FEEDBACK = 206,   /* RFC 4585, 6.3 */
};

#define FORMAT_NACK        1  /* RFC 4585, 6.2.1 */
#define FORMAT_PLI         1  /* RFC 4585, 6.3.1 */
#define FORMAT_FIR         4  /* RFC 5104, 4.3.1 */
#define FORMAT_APPLICATION 15 /* RFC 4585, 6.4 */

#define FIR_ENTRY_BYTES 8
#define REMB_IDENTIFIER 0x52454D42U /* "REMB"; draft-alvestrand-rmcat-remb-03, 2.2 */

/* Where items go; without a callback the bytes are only checked. */
struct sink {
	dm_rtcp_item_cb *on_item; /* nullable */
	void *user;               /* borrowed */
};

static void emit(const struct sink *sink, const struct dm_rtcp_item *item)
{
	if (sink->on_item)
		sink->on_item(sink->user, item);
}

static int32_t sign_extend_24(uint32_t value)
{
	return value & 0x800000 ? (int32_t)value - 0x1000000 : (int32_t)value;
}

static void parse_blocks(struct dm_reader *body, uint32_t ssrc, unsigned count,
			 const struct sink *sink)
{
	for (unsigned i = 0; i < count && !body->failed; i++) {
		struct dm_rtcp_item item = { .type = DM_RTCP_REPORT_BLOCK, .ssrc = ssrc };

		item.block.ssrc = dm_reader_u32(body);
		item.block.fraction_lost = dm_reader_u8(body);
		item.block.lost = sign_extend_24(dm_reader_u24(body));
		item.block.highest_sequence = dm_reader_u32(body);
		item.block.jitter = dm_reader_u32(body);
		item.block.last_sr = dm_reader_u32(body);
		item.block.delay_since_last_sr = dm_reader_u32(body);
		item.media_ssrc = item.block.ssrc;
		if (!body->failed)
			emit(sink, &item);
	}
	/* What follows is a profile's own (RFC 3550, 6.4.3) and none of ours. */
}

static void parse_sender_report(struct dm_reader *body, unsigned count, const struct sink *sink)
{
	struct dm_rtcp_item item = { .type = DM_RTCP_SENDER_REPORT };

	item.ssrc = dm_reader_u32(body);
	item.media_ssrc = item.ssrc;
	item.sender.ntp = dm_reader_u64(body);
	item.sender.rtp = dm_reader_u32(body);
	item.sender.packets = dm_reader_u32(body);
	item.sender.octets = dm_reader_u32(body);
	if (body->failed)
		return;
	emit(sink, &item);
	parse_blocks(body, item.ssrc, count, sink);
}

/* RFC 3550, 6.6: sources, then perhaps a reason with its length in front. */
static void parse_bye(struct dm_reader *body, unsigned count, const struct sink *sink)
{
	for (unsigned i = 0; i < count && !body->failed; i++) {
		struct dm_rtcp_item item = { .type = DM_RTCP_BYE, .ssrc = dm_reader_u32(body) };

		item.media_ssrc = item.ssrc;
		if (!body->failed)
			emit(sink, &item);
	}
	if (dm_reader_left(body) > 0)
		dm_reader_skip(body, dm_reader_u8(body));
}

/* Pairs of a packet identifier and a mask of the 16 that follow it (RFC 4585, 6.2.1). */
static void parse_nack(struct dm_reader *body, struct dm_rtcp_item *item, const struct sink *sink)
{
	item->type = DM_RTCP_NACK;
	do {
		const uint16_t first = dm_reader_u16(body);
		const uint16_t following = dm_reader_u16(body);

		if (body->failed)
			return;
		item->nack = first;
		emit(sink, item);
		for (unsigned bit = 0; bit < 16; bit++) {
			if (!(following >> bit & 1))
				continue;
			item->nack = (uint16_t)(first + bit + 1);
			emit(sink, item);
		}
	} while (dm_reader_left(body) > 0);
}

/* The header's media SSRC is unused; each entry has its own (RFC 5104, 4.3.1.2). */
static void parse_fir(struct dm_reader *body, struct dm_rtcp_item *item, const struct sink *sink)
{
	item->type = DM_RTCP_FIR;
	do {
		item->media_ssrc = dm_reader_u32(body);
		item->fir_sequence = dm_reader_u8(body);
		dm_reader_skip(body, FIR_ENTRY_BYTES - 5);
		if (body->failed)
			return;
		emit(sink, item);
	} while (dm_reader_left(body) > 0);
}

/* "REMB", count of SSRCs (8 bits), exponent (6), mantissa (18), SSRCs
 * (draft-alvestrand-rmcat-remb-03, 2.2). */
static void parse_remb(struct dm_reader *body, struct dm_rtcp_item *item, const struct sink *sink)
{
	if (dm_reader_u32(body) != REMB_IDENTIFIER)
		return; /* some other application's message */

	const size_t count = dm_reader_u8(body);
	const uint32_t value = dm_reader_u24(body);
	const unsigned exponent = value >> 18;
	const uint64_t mantissa = value & 0x3FFFF;

	dm_reader_skip(body, count * 4);
	if (body->failed)
		return;
	item->type = DM_RTCP_REMB;
	item->bitrate_bps = mantissa > UINT64_MAX >> exponent ? UINT64_MAX : mantissa << exponent;
	emit(sink, item);
}

static void parse_feedback(struct dm_reader *body, uint8_t type, unsigned format,
			   const struct sink *sink)
{
	struct dm_rtcp_item item = { .ssrc = dm_reader_u32(body) };

	item.media_ssrc = dm_reader_u32(body);
	if (body->failed)
		return;
	if (type == TYPE_TRANSPORT_FEEDBACK) {
		if (format == FORMAT_NACK)
			parse_nack(body, &item, sink);
	} else if (format == FORMAT_PLI) {
		item.type = DM_RTCP_PLI;
		emit(sink, &item);
	} else if (format == FORMAT_FIR) {
		parse_fir(body, &item, sink);
	} else if (format == FORMAT_APPLICATION) {
		parse_remb(body, &item, sink);
	}
}

/* Padding is allowed on the last packet of a compound only; its last byte counts it, in whole words
 * (RFC 3550, 6.4.1). */
static bool take_padding_off(struct dm_reader *body, bool last)
{
	if (!last || body->size == 0)
		return false;

	const size_t padding = body->data[body->size - 1];

	if (padding == 0 || padding % 4 != 0 || padding > body->size)
		return false;
	body->size -= padding;
	return true;
}

static void parse_body(struct dm_reader *body, uint8_t type, unsigned count,
		       const struct sink *sink)
{
	switch (type) {
	case TYPE_SENDER_REPORT:
		parse_sender_report(body, count, sink);
		break;
	case TYPE_RECEIVER_REPORT:
		parse_blocks(body, dm_reader_u32(body), count, sink);
		break;
	case TYPE_BYE:
		parse_bye(body, count, sink);
		break;
	case TYPE_TRANSPORT_FEEDBACK:
	case TYPE_PAYLOAD_FEEDBACK:
		parse_feedback(body, type, count, sink);
		break;
	default:
		/* "unknown ... ignored" (RFC 3550, 6.1). SDES too: nothing here uses names. */
		break;
	}
}

static bool parse_compound(const uint8_t *data, size_t size_bytes, const struct sink *sink)
{
	struct dm_reader reader = dm_reader_init(data, size_bytes);

	do {
		const uint8_t flags = dm_reader_u8(&reader);
		const uint8_t type = dm_reader_u8(&reader);
		const size_t words = dm_reader_u16(&reader);
		struct dm_reader body = dm_reader_sub(&reader, words * 4);

		if (body.failed || (flags & VERSION_MASK) != VERSION_2)
			return false;
		if ((flags & PADDING_BIT) && !take_padding_off(&body, dm_reader_left(&reader) == 0))
			return false;
		parse_body(&body, type, flags & COUNT_MASK, sink);
		if (body.failed)
			return false;
	} while (dm_reader_left(&reader) > 0);
	return true;
}

bool dm_rtcp_parse(const uint8_t *data, size_t size_bytes, dm_rtcp_item_cb *on_item, void *user)
{
	const struct sink none = { 0 };
	const struct sink sink = { .on_item = on_item, .user = user };

	/* Once to check, once to tell: nothing is told of a compound that turns out bad. */
	return parse_compound(data, size_bytes, &none) && parse_compound(data, size_bytes, &sink);
}

uint32_t dm_rtcp_round_trip(const struct dm_rtcp_report_block *block, uint64_t ntp_now)
{
	const uint32_t arrival = (uint32_t)(ntp_now >> 16);
	const uint32_t round_trip = arrival - block->last_sr - block->delay_since_last_sr;

	if (block->last_sr == 0 || round_trip > INT32_MAX)
		return 0;
	return round_trip;
}
