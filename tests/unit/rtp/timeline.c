#include "rtp/timeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define NTP_ORIGIN UINT64_C(0xB44DB70500000000)

static void origin_is_zero(void **state)
{
	(void)state;
	const struct dm_timeline timeline = dm_timeline_init(DM_SEC(77), NTP_ORIGIN);

	assert_int_equal(dm_timeline_rtp(&timeline, DM_SEC(77), 90000), 0);
	assert_int_equal(dm_timeline_ntp(&timeline, DM_SEC(77)), NTP_ORIGIN);
}

/* What is captured at one moment has the same NTP time by either clock. */
static void clocks_agree(void **state)
{
	(void)state;
	const struct dm_timeline timeline = dm_timeline_init(DM_SEC(77), NTP_ORIGIN);
	const dm_usec at = DM_SEC(77) + DM_MSEC(2500);

	assert_int_equal(dm_timeline_rtp(&timeline, at, 48000), 120000);
	assert_int_equal(dm_timeline_rtp(&timeline, at, 90000), 225000);
	assert_int_equal(dm_timeline_ntp(&timeline, at), NTP_ORIGIN + UINT64_C(0x280000000));
}

static void timestamps_wrap(void **state)
{
	(void)state;
	const struct dm_timeline timeline = dm_timeline_init(0, NTP_ORIGIN);

	/* 2^32 / 90000 Hz = 47721.858844 s: the next microsecond is past the wrap. */
	assert_int_equal(dm_timeline_rtp(&timeline, 47721858844, 90000), UINT32_MAX);
	assert_int_equal(dm_timeline_rtp(&timeline, 47721858856, 90000), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(origin_is_zero),
		cmocka_unit_test(clocks_agree),
		cmocka_unit_test(timestamps_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
