/* How long to wait before what failed is tried again. */
#include "base/backoff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_backoff(void **state)
{
	struct dm_backoff backoff = dm_backoff_init(DM_MSEC(250), DM_SEC(8));
	static const int64_t waits_ms[] = { 250, 500, 1000, 2000, 4000, 8000, 8000, 8000 };

	(void)state;
	for (size_t n = 0; n < sizeof(waits_ms) / sizeof(waits_ms[0]); n++)
		assert_int_equal(dm_backoff_next(&backoff, 0), DM_MSEC(waits_ms[n]));
	assert_int_equal(dm_backoff_next(&backoff, DM_SEC(1)), DM_SEC(8));
	assert_int_equal(dm_backoff_next(&backoff, DM_SEC(60)), DM_MSEC(250));
	assert_int_equal(dm_backoff_next(&backoff, 0), DM_MSEC(500));
	backoff = dm_backoff_init(DM_SEC(2), DM_SEC(1));
	assert_int_equal(dm_backoff_next(&backoff, 0), DM_SEC(2));
	assert_int_equal(dm_backoff_next(&backoff, 0), DM_SEC(2));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_backoff) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
