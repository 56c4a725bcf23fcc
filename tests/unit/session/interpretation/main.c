/* Interpretation: every group of its tests, and that between them every reason was reached. */
#include "fixture.h"

static void every_reason_was_reached(void **state)
{
	unsigned missing = 0;

	(void)state;
	for (unsigned r = 0; r < DM_REASON_COUNT; r++) {
		if (reached[r] == 0) {
			print_error("never reached: %s\n", dm_reason_name((enum dm_reason)r));
			missing++;
		}
	}
	assert_int_equal(missing, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_reason_was_reached) };
	int failed = booth_tests() + link_tests() + handover_tests() + incoming_tests() +
		     programme_tests() + request_tests() + table_tests();

	/* By the tests that say what they expect; the random ones would prove nothing here. */
	failed += cmocka_run_group_tests_name("reasons", tests, NULL, NULL);
	return failed + random_tests();
}
