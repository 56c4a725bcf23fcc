/* Moments of RFC 3339, and what is none. */
#include "config/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* Seconds as GNU date(1) gives them; the last four are RFC 3339's own examples (5.8). */
static const struct {
	const char *text;
	int64_t seconds;
} good[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1970-01-01T00:00:00-00:00", 0 },
	{ "1969-12-31T23:59:59Z", -1 },
	{ "2026-11-22T09:00:00+01:00", 1795334400 },
	{ "2026-11-22t08:00:00z", 1795334400 },
	{ "2026-11-22T13:45:00.999+05:45", 1795334400 },
	{ "2000-02-29T12:00:00Z", 951825600 },
	{ "2024-02-29T12:00:00Z", 1709208000 },
	{ "0001-01-01T00:00:00Z", -62135596800 },
	{ "9999-12-31T23:59:59Z", 253402300799 },
	{ "2026-01-01T00:30:00+14:00", 1767177000 },
	{ "1985-04-12T23:20:50.52Z", 482196050 },
	{ "1996-12-19T16:39:57-08:00", 851042397 },
	{ "1990-12-31T23:59:60Z", 662688000 },
	{ "1990-12-31T15:59:60-08:00", 662688000 },
};

static const char *const bad[] = {
	"",
	"2",
	"2026-11-22",
	"2026-11-22T",
	"2026-11-22 09:00:00Z",
	"2026-11-22T09:00Z",
	"2026-11-22T09:00:00",
	"2026-11-22T09:00:00+01",
	"2026-11-22T09:00:00+0100",
	"2026-11-22T09:00:00+24:00",
	"2026-11-22T09:00:00+01:60",
	"2026-11-22T09:00:00Zulu",
	"2026-11-22T09:00:00+01:00 ",
	"2026-11-22T24:00:00Z",
	"2026-11-22T09:60:00Z",
	"2026-11-22T09:00:61Z",
	"2026-11-22T09:00:00.Z",
	"2026-11-22T09:00:00,5Z",
	"2026-11-00T09:00:00Z",
	"2026-11-31T09:00:00Z",
	"2026-02-29T09:00:00Z",
	"1900-02-29T09:00:00Z",
	"2026-00-22T09:00:00Z",
	"2026-13-22T09:00:00Z",
	"0000-01-01T00:00:00Z",
	"+026-11-22T09:00:00Z",
	"2026-1-22T09:00:00Z",
	" 2026-11-22T09:00:00Z",
	"1795334400",
};

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		int64_t seconds = 7;

		if (!dm_moment_parse(good[i].text, &seconds) || seconds != good[i].seconds)
			fail_msg("%s: %lld, expected %lld", good[i].text, (long long)seconds,
				 (long long)good[i].seconds);
	}
}

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int64_t seconds = 7;

		if (dm_moment_parse(bad[i], &seconds) || seconds != 7)
			fail_msg("'%s' was taken", bad[i]);
	}
}

/* Every beginning of a good one is none, and is read within its bounds (as sanitizers see). */
static void test_cut_short(void **state)
{
	static const char whole[] = "2026-11-22T09:00:00.5+01:00";

	(void)state;
	for (size_t length = 0; length < sizeof(whole) - 1; length++) {
		char *text = strndup(whole, length);
		int64_t seconds;

		assert_false(dm_moment_parse(text, &seconds));
		free(text);
	}
}

/* Each day of eight centuries, against the C library. */
static void test_calendar(void **state)
{
	(void)state;
	for (int64_t day = -146097; day < 146097; day++) {
		const time_t at = day * 86400;
		struct tm parts;
		char text[40];
		int64_t seconds = 7;

		gmtime_r(&at, &parts);
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
		if (!dm_moment_parse(text, &seconds) || seconds != at)
			fail_msg("%s: %lld", text, (long long)seconds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_calendar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
