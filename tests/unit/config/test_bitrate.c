#include "config/bitrate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void test_good(void **state)
{
	static const struct {
		const char *text;
		uint32_t bps;
	} cases[] = {
		{ "0", 0 },
		{ "64000", 64000 },
		{ "500k", 500000 },
		{ "500K", 500000 },
		{ "1.5M", 1500000 },
		{ "1M", 1000000 },
		{ "0.5M", 500000 },
		{ "1.234567M", 1234567 },
		{ "64.5k", 64500 },
		{ "999999999", 999999999 },
		{ "999.999999M", 999999999 },
		{ "12.0", 12 },
		{ "0000064k", 64000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t bps = 1;

		if (!dm_bitrate_parse(cases[i].text, &bps))
			fail_msg("\"%s\" is refused", cases[i].text);
		assert_int_equal(bps, cases[i].bps);
	}
}

static void test_bad(void **state)
{
	static const char *const cases[] = {
		"",
		"k",
		"-1",
		"+1",
		" 1",
		"1 ",
		"1 k",
		"1kk",
		"1m",
		"1G",
		"1.",
		".5M",
		"1.5",
		"1.2.3",
		"1e6",
		"0x10",
		"1000000000",
		"1000M",
		"1.k",
		"1,5M",
		"1.2345k",
		"1.2345678M",
		"99999999999999999999",
		"999999999.999999M",
		"999999999M",
		"4294967296k",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t bps = 7;

		if (dm_bitrate_parse(cases[i], &bps))
			fail_msg("\"%s\" is taken as %u", cases[i], bps);
		assert_int_equal(bps, 7);
	}
}

/* What is written is read back as the same. */
static void test_round_trip(void **state)
{
	static const struct {
		uint32_t bps;
		const char *text;
	} cases[] = {
		{ 0, "0" },           { 999, "999" },      { 1000, "1k" },
		{ 28000, "28k" },     { 500000, "500k" },  { 1000000, "1M" },
		{ 1500000, "1.5M" },  { 10000000, "10M" }, { 1234567, "1234567" },
		{ 1250000, "1250k" }, { 64001, "64001" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[16];
		uint32_t bps = 1;

		dm_bitrate_format(cases[i].bps, text);
		assert_string_equal(text, cases[i].text);
		assert_true(dm_bitrate_parse(text, &bps));
		assert_int_equal(bps, cases[i].bps);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
