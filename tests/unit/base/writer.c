#include "base/writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void writes_big_endian(void **state)
{
	(void)state;
	const uint8_t expected[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
				     0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0xF0,
				     0xF1, 0xF2, 'm',  'i',  'd',  0x00, 0x00 };
	uint8_t buffer[sizeof(expected)];
	struct dm_writer writer = dm_writer_init(buffer, sizeof(buffer));

	dm_writer_u8(&writer, 0x01);
	dm_writer_u16(&writer, 0x0203);
	dm_writer_u24(&writer, 0x040506);
	dm_writer_u32(&writer, 0x0708090A);
	dm_writer_u64(&writer, UINT64_C(0x0B0C0D0E0FF0F1F2));
	dm_writer_bytes(&writer, "mid", 3);
	dm_writer_zeros(&writer, 2);
	assert_false(writer.failed);
	assert_int_equal(writer.size, sizeof(expected));
	assert_memory_equal(buffer, expected, sizeof(expected));
}

static void fails_for_good_past_the_end(void **state)
{
	(void)state;
	uint8_t buffer[4] = { 0xAA, 0xAA, 0xAA, 0xAA };
	struct dm_writer writer = dm_writer_init(buffer, 3);

	dm_writer_u16(&writer, 0x0102);
	dm_writer_u16(&writer, 0x0304);
	assert_true(writer.failed);
	dm_writer_u8(&writer, 0x05); /* would fit */
	assert_int_equal(writer.size, 2);
	assert_int_equal(buffer[2], 0xAA); /* nothing of a value that did not fit */
	assert_int_equal(buffer[3], 0xAA);
}

static void refuses_sizes_that_would_wrap(void **state)
{
	(void)state;
	uint8_t buffer[8];
	struct dm_writer writer = dm_writer_init(buffer, sizeof(buffer));

	dm_writer_u32(&writer, 1);
	dm_writer_zeros(&writer, SIZE_MAX - 3);
	assert_true(writer.failed);
	assert_int_equal(writer.size, 4);
}

static void patches_only_what_is_written(void **state)
{
	(void)state;
	uint8_t buffer[8] = { 0 };
	struct dm_writer writer = dm_writer_init(buffer, sizeof(buffer));

	dm_writer_zeros(&writer, 4);
	dm_writer_patch_u16(&writer, 2, 0xBEEF);
	assert_false(writer.failed);
	assert_int_equal(buffer[2], 0xBE);
	assert_int_equal(buffer[3], 0xEF);

	dm_writer_patch_u16(&writer, 3, 0x1234);
	assert_true(writer.failed);
	assert_int_equal(buffer[3], 0xEF);
	assert_int_equal(buffer[4], 0);

	writer = dm_writer_init(buffer, sizeof(buffer));
	dm_writer_u8(&writer, 7);
	dm_writer_patch_u16(&writer, 0, 0x1234);
	assert_true(writer.failed);
	assert_int_equal(buffer[0], 7);
}

static void nothing_into_nothing_is_no_failure(void **state)
{
	(void)state;
	struct dm_writer writer = dm_writer_init(NULL, 0);

	dm_writer_bytes(&writer, NULL, 0);
	dm_writer_zeros(&writer, 0);
	assert_false(writer.failed);
	dm_writer_u8(&writer, 0);
	assert_true(writer.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_big_endian),
		cmocka_unit_test(fails_for_good_past_the_end),
		cmocka_unit_test(refuses_sizes_that_would_wrap),
		cmocka_unit_test(patches_only_what_is_written),
		cmocka_unit_test(nothing_into_nothing_is_no_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
