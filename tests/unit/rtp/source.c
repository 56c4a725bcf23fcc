/* A source as RFC 3550's appendix has it: A.1 numbers, A.3 loss, A.8 jitter. */
#include "rtp/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define STEP 960

static const dm_usec start = DM_SEC(1000);
static struct dm_rtp_source source;

static enum dm_rtp_source_place put(uint16_t sequence)
{
	const enum dm_rtp_source_place place = dm_rtp_source_place(&source, sequence);

	if (place != DM_RTP_SOURCE_FAR)
		dm_rtp_source_count(&source);
	return place;
}

static void counts_over_the_wrap(void **state)
{
	struct dm_rtcp_report_block block;

	(void)state;
	dm_rtp_source_init(&source, 77, 48000, 65000);
	for (int n = 0; n < 70000; n++)
		assert_int_equal(put((uint16_t)(65000 + n)), DM_RTP_SOURCE_NEWEST);
	block = dm_rtp_source_report(&source, start);
	assert_int_equal(block.ssrc, 77);
	assert_int_equal(block.lost, 0);
	assert_int_equal(block.fraction_lost, 0);
	assert_int_equal(block.highest_sequence, 65000 + 69999);
	assert_int_equal(block.last_sr, 0);
	assert_int_equal(block.delay_since_last_sr, 0);
}

static void tells_what_was_lost_since_the_last_report(void **state)
{
	struct dm_rtcp_report_block block;

	(void)state;
	dm_rtp_source_init(&source, 1, 48000, 0);
	for (uint16_t n = 0; n < 100; n++)
		if (n % 4 != 3)
			put(n);
	put(100);
	block = dm_rtp_source_report(&source, start);
	assert_int_equal(block.lost, 25);
	assert_int_equal(block.fraction_lost, (25 << 8) / 101);
	for (uint16_t n = 101; n < 200; n++)
		put(n);
	block = dm_rtp_source_report(&source, start);
	assert_int_equal(block.lost, 25);
	assert_int_equal(block.fraction_lost, 0);
	/* Twice, and late: fewer than none are lost (A.3). */
	for (uint16_t n = 0; n < 30; n++)
		assert_int_equal(put((uint16_t)(199 - n)), DM_RTP_SOURCE_OLDER);
	block = dm_rtp_source_report(&source, start);
	assert_int_equal(block.lost, -5);
	assert_int_equal(block.fraction_lost, 0);
	/* Nothing but the last of many. */
	put(199 + 2000);
	block = dm_rtp_source_report(&source, start);
	assert_int_equal(block.fraction_lost, (1999 << 8) / 2000);
}

static void one_packet_far_away_proves_nothing(void **state)
{
	(void)state;
	dm_rtp_source_init(&source, 1, 48000, 500);
	put(500);
	put(501);
	assert_int_equal(put(40000), DM_RTP_SOURCE_FAR);
	assert_int_equal(put(502), DM_RTP_SOURCE_NEWEST);
	assert_int_equal(put(100), DM_RTP_SOURCE_FAR);
	assert_int_equal(put(503), DM_RTP_SOURCE_NEWEST);
	assert_int_equal(dm_rtp_source_report(&source, start).lost, 0);
	assert_int_equal(put(40000), DM_RTP_SOURCE_FAR);
	assert_int_equal(put(40001), DM_RTP_SOURCE_RESTARTED);
	assert_int_equal(put(40002), DM_RTP_SOURCE_NEWEST);
	assert_int_equal(dm_rtp_source_report(&source, start).lost, 0);
	assert_int_equal(dm_rtp_source_report(&source, start).highest_sequence, 40002);
}

/* The wrap of what would follow (65535 + 1) is no special number. */
static void restarts_at_the_wrap(void **state)
{
	(void)state;
	dm_rtp_source_init(&source, 1, 48000, 30000);
	put(30000);
	assert_int_equal(put(65535), DM_RTP_SOURCE_FAR);
	assert_int_equal(put(0), DM_RTP_SOURCE_RESTARTED);
	assert_int_equal(put(1), DM_RTP_SOURCE_NEWEST);
}

static void jitter_follows_the_transit(void **state)
{
	(void)state;
	dm_rtp_source_init(&source, 1, 48000, 0);
	for (uint32_t n = 0; n < 1000; n++)
		dm_rtp_source_note_transit(&source, n * STEP - 5, start + n * DM_MSEC(20));
	assert_int_equal(dm_rtp_source_jitter(&source), 0);
	/* Each second one 4 ms late: |D| is 4 ms throughout. */
	for (uint32_t n = 1000; n < 2000; n++)
		dm_rtp_source_note_transit(&source, n * STEP - 5,
					   start + n * DM_MSEC(20) + n % 2 * DM_MSEC(4));
	assert_in_range(dm_rtp_source_jitter(&source), DM_MSEC(4) - 100, DM_MSEC(4) + 100);
	/* Timestamps that jump are no jitter. */
	dm_rtp_source_note_transit(&source, UINT32_C(0x90000000), start + DM_SEC(40));
	assert_in_range(dm_rtp_source_jitter(&source), DM_MSEC(4) - 100, DM_MSEC(4) + 100);
}

/* RFC 3550, 6.4.1: the middle 32 bits, and 1/65536 s since. */
static void tells_when_the_last_report_came(void **state)
{
	struct dm_rtcp_report_block block;

	(void)state;
	dm_rtp_source_init(&source, 1, 90000, 0);
	dm_rtp_source_note_report(&source, UINT64_C(0xB44DB70520001234), start);
	block = dm_rtp_source_report(&source, start + DM_MSEC(5250));
	assert_int_equal(block.last_sr, UINT32_C(0xB7052000));
	assert_int_equal(block.delay_since_last_sr, 0x00054000);
	/* The sender finds its round trip. */
	assert_int_equal(
		dm_rtcp_round_trip(&block, UINT64_C(0xB44DB70A60001234) + (UINT64_C(6) << 30)),
		0x18000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_over_the_wrap),
		cmocka_unit_test(tells_what_was_lost_since_the_last_report),
		cmocka_unit_test(one_packet_far_away_proves_nothing),
		cmocka_unit_test(restarts_at_the_wrap),
		cmocka_unit_test(jitter_follows_the_transit),
		cmocka_unit_test(tells_when_the_last_report_came),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
