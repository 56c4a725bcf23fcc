#include "rtp/rewriter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void numbers_on_from_its_random_start(void **state)
{
	(void)state;
	struct dm_rewriter rewriter;

	dm_rewriter_init(&rewriter, 0x7FFF, 0xFFFFFF00);
	assert_int_equal(dm_rewriter_bind(&rewriter, 1000), 0);
	assert_int_equal(dm_rewriter_map(&rewriter, 1000), 0x7FFF);
	assert_int_equal(dm_rewriter_map(&rewriter, 1001), 0x8000);
	assert_int_equal(dm_rewriter_timestamp(&rewriter, 0x200), 0x100);
}

static void counts_roll_overs(void **state)
{
	(void)state;
	struct dm_rewriter rewriter;

	dm_rewriter_init(&rewriter, 10, 0);
	dm_rewriter_bind(&rewriter, 0);
	for (uint64_t i = 0; i < 200000; i++)
		assert_int_equal(dm_rewriter_map(&rewriter, i), 10 + i);
	assert_int_equal(dm_rewriter_map(&rewriter, 199999) >> 16, 3);
}

/* Whatever track feeds it, and wherever in that track: the next number is the last plus one. */
static void goes_on_over_rebinding(void **state)
{
	(void)state;
	struct dm_rewriter rewriter;
	uint32_t seed = 42;
	uint64_t expected = 500;

	print_message("seed %u\n", seed);
	dm_rewriter_init(&rewriter, 500, 0);
	for (int change = 0; change < 5000; change++) {
		seed = seed * 1664525U + 1013904223U;

		const uint64_t first = seed;
		const uint64_t count = (seed >> 8) % 90;

		dm_rewriter_bind(&rewriter, first);
		for (uint64_t i = 0; i < count; i++)
			assert_int_equal(dm_rewriter_map(&rewriter, first + i), expected++);
	}
}

static void assert_found(const struct dm_rewriter *rewriter, uint16_t sequence, unsigned slot,
			 uint64_t index, uint64_t extended)
{
	unsigned found_slot;
	uint64_t found_index;
	uint64_t found_extended;

	assert_true(
		dm_rewriter_find(rewriter, sequence, &found_slot, &found_index, &found_extended));
	assert_int_equal(found_slot, slot);
	assert_int_equal(found_index, index);
	assert_int_equal(found_extended, extended);
}

static void assert_not_found(const struct dm_rewriter *rewriter, uint16_t sequence)
{
	unsigned slot;
	uint64_t index;
	uint64_t extended;

	assert_false(dm_rewriter_find(rewriter, sequence, &slot, &index, &extended));
}

/* Sends `count` packets from `first` on. */
static unsigned send(struct dm_rewriter *rewriter, uint64_t first, uint64_t count)
{
	const unsigned slot = dm_rewriter_bind(rewriter, first);

	for (uint64_t i = 0; i < count; i++)
		dm_rewriter_map(rewriter, first + i);
	return slot;
}

static void finds_nothing_before_anything_was_sent(void **state)
{
	(void)state;
	struct dm_rewriter rewriter;

	dm_rewriter_init(&rewriter, 100, 0);
	assert_not_found(&rewriter, 99);
	assert_not_found(&rewriter, 100);
	dm_rewriter_bind(&rewriter, 7);
	assert_not_found(&rewriter, 99);
	assert_not_found(&rewriter, 100);
	dm_rewriter_map(&rewriter, 7);
	assert_not_found(&rewriter, 99);
	assert_found(&rewriter, 100, 0, 7, 100);
	assert_not_found(&rewriter, 101);
}

static void finds_across_bindings(void **state)
{
	(void)state;
	struct dm_rewriter rewriter;

	dm_rewriter_init(&rewriter, 0, 0);
	assert_int_equal(send(&rewriter, 1000, 10), 0); /* 0..9 */
	assert_int_equal(send(&rewriter, 2000, 10), 1); /* 10..19 */
	assert_int_equal(send(&rewriter, 3000, 10), 2); /* 20..29 */
	assert_int_equal(send(&rewriter, 4000, 10), 3); /* 30..39 */
	assert_found(&rewriter, 0, 0, 1000, 0);
	assert_found(&rewriter, 9, 0, 1009, 9);
	assert_found(&rewriter, 10, 1, 2000, 10);
	assert_found(&rewriter, 25, 2, 3005, 25);
	assert_found(&rewriter, 39, 3, 4009, 39);
	assert_not_found(&rewriter, 40);
	assert_not_found(&rewriter, 65535);

	/* The fifth takes the place of the first, which is forgotten. */
	assert_int_equal(send(&rewriter, 5000, 10), 0);
	assert_not_found(&rewriter, 0);
	assert_not_found(&rewriter, 9);
	assert_found(&rewriter, 10, 1, 2000, 10);
	assert_found(&rewriter, 45, 0, 5005, 45);
}

/* Changes of mind before a packet went out cost no memory of what did. */
static void unused_bindings_leave_their_slot(void **state)
{
	(void)state;
	struct dm_rewriter rewriter;

	dm_rewriter_init(&rewriter, 0, 0);
	assert_int_equal(dm_rewriter_bind(&rewriter, 111), 0);
	assert_int_equal(send(&rewriter, 1000, 10), 0);
	for (uint64_t i = 0; i < 20; i++)
		assert_int_equal(dm_rewriter_bind(&rewriter, 7000 + i), 1);
	assert_int_equal(send(&rewriter, 2000, 10), 1);
	assert_found(&rewriter, 5, 0, 1005, 5);
	assert_found(&rewriter, 15, 1, 2005, 15);
}

static void finds_over_the_wrap_and_not_beyond_half_of_it(void **state)
{
	(void)state;
	struct dm_rewriter rewriter;

	dm_rewriter_init(&rewriter, 0, 0);
	send(&rewriter, 0, 65530);
	assert_int_equal(send(&rewriter, 9000, 20), 1); /* 65530..65549: over the wrap */
	assert_found(&rewriter, 65529, 0, 65529, 65529);
	assert_found(&rewriter, 65535, 1, 9005, 65535);
	assert_found(&rewriter, 0, 1, 9006, 65536);
	assert_found(&rewriter, 13, 1, 9019, 65549);
	assert_not_found(&rewriter, 14);

	/* 2^15 packets back, the newest included. */
	assert_found(&rewriter, 65549 - 32767, 0, 32782, 32782);
	assert_not_found(&rewriter, 65549 - 32768);
}

/* A packet sent again keeps its number and moves nothing on. */
static void mapping_an_old_packet_again_is_harmless(void **state)
{
	(void)state;
	struct dm_rewriter rewriter;

	dm_rewriter_init(&rewriter, 0, 0);
	send(&rewriter, 100, 10);
	assert_int_equal(dm_rewriter_map(&rewriter, 103), 3);
	assert_int_equal(dm_rewriter_map(&rewriter, 110), 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_on_from_its_random_start),
		cmocka_unit_test(counts_roll_overs),
		cmocka_unit_test(goes_on_over_rebinding),
		cmocka_unit_test(finds_nothing_before_anything_was_sent),
		cmocka_unit_test(finds_across_bindings),
		cmocka_unit_test(unused_bindings_leave_their_slot),
		cmocka_unit_test(finds_over_the_wrap_and_not_beyond_half_of_it),
		cmocka_unit_test(mapping_an_old_packet_again_is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
