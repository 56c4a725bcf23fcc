#include "base/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void monotonic_time_never_goes_back(void **state)
{
	(void)state;
	dm_usec last = dm_time_now();

	for (int i = 0; i < 1000; i++) {
		const dm_usec now = dm_time_now();

		assert_true(now >= last);
		last = now;
	}
}

static void ntp_time_is_of_this_era(void **state)
{
	(void)state;

	/* 2024-01-01 is 3913056000 s after 1900-01-01 (RFC 5905, figure 4 counts the same way:
	 * 1999-12-31 is 3155587200). */
	const uint64_t seconds = dm_time_ntp_now() >> 32;

	assert_true(seconds > 3913056000U);
}

static void ticks_of_media_clocks(void **state)
{
	(void)state;
	assert_int_equal(dm_time_to_ticks(0, 48000), 0);
	assert_int_equal(dm_time_to_ticks(DM_MSEC(20), 48000), 960);
	assert_int_equal(dm_time_to_ticks(DM_SEC(1), 90000), 90000);
	assert_int_equal(dm_time_to_ticks(33333, 90000), 2999); /* rounded down */
	assert_int_equal(dm_time_to_ticks(20, 48000), 0);
	assert_int_equal(dm_time_to_ticks(21, 48000), 1);
}

static void ticks_do_not_wrap_in_200_days(void **state)
{
	(void)state;
	const dm_usec days = DM_SEC(200LL * 86400);

	assert_int_equal(dm_time_to_ticks(days, 1000000), days);
	assert_int_equal(dm_time_to_ticks(days + 999999, 90000),
			 INT64_C(200) * 86400 * 90000 + 89999);
}

static void durations_in_ntp_fixed_point(void **state)
{
	(void)state;
	assert_int_equal(dm_time_to_ntp(0), 0);
	assert_int_equal(dm_time_to_ntp(DM_SEC(1)), UINT64_C(1) << 32);
	assert_int_equal(dm_time_to_ntp(DM_MSEC(500)), UINT64_C(1) << 31);
	assert_int_equal(dm_time_to_ntp(DM_MSEC(5250)), UINT64_C(0x540000000));
	assert_int_equal(dm_time_to_ntp(1), 4294); /* 2^32 / 10^6, rounded down */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(monotonic_time_never_goes_back),
		cmocka_unit_test(ntp_time_is_of_this_era),
		cmocka_unit_test(ticks_of_media_clocks),
		cmocka_unit_test(ticks_do_not_wrap_in_200_days),
		cmocka_unit_test(durations_in_ntp_fixed_point),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
