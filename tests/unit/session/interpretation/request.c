/* Slow-down, calls for the technician, languages, and the list of changes. */
#include "fixture.h"

#include <errno.h>
#include <string.h>

static void slower_please(void **state)
{
	struct dm_change change;

	(void)state;
	seat("ann", BOOTH_EN);
	seat("zoe", BOOTH_FR);
	forget_changes();
	assert_done(dm_slow_down_ask(room, "ann", now));
	assert_int_equal(changes_of(DM_CHANGE_SLOW_DOWN, &change), 1);
	assert_int_equal(change.detail, 1);
	/* Nobody learns who it was. */
	assert_int_equal(change.booth, DM_NOBODY);
	assert_int_equal(change.seat, DM_NOBODY);
	assert_string_equal(change.who.id, "");
	assert_string_equal(change.who.name, "");
	assert_reason(dm_slow_down_ask(room, "ann", now + DM_SLOW_DOWN_AGAIN - 1), TOO_SOON);
	/* Leaving and sitting down again does not help. */
	assert_done(dm_booth_leave(room, "ann", now));
	seat("ann", BOOTH_EN);
	now += DM_SEC(1);
	assert_reason(dm_slow_down_ask(room, "ann", now), TOO_SOON);
	now += DM_SLOW_DOWN_AGAIN;
	assert_done(dm_slow_down_ask(room, "ann", now));
	assert_int_equal(dm_slow_down_count(room), 1);
	assert_done(dm_slow_down_ask(room, "zoe", now));
	assert_int_equal(dm_slow_down_count(room), 2);
	forget_changes();
	wait_for(DM_SLOW_DOWN_SHOWN);
	assert_int_equal(dm_slow_down_count(room), 0);
	assert_int_equal(changes_of(DM_CHANGE_SLOW_DOWN, &change), 1);
	assert_int_equal(change.detail, 0);
	assert_reason(dm_slow_down_ask(room, "eve", now), NOT_SEATED);
}

/* So many people, one after another in one seat, do something. */
static void crowd(unsigned count, bool calls)
{
	for (unsigned n = 0; n <= count; n++) {
		char name[8];

		snprintf(name, sizeof(name), "n%u", n);
		seat(name, BOOTH_EN);
		if (n == count)
			assert_reason(calls ? dm_call_open(room, name, NULL, now)
					    : dm_slow_down_ask(room, name, now),
				      TOO_MANY);
		else
			assert_done(calls ? dm_call_open(room, name, NULL, now)
					  : dm_slow_down_ask(room, name, now));
		assert_done(dm_booth_leave(room, name, now));
	}
}

static void a_crowd_is_bounded(void **state)
{
	(void)state;
	crowd(DM_SLOW_DOWN_MAX, false);
	crowd(DM_CALLS_MAX, true);
}

static void call_the_technician(void **state)
{
	const struct dm_participant tom = { "tom", "Tom" };
	const struct dm_participant tim = { "tim", "Tim" };
	const struct dm_participant nobody = { "", "" };
	const struct dm_calls *calls = dm_interpretation_calls(room);
	struct dm_change change;
	uint32_t first;
	uint32_t second;

	(void)state;
	seat("ann", BOOTH_EN);
	seat("zoe", BOOTH_FR);
	forget_changes();
	assert_reason(dm_call_open(room, "eve", &first, now), NOT_SEATED);
	assert_done(dm_call_open(room, "ann", &first, now));
	assert_reason(dm_call_open(room, "ann", &first, now), ALREADY_CALLED);
	assert_done(dm_call_open(room, "zoe", &second, now));
	assert_int_not_equal(first, second);
	assert_reason(dm_call_take(room, first, &nobody, now), BAD_PARTICIPANT);
	assert_done(dm_call_take(room, first, &tom, now));
	assert_done(dm_call_take(room, first, &tom, now));
	assert_reason(dm_call_take(room, first, &tim, now), CALL_TAKEN);
	assert_int_equal(changes_of(DM_CHANGE_CALL, &change), 3);
	assert_string_equal(dm_call_state_name((enum dm_call_state)change.detail), "taken");
	assert_string_equal(change.who.name, "ANN");
	/* Who left still needs help. */
	assert_done(dm_booth_leave(room, "ann", now));
	assert_int_equal(calls->count, 2);
	assert_string_equal(calls->list[0].caller.name, "ANN");
	assert_done(dm_call_done(room, first, now));
	assert_int_equal(calls->count, 1);
	assert_int_equal(calls->list[0].id, second);
	assert_reason(dm_call_done(room, first, now), NO_SUCH_CALL);
	assert_reason(dm_call_take(room, first, &tom, now), NO_SUCH_CALL);
	assert_done(dm_call_done(room, second, now));
	assert_int_equal(calls->count, 0);
}

