/* Relay: choices, presets, automatic relay, pivots that go, loops, depth. */
#include "fixture.h"

#include <string.h>

static void on_air(const char *participant, uint8_t booth)
{
	seat(participant, booth);
	assert_done(dm_booth_on(room, participant, DM_OUTPUT_A, now));
}

static void floor_speaks(const char *language)
{
	assert_done(dm_interpretation_set_floor_language(room, NULL, language, now));
}

static void assert_hears(uint8_t booth, uint8_t channel, enum dm_incoming_why why, unsigned depth)
{
	assert_int_equal(incoming(booth)->channel, channel);
	assert_string_equal(dm_incoming_why_name(incoming(booth)->why), dm_incoming_why_name(why));
	assert_int_equal(incoming(booth)->depth, depth);
}

static void automatic_relay(void **state)
{
	struct dm_change change;

	(void)state;
	assert_hears(BOOTH_RU, FLOOR, DM_INCOMING_DIRECT, 0);
	on_air("ann", BOOTH_EN);
	on_air("zoe", BOOTH_FR);
	seat("ivan", BOOTH_RU);
	floor_speaks("es"); /* English and French take Spanish, Russian does not */
	assert_hears(BOOTH_EN, FLOOR, DM_INCOMING_DIRECT, 0);
	assert_hears(BOOTH_RU, EN, DM_INCOMING_RELAY, 1);
	floor_speaks("es-MX");
	assert_hears(BOOTH_RU, EN, DM_INCOMING_RELAY, 1);
	floor_speaks("fr");
	assert_hears(BOOTH_RU, FLOOR, DM_INCOMING_DIRECT, 0);
	floor_speaks("ru"); /* its own: it needs no relay; the others do */
	assert_hears(BOOTH_RU, FLOOR, DM_INCOMING_DIRECT, 0);
	assert_hears(BOOTH_EN, FR, DM_INCOMING_RELAY, 1);
	assert_hears(BOOTH_FR, FLOOR, DM_INCOMING_LOOP, 0); /* English hears French already */
	floor_speaks("mul");
	assert_hears(BOOTH_RU, FLOOR, DM_INCOMING_DIRECT, 0);
	assert_hears(BOOTH_FR_2, FLOOR, DM_INCOMING_CHOSEN, 0);
	forget_changes();
	assert_done(dm_interpretation_set_floor_language(room, "ivan", "ja", now));
	assert_string_equal(dm_interpretation_floor_language(room), "ja");
	assert_int_equal(changes_of(DM_CHANGE_FLOOR_LANGUAGE, &change), 1);
	assert_string_equal(change.who.id, "ivan");
	assert_done(dm_interpretation_set_floor_language(room, "ivan", "ja", now));
	assert_reason(dm_interpretation_set_floor_language(room, "ivan", "not a tag", now),
		      BAD_LANGUAGE);
	assert_reason(dm_interpretation_set_floor_language(room, "eve", "ja", now), NOT_SEATED);
}

static void a_pivot_goes_and_returns(void **state)
{
	(void)state;
	on_air("ann", BOOTH_EN);
	on_air("zoe", BOOTH_FR);
	floor_speaks("es");
	assert_hears(BOOTH_RU, EN, DM_INCOMING_RELAY, 1);
	/* Muted: still there. */
	assert_done(dm_booth_mute(room, "ann", now));
	wait_for(DM_SEC(10));
	assert_hears(BOOTH_RU, EN, DM_INCOMING_RELAY, 1);
	/* Off: the next pivot, in time; then the floor. */
	assert_done(dm_booth_off(room, "ann", now));
	assert_int_equal(dm_interpretation_next(room), now + DM_PIVOT_GRACE);
	wait_for(DM_PIVOT_GRACE - 1);
	assert_int_equal(incoming(BOOTH_RU)->channel, EN);
	wait_for(1);
	assert_hears(BOOTH_RU, FR, DM_INCOMING_OFF, 1);
	assert_done(dm_booth_off(room, "zoe", now));
	wait_for(DM_PIVOT_GRACE);
	assert_hears(BOOTH_RU, FLOOR, DM_INCOMING_OFF, 0);
	assert_done(dm_booth_on(room, "zoe", DM_OUTPUT_A, now));
	assert_hears(BOOTH_RU, FR, DM_INCOMING_OFF, 1);
	assert_done(dm_booth_on(room, "ann", DM_OUTPUT_A, now));
	assert_hears(BOOTH_RU, EN, DM_INCOMING_RELAY, 1);
	/* A moment off, as between two partners, moves nobody. */
	assert_done(dm_booth_off(room, "ann", now));
	wait_for(DM_MSEC(200));
	assert_done(dm_booth_on(room, "ann", DM_OUTPUT_A, now));
	assert_hears(BOOTH_RU, EN, DM_INCOMING_RELAY, 1);
	/* A dead link counts from its last sound. */
	now += DM_MSEC(200);
	assert_done(dm_booth_link_lost(room, "ann", now - DM_MSEC(200), now));
	wait_for(DM_MSEC(100));
	assert_hears(BOOTH_RU, FR, DM_INCOMING_OFF, 1);
}

