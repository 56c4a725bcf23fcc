#include "base/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const uint8_t bytes[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09,
				 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0xF0, 0xF1, 0xF2 };

static void reads_big_endian(void **state)
{
	(void)state;
	struct dm_reader reader = dm_reader_init(bytes, sizeof(bytes));

	assert_int_equal(dm_reader_u8(&reader), 0x01);
	assert_int_equal(dm_reader_u16(&reader), 0x0203);
	assert_int_equal(dm_reader_u24(&reader), 0x040506);
	assert_int_equal(dm_reader_u32(&reader), 0x0708090A);
	assert_int_equal(dm_reader_u64(&reader), UINT64_C(0x0B0C0D0E0FF0F1F2));
	assert_int_equal(dm_reader_left(&reader), 0);
	assert_false(reader.failed);
}

static void fails_for_good_past_the_end(void **state)
{
	(void)state;
	struct dm_reader reader = dm_reader_init(bytes, 3);

	assert_int_equal(dm_reader_u32(&reader), 0);
	assert_true(reader.failed);

	/* Three bytes were left, but none is given any more. */
	assert_int_equal(dm_reader_u8(&reader), 0);
	assert_int_equal(dm_reader_left(&reader), 0);
	assert_null(dm_reader_bytes(&reader, 1));
	assert_true(reader.failed);
}

static void refuses_sizes_that_would_wrap(void **state)
{
	(void)state;
	struct dm_reader reader = dm_reader_init(bytes, sizeof(bytes));

	dm_reader_skip(&reader, 4);
	assert_null(dm_reader_bytes(&reader, SIZE_MAX));
	assert_true(reader.failed);

	reader = dm_reader_init(bytes, sizeof(bytes));
	dm_reader_skip(&reader, 4);
	dm_reader_skip(&reader, SIZE_MAX - 3);
	assert_true(reader.failed);
}

static void nothing_at_all_is_no_failure(void **state)
{
	(void)state;
	struct dm_reader reader = dm_reader_init(NULL, 0);

	assert_int_equal(dm_reader_left(&reader), 0);
	dm_reader_skip(&reader, 0);
	assert_null(dm_reader_bytes(&reader, 0));
	assert_false(reader.failed);
	assert_int_equal(dm_reader_u8(&reader), 0);
	assert_true(reader.failed);
}

static void sub_readers_are_bounded(void **state)
{
	(void)state;
	struct dm_reader reader = dm_reader_init(bytes, sizeof(bytes));
	struct dm_reader sub = dm_reader_sub(&reader, 2);

	assert_int_equal(dm_reader_u8(&sub), 0x01);
	assert_int_equal(dm_reader_u16(&sub), 0);
	assert_true(sub.failed);

	/* The outer one goes on behind it, unharmed. */
	assert_false(reader.failed);
	assert_int_equal(dm_reader_u8(&reader), 0x03);

	sub = dm_reader_sub(&reader, sizeof(bytes));
	assert_true(sub.failed);
	assert_true(reader.failed);
	assert_int_equal(dm_reader_left(&sub), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_big_endian),
		cmocka_unit_test(fails_for_good_past_the_end),
		cmocka_unit_test(refuses_sizes_that_would_wrap),
		cmocka_unit_test(nothing_at_all_is_no_failure),
		cmocka_unit_test(sub_readers_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