static void changes_nobody_reads(void **state)
{
	(void)state;
	seat("ann", BOOTH_EN);
	for (unsigned n = 0; n < DM_CHANGES_MAX; n++)
		assert_done(n % 2 ? dm_booth_off(room, "ann", now)
				  : dm_booth_on(room, "ann", DM_OUTPUT_A, now));
	assert_true(dm_interpretation_forgotten_changes(room) > 0);
	assert_true(changes_of(DM_CHANGE_MICROPHONE, NULL) > 0);
	assert_int_equal(changes_of(DM_CHANGE_MICROPHONE, NULL), 0);
}

static void languages(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		bool match;
	} rows[] = {
		{ "fr", "fr", true },        { "fr", "FR", true },
		{ "pt", "pt-BR", true },     { "zh-Hans", "zh", true },
		{ "fr", "fro", false },      { "fr", "en", false },
		{ "pt-BR", "pt-PT", false }, { "zh-Hant", "zh-Hant-TW", true },
	};
	static const char *const wrong[] = {
		"",          "-",        "fr-",
		"-fr",       "fr--ca",   "f r",
		"abcdefghi", "\xc3\xa9", "a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a"
	};
	struct dm_languages set = { .count = 0 };

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		assert_int_equal(dm_language_matches(rows[n].a, rows[n].b), rows[n].match);
		assert_int_equal(dm_language_matches(rows[n].b, rows[n].a), rows[n].match);
	}
	for (size_t n = 0; n < sizeof(wrong) / sizeof(wrong[0]); n++) {
		assert_false(dm_language_is_plausible(wrong[n]));
		assert_int_equal(dm_languages_add(&set, wrong[n]), -EINVAL);
	}
	assert_int_equal(dm_languages_add(&set, "fr"), 0);
	assert_int_equal(dm_languages_add(&set, "FR"), 0);
	assert_int_equal(set.count, 1);
	for (unsigned n = 1; n < DM_LANGUAGES_MAX; n++) {
		char tag[8];

		snprintf(tag, sizeof(tag), "x-%u", n);
		assert_int_equal(dm_languages_add(&set, tag), 0);
	}
	assert_int_equal(dm_languages_add(&set, "en"), -ENOSPC);
}

static void my_languages(void **state)
{
	const struct dm_languages none = { .count = 0 };
	const struct dm_languages both = { { "fr", "pt" }, 2 };
	const struct dm_languages odd = { { "mul", "und" }, 2 };

	(void)state;
	assert_int_equal(dm_my_languages_channel(&none, "fr", EN), EN);
	assert_int_equal(dm_my_languages_channel(&both, "fr", EN), FLOOR);
	assert_int_equal(dm_my_languages_channel(&both, "pt-BR", EN), FLOOR);
	assert_int_equal(dm_my_languages_channel(&both, "es", EN), EN);
	assert_int_equal(dm_my_languages_channel(&both, "es", FLOOR), FLOOR);
	assert_int_equal(dm_my_languages_channel(&both, "mul", EN), EN);
	assert_int_equal(dm_my_languages_channel(&odd, "mul", EN), EN);
	assert_int_equal(dm_my_languages_channel(&odd, "und", EN), EN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int request_tests(void)
{
	const struct CMUnitTest tests[] = {
		TEST(slower_please),         TEST(a_crowd_is_bounded),
		TEST(call_the_technician),   TEST(changes_nobody_reads),
		cmocka_unit_test(languages), cmocka_unit_test(my_languages),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
