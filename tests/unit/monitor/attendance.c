/* The audience over a day: a point every half a minute, whatever the clock does. */
#include "monitor/attendance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define STEP DM_ATTENDANCE_STEP_S

static struct dm_attendance *attendance;

static int begin(void **state)
{
	(void)state;
	return dm_attendance_create(&attendance, 2);
}

static int end(void **state)
{
	(void)state;
	dm_attendance_destroy(attendance);
	return 0;
}

static size_t read_series(size_t series, const uint32_t **points, int64_t *start)
{
	return dm_attendance_read(attendance, series, points, start);
}

static void a_point_is_kept_each_step(void **state)
{
	const uint32_t *points;
	int64_t start;

	(void)state;
	assert_int_equal(read_series(0, &points, &start), 0);
	for (int64_t second = 0; second < 3 * STEP; second++)
		dm_attendance_note(attendance,
				   (uint32_t[]){ (uint32_t)second, 1000 + (uint32_t)second },
				   5000 + second);
	assert_int_equal(read_series(0, &points, &start), 3);
	assert_int_equal(start, 5000);
	assert_int_equal(points[0], 0);
	assert_int_equal(points[1], STEP);
	assert_int_equal(points[2], 2 * STEP);
	assert_int_equal(read_series(1, &points, &start), 3);
	assert_int_equal(points[2], 1000 + 2 * STEP);
}

static void a_day_is_kept_and_no_more(void **state)
{
	const uint32_t *points;
	int64_t start;
	const int all = 3 * DM_ATTENDANCE_POINTS + 7;

	(void)state;
	for (int n = 0; n < all; n++)
		dm_attendance_note(attendance, (uint32_t[]){ (uint32_t)n, 0 },
				   5000 + (int64_t)n * STEP);
	assert_int_equal(read_series(0, &points, &start), DM_ATTENDANCE_POINTS);
	assert_int_equal(start, 5000 + (int64_t)(all - DM_ATTENDANCE_POINTS) * STEP);
	for (int n = 0; n < DM_ATTENDANCE_POINTS; n++)
		assert_int_equal(points[n], all - DM_ATTENDANCE_POINTS + n);
}

static void gaps_repeat_what_was(void **state)
{
	const uint32_t *points;
	int64_t start;

	(void)state;
	dm_attendance_note(attendance, (uint32_t[]){ 7, 0 }, 5000);
	dm_attendance_note(attendance, (uint32_t[]){ 9, 0 }, 5000 + 3 * STEP + 1);
	assert_int_equal(read_series(0, &points, &start), 4);
	assert_int_equal(points[1], 7);
	assert_int_equal(points[2], 7);
	assert_int_equal(points[3], 9);
}

static void a_clock_that_is_set_does_no_harm(void **state)
{
	const uint32_t *points;
	int64_t start;

	(void)state;
	dm_attendance_note(attendance, (uint32_t[]){ 1, 0 }, 5000);
	dm_attendance_note(attendance, (uint32_t[]){ 2, 0 }, 4000); /* back */
	assert_int_equal(read_series(0, &points, &start), 1);
	assert_int_equal(start, 4000);
	assert_int_equal(points[0], 2);
	dm_attendance_note(attendance, (uint32_t[]){ 3, 0 }, 4000000000); /* on by a century */
	assert_in_range(read_series(0, &points, &start), 1, DM_ATTENDANCE_POINTS);
	assert_in_range(start, 4000000000 - DM_ATTENDANCE_POINTS * STEP, 4000000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_point_is_kept_each_step, begin, end),
		cmocka_unit_test_setup_teardown(a_day_is_kept_and_no_more, begin, end),
		cmocka_unit_test_setup_teardown(gaps_repeat_what_was, begin, end),
		cmocka_unit_test_setup_teardown(a_clock_that_is_set_does_no_harm, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
