/* Handover: who may say what when, and every way in which it ends. */
#include "fixture.h"

static void pair(void)
{
	seat("ann", BOOTH_EN);
	seat("bob", BOOTH_EN);
	assert_done(dm_booth_on(room, "ann", DM_OUTPUT_A, now));
	forget_changes();
}

/* That it ended so, and who has the microphone now. */
static void assert_ended(enum dm_handover_end how, const char *on_air)
{
	struct dm_change change = { .detail = DM_HANDOVER_ENDS };

	assert_int_equal(changes_of(DM_CHANGE_HANDOVER_ENDED, &change), 1);
	assert_string_equal(dm_handover_end_name((enum dm_handover_end)change.detail),
			    dm_handover_end_name(how));
	assert_int_equal(handover(BOOTH_EN)->state, DM_HANDOVER_NONE);
	if (on_air) {
		assert_int_equal(seat_of(on_air)->mic, DM_MIC_ON_AIR);
		assert_int_equal(programme(EN)->carries, DM_CARRIES_VOICE);
	}
}

static void asked_accepted_and_cut_at_a_pause(void **state)
{
	(void)state;
	pair();
	assert_done(dm_handover_ask(room, "bob", now));
	assert_int_equal(handover(BOOTH_EN)->state, DM_HANDOVER_ASKED);
	assert_int_equal(programme(EN)->next, DM_NOBODY);
	assert_reason(dm_handover_accept(room, "bob", now), NOT_YOURS);
	wait_for(DM_SEC(5));
	assert_done(dm_handover_accept(room, "ann", now));
	assert_int_equal(handover(BOOTH_EN)->ends_at, now + DM_HANDOVER_LIMIT);
	assert_int_equal(programme(EN)->next, 1);
	assert_int_equal(programme(EN)->voice, 0);
	wait_for(DM_MSEC(1200));
	assert_reason(dm_handover_report(room, "ann", true, now), NO_HANDOVER);
	assert_done(dm_handover_report(room, "bob", true, now));
	assert_ended(DM_HANDOVER_AT_PAUSE, "bob");
	assert_int_equal(seat_of("ann")->mic, DM_MIC_OFF);
	assert_int_equal(programme(EN)->voice, 1);
	assert_int_equal(programme(EN)->next, DM_NOBODY);
	assert_reason(dm_handover_report(room, "bob", true, now), NO_HANDOVER);
}

static void offered_accepted_and_cut_at_the_limit(void **state)
{
	(void)state;
	pair();
	assert_done(dm_handover_offer(room, "ann", NULL, now));
	assert_reason(dm_handover_offer(room, "ann", NULL, now), HANDOVER_RUNNING);
	assert_done(dm_handover_accept(room, "bob", now));
	wait_for(DM_HANDOVER_LIMIT + DM_MSEC(40));
	assert_done(dm_handover_report(room, "bob", true, now));
	assert_ended(DM_HANDOVER_AT_LIMIT, "bob");
}

static void cut_though_no_engine_reports(void **state)
{
	(void)state;
	pair();
	assert_done(dm_handover_offer(room, "ann", "bob", now));
	assert_done(dm_handover_accept(room, "bob", now));
	wait_for(DM_HANDOVER_LIMIT + DM_HANDOVER_BACKSTOP);
	assert_ended(DM_HANDOVER_AT_LIMIT, "bob");
}

static void a_silent_partner_gets_nothing(void **state)
{
	(void)state;
	pair();
	assert_done(dm_handover_offer(room, "ann", NULL, now));
	assert_done(dm_handover_accept(room, "bob", now));
	wait_for(DM_HANDOVER_LIMIT);
	assert_done(dm_handover_report(room, "bob", false, now));
	assert_ended(DM_HANDOVER_NO_SOUND, "ann");
}

static void both_at_once_is_agreement(void **state)
{
	(void)state;
	pair();
	assert_done(dm_handover_offer(room, "ann", NULL, now));
	assert_done(dm_handover_ask(room, "bob", now));
	assert_int_equal(handover(BOOTH_EN)->state, DM_HANDOVER_COUNTING);
	assert_done(dm_handover_cancel(room, "ann", now));
	assert_ended(DM_HANDOVER_CANCELLED, "ann");
	assert_done(dm_handover_ask(room, "bob", now));
	assert_done(dm_handover_offer(room, "ann", NULL, now));
	assert_int_equal(handover(BOOTH_EN)->state, DM_HANDOVER_COUNTING);
	assert_done(dm_handover_cancel(room, "bob", now));
	assert_ended(DM_HANDOVER_CANCELLED, "ann");
}

