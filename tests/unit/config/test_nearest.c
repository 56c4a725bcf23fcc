#include "config/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const char *const keys[] = { "id", "title", "floor", "video", "sign", "channels" };
#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

static void test_near(void **state)
{
	static const char *const cases[][2] = {
		{ "flor", "floor" },       { "flloor", "floor" },     { "folor", "floor" },
		{ "Floor", "floor" },      { "chanels", "channels" }, { "channel", "channels" },
		{ "Channel", "channels" }, { "titel", "title" },      { "titles", "title" },
		{ "ids", "id" },           { "vidoe", "video" },      { "videos", "video" },
		{ "sing", "sign" },        { "chan", "channels" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *nearest = dm_nearest_word(cases[i][0], keys, KEY_COUNT);

		if (!nearest)
			fail_msg("nothing is near \"%s\"", cases[i][0]);
		assert_string_equal(nearest, cases[i][1]);
	}
}

static void test_far(void **state)
{
	static const char *const cases[] = {
		"",      "x",      "source", "language",
		"audio", "booths", "port",   "a-word-that-is-much-longer-than-any-key-we-have"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *nearest = dm_nearest_word(cases[i], keys, KEY_COUNT);

		if (nearest)
			fail_msg("\"%s\" is near \"%s\"", nearest, cases[i]);
	}
	assert_null(dm_nearest_word("floor", keys, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_near),
		cmocka_unit_test(test_far),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
