/* Booths: seats, the interlock, stand-by, links that die, what the organiser overrides. */
#include "fixture.h"

#include <errno.h>
#include <string.h>

static void seats_fill_up(void **state)
{
	struct dm_ruling ruling;
	char text[200];

	(void)state;
	seat("ann", BOOTH_EN);
	seat("bob", BOOTH_EN);
	seat("cy", BOOTH_EN);
	assert_reason(sit("dee", BOOTH_EN), BOOTH_FULL);
	assert_reason(sit("dee", BOOTHS), NO_SUCH_BOOTH);
	assert_reason(sit("", BOOTH_FR), BAD_PARTICIPANT);
	ruling = sit("ann", BOOTH_FR);
	assert_reason(ruling, ALREADY_SEATED);
	assert_int_equal(ruling.booth, BOOTH_EN);
	dm_ruling_explain(&ruling, room, text, sizeof(text));
	assert_string_equal(text, "You sit in booth en already; leave it first.");
	assert_done(dm_booth_leave(room, "bob", now));
	seat("dee", BOOTH_EN);
}

static void names_that_are_too_long(void **state)
{
	struct dm_participant who;

	(void)state;
	memset(&who, 'x', sizeof(who));
	assert_reason(dm_booth_sit(room, BOOTH_EN, &who, now), BAD_PARTICIPANT);
	who.id[DM_PARTICIPANT_SIZE - 1] = '\0';
	assert_reason(dm_booth_sit(room, BOOTH_EN, &who, now), BAD_PARTICIPANT);
	who.name[DM_PARTICIPANT_NAME_SIZE - 1] = '\0';
	assert_done(dm_booth_sit(room, BOOTH_EN, &who, now));
}

static void one_microphone_of_a_booth(void **state)
{
	struct dm_ruling ruling;
	char text[200];

	(void)state;
	seat("ann", BOOTH_EN);
	seat("bob", BOOTH_EN);
	assert_done(dm_booth_on(room, "ann", DM_OUTPUT_A, now));
	ruling = dm_booth_on(room, "bob", DM_OUTPUT_A, now);
	assert_reason(ruling, PARTNER_ON_AIR);
	dm_ruling_explain(&ruling, room, text, sizeof(text));
	assert_string_equal(text, "ANN has the microphone; ask for it.");
	assert_done(dm_booth_mute(room, "ann", now)); /* a cough gives nothing away */
	assert_reason(dm_booth_on(room, "bob", DM_OUTPUT_A, now), PARTNER_ON_AIR);
	assert_done(dm_booth_on(room, "ann", DM_OUTPUT_A, now));
	assert_done(dm_booth_off(room, "ann", now));
	assert_done(dm_booth_on(room, "bob", DM_OUTPUT_A, now));
}

static void more_microphones_when_allowed(void **state)
{
	(void)state;
	seat("ann", BOOTH_EN);
	seat("bob", BOOTH_EN);
	seat("cy", BOOTH_EN);
	assert_reason(dm_override_on_air_max(room, BOOTHS, 2, now), NO_SUCH_BOOTH);
	assert_reason(dm_override_on_air_max(room, BOOTH_EN, 0, now), BAD_LIMIT);
	assert_reason(dm_override_on_air_max(room, BOOTH_EN, 4, now), BAD_LIMIT);
	assert_done(dm_override_on_air_max(room, BOOTH_EN, 2, now));
	assert_done(dm_override_on_air_max(room, BOOTH_EN, 2, now));
	assert_done(dm_booth_on(room, "ann", DM_OUTPUT_A, now++));
	assert_done(dm_booth_on(room, "bob", DM_OUTPUT_A, now++));
	assert_int_equal(programme(EN)->voices, 3);
	assert_int_equal(programme(EN)->voice, 0);
	assert_reason(dm_booth_on(room, "cy", DM_OUTPUT_A, now), PARTNER_ON_AIR);
	/* The organiser puts the third on air: who began first makes room. */
	assert_done(dm_override_on(room, "cy", DM_OUTPUT_A, now++));
	assert_int_equal(seat_of("ann")->mic, DM_MIC_OFF);
	assert_int_equal(programme(EN)->voices, 6);
	/* Back to one: who opened last goes. */
	assert_done(dm_override_on_air_max(room, BOOTH_EN, 1, now));
	assert_int_equal(seat_of("cy")->mic, DM_MIC_OFF);
	assert_int_equal(programme(EN)->voices, 2);
}

static void one_booth_of_a_channel(void **state)
{
	struct dm_ruling ruling;
	char text[200];

	(void)state;
	seat("ann", BOOTH_EN);
	seat("li", BOOTH_ZH_EN);
	assert_done(dm_booth_on(room, "li", DM_OUTPUT_B, now));
	ruling = dm_booth_on(room, "ann", DM_OUTPUT_A, now);
	assert_reason(ruling, CHANNEL_TAKEN);
	dm_ruling_explain(&ruling, room, text, sizeof(text));
	assert_string_equal(text, "Booth zh has channel en: LI is on it.");
	/* To its own channel, which frees the other. */
	assert_done(dm_booth_on(room, "li", DM_OUTPUT_A, now));
	assert_done(dm_booth_on(room, "ann", DM_OUTPUT_A, now));
	assert_reason(dm_booth_on(room, "li", DM_OUTPUT_B, now), CHANNEL_TAKEN);
	assert_reason(dm_booth_on(room, "ann", DM_OUTPUT_B, now), NO_OUTPUT);
	assert_reason(dm_override_on(room, "ann", DM_OUTPUT_B, now), NO_OUTPUT);
	/* Two booths with the same channel A, too. */
	seat("zoe", BOOTH_FR);
	seat("yan", BOOTH_FR_2);
	assert_done(dm_booth_on(room, "zoe", DM_OUTPUT_A, now));
	assert_reason(dm_booth_on(room, "yan", DM_OUTPUT_A, now), CHANNEL_TAKEN);
	/* The organiser decides otherwise. */
	assert_done(dm_override_on(room, "yan", DM_OUTPUT_A, now));
	assert_int_equal(seat_of("zoe")->mic, DM_MIC_OFF);
	assert_int_equal(programme(FR)->booth, BOOTH_FR_2);
}

