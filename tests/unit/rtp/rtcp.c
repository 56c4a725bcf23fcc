#include "rtp/rtcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

struct heard {
	struct dm_rtcp_item items[64];
	size_t count;
};

static void on_item(void *user, const struct dm_rtcp_item *item)
{
	struct heard *heard = user;

	assert_true(heard->count < 64);
	heard->items[heard->count++] = *item;
}

/* Parses from an exact copy, so that AddressSanitizer sees a read beyond it. */
static bool parse(const uint8_t *data, size_t bytes, struct heard *heard)
{
	uint8_t *copy = test_malloc(bytes ? bytes : 1);
	bool good;

	heard->count = 0;
	if (bytes > 0)
		memcpy(copy, data, bytes);
	good = dm_rtcp_parse(copy, bytes, on_item, heard);
	test_free(copy);
	return good;
}

#define SSRC      0x11, 0x22, 0x33, 0x44
#define SSRC_NUM  0x11223344
#define MEDIA     0x55, 0x66, 0x77, 0x88
#define MEDIA_NUM 0x55667788

/* The figures of the example in RFC 3550, 6.4.1 (figure 2). */
#define BLOCK                                                                                      \
	MEDIA, 0x40, 0xFF, 0xFF, 0xFE, 0x00, 0x01, 0x00, 0x02, 0x00, 0x00, 0x00, 0x4D, 0xB7, 0x05, \
		0x20, 0x00, 0x00, 0x05, 0x40, 0x00

static void check_block(const struct dm_rtcp_item *item)
{
	assert_int_equal(item->type, DM_RTCP_REPORT_BLOCK);
	assert_int_equal(item->ssrc, SSRC_NUM);
	assert_int_equal(item->media_ssrc, MEDIA_NUM);
	assert_int_equal(item->block.ssrc, MEDIA_NUM);
	assert_int_equal(item->block.fraction_lost, 0x40);
	assert_int_equal(item->block.lost, -2); /* duplicates make it negative */
	assert_int_equal(item->block.highest_sequence, 0x00010002);
	assert_int_equal(item->block.jitter, 77);
	assert_int_equal(item->block.last_sr, 0xB7052000);
	assert_int_equal(item->block.delay_since_last_sr, 0x00054000);
}

static void parses_a_sender_report(void **state)
{
	(void)state;
	const uint8_t data[] = { 0x81, 200,  0,    12,   SSRC, 0xB4, 0x4D, 0xB7, 0x05,
				 0x20, 0x00, 0x00, 0x00, 0x00, 0x0B, 0xEE, 0xFF, 0x00,
				 0x00, 0x00, 0x0A, 0x00, 0x00, 0x07, 0xD0, BLOCK };
	struct heard heard;

	assert_true(parse(data, sizeof(data), &heard));
	assert_int_equal(heard.count, 2);
	assert_int_equal(heard.items[0].type, DM_RTCP_SENDER_REPORT);
	assert_int_equal(heard.items[0].ssrc, SSRC_NUM);
	assert_int_equal(heard.items[0].sender.ntp, UINT64_C(0xB44DB70520000000));
	assert_int_equal(heard.items[0].sender.rtp, 0x000BEEFF);
	assert_int_equal(heard.items[0].sender.packets, 10);
	assert_int_equal(heard.items[0].sender.octets, 2000);
	check_block(&heard.items[1]);
}

static void parses_receiver_reports_with_extension(void **state)
{
	(void)state;
	/* A profile-specific extension follows the blocks (RFC 3550, 6.4.3): passed over. */
	const uint8_t data[] = { 0x82, 201, 0, 14, SSRC, BLOCK, BLOCK, 1, 2, 3, 4 };
	const uint8_t empty[] = { 0x80, 201, 0, 1, SSRC };
	struct heard heard;

	assert_true(parse(data, sizeof(data), &heard));
	assert_int_equal(heard.count, 2);
	check_block(&heard.items[0]);
	check_block(&heard.items[1]);
	assert_true(parse(empty, sizeof(empty), &heard));
	assert_int_equal(heard.count, 0);
}

/* RFC 4585, 6.2.1: PID, and bit i of the mask for PID + i + 1; on the circle of 16 bits. */
static void parses_nacks(void **state)
{
	(void)state;
	const uint8_t data[] = { 0x81, 205,  0,    4,    SSRC, MEDIA, 0xFF,
				 0xFE, 0x80, 0x05, 0x00, 0x64, 0x00,  0x00 };
	const uint16_t expected[] = { 65534, 65535, 1, 14, 100 };
	struct heard heard;

	assert_true(parse(data, sizeof(data), &heard));
	assert_int_equal(heard.count, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(heard.items[i].type, DM_RTCP_NACK);
		assert_int_equal(heard.items[i].ssrc, SSRC_NUM);
		assert_int_equal(heard.items[i].media_ssrc, MEDIA_NUM);
		assert_int_equal(heard.items[i].nack, expected[i]);
	}
}

