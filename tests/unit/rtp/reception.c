/* Distributions of what receivers report. */
#include "rtp/reception.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void about(double value, double expected)
{
	assert_true(fabs(value - expected) < 1e-9);
}

static struct dm_reception_counts read_counts(const struct dm_reception *reception)
{
	struct dm_reception_counts counts;

	dm_reception_read(reception, &counts);
	return counts;
}

static void nobody_has_reported(void **state)
{
	struct dm_reception reception;

	(void)state;
	dm_reception_init(&reception);
	const struct dm_reception_counts counts = read_counts(&reception);

	assert_int_equal(counts.reports, 0);
	assert_true(isnan(dm_reception_round_trip(&counts, 0.5)));
	assert_true(isnan(dm_reception_loss(&counts, 0.5)));
}

static void a_report_falls_into_its_buckets(void **state)
{
	struct dm_reception reception;

	(void)state;
	dm_reception_init(&reception);
	dm_reception_note(&reception, DM_MSEC(5), 0);      /* bounds are inclusive */
	dm_reception_note(&reception, DM_MSEC(5) + 1, 1);  /* 3.9 thousandths */
	dm_reception_note(&reception, DM_SEC(1), 51);      /* 199 */
	dm_reception_note(&reception, DM_SEC(1) + 1, 52);  /* 203 */
	dm_reception_note(&reception, DM_SEC(60000), 255); /* 996 */
	dm_metric_add(&reception.resent, 3);

	const struct dm_reception_counts counts = read_counts(&reception);

	assert_int_equal(counts.round_trip[0], 1);
	assert_int_equal(counts.round_trip[1], 1);
	assert_int_equal(counts.round_trip[DM_RECEPTION_BUCKETS - 2], 1);
	assert_int_equal(counts.round_trip[DM_RECEPTION_BUCKETS - 1], 2);
	assert_int_equal(counts.loss[0], 1);
	assert_int_equal(counts.loss[1], 1);
	assert_int_equal(counts.loss[DM_RECEPTION_BUCKETS - 2], 1);
	assert_int_equal(counts.loss[DM_RECEPTION_BUCKETS - 1], 2);
	assert_int_equal(counts.reports, 5);
	assert_int_equal(counts.resent, 3);
	about(counts.loss_sum, 0.004 + 0.199 + 0.203 + 0.996);
	/* Nonsense counts as ten seconds. */
	assert_int_equal(dm_metric_get(&reception.round_trip.sum),
			 DM_MSEC(10) + 1 + 2 * DM_SEC(1) + 1 + DM_SEC(10));
}

static void without_a_round_trip_only_loss_counts(void **state)
{
	struct dm_reception reception;

	(void)state;
	dm_reception_init(&reception);
	dm_reception_note(&reception, 0, 26);
	const struct dm_reception_counts counts = read_counts(&reception);

	assert_true(isnan(dm_reception_round_trip(&counts, 0.5)));
	assert_int_equal(counts.reports, 1);
	assert_true(dm_reception_loss(&counts, 0.5) > 0.05);
}

static void shares_are_interpolated(void **state)
{
	struct dm_reception reception;

	(void)state;
	dm_reception_init(&reception);
	for (int n = 0; n < 90; n++)
		dm_reception_note(&reception, DM_MSEC(30), 0); /* 20..40 ms */
	for (int n = 0; n < 10; n++)
		dm_reception_note(&reception, DM_MSEC(200), 20); /* 150..300 ms; 78: 50..80 */

	const struct dm_reception_counts counts = read_counts(&reception);

	about(dm_reception_round_trip(&counts, 0), DM_MSEC(20));
	about(dm_reception_round_trip(&counts, 0.45), DM_MSEC(30));
	about(dm_reception_round_trip(&counts, 0.9), DM_MSEC(40));
	about(dm_reception_round_trip(&counts, 0.95), DM_MSEC(225));
	about(dm_reception_round_trip(&counts, 1), DM_MSEC(300));
	about(dm_reception_round_trip(&counts, 7), DM_MSEC(300));
	about(dm_reception_loss(&counts, 0.5), 0);
	about(dm_reception_loss(&counts, 0.9), 0);
	about(dm_reception_loss(&counts, 0.95), 0.065);
}

static void what_is_above_all_bounds_is_the_last_of_them(void **state)
{
	struct dm_reception reception;

	(void)state;
	dm_reception_init(&reception);
	dm_reception_note(&reception, DM_SEC(3), 200);
	const struct dm_reception_counts counts = read_counts(&reception);

	about(dm_reception_round_trip(&counts, 0.5), DM_SEC(1));
	about(dm_reception_loss(&counts, 0.5), 0.2);
}

static void adds_and_subtracts(void **state)
{
	struct dm_reception reception;

	(void)state;
	dm_reception_init(&reception);
	dm_reception_note(&reception, DM_MSEC(3), 0);
	dm_metric_add(&reception.resent, 2);
	const struct dm_reception_counts before = read_counts(&reception);

	dm_reception_note(&reception, DM_MSEC(500), 128);
	dm_metric_add(&reception.resent, 5);
	struct dm_reception_counts counts = read_counts(&reception);

	dm_reception_since(&counts, &before);
	assert_int_equal(counts.reports, 1);
	assert_int_equal(counts.resent, 5);
	assert_int_equal(counts.round_trip[0], 0);
	about(counts.loss_sum, 0.5);
	assert_true(dm_reception_round_trip(&counts, 0.5) > DM_MSEC(300));

	dm_reception_add(&counts, &before);
	const struct dm_reception_counts all = read_counts(&reception);

	assert_memory_equal(counts.round_trip, all.round_trip, sizeof(all.round_trip));
	assert_memory_equal(counts.loss, all.loss, sizeof(all.loss));
	assert_int_equal(counts.reports, all.reports);
	assert_int_equal(counts.resent, all.resent);
	about(counts.loss_sum, all.loss_sum);
}

static void who_began_anew_is_all_new(void **state)
{
	struct dm_reception reception;

	(void)state;
	dm_reception_init(&reception);
	for (int n = 0; n < 5; n++)
		dm_reception_note(&reception, DM_MSEC(3), 0);
	const struct dm_reception_counts before = read_counts(&reception);

	dm_reception_clear(&reception);
	dm_reception_note(&reception, DM_MSEC(300), 26);
	dm_reception_note(&reception, DM_MSEC(300), 26);
	struct dm_reception_counts counts = read_counts(&reception);

	dm_reception_since(&counts, &before);
	assert_int_equal(counts.reports, 2);
	assert_int_equal(counts.loss[0], 0);
	about(counts.loss_sum, 2 * 0.102);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_has_reported),
		cmocka_unit_test(a_report_falls_into_its_buckets),
		cmocka_unit_test(without_a_round_trip_only_loss_counts),
		cmocka_unit_test(shares_are_interpolated),
		cmocka_unit_test(what_is_above_all_bounds_is_the_last_of_them),
		cmocka_unit_test(adds_and_subtracts),
		cmocka_unit_test(who_began_anew_is_all_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
