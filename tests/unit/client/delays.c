/* Percentiles of what was counted in steps; lateness against a stream's own clock; time stamps. */
#include "../../../client/native/delays.h"
#include "../../../client/native/lateness.h"
#include "../../../client/native/stamp.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void gives_percentiles(void **state)
{
	static struct dm_delays delays;

	(void)state;
	assert_int_equal(dm_delays_at(&delays, 0.5), 0);
	for (dm_usec i = 1; i <= 1000; i++) /* 0.1 to 100 ms */
		dm_delays_add(&delays, i * 100 - 1);
	assert_int_equal(dm_delays_at(&delays, 0.50), 50000);
	assert_int_equal(dm_delays_at(&delays, 0.99), 99000);
	assert_int_equal(dm_delays_at(&delays, 0.999), 99900);
	assert_int_equal(dm_delays_at(&delays, 1), 99999); /* never above the longest */
	assert_int_equal(dm_delays_at(&delays, 0), 100);
	assert_int_equal(delays.count, 1000);
}

static void takes_extremes(void **state)
{
	static struct dm_delays delays;

	(void)state;
	dm_delays_add(&delays, -5);
	assert_int_equal(dm_delays_at(&delays, 1), 0);
	dm_delays_add(&delays, DM_SEC(90));
	dm_delays_add(&delays, DM_SEC(1));
	assert_int_equal(dm_delays_at(&delays, 0.99), DM_SEC(90));
	assert_int_equal(delays.max, DM_SEC(90));
	assert_int_equal(delays.count, 3);
}

/* A step over all boundaries agrees with a sorted list to a step. */
static void agrees_with_sorting(void **state)
{
	static struct dm_delays delays;
	uint32_t seed = 12345;
	dm_usec values[500];

	(void)state;
	for (size_t i = 0; i < 500; i++) {
		seed = seed * 1664525u + 1013904223u;
		values[i] = seed >> 13; /* to half a second */
		dm_delays_add(&delays, values[i]);
	}
	for (unsigned percent = 1; percent <= 100; percent++) {
		const dm_usec at = dm_delays_at(&delays, percent / 100.0);
		size_t below = 0;

		for (size_t i = 0; i < 500; i++)
			below += values[i] <= at;
		assert_true(below >= percent * 5);
		below = 0;
		for (size_t i = 0; i < 500; i++)
			below += values[i] <= at - DM_DELAYS_STEP_US;
		assert_true(below <= percent * 5);
	}
}

static void knows_what_is_late(void **state)
{
	struct dm_lateness lateness = { 0 };

	(void)state;
	assert_int_equal(dm_lateness_of(&lateness, 1, UINT32_MAX - 959, 48000, DM_MSEC(500)), 0);
	/* Over the wrap, 3 ms late, then sooner than the first: the new zero. */
	assert_int_equal(dm_lateness_of(&lateness, 1, 0, 48000, DM_MSEC(523)), DM_MSEC(3));
	assert_int_equal(dm_lateness_of(&lateness, 1, 960, 48000, DM_MSEC(535)), 0);
	assert_int_equal(dm_lateness_of(&lateness, 1, 1920, 48000, DM_MSEC(560)), DM_MSEC(5));
	/* Out of order. */
	assert_int_equal(dm_lateness_of(&lateness, 1, 960, 48000, DM_MSEC(560)), DM_MSEC(25));
	assert_int_equal(dm_lateness_of(&lateness, 1, 2880, 48000, DM_MSEC(575)), 0);
	/* Lost packets make nobody late. */
	assert_int_equal(dm_lateness_of(&lateness, 1, 960 * 30, 48000, DM_MSEC(1115)), 0);
}

static void starts_anew_after_a_seam(void **state)
{
	struct dm_lateness lateness = { 0 };

	(void)state;
	assert_int_equal(dm_lateness_of(&lateness, 1, 0, 48000, 0), 0);
	assert_int_equal(dm_lateness_of(&lateness, 2, 960, 48000, DM_MSEC(90)), 0);
	assert_int_equal(dm_lateness_of(&lateness, 2, 1920, 48000, DM_MSEC(111)), DM_MSEC(1));
	assert_int_equal(dm_lateness_of(&lateness, 2, 1920 + 48000 * 3, 48000, DM_MSEC(130)), 0);
	assert_int_equal(dm_lateness_of(&lateness, 2, 0, 48000, DM_MSEC(150)), 0);
}

static void reads_stamps(void **state)
{
	uint8_t payload[40] = { 1, 2, 3 };
	dm_usec wall = 0;

	(void)state;
	assert_false(dm_stamp_read(payload, sizeof(payload), &wall));
	dm_stamp_write(payload + 24, INT64_C(1700000000123456));
	assert_memory_equal(payload + 24, "dmstamp\0\x00\x06\x0a\x24\x18\x1e\x2a\x40", 10);
	assert_true(dm_stamp_read(payload, sizeof(payload), &wall));
	assert_int_equal(wall, INT64_C(1700000000123456));
	assert_true(dm_stamp_read(payload + 24, 16, &wall));
	assert_false(dm_stamp_read(payload + 25, 15, &wall));
	assert_false(dm_stamp_read(payload, 39, &wall));
	assert_false(dm_stamp_read(payload, 0, &wall));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_percentiles),        cmocka_unit_test(takes_extremes),
		cmocka_unit_test(agrees_with_sorting),      cmocka_unit_test(knows_what_is_late),
		cmocka_unit_test(starts_anew_after_a_seam), cmocka_unit_test(reads_stamps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
