/* Growth of counters over the last seconds. */
#include "monitor/window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define LENGTH DM_SEC(4)

static void growth_is_of_the_last_seconds(void **state)
{
	struct dm_window window = { 0 };
	uint64_t growth = 9;

	(void)state;
	assert_int_equal(
		dm_window_look(&window, LENGTH, (uint64_t[]){ 1000 }, 1, &growth, DM_SEC(100)), 0);
	assert_int_equal(growth, 0);
	/* Ten a second for a minute, then none. */
	for (int half = 1; half <= 120; half++) {
		const uint64_t counter = 1000 + 5 * (uint64_t)half;
		const dm_usec span = dm_window_look(&window, LENGTH, &counter, 1, &growth,
						    DM_SEC(100) + half * DM_MSEC(500));

		assert_in_range(span, half < 4 ? DM_MSEC(500) : LENGTH / 2, LENGTH);
		assert_int_equal(growth, 10 * span / DM_SEC(1));
	}
	for (int half = 121; half <= 130; half++)
		dm_window_look(&window, LENGTH, (uint64_t[]){ 1600 }, 1, &growth,
			       DM_SEC(100) + half * DM_MSEC(500));
	assert_int_equal(growth, 0);
}

static void a_counter_that_goes_back_begins_anew(void **state)
{
	struct dm_window window = { 0 };
	uint64_t growth[2];

	(void)state;
	dm_window_look(&window, LENGTH, (uint64_t[]){ 50, 70 }, 2, growth, DM_SEC(1));
	dm_window_look(&window, LENGTH, (uint64_t[]){ 60, 90 }, 2, growth, DM_SEC(2));
	assert_int_equal(growth[0], 10);
	assert_int_equal(growth[1], 20);
	assert_int_equal(
		dm_window_look(&window, LENGTH, (uint64_t[]){ 61, 3 }, 2, growth, DM_SEC(3)), 0);
	assert_int_equal(growth[0], 0);
	assert_int_equal(growth[1], 0);
	dm_window_look(&window, LENGTH, (uint64_t[]){ 62, 5 }, 2, growth, DM_SEC(4));
	assert_int_equal(growth[0], 1);
	assert_int_equal(growth[1], 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(growth_is_of_the_last_seconds),
		cmocka_unit_test(a_counter_that_goes_back_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
