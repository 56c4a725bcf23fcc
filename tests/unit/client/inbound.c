/* Loss, order and continuity of a received stream, counted exactly. */
#include "../../../client/native/inbound.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const uint8_t sound[20] = { 0 };
static const uint8_t idr[] = { 0x65, 0x88, 0x84 };
static const uint8_t slice[] = { 0x41, 0x9a, 0x02 };

static void receive(struct dm_inbound *inbound, uint16_t sequence, uint32_t timestamp, dm_usec now)
{
	const struct dm_rtp_packet packet = { .ssrc = 7,
					      .sequence = sequence,
					      .timestamp = timestamp,
					      .payload = sound,
					      .payload_bytes = sizeof(sound) };

	dm_inbound_receive(inbound, &packet, now);
}

static void receive_picture(struct dm_inbound *inbound, uint16_t sequence, const uint8_t *payload,
			    dm_usec now)
{
	const struct dm_rtp_packet packet = { .ssrc = 8,
					      .sequence = sequence,
					      .timestamp = sequence * 3600u,
					      .payload = payload,
					      .payload_bytes = 3 };

	dm_inbound_receive(inbound, &packet, now);
}

static void counts_a_clean_stream_over_the_wrap(void **state)
{
	struct dm_inbound inbound = dm_inbound_init(48000, 960);

	(void)state;
	for (uint32_t i = 0; i < 1000; i++)
		receive(&inbound, (uint16_t)(65000 + i), UINT32_MAX - 9600 + i * 960,
			DM_MSEC(20) * i);
	assert_int_equal(inbound.packets, 1000);
	assert_int_equal(dm_inbound_lost(&inbound), 0);
	assert_int_equal(inbound.timestamp_jumps, 0);
	assert_int_equal(inbound.reordered, 0);
	assert_int_equal(inbound.duplicates, 0);
	assert_int_equal(inbound.longest_pause, DM_MSEC(20));
	assert_true(inbound.jitter < 1);
	/* One cycle in the extended sequence number (RFC 3550, 6.4.1). */
	assert_int_equal(dm_inbound_report(&inbound, 0).highest_sequence, 65000 + 999);
}

static void counts_each_seam(void **state)
{
	struct dm_inbound inbound = dm_inbound_init(48000, 960);

	(void)state;
	receive(&inbound, 10, 0, 0);
	receive(&inbound, 11, 960, DM_MSEC(20));
	receive(&inbound, 11, 960, DM_MSEC(21));  /* twice */
	receive(&inbound, 14, 3840, DM_MSEC(80)); /* 12 and 13 are missing */
	assert_int_equal(dm_inbound_lost(&inbound), 2);
	receive(&inbound, 12, 1920, DM_MSEC(81)); /* late */
	assert_int_equal(dm_inbound_lost(&inbound), 1);
	receive(&inbound, 15, 5000, DM_MSEC(100)); /* not 960 on */
	assert_int_equal(inbound.packets, 5);
	assert_int_equal(inbound.duplicates, 1);
	assert_int_equal(inbound.reordered, 1);
	assert_int_equal(inbound.timestamp_jumps, 1);
	assert_int_equal(inbound.longest_pause, DM_MSEC(59));
}

static void reports_loss_since_the_last_report(void **state)
{
	struct dm_inbound inbound = dm_inbound_init(48000, 960);
	struct dm_rtcp_report_block block;

	(void)state;
	receive(&inbound, 0, 0, 0);
	receive(&inbound, 3, 2880, 0);
	dm_inbound_sender_report(&inbound, UINT64_C(0x1234567890abcdef), 0);
	block = dm_inbound_report(&inbound, DM_MSEC(500));
	assert_int_equal(block.ssrc, 7);
	assert_int_equal(block.lost, 2);
	assert_int_equal(block.fraction_lost, 127); /* half */
	assert_int_equal(block.last_sr, 0x567890ab);
	assert_int_equal(block.delay_since_last_sr, 32768);
	receive(&inbound, 4, 3840, 0);
	block = dm_inbound_report(&inbound, DM_MSEC(500));
	assert_int_equal(block.lost, 2);
	assert_int_equal(block.fraction_lost, 0);
}

