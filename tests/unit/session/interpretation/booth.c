/* Booths: seats, the interlock, what the organiser overrides, what options are refused. */
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
	channels[2].fallback = DM_CARRIES_VOICE; /* is no fallback */
	assert_int_equal(dm_interpretation_create(&other, &options, 0), -EINVAL);
	channels[2] = (struct dm_interpreted_channel){ NULL, DM_CARRIES_FLOOR, 0 };
	assert_int_equal(dm_interpretation_create(&other, &options, 0), -EINVAL);
	channels[2].lang = "b";
	options.floor_language = "";
	assert_int_equal(dm_interpretation_create(&other, &options, 0), -EINVAL);
}

static void sentences_of_what_is_past(void **state)
{
	const struct dm_ruling stale = dm_ruling_of(DM_REASON_NOT_AGREED);
	uint8_t booth;
	uint8_t number;
	char text[100] = "x";

	(void)state;
	dm_ruling_explain(&stale, room, text, sizeof(text));
	assert_string_equal(text, "your partner has not agreed to hand over.");
	dm_ruling_explain(&stale, room, text, 0);
	assert_string_equal(text, "your partner has not agreed to hand over.");
	assert_false(dm_booth_find(room, "", &booth, &number)); /* free seats are nobody's */
}

/* What listeners and booths were promised: something to hear within 400 ms of the last sound. The
 * loop's turn and the engine's tick of 20 ms must fit in what is left. */
static void graces_leave_time(void **state)
{
	(void)state;
	assert_true(DM_LINK_GRACE <= DM_MSEC(400 - 2 * 20));
	assert_true(DM_PIVOT_GRACE <= DM_MSEC(400 - 2 * 20));
	assert_true(DM_LINK_GRACE >= DM_MSEC(120)); /* of concealment */
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
		TEST(options_are_checked),
		TEST(sentences_of_what_is_past),
		cmocka_unit_test(graces_leave_time),
	};

	return cmocka_run_group_tests_name("booth", tests, NULL, NULL);
}