static void parses_key_frame_requests(void **state)
{
	(void)state;
	const uint8_t data[] = { 0x81, 206, 0,     2, SSRC, MEDIA, 0x84, 206,  0, 6, SSRC, 0, 0,
				 0,    0,   MEDIA, 7, 0,    0,     0,    SSRC, 8, 0, 0,    0 };
	struct heard heard;

	assert_true(parse(data, sizeof(data), &heard));
	assert_int_equal(heard.count, 3);
	assert_int_equal(heard.items[0].type, DM_RTCP_PLI);
	assert_int_equal(heard.items[0].media_ssrc, MEDIA_NUM);
	assert_int_equal(heard.items[1].type, DM_RTCP_FIR);
	assert_int_equal(heard.items[1].media_ssrc, MEDIA_NUM);
	assert_int_equal(heard.items[1].fir_sequence, 7);
	assert_int_equal(heard.items[2].media_ssrc, SSRC_NUM);
	assert_int_equal(heard.items[2].fir_sequence, 8);
}

static void parses_remb(void **state)
{
	(void)state;
	/* Exponent 3, mantissa 200000 (0x30D40): 1.6 Mbit/s. */
	const uint8_t data[] = { 0x8F, 206, 0,   5,   SSRC, 0,    0,    0,    0,
				 'R',  'E', 'M', 'B', 1,    0x0F, 0x0D, 0x40, MEDIA };
	const uint8_t huge[] = { 0x8F, 206, 0,   4,   SSRC, 0,    0,    0,   0,
				 'R',  'E', 'M', 'B', 0,    0xFF, 0xFF, 0xFF };
	const uint8_t other[] = { 0x8F, 206, 0, 3, SSRC, 0, 0, 0, 0, 'R', 'E', 'M', 'C' };
	struct heard heard;

	assert_true(parse(data, sizeof(data), &heard));
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.items[0].type, DM_RTCP_REMB);
	assert_int_equal(heard.items[0].bitrate_bps, 1600000);

	/* More than 64 bits is the most there is, not what the shift leaves. */
	assert_true(parse(huge, sizeof(huge), &heard));
	assert_int_equal(heard.items[0].bitrate_bps, UINT64_MAX);

	assert_true(parse(other, sizeof(other), &heard));
	assert_int_equal(heard.count, 0);
}

static void parses_bye(void **state)
{
	(void)state;
	const uint8_t data[] = { 0x82, 203, 0, 3, SSRC, MEDIA, 3, 'b', 'y', 'e' };
	struct heard heard;

	assert_true(parse(data, sizeof(data), &heard));
	assert_int_equal(heard.count, 2);
	assert_int_equal(heard.items[0].type, DM_RTCP_BYE);
	assert_int_equal(heard.items[0].ssrc, SSRC_NUM);
	assert_int_equal(heard.items[1].ssrc, MEDIA_NUM);
}

static void passes_over_what_it_does_not_know(void **state)
{
	(void)state;
	const uint8_t data[] = { 0x81, 202,  0,     3,    SSRC, 1, 2,    'a',  'b',  0,
				 0,    0,    0,     0x80, 204,  0, 2,    SSRC, 'N',  'A',
				 'M',  'E',  0x80,  207,  0,    1, SSRC, 0x8F, 205,  0,
				 3,    SSRC, MEDIA, 1,    2,    3, 4,    0x82, 206,  0,
				 2,    SSRC, MEDIA, 0x81, 206,  0, 2,    SSRC, MEDIA };
	struct heard heard;

	assert_true(parse(data, sizeof(data), &heard));
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.items[0].type, DM_RTCP_PLI);
}

static void allows_padding_on_the_last_packet_only(void **state)
{
	(void)state;
	const uint8_t last[] = { 0x80, 201, 0, 1, SSRC, 0xA1, 206, 0, 3, SSRC, MEDIA, 0, 0, 0, 4 };
	const uint8_t first[] = { 0xA0, 201, 0, 2, SSRC, 0, 0, 0, 4, 0x81, 206, 0, 2, SSRC, MEDIA };
	uint8_t bad[sizeof(last)];
	const uint8_t wrong[] = { 0, 3, 16, 255 };
	struct heard heard;

	assert_true(parse(last, sizeof(last), &heard));
	assert_int_equal(heard.count, 1);
	assert_false(parse(first, sizeof(first), &heard));
	for (size_t i = 0; i < sizeof(wrong); i++) {
		memcpy(bad, last, sizeof(bad));
		bad[sizeof(bad) - 1] = wrong[i];
		assert_false(parse(bad, sizeof(bad), &heard));
		assert_int_equal(heard.count, 0);
	}
}

