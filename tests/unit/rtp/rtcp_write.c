#include "rtp/rtcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

struct fixture {
	uint8_t buffer[1024];
	struct dm_writer writer;
};

static struct fixture fixture;

static struct dm_writer *start(size_t capacity)
{
	memset(fixture.buffer, 0xEE, sizeof(fixture.buffer));
	fixture.writer = dm_writer_init(fixture.buffer, capacity);
	return &fixture.writer;
}

static void assert_written(const uint8_t *expected, size_t bytes)
{
	assert_false(fixture.writer.failed);
	assert_int_equal(fixture.writer.size, bytes);
	assert_memory_equal(fixture.buffer, expected, bytes);
}

static void writes_a_sender_report(void **state)
{
	(void)state;
	const uint8_t expected[] = {
		0x80, 200,  0x00, 0x06, 0x11, 0x22, 0x33, 0x44, 0xB4, 0x4D, 0xB7, 0x05, 0x20, 0x00,
		0x00, 0x00, 0x00, 0x0B, 0xEE, 0xFF, 0x00, 0x00, 0x00, 0x0A, 0x00, 0x00, 0x07, 0xD0,
	};

	dm_rtcp_write_sender_report(start(64), 0x11223344, UINT64_C(0xB44DB70520000000), 0x000BEEFF,
				    10, 2000, NULL, 0);
	assert_written(expected, sizeof(expected));
}

static void writes_a_receiver_report(void **state)
{
	(void)state;
	const uint8_t expected[] = {
		0x81, 201,  0x00, 0x07, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
		0x88, 0x40, 0xFF, 0xFF, 0xFE, 0x00, 0x01, 0x00, 0x02, 0x00, 0x00,
		0x00, 0x4D, 0xB7, 0x05, 0x20, 0x00, 0x00, 0x05, 0x40, 0x00,
	};
	const struct dm_rtcp_report_block block = {
		.ssrc = 0x55667788,
		.fraction_lost = 0x40,
		.lost = -2,
		.highest_sequence = 0x00010002,
		.jitter = 77,
		.last_sr = 0xB7052000,
		.delay_since_last_sr = 0x00054000,
	};

	dm_rtcp_write_receiver_report(start(64), 0x11223344, &block, 1);
	assert_written(expected, sizeof(expected));
}

/* Cumulative loss has 24 bits and stays at its bound (RFC 3550, 6.4.1). */
static void clamps_cumulative_loss(void **state)
{
	(void)state;
	struct dm_rtcp_report_block block = { .lost = INT32_MAX };

	dm_rtcp_write_receiver_report(start(64), 1, &block, 1);
	assert_memory_equal(fixture.buffer + 13, "\x7F\xFF\xFF", 3);
	block.lost = INT32_MIN;
	dm_rtcp_write_receiver_report(start(64), 1, &block, 1);
	assert_memory_equal(fixture.buffer + 13, "\x80\x00\x00", 3);
}

/* The list of items ends with at least one zero, at a word's end (RFC 3550, 6.5). */
static void writes_cnames_of_any_length(void **state)
{
	(void)state;
	const uint8_t expected[] = { 0x81, 202, 0,   3,   0x11, 0x22, 0x33, 0x44,
				     1,    5,   'a', 'b', 'c',  'd',  'e',  0 };

	dm_rtcp_write_cname(start(64), 0x11223344, "abcde");
	assert_written(expected, sizeof(expected));

	for (size_t length = 0; length < 300; length++) {
		char cname[301] = { 0 };
		const size_t kept = length < 255 ? length : 255;

		memset(cname, 'c', length);
		dm_rtcp_write_cname(start(512), 0x11223344, cname);
		assert_false(fixture.writer.failed);
		assert_int_equal(fixture.writer.size % 4, 0);
		assert_int_equal(fixture.buffer[3], fixture.writer.size / 4 - 1);
		assert_int_equal(fixture.buffer[9], kept);
		assert_true(fixture.writer.size >= 10 + kept + 1);
		assert_true(fixture.writer.size <= 10 + kept + 4);
		assert_int_equal(fixture.buffer[fixture.writer.size - 1], 0);
	}
}

static void writes_bye_and_pli(void **state)
{
	(void)state;
	const uint32_t ssrcs[] = { 0x11223344, 0x55667788 };
	const uint8_t bye[] = { 0x82, 203, 0, 2, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88 };
	const uint8_t pli[] = { 0x81, 206, 0, 2, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88 };

	dm_rtcp_write_bye(start(64), ssrcs, 2);
	assert_written(bye, sizeof(bye));
	dm_rtcp_write_pli(start(64), ssrcs[0], ssrcs[1]);
	assert_written(pli, sizeof(pli));
}