static void what_the_organiser_holds(void **state)
{
	(void)state;
	seat("ann", BOOTH_EN);
	assert_reason(dm_override_mute(room, "ann", now), MICROPHONE_OFF);
	assert_reason(dm_override_release(room, "ann", now), NOT_FORCED);
	assert_done(dm_booth_on(room, "ann", DM_OUTPUT_A, now));
	assert_done(dm_override_mute(room, "ann", now));
	assert_reason(dm_override_mute(room, "ann", now), ALREADY_FORCED);
	assert_int_equal(programme(EN)->carries, DM_CARRIES_COMFORT);
	assert_reason(dm_booth_on(room, "ann", DM_OUTPUT_A, now), FORCED_MUTED);
	assert_done(dm_override_release(room, "ann", now));
	assert_int_equal(seat_of("ann")->mic, DM_MIC_MUTED);
	assert_done(dm_booth_on(room, "ann", DM_OUTPUT_A, now));
	assert_done(dm_override_off(room, "ann", now));
	assert_reason(dm_override_off(room, "ann", now), ALREADY_FORCED);
	assert_int_equal(programme(EN)->carries, DM_CARRIES_FLOOR);
	assert_reason(dm_booth_on(room, "ann", DM_OUTPUT_A, now), FORCED_OFF);
	assert_done(dm_override_on(room, "ann", DM_OUTPUT_A, now));
	assert_int_equal(seat_of("ann")->hold, DM_HOLD_NONE);
	assert_reason(dm_override_on(room, "ann", DM_OUTPUT_A, now), ALREADY_ON_AIR);
}

static void moved_to_another_booth(void **state)
{
	(void)state;
	seat("ann", BOOTH_EN);
	assert_done(dm_booth_on(room, "ann", DM_OUTPUT_A, now));
	assert_reason(dm_override_move(room, "ann", BOOTHS, now), NO_SUCH_BOOTH);
	assert_reason(dm_override_move(room, "ann", BOOTH_EN, now), SAME_BOOTH);
	assert_done(dm_override_move(room, "ann", BOOTH_FR, now));
	assert_int_equal(seat_of("ann")->mic, DM_MIC_OFF);
	assert_int_equal(seat_of("ann")->link, DM_LINK_ALIVE);
	assert_int_equal(programme(EN)->carries, DM_CARRIES_FLOOR);
	assert_done(dm_booth_on(room, "ann", DM_OUTPUT_A, now));
	seat("bob", BOOTH_EN);
	seat("cy", BOOTH_EN);
	seat("dee", BOOTH_EN);
	assert_reason(dm_override_move(room, "ann", BOOTH_EN, now), BOOTH_FULL);
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

static void options_are_checked(void **state)
{
	struct dm_booth_options booths[2] = { fixture_options.booths[0],
					      fixture_options.booths[1] };
	struct dm_interpreted_channel channels[3] = {
		fixture_options.channels[0],
		{ "a", DM_CARRIES_CHANNEL, 2 },
		{ "b", DM_CARRIES_CHANNEL, 1 },
	};
	struct dm_interpretation_options options = fixture_options;
	struct dm_interpretation *other;

	(void)state;
	options.booths = booths;
	options.booth_count = 2;
	assert_int_equal(dm_interpretation_create(&other, &options, 0), 0);
	dm_interpretation_destroy(other);
	dm_interpretation_destroy(NULL);
	booths[0].outputs[1] = EN;
	assert_int_equal(dm_interpretation_create(&other, &options, 0), -EINVAL);
	assert_null(other);
	booths[0].outputs[1] = CHANNELS;
	assert_int_equal(dm_interpretation_create(&other, &options, 0), -EINVAL);
	booths[0] = fixture_options.booths[0];
	booths[0].pivots[0] = EN;
	assert_int_equal(dm_interpretation_create(&other, &options, 0), -EINVAL);
	options.booth_count = 0;
	options.channels = channels;
	options.channel_count = 3;
	assert_int_equal(dm_interpretation_create(&other, &options, 0), -EINVAL); /* a circle */
	channels[2].fallback = DM_CARRIES_SILENCE;
	assert_int_equal(dm_interpretation_create(&other, &options, 0), 0);
	assert_null(dm_interpretation_booth(other, 0));
	assert_null(dm_interpretation_programme(other, 3));
	assert_int_equal(dm_interpretation_booth_count(other), 0);
	dm_interpretation_destroy(other);
	options.floor_language = "";
	assert_int_equal(dm_interpretation_create(&other, &options, 0), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int booth_tests(void)
{
	const struct CMUnitTest tests[] = {
		TEST(seats_fill_up),
		TEST(names_that_are_too_long),
		TEST(one_microphone_of_a_booth),
		TEST(more_microphones_when_allowed),
		TEST(one_booth_of_a_channel),
		TEST(what_the_organiser_holds),
		TEST(moved_to_another_booth),
		TEST(standby_takes_over_at_once),
		TEST(no_standby_without_both),
		TEST(no_standby_when_she_switches_off),
		TEST(a_dead_link_falls_back_in_time),
		TEST(a_dead_link_is_in_nobodys_way),
		TEST(shifts_remind),
		TEST(options_are_checked),
	};

	return cmocka_run_group_tests_name("booth", tests, NULL, NULL);
}
