/* Links that die, the hot stand-by, and how long somebody has been working. */
#include "fixture.h"

static void a_dead_link_makes_room_first(void **state)
{
	(void)state;
	seat("ann", BOOTH_EN);
	seat("bob", BOOTH_EN);
	seat("cy", BOOTH_EN);
	assert_done(dm_override_on_air_max(room, BOOTH_EN, 2, now));
	assert_done(dm_booth_on(room, "ann", DM_OUTPUT_A, now++));
	assert_done(dm_booth_on(room, "bob", DM_OUTPUT_A, now++));
	assert_done(dm_booth_link_lost(room, "bob", now, now));
	assert_done(dm_booth_on(room, "cy", DM_OUTPUT_A, now));
	assert_int_equal(seat_of("ann")->mic, DM_MIC_ON_AIR);
	assert_int_equal(seat_of("bob")->mic, DM_MIC_OFF);
	assert_int_equal(programme(EN)->voices, 5);
}

static void no_standby_for_one_who_did_not_consent(void **state)
{
	(void)state;
	seat("ann", BOOTH_EN);
	seat("bob", BOOTH_EN);
	seat("cy", BOOTH_EN);
	assert_done(dm_override_on_air_max(room, BOOTH_EN, 2, now));
	assert_done(dm_booth_consent(room, "bob", true, now));
	assert_done(dm_booth_consent(room, "cy", true, now));
	assert_done(dm_booth_on(room, "ann", DM_OUTPUT_A, now));
	assert_done(dm_booth_on(room, "bob", DM_OUTPUT_A, now));
	assert_int_equal(seat_of("cy")->mic, DM_MIC_STANDBY);
	assert_done(dm_booth_link_lost(room, "ann", now, now));
	assert_int_equal(seat_of("cy")->mic, DM_MIC_STANDBY);
	assert_done(dm_booth_link_lost(room, "bob", now, now));
	assert_int_equal(seat_of("cy")->mic, DM_MIC_ON_AIR);
}

static void standby_takes_the_channel_that_dies(void **state)
{
	(void)state;
	seat("li", BOOTH_ZH_EN);
	seat("wu", BOOTH_ZH_EN);
	assert_done(dm_booth_consent(room, "li", true, now));
	assert_done(dm_booth_consent(room, "wu", true, now));
	assert_done(dm_booth_on(room, "li", DM_OUTPUT_B, now));
	assert_done(dm_booth_link_lost(room, "li", now, now));
	assert_int_equal(programme(EN)->voice, 1);
	assert_int_equal(programme(ZH)->carries, DM_CARRIES_FLOOR);
}

/* ann on air, bob silent beside her; the flags say who consents. */
static void pair(bool ann, bool bob)
{
	seat("ann", BOOTH_EN);
	seat("bob", BOOTH_EN);
	assert_done(dm_booth_consent(room, "ann", ann, now));
	assert_done(dm_booth_consent(room, "bob", bob, now));
	assert_done(dm_booth_on(room, "ann", DM_OUTPUT_A, now));
}

static void standby_takes_over_at_once(void **state)
{
	(void)state;
	pair(true, true);
	assert_int_equal(seat_of("bob")->mic, DM_MIC_STANDBY);
	assert_int_equal(programme(EN)->standby, 1);
	forget_changes();
	now += DM_MSEC(100);
	assert_done(dm_booth_link_lost(room, "ann", now - DM_MSEC(100), now));
	assert_int_equal(programme(EN)->carries, DM_CARRIES_VOICE);
	assert_int_equal(programme(EN)->voice, 1);
	assert_int_equal(changes_of(DM_CHANGE_TOOK_OVER, NULL), 1);
	/* Back again, she stands by for him. */
	assert_done(dm_booth_link_alive(room, "ann", now));
	assert_int_equal(seat_of("ann")->mic, DM_MIC_STANDBY);
	assert_int_equal(seat_of("bob")->mic, DM_MIC_ON_AIR);
	/* Out of stand-by: the consent is taken back. */
	assert_done(dm_booth_off(room, "ann", now));
	assert_false(seat_of("ann")->consents);
	assert_int_equal(seat_of("ann")->mic, DM_MIC_OFF);
	assert_reason(dm_booth_off(room, "ann", now), ALREADY_OFF);
}

static void no_standby_without_both(void **state)
{
	for (unsigned n = 0; n < 3; n++) {
		fixture_teardown(state);
		fixture_setup(state);
		pair(n & 1, n & 2);
		assert_int_equal(seat_of("bob")->mic, DM_MIC_OFF);
		assert_done(dm_booth_link_lost(room, "ann", now, now));
		assert_int_equal(programme(EN)->carries, DM_CARRIES_CONCEALMENT);
		wait_for(DM_LINK_GRACE);
		assert_int_equal(programme(EN)->carries, DM_CARRIES_FLOOR);
	}
}

static void no_standby_when_she_switches_off(void **state)
{
	(void)state;
	pair(true, true);
	assert_done(dm_booth_off(room, "ann", now));
	assert_int_equal(seat_of("bob")->mic, DM_MIC_OFF);
	assert_int_equal(programme(EN)->carries, DM_CARRIES_FLOOR);
	assert_int_equal(programme(EN)->why, DM_WHY_BOOTH_OFF);
}