static void tells_key_frames(void **state)
{
	static const uint8_t fu_idr[] = { 0x7c, 0x85, 0x88 };           /* FU-A, start, IDR */
	static const uint8_t fu_slice[] = { 0x5c, 0x81, 0x9a };         /* FU-A, start, slice */
	static const uint8_t stap[] = { 0x78, 0x00, 0x02, 0x67, 0x42 }; /* STAP-A with an SPS */
	static const uint8_t late_sps[] = { 0x78, 0x00, 0x02, 0x09, 0xf0, 0x00, 0x02, 0x67, 0x42 };
	struct dm_inbound late = dm_inbound_init(90000, 0);
	struct dm_inbound soon = dm_inbound_init(90000, 0);

	(void)state;
	assert_true(dm_h264_is_key(idr, sizeof(idr)));
	assert_true(dm_h264_is_key(fu_idr, sizeof(fu_idr)));
	assert_true(dm_h264_is_key(stap, sizeof(stap)));
	assert_false(dm_h264_is_key(slice, sizeof(slice)));
	assert_false(dm_h264_is_key(fu_slice, sizeof(fu_slice)));
	assert_true(dm_h264_is_key(late_sps, sizeof(late_sps)));
	assert_false(dm_h264_is_key(stap, 3));
	assert_false(dm_h264_is_key(late_sps, 7)); /* cut in the second unit */
	assert_false(dm_h264_is_key(idr, 0));
	receive_picture(&late, 1, slice, DM_MSEC(5));
	receive_picture(&late, 2, idr, DM_MSEC(9));
	assert_int_equal(late.first_key_at, DM_MSEC(9));
	assert_false(late.first_was_key);
	receive_picture(&soon, 1, idr, DM_MSEC(5));
	assert_true(soon.first_was_key);
}

static void another_ssrc_is_told(void **state)
{
	struct dm_inbound inbound = dm_inbound_init(48000, 960);
	const struct dm_rtp_packet other = { .ssrc = 9, .sequence = 40000, .payload = sound };

	(void)state;
	receive(&inbound, 1, 0, 0);
	dm_inbound_receive(&inbound, &other, 0);
	assert_int_equal(inbound.ssrc_changes, 1);
	assert_int_equal(inbound.timestamp_jumps, 0);
}

static void counts_anew_from_a_mark(void **state)
{
	struct dm_inbound inbound = dm_inbound_init(48000, 960);

	(void)state;
	dm_inbound_mark(&inbound); /* nothing yet */
	receive(&inbound, 10, 0, 0);
	receive(&inbound, 13, 2880, DM_MSEC(400)); /* two are missing */
	dm_inbound_mark(&inbound);
	assert_int_equal(dm_inbound_lost(&inbound), 0);
	assert_int_equal(inbound.packets, 0);
	receive(&inbound, 12, 1920, DM_MSEC(401)); /* of before */
	assert_int_equal(inbound.packets, 0);
	receive(&inbound, 14, 3840, DM_MSEC(420));
	receive(&inbound, 16, 5760, DM_MSEC(460));
	assert_int_equal(inbound.packets, 2);
	assert_int_equal(dm_inbound_lost(&inbound), 1);
	assert_int_equal(inbound.timestamp_jumps, 0);
	assert_int_equal(inbound.longest_pause, DM_MSEC(40));
	/* What the relay is told goes on. */
	assert_int_equal(dm_inbound_report(&inbound, 0).lost, 3);
	assert_int_equal(dm_inbound_report(&inbound, 0).highest_sequence, 16);
	dm_inbound_recover(&inbound);
	assert_int_equal(dm_inbound_lost(&inbound), 0);
	dm_inbound_end(&inbound, DM_MSEC(700));
	assert_int_equal(inbound.longest_pause, DM_MSEC(240));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_a_clean_stream_over_the_wrap),
		cmocka_unit_test(counts_each_seam),
		cmocka_unit_test(reports_loss_since_the_last_report),
		cmocka_unit_test(tells_key_frames),
		cmocka_unit_test(another_ssrc_is_told),
		cmocka_unit_test(counts_anew_from_a_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
