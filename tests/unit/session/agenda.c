/* tests/unit/session/agenda.c: a room's timetable, and the organiser's word beside it. */
#include "session/agenda.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* Two meetings with an hour between them, and one that begins when the second ends. */
static const struct dm_agenda_entry day[] = {
	{ .start = 10000, .end = 13600 },
	{ .start = 17200, .end = 20800 },
	{ .start = 20800, .end = 24400 },
};

#define NONE (-1)

struct moment {
	int64_t now;
	enum dm_sitting sitting;
	int entry; /* of `day`; NONE */
};

static void expect(const struct dm_agenda *agenda, const struct moment *moments, size_t count)
{
	for (size_t n = 0; n < count; n++) {
		const struct moment *m = &moments[n];
		const struct dm_agenda_entry *entry = dm_agenda_entry(agenda, m->now);

		if (dm_agenda_at(agenda, m->now) != m->sitting)
			fail_msg("at %lld: %s, expected %s", (long long)m->now,
				 dm_sitting_name(dm_agenda_at(agenda, m->now)),
				 dm_sitting_name(m->sitting));
		if (entry != (m->entry == NONE ? NULL : &day[m->entry]))
			fail_msg("at %lld: entry %td, expected %d", (long long)m->now,
				 entry ? entry - day : NONE, m->entry);
	}
}

#define EXPECT(agenda, moments) expect(agenda, moments, sizeof(moments) / sizeof((moments)[0]))

static void test_timetable(void **state)
{
	const struct dm_agenda agenda = { .entries = day, .count = 3 };
	static const struct moment moments[] = {
		{ 0, DM_SITTING_CLOSED, 0 },
		{ 10000 - DM_AGENDA_LINE_UP_S - 1, DM_SITTING_CLOSED, 0 },
		{ 10000 - DM_AGENDA_LINE_UP_S, DM_SITTING_LINE_UP, 0 },
		{ 9999, DM_SITTING_LINE_UP, 0 },
		{ 10000, DM_SITTING_RUNNING, 0 },
		{ 13599, DM_SITTING_RUNNING, 0 },
		{ 13600, DM_SITTING_CLOSED, 1 },
		{ 16299, DM_SITTING_CLOSED, 1 },
		{ 16300, DM_SITTING_LINE_UP, 1 },
		{ 17200, DM_SITTING_RUNNING, 1 },
		{ 20799, DM_SITTING_RUNNING, 1 },
		{ 20800, DM_SITTING_RUNNING, 2 },
		{ 24399, DM_SITTING_RUNNING, 2 },
		{ 24400, DM_SITTING_CLOSED, NONE },
		{ INT64_MAX, DM_SITTING_CLOSED, NONE },
	};

	(void)state;
	EXPECT(&agenda, moments);
}

static void test_no_timetable(void **state)
{
	struct dm_agenda agenda = { .count = 0 };
	static const struct moment always[] = {
		{ 0, DM_SITTING_RUNNING, NONE },
		{ 1800000000, DM_SITTING_RUNNING, NONE },
	};
	static const struct moment closed[] = {
		{ 1800000000, DM_SITTING_CLOSED, NONE },
		{ 1900000000, DM_SITTING_CLOSED, NONE },
	};

	(void)state;
	EXPECT(&agenda, always);
	dm_agenda_say(&agenda, DM_SITTING_CLOSED, 1800000000);
	EXPECT(&agenda, closed);
}

/* The word lasts to the next entry's beginning, past the end of the one that runs. */
static void test_word(void **state)
{
	struct dm_agenda agenda = { .entries = day, .count = 3 };
	static const struct moment paused[] = {
		{ 12000, DM_SITTING_PAUSED, 0 },  { 13600, DM_SITTING_PAUSED, 1 },
		{ 16300, DM_SITTING_PAUSED, 1 },  { 17199, DM_SITTING_PAUSED, 1 },
		{ 17200, DM_SITTING_RUNNING, 1 }, { 24400, DM_SITTING_CLOSED, NONE },
	};
	static const struct moment longer[] = {
		{ 24300, DM_SITTING_RUNNING, 2 },
		{ 24400, DM_SITTING_RUNNING, NONE },
		{ 99999, DM_SITTING_RUNNING, NONE },
	};
	static const struct moment earlier[] = {
		{ 9000, DM_SITTING_RUNNING, 0 },
		{ 10000, DM_SITTING_RUNNING, 0 },
		{ 13600, DM_SITTING_CLOSED, 1 },
	};

	(void)state;
	dm_agenda_say(&agenda, DM_SITTING_PAUSED, 12000);
	EXPECT(&agenda, paused);
	dm_agenda_say(&agenda, DM_SITTING_RUNNING, 24300); /* the meeting runs over */
	EXPECT(&agenda, longer);
	dm_agenda_say(&agenda, DM_SITTING_RUNNING, 9000); /* it begins before its time */
	EXPECT(&agenda, earlier);
}

/* Said in the second in which an entry begins: it was said about that one. The latest counts. */
static void test_word_at_the_start(void **state)
{
	struct dm_agenda agenda = { .entries = day, .count = 3 };
	static const struct moment moments[] = {
		{ 10000, DM_SITTING_CLOSED, 0 },
		{ 17199, DM_SITTING_CLOSED, 1 },
		{ 17200, DM_SITTING_RUNNING, 1 },
	};

	(void)state;
	dm_agenda_say(&agenda, DM_SITTING_PAUSED, 10000);
	dm_agenda_say(&agenda, DM_SITTING_CLOSED, 10000);
	EXPECT(&agenda, moments);
}

static void test_names(void **state)
{
	static const char *const names[] = { "closed", "line-up", "running", "paused" };
	enum dm_sitting sitting = DM_SITTING_PAUSED;

	(void)state;
	for (int n = 0; n < DM_SITTING_COUNT; n++) {
		assert_string_equal(dm_sitting_name((enum dm_sitting)n), names[n]);
		assert_true(dm_sitting_parse(names[n], &sitting));
		assert_int_equal(sitting, n);
	}
	assert_false(dm_sitting_parse("lunch", &sitting));
	assert_false(dm_sitting_parse("", &sitting));
	assert_int_equal(sitting, DM_SITTING_PAUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timetable), cmocka_unit_test(test_no_timetable),
		cmocka_unit_test(test_word),      cmocka_unit_test(test_word_at_the_start),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