static void a_dead_link_falls_back_in_time(void **state)
{
	struct dm_change change;

	(void)state;
	pair(false, false);
	forget_changes();
	now += DM_MSEC(100);
	assert_done(dm_booth_link_lost(room, "ann", now - DM_MSEC(100), now));
	assert_int_equal(changes_of(DM_CHANGE_LINK, &change), 1);
	assert_string_equal(change.who.name, "ANN");
	assert_int_equal(dm_interpretation_next(room), now + DM_LINK_GRACE - DM_MSEC(100));
	wait_for(DM_MSEC(199));
	assert_int_equal(programme(EN)->carries, DM_CARRIES_CONCEALMENT);
	wait_for(DM_MSEC(1));
	assert_int_equal(programme(EN)->carries, DM_CARRIES_FLOOR);
	assert_int_equal(programme(EN)->why, DM_WHY_LINK_LOST);
	/* The first packet brings it back. */
	wait_for(DM_SEC(29));
	assert_done(dm_booth_link_alive(room, "ann", now));
	assert_int_equal(programme(EN)->carries, DM_CARRIES_VOICE);
	/* But not after long: the microphone is off by then. */
	assert_done(dm_booth_link_lost(room, "ann", now, now));
	wait_for(DM_LINK_KEPT);
	assert_int_equal(seat_of("ann")->mic, DM_MIC_OFF);
	assert_done(dm_booth_link_alive(room, "ann", now));
	assert_int_equal(programme(EN)->carries, DM_CARRIES_FLOOR);
}

static void a_dead_link_is_in_nobodys_way(void **state)
{
	(void)state;
	pair(false, false);
	seat("li", BOOTH_ZH_EN);
	assert_done(dm_booth_link_lost(room, "ann", now, now));
	assert_reason(dm_booth_on(room, "ann", DM_OUTPUT_A, now), NO_LINK);
	/* Another booth waits until the channel has fallen back. */
	assert_reason(dm_booth_on(room, "li", DM_OUTPUT_B, now), CHANNEL_TAKEN);
	wait_for(DM_LINK_GRACE);
	assert_done(dm_booth_on(room, "li", DM_OUTPUT_B, now));
	assert_int_equal(seat_of("ann")->mic, DM_MIC_OFF);
	/* The partner need not wait. */
	assert_done(dm_booth_link_lost(room, "li", now, now));
	seat("wu", BOOTH_ZH_EN);
	assert_done(dm_booth_on(room, "wu", DM_OUTPUT_B, now));
	assert_int_equal(seat_of("li")->mic, DM_MIC_OFF);
	assert_done(dm_booth_link_alive(room, "li", now));
	assert_int_equal(programme(EN)->voices, 2);
}

static void shifts_remind(void **state)
{
	struct dm_change change;

	(void)state;
	pair(false, false);
	wait_for(DM_SHIFT_LENGTH - DM_SEC(1));
	assert_int_equal(changes_of(DM_CHANGE_SHIFT, NULL), 0);
	/* A cough and a moment off do not begin a new one. */
	assert_done(dm_booth_off(room, "ann", now));
	wait_for(DM_SEC(2));
	assert_int_equal(changes_of(DM_CHANGE_SHIFT, NULL), 0);
	assert_done(dm_booth_on(room, "ann", DM_OUTPUT_A, now));
	assert_int_equal(changes_of(DM_CHANGE_SHIFT, &change), 1);
	assert_string_equal(change.who.id, "ann");
	assert_int_equal(change.detail, 1);
	wait_for(DM_SHIFT_AGAIN);
	assert_int_equal(changes_of(DM_CHANGE_SHIFT, &change), 1);
	assert_int_equal(change.detail, 2);
	/* The partner's turn begins a new one; so does a rest. */
	assert_done(dm_booth_off(room, "ann", now));
	assert_done(dm_booth_on(room, "bob", DM_OUTPUT_A, now));
	wait_for(DM_SHIFT_LENGTH - DM_SEC(1));
	assert_done(dm_booth_off(room, "bob", now));
	wait_for(DM_SHIFT_REST);
	assert_done(dm_booth_on(room, "bob", DM_OUTPUT_A, now));
	wait_for(DM_SHIFT_LENGTH - DM_SEC(1));
	assert_int_equal(changes_of(DM_CHANGE_SHIFT, NULL), 0);
	wait_for(DM_SEC(1));
	assert_int_equal(changes_of(DM_CHANGE_SHIFT, NULL), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int link_tests(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_dead_link_makes_room_first),
		TEST(no_standby_for_one_who_did_not_consent),
		TEST(standby_takes_the_channel_that_dies),
		TEST(standby_takes_over_at_once),
		TEST(no_standby_without_both),
		TEST(no_standby_when_she_switches_off),
		TEST(a_dead_link_falls_back_in_time),
		TEST(a_dead_link_is_in_nobodys_way),
		TEST(shifts_remind),
	};

	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
