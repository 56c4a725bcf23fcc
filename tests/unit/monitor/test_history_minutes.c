#include "monitor/history_minutes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#define MINUTE ((dm_wall_usec)60 * 1000000)

static struct dm_history_minutes *create(size_t capacity)
{
	struct dm_history_minutes *minutes;

	assert_int_equal(dm_history_minutes_create(&minutes, capacity), 0);
	return minutes;
}

static bool add(struct dm_history_minutes *minutes, dm_wall_usec at, const char *figure,
		double value)
{
	struct dm_history_sample sample = { .at = at, .value = value, .room = "hall" };

	snprintf(sample.figure, sizeof(sample.figure), "%s", figure);
	return dm_history_minutes_add(minutes, &sample);
}

static void folds_a_minute(void **state)
{
	(void)state;
	struct dm_history_minutes *minutes = create(4);
	struct dm_history_minute row[4];

	for (int n = 60; n >= 1; n--)
		assert_true(add(minutes, 3 * MINUTE + n * 1000000 - 1, "loss", n));
	assert_int_equal(dm_history_minutes_due(minutes, 4 * MINUTE - 1, row, 4), 0);
	assert_int_equal(dm_history_minutes_due(minutes, 4 * MINUTE, row, 4), 1);
	assert_int_equal(row->at, 3 * MINUTE);
	assert_string_equal(row->room, "hall");
	assert_string_equal(row->channel, "");
	assert_string_equal(row->figure, "loss");
	assert_int_equal(row->count, 60);
	assert_true(row->sum == 1830 && row->min == 1 && row->max == 60);
	assert_true(row->has_percentiles && row->p50 == 30 && row->p95 == 57);

	/* Still there for another attempt, until it is dropped. */
	assert_int_equal(dm_history_minutes_due(minutes, 4 * MINUTE, row, 4), 1);
	dm_history_minutes_drop(minutes, row, 1);
	assert_int_equal(dm_history_minutes_due(minutes, 4 * MINUTE, row, 4), 0);
	dm_history_minutes_destroy(minutes);
}

static void keeps_some_of_many_for_the_percentiles(void **state)
{
	(void)state;
	struct dm_history_minutes *minutes = create(1);
	struct dm_history_minute row;

	for (int n = 0; n < 100000; n++)
		assert_true(add(minutes, n, "delay", n));
	assert_int_equal(dm_history_minutes_due(minutes, MINUTE, &row, 1), 1);
	assert_int_equal(row.count, 100000);

	/* 64 or more of them, evenly taken: within two of their steps. */
	assert_true(row.p50 > 46000 && row.p50 < 54000);
	assert_true(row.p95 > 91000 && row.p95 < 99000);
	dm_history_minutes_destroy(minutes);
}

static void tells_minutes_and_names_apart(void **state)
{
	(void)state;
	struct dm_history_minutes *minutes = create(8);
	struct dm_history_minute rows[8];

	assert_true(add(minutes, 0, "loss", 1));
	assert_true(add(minutes, MINUTE - 1, "loss", 2));
	assert_true(add(minutes, MINUTE, "loss", 3));
	assert_true(add(minutes, -1, "loss", 4)); /* a clock before 1970 */
	assert_true(add(minutes, 0, "delay", 5));
	assert_int_equal(dm_history_minutes_due(minutes, 0, rows, 8), 1);
	assert_int_equal(rows[0].at, -MINUTE);
	assert_int_equal(dm_history_minutes_due(minutes, 2 * MINUTE, rows, 8), 4);
	assert_int_equal(dm_history_minutes_due(minutes, 2 * MINUTE, rows, 3), 3);
	dm_history_minutes_destroy(minutes);
}

static void is_bounded(void **state)
{
	(void)state;
	struct dm_history_minutes *minutes = create(2);

	assert_true(add(minutes, 0, "a", 1));
	assert_true(add(minutes, 0, "b", 1));
	assert_false(add(minutes, 0, "c", 1));
	assert_true(add(minutes, 0, "a", 1));
	dm_history_minutes_destroy(minutes);
	dm_history_minutes_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folds_a_minute),
		cmocka_unit_test(keeps_some_of_many_for_the_percentiles),
		cmocka_unit_test(tells_minutes_and_names_apart),
		cmocka_unit_test(is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
