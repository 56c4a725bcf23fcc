/* Timestamps of a passed-through source on the relay's timeline. */
#include "ingest/forward_clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define ORIGIN DM_SEC(100)

static struct dm_forward_clock begin(void)
{
	const struct dm_timeline timeline = dm_timeline_init(ORIGIN, 0);

	return dm_forward_clock_init(&timeline);
}

static uint32_t sound_at(struct dm_forward_clock *clock, uint32_t rtp, dm_usec at)
{
	return dm_forward_clock_map(clock, DM_FORWARD_SOUND, rtp, at).timestamp;
}

static uint32_t picture_at(struct dm_forward_clock *clock, uint32_t rtp, dm_usec at)
{
	return dm_forward_clock_map(clock, DM_FORWARD_PICTURE, rtp, at).timestamp;
}

static uint64_t ntp_ms(uint64_t ms)
{
	return (ms / 1000) << 32 | ((ms % 1000) << 32) / 1000;
}

/* Whatever jitter arrivals have, timestamps grow as the sender's, over the wrap. */
static void test_grows_as_the_senders(void **state)
{
	struct dm_forward_clock clock = begin();
	const dm_usec start = ORIGIN + DM_SEC(1);
	const uint32_t first = sound_at(&clock, 0xfffff000, start);

	(void)state;
	assert_int_equal(first, 48000 - 960); /* a frame ends when it is sent */
	srand(7);
	for (uint32_t n = 1; n < 5000; n++) {
		const dm_usec at = start + n * DM_MSEC(20) + (n % 7 ? rand() % 15000 : 0);
		const struct dm_forward_time time = dm_forward_clock_map(&clock, DM_FORWARD_SOUND,
									 0xfffff000 + n * 960, at);

		assert_int_equal(time.timestamp, first + n * 960);
		assert_int_equal(time.captured_at, start - DM_MSEC(20) + n * DM_MSEC(20));
	}
	assert_int_equal(clock.moves, 0);
	assert_int_equal(clock.lanes[DM_FORWARD_SOUND].backwards, 0);
}

static void test_packets_of_a_frame(void **state)
{
	struct dm_forward_clock clock = begin();
	const uint32_t first = picture_at(&clock, 1000, ORIGIN + DM_SEC(2));

	(void)state;
	assert_int_equal(first, 180000);
	assert_int_equal(picture_at(&clock, 1000, ORIGIN + DM_SEC(2) + 900), first);
	assert_int_equal(picture_at(&clock, 4600, ORIGIN + DM_MSEC(2041)), first + 3600);
}

/* The picture's sender takes 130 ms to encode, sound's 10: reports put them in step. */
static void test_sender_reports(void **state)
{
	dm_usec offset;
	struct dm_forward_clock clock = begin();
	const dm_usec start = ORIGIN + DM_SEC(1);
	uint32_t sound, picture;

	(void)state;
	sound = sound_at(&clock, 480, start + DM_MSEC(30));
	picture = picture_at(&clock, 90, start + DM_MSEC(130));
	assert_int_equal(picture / 90 - sound / 48, 120);
	assert_false(dm_forward_clock_offset(&clock, &offset));
	dm_forward_clock_report(&clock, DM_FORWARD_SOUND, ntp_ms(5000), 480);
	assert_false(dm_forward_clock_offset(&clock, &offset));
	dm_forward_clock_report(&clock, DM_FORWARD_PICTURE, ntp_ms(5040), 90 + 3600);
	assert_true(dm_forward_clock_offset(&clock, &offset));
	assert_true(llabs(offset) < DM_MSEC(1)); /* moved into step */
	assert_int_equal(clock.moves, 1);
	picture = picture_at(&clock, 90 + 4 * 3600, start + DM_MSEC(290));
	sound = sound_at(&clock, 480 + 8 * 960, start + DM_MSEC(190));
	assert_in_range(picture / 90 - sound / 48 + 1, 0, 2);

	/* Once in step nothing moves, whatever milliseconds reports are off. */
	dm_forward_clock_report(&clock, DM_FORWARD_SOUND, ntp_ms(6002), 480 + 48000);
	dm_forward_clock_report(&clock, DM_FORWARD_PICTURE, ntp_ms(5999), 90 + 90000);
	/* The picture's clock reads 1 ms less than it should, the sound's 2 ms more. */
	assert_true(dm_forward_clock_offset(&clock, &offset));
	assert_true(llabs(offset - DM_MSEC(3)) < DM_MSEC(1));
	assert_int_equal(clock.moves, 1);

	/* Nor for reports of two clocks, or of none. */
	dm_forward_clock_report(&clock, DM_FORWARD_PICTURE, ntp_ms(9000), 90 + 90000);
	dm_forward_clock_report(&clock, DM_FORWARD_SOUND, 0, 5);
	assert_int_equal(clock.moves, 1);
}