static void taken_without_waiting(void **state)
{
	(void)state;
	pair();
	assert_reason(dm_handover_take(room, "bob", now), NOT_AGREED);
	assert_done(dm_handover_ask(room, "bob", now));
	assert_reason(dm_handover_take(room, "bob", now), NOT_AGREED);
	assert_done(dm_handover_accept(room, "ann", now));
	assert_reason(dm_handover_take(room, "ann", now), HAS_MICROPHONE);
	assert_done(dm_handover_take(room, "bob", now));
	assert_ended(DM_HANDOVER_TAKEN, "bob");
	/* Straight from an offer. */
	assert_done(dm_handover_offer(room, "bob", NULL, now));
	assert_done(dm_handover_take(room, "ann", now));
	assert_ended(DM_HANDOVER_TAKEN, "ann");
	/* While the partner coughs, nobody's word is cut off. */
	assert_done(dm_booth_mute(room, "ann", now));
	assert_done(dm_handover_take(room, "bob", now));
	assert_int_equal(seat_of("bob")->mic, DM_MIC_ON_AIR);
	assert_int_equal(seat_of("ann")->mic, DM_MIC_OFF);
}

static void three_in_a_booth(void **state)
{
	struct dm_ruling ruling;

	(void)state;
	pair();
	seat("cy", BOOTH_EN);
	assert_done(dm_handover_offer(room, "ann", NULL, now));
	assert_int_equal(handover(BOOTH_EN)->invited, 6);
	assert_done(dm_handover_decline(room, "bob", now));
	assert_int_equal(handover(BOOTH_EN)->invited, 4);
	ruling = dm_handover_accept(room, "bob", now);
	assert_reason(ruling, NOT_YOURS);
	assert_done(dm_handover_accept(room, "cy", now));
	ruling = dm_handover_ask(room, "bob", now);
	assert_reason(ruling, HANDOVER_RUNNING);
	assert_int_equal(ruling.seat, 0);
	assert_reason(dm_handover_cancel(room, "bob", now), NOT_YOURS);
	/* It is over when one of both takes it another way. */
	assert_done(dm_booth_mute(room, "ann", now));
	assert_done(dm_handover_take(room, "bob", now));
	assert_ended(DM_HANDOVER_WITHDRAWN, "bob");
	/* To one of them alone. */
	assert_reason(dm_handover_offer(room, "bob", "nobody", now), NO_PARTNER);
	assert_done(dm_handover_offer(room, "bob", "cy", now));
	assert_reason(dm_handover_accept(room, "ann", now), NOT_YOURS);
	assert_done(dm_handover_decline(room, "cy", now));
	assert_ended(DM_HANDOVER_DECLINED, "bob");
}

static void refused_and_expired(void **state)
{
	(void)state;
	pair();
	assert_reason(dm_handover_accept(room, "ann", now), NO_HANDOVER);
	assert_reason(dm_handover_decline(room, "ann", now), NO_HANDOVER);
	assert_reason(dm_handover_cancel(room, "ann", now), NO_HANDOVER);
	assert_reason(dm_handover_offer(room, "bob", NULL, now), MICROPHONE_OFF);
	assert_reason(dm_handover_ask(room, "ann", now), HAS_MICROPHONE);
	assert_done(dm_handover_ask(room, "bob", now));
	assert_reason(dm_handover_cancel(room, "ann", now), NOT_YOURS);
	assert_done(dm_handover_decline(room, "ann", now));
	assert_ended(DM_HANDOVER_DECLINED, "ann");
	assert_done(dm_handover_ask(room, "bob", now));
	wait_for(DM_HANDOVER_EXPIRES - 1);
	assert_int_equal(handover(BOOTH_EN)->state, DM_HANDOVER_ASKED);
	wait_for(1);
	assert_ended(DM_HANDOVER_EXPIRED, "ann");
	assert_done(dm_booth_off(room, "ann", now));
	assert_reason(dm_handover_ask(room, "bob", now), NOBODY_ON_AIR);
	assert_done(dm_booth_on(room, "ann", DM_OUTPUT_A, now));
	assert_done(dm_booth_leave(room, "bob", now));
	assert_reason(dm_handover_offer(room, "ann", NULL, now), NO_PARTNER);
	assert_done(dm_booth_link_lost(room, "ann", now, now));
	assert_reason(dm_handover_offer(room, "ann", NULL, now), NO_LINK);
}