static void by_hand_and_by_key(void **state)
{
	(void)state;
	on_air("ann", BOOTH_EN);
	seat("ivan", BOOTH_RU);
	assert_reason(dm_incoming_recall(room, "ivan", 0, now), NO_PRESET);
	assert_reason(dm_incoming_preset(room, "ivan", DM_PRESETS, EN, now), NO_PRESET);
	assert_reason(dm_incoming_preset(room, "ivan", 0, CHANNELS, now), NO_SUCH_CHANNEL);
	assert_reason(dm_incoming_preset(room, "ivan", 0, RU, now), OWN_CHANNEL);
	assert_done(dm_incoming_preset(room, "ivan", 0, EN, now));
	assert_done(dm_incoming_preset(room, "ivan", 2, FLOOR, now));
	assert_done(dm_incoming_recall(room, "ivan", 0, now));
	assert_hears(BOOTH_RU, EN, DM_INCOMING_CHOSEN, 1);
	assert_done(dm_incoming_recall(room, "ivan", 2, now));
	assert_hears(BOOTH_RU, FLOOR, DM_INCOMING_CHOSEN, 0);
	assert_reason(dm_incoming_choose(room, "ivan", CHANNELS, now), NO_SUCH_CHANNEL);
	assert_reason(dm_incoming_choose(room, "ivan", RU, now), OWN_CHANNEL);
	/* What is off is heard when it comes. */
	assert_done(dm_incoming_choose(room, "ivan", FR, now));
	assert_hears(BOOTH_RU, EN, DM_INCOMING_OFF, 1);
	on_air("zoe", BOOTH_FR);
	assert_hears(BOOTH_RU, FR, DM_INCOMING_CHOSEN, 1);
	assert_done(dm_incoming_automatic(room, "ivan", true, now));
	assert_hears(BOOTH_RU, FLOOR, DM_INCOMING_DIRECT, 0);
	assert_done(dm_incoming_automatic(room, "ivan", false, now));
	assert_hears(BOOTH_RU, FR, DM_INCOMING_CHOSEN, 1);
}

static void loops_are_refused_and_named(void **state)
{
	struct dm_ruling ruling;
	char text[200];

	(void)state;
	on_air("ann", BOOTH_EN);
	on_air("zoe", BOOTH_FR);
	on_air("ivan", BOOTH_RU);
	assert_done(dm_incoming_choose(room, "zoe", EN, now));
	assert_done(dm_incoming_choose(room, "ivan", FR, now));
	assert_hears(BOOTH_RU, FR, DM_INCOMING_CHOSEN, 2);
	ruling = dm_incoming_choose(room, "ann", RU, now);
	assert_reason(ruling, LOOP);
	dm_ruling_explain(&ruling, room, text, sizeof(text));
	assert_string_equal(text, "That would be a loop: ru from fr from en from ru.");
	assert_hears(BOOTH_EN, FLOOR, DM_INCOMING_DIRECT, 0);
	/* Of one: the retour that a booth speaks into. */
	seat("li", BOOTH_ZH_EN);
	assert_done(dm_booth_off(room, "ann", now));
	assert_done(dm_booth_on(room, "li", DM_OUTPUT_B, now));
	ruling = dm_incoming_choose(room, "li", EN, now);
	assert_reason(ruling, LOOP);
	dm_ruling_explain(&ruling, room, text, sizeof(text));
	assert_string_equal(text, "That would be a loop: en from en.");
}

static void opening_a_retour_leaves_it(void **state)
{
	(void)state;
	on_air("ann", BOOTH_EN);
	seat("li", BOOTH_ZH_EN);
	assert_done(dm_incoming_choose(room, "li", EN, now));
	assert_hears(BOOTH_ZH_EN, EN, DM_INCOMING_CHOSEN, 1);
	assert_done(dm_booth_off(room, "ann", now));
	assert_done(dm_booth_on(room, "li", DM_OUTPUT_B, now));
	assert_hears(BOOTH_ZH_EN, FLOOR, DM_INCOMING_LOOP, 0);
	/* It comes back with her. */
	assert_done(dm_booth_on(room, "li", DM_OUTPUT_A, now));
	assert_done(dm_booth_on(room, "ann", DM_OUTPUT_A, now));
	assert_hears(BOOTH_ZH_EN, EN, DM_INCOMING_CHOSEN, 1);
}

static void two_wait_for_each_other(void **state)
{
	(void)state;
	seat("ann", BOOTH_EN);
	seat("zoe", BOOTH_FR);
	assert_done(dm_incoming_choose(room, "ann", FR, now));
	assert_done(dm_incoming_choose(room, "zoe", EN, now));
	assert_done(dm_booth_on(room, "ann", DM_OUTPUT_A, now));
	assert_hears(BOOTH_FR, EN, DM_INCOMING_CHOSEN, 1);
	assert_done(dm_booth_on(room, "zoe", DM_OUTPUT_A, now));
	/* Who listens already goes on; the other's wish would close the circle. */
	assert_hears(BOOTH_FR, EN, DM_INCOMING_CHOSEN, 1);
	assert_hears(BOOTH_EN, FLOOR, DM_INCOMING_LOOP, 0);
}

