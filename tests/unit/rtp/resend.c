#include "rtp/resend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const struct dm_resend_options options = {
	.rate_bps = 80000, /* 10 bytes a millisecond */
	.burst_bytes = 10000,
	.min_gap = DM_MSEC(20),
};

static const dm_usec start = DM_SEC(1000);

static void keeps_a_gap_for_each_packet(void **state)
{
	(void)state;
	struct dm_resend resend;

	dm_resend_init(&resend, &options, start);
	assert_int_equal(dm_resend_take(&resend, 5, 100, start), DM_RESEND_OK);
	assert_int_equal(dm_resend_take(&resend, 5, 100, start), DM_RESEND_TOO_SOON);
	assert_int_equal(dm_resend_take(&resend, 6, 100, start), DM_RESEND_OK);
	assert_int_equal(dm_resend_take(&resend, 5, 100, start + DM_MSEC(19)), DM_RESEND_TOO_SOON);
	assert_int_equal(dm_resend_take(&resend, 5, 100, start + DM_MSEC(20)), DM_RESEND_OK);
	assert_int_equal(dm_resend_take(&resend, 5, 100, start + DM_MSEC(21)), DM_RESEND_TOO_SOON);
}

/* Every sequence number has a first time, whatever the table was filled with. */
static void first_requests_are_never_too_soon(void **state)
{
	(void)state;
	struct dm_resend resend;

	for (unsigned sequence = 0; sequence <= 65535; sequence++) {
		if (sequence % DM_RESEND_RECENT == 0)
			dm_resend_init(&resend, &options, 0);
		assert_int_equal(dm_resend_take(&resend, (uint16_t)sequence, 10, 0), DM_RESEND_OK);
	}
}

static void remembers_a_burst_over_the_wrap(void **state)
{
	(void)state;
	struct dm_resend resend;

	dm_resend_init(&resend, &options, start);
	for (unsigned i = 0; i < DM_RESEND_RECENT; i++)
		assert_int_equal(dm_resend_take(&resend, (uint16_t)(65500 + i), 10, start),
				 DM_RESEND_OK);
	for (unsigned i = 0; i < DM_RESEND_RECENT; i++)
		assert_int_equal(dm_resend_take(&resend, (uint16_t)(65500 + i), 10, start),
				 DM_RESEND_TOO_SOON);
}

static void spends_the_burst_and_then_the_rate(void **state)
{
	(void)state;
	struct dm_resend resend;
	uint16_t sequence = 0;
	unsigned sent = 0;

	dm_resend_init(&resend, &options, start);
	for (int i = 0; i < 10; i++)
		assert_int_equal(dm_resend_take(&resend, sequence++, 1000, start), DM_RESEND_OK);
	assert_int_equal(dm_resend_take(&resend, sequence++, 1, start), DM_RESEND_OVER_BUDGET);

	/* Asked each 7 µs for ten seconds, no more than ten seconds' worth goes out: a byte's
	 * fraction is neither lost nor made. */
	for (dm_usec now = start; now <= start + DM_SEC(10); now += 7)
		sent += dm_resend_take(&resend, sequence++, 100, now) == DM_RESEND_OK;
	assert_int_equal(sent, 1000 - 1); /* the last byte is due at 10 s sharp, between two asks */
}

static void a_refusal_is_not_remembered_as_a_resend(void **state)
{
	(void)state;
	struct dm_resend resend;

	dm_resend_init(&resend, &options, start);
	assert_int_equal(dm_resend_take(&resend, 1, 10000, start), DM_RESEND_OK);
	assert_int_equal(dm_resend_take(&resend, 2, 100, start), DM_RESEND_OVER_BUDGET);
	assert_int_equal(dm_resend_take(&resend, 2, 100, start + DM_MSEC(10)), DM_RESEND_OK);
}

static void a_long_rest_fills_no_more_than_the_burst(void **state)
{
	(void)state;
	struct dm_resend resend;
	const dm_usec later = start + DM_SEC(3600LL * 24 * 365 * 50);
	uint16_t sequence = 0;

	dm_resend_init(&resend, &options, start);
	assert_int_equal(dm_resend_take(&resend, sequence++, 10000, start), DM_RESEND_OK);
	assert_int_equal(dm_resend_take(&resend, sequence++, 10000, later), DM_RESEND_OK);
	assert_int_equal(dm_resend_take(&resend, sequence++, 1, later), DM_RESEND_OVER_BUDGET);
}

static void time_that_goes_back_gives_nothing(void **state)
{
	(void)state;
	struct dm_resend resend;

	dm_resend_init(&resend, &options, start);
	assert_int_equal(dm_resend_take(&resend, 1, 10000, start), DM_RESEND_OK);
	assert_int_equal(dm_resend_take(&resend, 2, 1, start - DM_SEC(1)), DM_RESEND_OVER_BUDGET);
	assert_int_equal(dm_resend_take(&resend, 2, 1, start), DM_RESEND_OVER_BUDGET);
}

static void follows_new_options(void **state)
{
	(void)state;
	struct dm_resend resend;
	struct dm_resend_options changed = options;

	changed.burst_bytes = 500;
	changed.rate_bps = 8000; /* a byte a millisecond */
	dm_resend_init(&resend, &options, start);
	dm_resend_set_options(&resend, &changed, start);
	assert_int_equal(dm_resend_take(&resend, 1, 501, start), DM_RESEND_OVER_BUDGET);
	assert_int_equal(dm_resend_take(&resend, 1, 500, start), DM_RESEND_OK);
	assert_int_equal(dm_resend_take(&resend, 2, 100, start + DM_MSEC(99)),
			 DM_RESEND_OVER_BUDGET);
	assert_int_equal(dm_resend_take(&resend, 2, 100, start + DM_MSEC(100)), DM_RESEND_OK);

	changed.rate_bps = 0; /* nothing but the burst */
	dm_resend_set_options(&resend, &changed, start + DM_MSEC(100));
	assert_int_equal(dm_resend_take(&resend, 3, 1, start + DM_SEC(100)), DM_RESEND_OVER_BUDGET);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_a_gap_for_each_packet),
		cmocka_unit_test(first_requests_are_never_too_soon),
		cmocka_unit_test(remembers_a_burst_over_the_wrap),
		cmocka_unit_test(spends_the_burst_and_then_the_rate),
		cmocka_unit_test(a_refusal_is_not_remembered_as_a_resend),
		cmocka_unit_test(a_long_rest_fills_no_more_than_the_burst),
		cmocka_unit_test(time_that_goes_back_gives_nothing),
		cmocka_unit_test(follows_new_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