/* What happens to one side, in each state. */
static void a_side_goes(void **state)
{
	static const struct {
		bool counting;
		const char *who;
		unsigned how; /* 0 leaves, 1 link lost, 2 switches off, 3 forced off, 4 moved */
		enum dm_handover_end end;
		const char *on_air; /* nullable */
	} rows[] = {
		{ false, "bob", 0, DM_HANDOVER_WITHDRAWN, "ann" },
		{ false, "bob", 1, DM_HANDOVER_WITHDRAWN, "ann" },
		{ false, "bob", 3, DM_HANDOVER_WITHDRAWN, "ann" },
		{ false, "ann", 0, DM_HANDOVER_WITHDRAWN, NULL },
		{ false, "ann", 1, DM_HANDOVER_WITHDRAWN, NULL },
		{ false, "ann", 2, DM_HANDOVER_WITHDRAWN, NULL },
		{ false, "ann", 3, DM_HANDOVER_WITHDRAWN, NULL },
		{ true, "bob", 0, DM_HANDOVER_WITHDRAWN, "ann" },
		{ true, "bob", 1, DM_HANDOVER_WITHDRAWN, "ann" },
		{ true, "bob", 3, DM_HANDOVER_WITHDRAWN, "ann" },
		{ true, "ann", 0, DM_HANDOVER_RELEASED, "bob" },
		{ true, "ann", 1, DM_HANDOVER_RELEASED, "bob" },
		{ true, "ann", 2, DM_HANDOVER_RELEASED, "bob" },
		{ true, "ann", 3, DM_HANDOVER_WITHDRAWN, NULL },
		{ true, "ann", 4, DM_HANDOVER_RELEASED, "bob" },
		{ true, "bob", 4, DM_HANDOVER_WITHDRAWN, "ann" },
	};

	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		fixture_teardown(state);
		fixture_setup(state);
		pair();
		assert_done(n % 2 ? dm_handover_ask(room, "bob", now)
				  : dm_handover_offer(room, "ann", NULL, now));
		if (rows[n].counting)
			assert_done(dm_handover_accept(room, n % 2 ? "ann" : "bob", now));
		forget_changes();
		assert_done(rows[n].how == 0   ? dm_booth_leave(room, rows[n].who, now)
			    : rows[n].how == 1 ? dm_booth_link_lost(room, rows[n].who, now, now)
			    : rows[n].how == 2 ? dm_booth_off(room, rows[n].who, now)
			    : rows[n].how == 4 ? dm_override_move(room, rows[n].who, BOOTH_FR, now)
					       : dm_override_off(room, rows[n].who, now));
		assert_ended(rows[n].end, rows[n].on_air);
	}
}

static void the_second_channel_stays_the_second(void **state)
{
	(void)state;
	seat("li", BOOTH_ZH_EN);
	seat("wu", BOOTH_ZH_EN);
	assert_done(dm_booth_on(room, "li", DM_OUTPUT_B, now));
	assert_done(dm_handover_offer(room, "li", NULL, now));
	assert_done(dm_handover_take(room, "wu", now));
	assert_int_equal(seat_of("wu")->output, DM_OUTPUT_B);
	assert_int_equal(programme(EN)->voice, 1);
	assert_int_equal(programme(ZH)->carries, DM_CARRIES_FLOOR);
}

static void one_of_two_on_air_hands_over(void **state)
{
	(void)state;
	pair();
	seat("cy", BOOTH_EN);
	assert_done(dm_override_on_air_max(room, BOOTH_EN, 2, now));
	assert_done(dm_handover_offer(room, "ann", "cy", now));
	assert_done(dm_handover_take(room, "cy", now));
	assert_int_equal(seat_of("ann")->mic, DM_MIC_OFF);
	assert_int_equal(programme(EN)->voices, 4);
}

static void never_a_moment_without(void **state)
{
	struct dm_change change;

	(void)state;
	pair();
	for (unsigned n = 0; n < 100; n++) {
		const char *to = n % 2 ? "ann" : "bob";

		assert_done(dm_handover_ask(room, to, now));
		assert_done(dm_handover_accept(room, n % 2 ? "bob" : "ann", now));
		forget_changes();
		assert_done(dm_handover_report(room, to, true, now));
		/* The channel went from one voice to the other in one step. */
		assert_int_equal(changes_of(DM_CHANGE_PROGRAMME, &change), 1);
		assert_int_equal(change.detail, DM_CARRIES_VOICE);
		wait_for(DM_SEC(1));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int handover_tests(void)
{
	const struct CMUnitTest tests[] = {
		TEST(asked_accepted_and_cut_at_a_pause),
		TEST(offered_accepted_and_cut_at_the_limit),
		TEST(cut_though_no_engine_reports),
		TEST(a_silent_partner_gets_nothing),
		TEST(both_at_once_is_agreement),
		TEST(taken_without_waiting),
		TEST(three_in_a_booth),
		TEST(refused_and_expired),
		TEST(a_side_goes),
		TEST(the_second_channel_stays_the_second),
		TEST(one_of_two_on_air_hands_over),
		TEST(never_a_moment_without),
	};

	return cmocka_run_group_tests_name("handover", tests, NULL, NULL);
}