static void test_reports_before_packets(void **state)
{
	struct dm_forward_clock clock = begin();
	const dm_usec start = ORIGIN + DM_SEC(1);

	(void)state;
	dm_forward_clock_report(&clock, DM_FORWARD_SOUND, ntp_ms(5000), 0xffffff00);
	dm_forward_clock_report(&clock, DM_FORWARD_PICTURE, ntp_ms(5000), 7);

	const uint32_t sound = sound_at(&clock, 0xffffff00, start + DM_MSEC(20));
	const uint32_t picture = picture_at(&clock, 7, start + DM_MSEC(200));

	assert_int_equal(sound / 48, 1000);
	assert_int_equal(picture / 90, 1000);
}

static void test_restarts_never_go_back(void **state)
{
	struct dm_forward_clock clock = begin();
	const dm_usec start = ORIGIN + DM_SEC(1);
	uint32_t before = 0;

	(void)state;
	for (uint32_t n = 0; n < 20; n++)
		before = picture_at(&clock, n * 3600, start); /* a burst, 760 ms ahead of time */
	dm_forward_clock_restart(&clock, DM_FORWARD_PICTURE);
	assert_int_equal(picture_at(&clock, 19 * 3600, start + DM_MSEC(40)), before + 1);
	assert_int_equal(picture_at(&clock, 20 * 3600, start + DM_MSEC(80)), before + 2);
	assert_int_equal(clock.lanes[DM_FORWARD_PICTURE].backwards, 2);

	/* After a pause it is where it belongs. */
	assert_int_equal(picture_at(&clock, 21 * 3600, start + DM_SEC(3)), 4 * 90000);
}

static void test_jump(void **state)
{
	struct dm_forward_clock clock = begin();
	const dm_usec start = ORIGIN + DM_SEC(1);

	(void)state;
	sound_at(&clock, 0, start);
	assert_int_equal(sound_at(&clock, 0x70000000, start + DM_MSEC(20)), 48000);
	assert_int_equal(sound_at(&clock, 0x70000000 + 960, start + DM_MSEC(40)), 48960);
	assert_int_equal(clock.moves, 1);
	/* Silent for longer than half the circle of 32 bits. */
	assert_int_equal(sound_at(&clock, 5, start + DM_SEC(50000)),
			 (uint32_t)(INT64_C(50001) * 48000 - 960));
	assert_int_equal(clock.lanes[DM_FORWARD_SOUND].backwards, 0);
}

/* A sender whose clock is 200 ppm fast for an hour: never 45 ms off, seldom moved. */
static void test_drift(void **state)
{
	struct dm_forward_clock clock = begin();
	const dm_usec start = ORIGIN + DM_SEC(1);

	(void)state;
	for (uint32_t n = 0; n < 180000; n++) {
		const dm_usec at = start + n * (DM_MSEC(20) - 4);
		const dm_usec off = dm_forward_clock_map(&clock, DM_FORWARD_SOUND, n * 960, at)
					    .captured_at +
				    DM_MSEC(20) - at;

		assert_in_range(off + DM_MSEC(45), 0, DM_MSEC(90));
	}
	assert_in_range(clock.moves, 10, 20);
}

/* The first packet was held up by 300 ms: a second later that is found out. */
static void test_late_beginning(void **state)
{
	struct dm_forward_clock clock = begin();
	const dm_usec start = ORIGIN + DM_SEC(1);
	uint32_t last = 0;

	(void)state;
	for (uint32_t n = 0; n < 200; n++) {
		const dm_usec at = start + (n < 15 ? DM_MSEC(300) : n * DM_MSEC(20));
		const uint32_t given = sound_at(&clock, n * 960, at);

		assert_true(n == 0 || given > last);
		last = given;
	}
	assert_int_equal(last, 48000 + 199 * 960 - 960);
	assert_int_equal(clock.moves, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grows_as_the_senders),
		cmocka_unit_test(test_packets_of_a_frame),
		cmocka_unit_test(test_sender_reports),
		cmocka_unit_test(test_reports_before_packets),
		cmocka_unit_test(test_restarts_never_go_back),
		cmocka_unit_test(test_jump),
		cmocka_unit_test(test_drift),
		cmocka_unit_test(test_late_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
