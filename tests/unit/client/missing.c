/* What is asked for again, and how often. */
#include "../../../client/native/missing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void asks_until_it_comes(void **state)
{
	struct dm_missing missing = { 0 };
	uint16_t sequences[DM_MISSING_MAX];

	(void)state;
	assert_int_equal(dm_missing_ask(&missing, sequences, 0), 0);
	dm_missing_note(&missing, 65535, 3, DM_MSEC(10));
	assert_int_equal(dm_missing_ask(&missing, sequences, DM_MSEC(10)), 3);
	assert_int_equal(sequences[0], 65535);
	assert_int_equal(sequences[1], 0);
	assert_int_equal(sequences[2], 1);
	assert_int_equal(dm_missing_ask(&missing, sequences, DM_MSEC(40)), 0);
	assert_true(dm_missing_came(&missing, 0));
	assert_false(dm_missing_came(&missing, 0));
	assert_int_equal(dm_missing_ask(&missing, sequences, DM_MSEC(60)), 2);
	assert_int_equal(sequences[0], 65535);
	assert_int_equal(sequences[1], 1);
}

static void gives_up(void **state)
{
	struct dm_missing missing = { 0 };
	uint16_t sequences[DM_MISSING_MAX];
	unsigned asked = 0;

	(void)state;
	dm_missing_note(&missing, 7, 1, 0);
	for (dm_usec now = 0; now < DM_SEC(2); now += DM_MSEC(20))
		asked += (unsigned)dm_missing_ask(&missing, sequences, now);
	assert_int_equal(asked, 10);
	assert_int_equal(missing.count, 0);
}

static void keeps_the_newest(void **state)
{
	struct dm_missing missing = { 0 };
	uint16_t sequences[DM_MISSING_MAX];

	(void)state;
	dm_missing_note(&missing, 100, 5, 0);
	dm_missing_note(&missing, 1000, 3000, 0);
	assert_int_equal(dm_missing_ask(&missing, sequences, 0), DM_MISSING_MAX);
	assert_int_equal(sequences[0], 4000 - DM_MISSING_MAX);
	assert_int_equal(sequences[DM_MISSING_MAX - 1], 3999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_until_it_comes),
		cmocka_unit_test(gives_up),
		cmocka_unit_test(keeps_the_newest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