static void packs_nacks(void **state)
{
	(void)state;
	/* 16 behind the first still fits its mask, 17 does not; over the wrap; one twice. */
	const uint16_t sequences[] = { 65530, 65531, 10, 11, 11, 300 };
	const uint8_t expected[] = { 0x81, 205,  0,    5,    0x11, 0x22, 0x33, 0x44,
				     0x55, 0x66, 0x77, 0x88, 0xFF, 0xFA, 0x80, 0x01,
				     0x00, 0x0B, 0x00, 0x00, 0x01, 0x2C, 0x00, 0x00 };

	dm_rtcp_write_nack(start(64), 0x11223344, 0x55667788, sequences, 6);
	assert_written(expected, sizeof(expected));
}

struct numbers {
	uint16_t values[256];
	size_t count;
};

static void on_item(void *user, const struct dm_rtcp_item *item)
{
	struct numbers *numbers = user;

	if (item->type == DM_RTCP_NACK)
		numbers->values[numbers->count++] = item->nack;
}

static void reads_back_what_it_wrote(void **state)
{
	(void)state;
	uint16_t sequences[200];
	struct numbers numbers = { .count = 0 };
	uint32_t seed = 4585;

	print_message("seed %u\n", seed);
	sequences[0] = 65000;
	for (size_t i = 1; i < 200; i++) {
		seed = seed * 1664525U + 1013904223U;
		sequences[i] = (uint16_t)(sequences[i - 1] + 1 + (seed >> 24) % 20);
	}
	dm_rtcp_write_receiver_report(start(1024), 1, NULL, 0);
	dm_rtcp_write_nack(&fixture.writer, 1, 2, sequences, 200);
	assert_false(fixture.writer.failed);
	assert_true(dm_rtcp_parse(fixture.buffer, fixture.writer.size, on_item, &numbers));
	assert_int_equal(numbers.count, 200);
	assert_memory_equal(numbers.values, sequences, sizeof(sequences));
}

static void fails_where_there_is_no_room(void **state)
{
	(void)state;
	const uint32_t ssrc = 1;
	const uint16_t sequence = 1;

	for (size_t capacity = 0; capacity < 28; capacity++) {
		dm_rtcp_write_sender_report(start(capacity), 1, 2, 3, 4, 5, NULL, 0);
		assert_true(fixture.writer.failed);
		assert_int_equal(fixture.buffer[capacity], 0xEE);
	}
	for (size_t capacity = 0; capacity < 8; capacity++) {
		dm_rtcp_write_bye(start(capacity), &ssrc, 1);
		assert_true(fixture.writer.failed);
		dm_rtcp_write_nack(start(capacity), 1, 2, &sequence, 1);
		assert_true(fixture.writer.failed);
		dm_rtcp_write_cname(start(capacity), 1, "x");
		assert_true(fixture.writer.failed);
		assert_int_equal(fixture.buffer[capacity], 0xEE);
	}
}

static void take_remb(void *user, const struct dm_rtcp_item *item)
{
	assert_int_equal(item->type, DM_RTCP_REMB);
	*(uint64_t *)user = item->bitrate_bps;
}

/* draft-alvestrand-rmcat-remb-03, 2.2: six bits of exponent, 18 of mantissa. */
static void writes_what_a_sender_may_send(void **state)
{
	(void)state;
	const uint8_t expected[] = {
		0x8F, 206, 0x00, 0x06, 0x11, 0x22, 0x33, 0x44, 0x00, 0x00, 0x00, 0x00, 'R',  'E',
		'M',  'B', 0x02, 0x0F, 0xD0, 0x90, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC,
	};
	const uint32_t ssrcs[] = { 0x55667788, 0x99AABBCC };

	dm_rtcp_write_remb(start(64), 0x11223344, 2000000, ssrcs, 2);
	assert_written(expected, sizeof(expected));
	for (uint64_t bps = 1; bps < UINT64_C(1) << 60; bps = bps * 3 + 1) {
		uint64_t read = 0;

		dm_rtcp_write_remb(start(64), 1, bps, ssrcs, 1);
		assert_true(dm_rtcp_parse(fixture.buffer, fixture.writer.size, take_remb, &read));
		assert_true(read <= bps && bps - read <= bps >> 17);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_a_sender_report),
		cmocka_unit_test(writes_a_receiver_report),
		cmocka_unit_test(clamps_cumulative_loss),
		cmocka_unit_test(writes_cnames_of_any_length),
		cmocka_unit_test(writes_bye_and_pli),
		cmocka_unit_test(packs_nacks),
		cmocka_unit_test(writes_what_a_sender_may_send),
		cmocka_unit_test(reads_back_what_it_wrote),
		cmocka_unit_test(fails_where_there_is_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
