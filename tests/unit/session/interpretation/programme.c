/* What a channel carries in every state of its booths, and why. */
#include "fixture.h"

static void assert_carries(uint8_t channel, enum dm_carries carries, enum dm_programme_why why)
{
	assert_string_equal(dm_carries_name(programme(channel)->carries), dm_carries_name(carries));
	assert_string_equal(dm_programme_why_name(programme(channel)->why),
			    dm_programme_why_name(why));
}

static void from_nobody_to_on_air_and_back(void **state)
{
	(void)state;
	assert_carries(FLOOR, DM_CARRIES_FLOOR, DM_WHY_FLOOR);
	assert_carries(EN, DM_CARRIES_FLOOR, DM_WHY_NOBODY);
	seat("ann", BOOTH_EN);
	assert_carries(EN, DM_CARRIES_FLOOR, DM_WHY_BOOTH_OFF);
	assert_done(dm_booth_on(room, "ann", DM_OUTPUT_A, now));
	assert_carries(EN, DM_CARRIES_VOICE, DM_WHY_ON_AIR);
	assert_done(dm_booth_mute(room, "ann", now));
	assert_carries(EN, DM_CARRIES_COMFORT, DM_WHY_MUTED);
	wait_for(DM_SEC(3600)); /* an open booth never becomes the floor */
	assert_carries(EN, DM_CARRIES_COMFORT, DM_WHY_MUTED);
	assert_done(dm_booth_off(room, "ann", now));
	assert_carries(EN, DM_CARRIES_FLOOR, DM_WHY_BOOTH_OFF);
	assert_done(dm_booth_leave(room, "ann", now));
	assert_carries(EN, DM_CARRIES_FLOOR, DM_WHY_NOBODY);
}

static void other_fallbacks(void **state)
{
	(void)state;
	assert_carries(ES, DM_CARRIES_SILENCE, DM_WHY_NOBODY);
	assert_carries(AR, DM_CARRIES_CHANNEL, DM_WHY_NOBODY);
	assert_int_equal(programme(AR)->fallback_channel, EN);
}

static void a_link_that_dies_while_muted(void **state)
{
	(void)state;
	seat("ann", BOOTH_EN);
	assert_done(dm_booth_on(room, "ann", DM_OUTPUT_A, now));
	assert_done(dm_booth_mute(room, "ann", now));
	assert_done(dm_booth_link_lost(room, "ann", now, now));
	assert_carries(EN, DM_CARRIES_COMFORT, DM_WHY_MUTED);
	wait_for(DM_LINK_GRACE);
	assert_carries(EN, DM_CARRIES_FLOOR, DM_WHY_LINK_LOST);
}

static void a_link_that_was_dead_for_long(void **state)
{
	(void)state;
	seat("ann", BOOTH_EN);
	assert_done(dm_booth_on(room, "ann", DM_OUTPUT_A, now));
	now += DM_SEC(1);
	assert_done(dm_booth_link_lost(room, "ann", now - DM_SEC(1), now));
	assert_carries(EN, DM_CARRIES_FLOOR, DM_WHY_LINK_LOST);
}

static void a_hardware_booth(void **state)
{
	(void)state;
	assert_reason(dm_interpretation_set_source(room, FLOOR, true, now), NO_SUCH_CHANNEL);
	assert_reason(dm_interpretation_set_source(room, CHANNELS, true, now), NO_SUCH_CHANNEL);
	assert_done(dm_interpretation_set_source(room, FR, true, now));
	assert_carries(FR, DM_CARRIES_SOURCE, DM_WHY_SOURCE);
	seat("zoe", BOOTH_FR);
	assert_done(dm_booth_on(room, "zoe", DM_OUTPUT_A, now));
	assert_carries(FR, DM_CARRIES_VOICE, DM_WHY_ON_AIR);
	assert_done(dm_booth_off(room, "zoe", now));
	assert_carries(FR, DM_CARRIES_SOURCE, DM_WHY_SOURCE);
	assert_done(dm_interpretation_set_source(room, FR, false, now));
	assert_carries(FR, DM_CARRIES_FLOOR, DM_WHY_BOOTH_OFF);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int programme_tests(void)
{
	const struct CMUnitTest tests[] = {
		TEST(from_nobody_to_on_air_and_back),
		TEST(other_fallbacks),
		TEST(a_link_that_dies_while_muted),
		TEST(a_link_that_was_dead_for_long),
		TEST(a_hardware_booth),
	};

	return cmocka_run_group_tests_name("programme", tests, NULL, NULL);
}