static void a_fallback_can_close_a_loop(void **state)
{
	struct dm_ruling ruling;

	(void)state;
	on_air("ann", BOOTH_EN);
	ruling = dm_incoming_choose(room, "ann", AR, now); /* which carries English now */
	assert_reason(ruling, LOOP);
	on_air("omar", BOOTH_AR_FR);
	assert_done(dm_incoming_choose(room, "ann", AR, now));
	assert_hears(BOOTH_EN, AR, DM_INCOMING_CHOSEN, 1);
	assert_done(dm_booth_off(room, "omar", now));
	assert_hears(BOOTH_EN, FLOOR, DM_INCOMING_LOOP, 0); /* at once: she would hear herself */
}

static void depth_is_limited(void **state)
{
	struct dm_ruling ruling;
	char text[200];

	(void)state;
	on_air("ann", BOOTH_EN);
	on_air("zoe", BOOTH_FR);
	on_air("ivan", BOOTH_RU);
	on_air("omar", BOOTH_AR_FR);
	assert_done(dm_incoming_choose(room, "zoe", EN, now));
	assert_done(dm_incoming_choose(room, "ivan", FR, now));
	assert_int_equal(dm_incoming_depth(room, FLOOR), 0);
	assert_int_equal(dm_incoming_depth(room, EN), 1);
	assert_int_equal(dm_incoming_depth(room, RU), 3);
	assert_int_equal(dm_incoming_depth(room, CHANNELS), 0);
	ruling = dm_incoming_choose(room, "omar", RU, now);
	assert_reason(ruling, TOO_DEEP);
	dm_ruling_explain(&ruling, room, text, sizeof(text));
	assert_string_equal(
		text,
		"That would be too many interpreters in a row: ru from fr from en from floor.");
	assert_done(dm_incoming_choose(room, "omar", FR, now));
	assert_hears(BOOTH_AR_FR, FR, DM_INCOMING_CHOSEN, 2);
	/* Whoever chooses is not held back by those who listen; they become too deep, and fall. */
	assert_done(dm_interpretation_set_source(room, ES, true, now));
	assert_done(dm_incoming_choose(room, "ann", ES, now));
	assert_hears(BOOTH_EN, ES, DM_INCOMING_CHOSEN, 1);
	assert_hears(BOOTH_FR, EN, DM_INCOMING_CHOSEN, 2);
	assert_hears(BOOTH_RU, EN, DM_INCOMING_TOO_DEEP, 2);
	assert_hears(BOOTH_AR_FR, FLOOR, DM_INCOMING_TOO_DEEP, 0);
	assert_done(dm_incoming_choose(room, "ann", FLOOR, now));
	assert_hears(BOOTH_AR_FR, FR, DM_INCOMING_CHOSEN, 2);
}

static void pivots_are_set(void **state)
{
	const uint8_t pivots[] = { FR, EN, AR, ZH, ES };
	const uint8_t floor[] = { FLOOR };

	(void)state;
	on_air("ann", BOOTH_EN);
	on_air("zoe", BOOTH_FR);
	floor_speaks("es");
	assert_hears(BOOTH_RU, EN, DM_INCOMING_RELAY, 1);
	assert_reason(dm_incoming_set_pivots(room, BOOTHS, pivots, 1, now), NO_SUCH_BOOTH);
	assert_reason(dm_incoming_set_pivots(room, BOOTH_RU, pivots, 5, now), TOO_MANY_PIVOTS);
	assert_reason(dm_incoming_set_pivots(room, BOOTH_RU, floor, 1, now), NO_SUCH_CHANNEL);
	assert_reason(dm_incoming_set_pivots(room, BOOTH_FR, pivots, 1, now), OWN_CHANNEL);
	assert_done(dm_incoming_set_pivots(room, BOOTH_RU, pivots, 2, now));
	assert_hears(BOOTH_RU, FR, DM_INCOMING_RELAY, 1);
	assert_done(dm_incoming_set_pivots(room, BOOTH_RU, NULL, 0, now));
	assert_hears(BOOTH_RU, FLOOR, DM_INCOMING_NO_PIVOT, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int incoming_tests(void)
{
	const struct CMUnitTest tests[] = {
		TEST(automatic_relay),
		TEST(a_pivot_goes_and_returns),
		TEST(by_hand_and_by_key),
		TEST(loops_are_refused_and_named),
		TEST(opening_a_retour_leaves_it),
		TEST(two_wait_for_each_other),
		TEST(a_fallback_can_close_a_loop),
		TEST(depth_is_limited),
		TEST(pivots_are_set),
	};

	return cmocka_run_group_tests_name("incoming", tests, NULL, NULL);
}