/* Good packets before a bad one are not told either. */
static void tells_nothing_of_a_malformed_compound(void **state)
{
	(void)state;
#define GOOD 0x81, 206, 0, 2, SSRC, MEDIA
	const struct {
		size_t bytes;
		uint8_t data[48];
	} bad[] = {
		{ 12 + 8, { GOOD, 0x41, 201, 0, 1, SSRC } }, /* version 1 */
		{ 12 + 8, { GOOD, 0x81, 201, 0, 1, SSRC } }, /* no block for count 1 */
		{ 12 + 8, { GOOD, 0x80, 201, 0, 2, SSRC } }, /* length beyond the end */
		{ 12 + 4, { GOOD, 0x80, 201, 0, 0 } },       /* no SSRC */
		{ 12 + 3, { GOOD, 0x80, 201, 0 } },          /* half a header */
		{ 12 + 12, { GOOD, 0x80, 200, 0, 2, SSRC, 0, 0, 0, 0 } },   /* short SR */
		{ 12 + 12, { GOOD, 0x81, 205, 0, 2, SSRC, MEDIA } },        /* NACK of nothing */
		{ 12 + 8, { GOOD, 0x81, 206, 0, 1, SSRC } },                /* PLI without media */
		{ 12 + 12, { GOOD, 0x84, 206, 0, 2, SSRC, MEDIA } },        /* FIR of nobody */
		{ 12 + 16, { GOOD, 0x84, 206, 0, 3, SSRC, MEDIA, MEDIA } }, /* half an entry */
		{ 12 + 16, { GOOD, 0x8F, 206, 0, 3, SSRC, MEDIA, 'R', 'E', 'M', 'B' } },
		{ 12 + 20, { GOOD, 0x8F, 206, 0, 4, SSRC, MEDIA, 'R', 'E', 'M', 'B', 1, 0, 0, 1 } },
		{ 12 + 8, { GOOD, 0x82, 203, 0, 1, SSRC } }, /* BYE of two, one there */
		{ 12 + 12, { GOOD, 0x81, 203, 0, 2, SSRC, 4, 'b', 'y', 'e' } }, /* long reason */
	};
	struct heard heard;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(parse(bad[i].data, bad[i].bytes, &heard));
		assert_int_equal(heard.count, 0);
	}
	assert_true(parse(bad[0].data, 12, &heard));
	assert_false(parse(NULL, 0, &heard));
}

/* RFC 3550, 6.4.1, figure 2: 0xB710:8000 - 0xB705:2000 - 0x0005:4000 = 6.125 s. */
static void tells_the_round_trip(void **state)
{
	(void)state;
	struct dm_rtcp_report_block block = { .last_sr = 0xB7052000,
					      .delay_since_last_sr = 0x00054000 };
	const uint64_t now = UINT64_C(0xB44DB71080000000);

	assert_int_equal(dm_rtcp_round_trip(&block, now), 0x00062000);

	/* Hostile: a delay longer than the time that passed. */
	block.delay_since_last_sr = 0x00100000;
	assert_int_equal(dm_rtcp_round_trip(&block, now), 0);
	block.delay_since_last_sr = UINT32_MAX;
	block.last_sr = 0xB7108000;
	assert_int_equal(dm_rtcp_round_trip(&block, now), 1);

	block.last_sr = 0;
	assert_int_equal(dm_rtcp_round_trip(&block, now), 0);

	/* Over the wrap of the middle 32 bits. */
	block = (struct dm_rtcp_report_block){ .last_sr = 0xFFFF8000 };
	assert_int_equal(dm_rtcp_round_trip(&block, UINT64_C(0x1234000080000000)), 0x10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_a_sender_report),
		cmocka_unit_test(parses_receiver_reports_with_extension),
		cmocka_unit_test(parses_nacks),
		cmocka_unit_test(parses_key_frame_requests),
		cmocka_unit_test(parses_remb),
		cmocka_unit_test(parses_bye),
		cmocka_unit_test(passes_over_what_it_does_not_know),
		cmocka_unit_test(allows_padding_on_the_last_packet_only),
		cmocka_unit_test(tells_nothing_of_a_malformed_compound),
		cmocka_unit_test(tells_the_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
