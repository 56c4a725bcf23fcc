/* What the booths' microphones do, and what the channels' engines are told. */
#include "hall.h"

static void channels_are_in_the_ticker(void **state)
{
	(void)state;
	assert_int_equal(fake_ticker.count, 6); /* all but AR, which is the floor */
	assert_ptr_equal(track(AR), track(FLOOR));
	assert_int_equal(room->channels[AR].number, -1);
	assert_false(fake_ticker.channels[room->channels[FLOOR].number].is_engine);
	assert_non_null(room->channels[FLOOR].inlet);
	assert_ptr_equal(engine(ES)->inlet, room->channels[ES].inlet);
	assert_null(engine(FR)->inlet);
	assert_int_equal(engine(FR)->engine.fallback, DM_ENGINE_FLOOR);
	assert_int_equal(engine(RU)->engine.fallback, DM_ENGINE_SILENCE);
	assert_int_equal(engine(ZH)->engine.fallback, DM_ENGINE_OTHER);
	assert_int_equal(engine(ZH)->other, room->channels[EN].number);
	assert_true(engine(FR)->engine.target_lufs < -22 && engine(FR)->engine.ceiling_db <= -1);
	for (uint8_t c = EN; c <= ES; c++)
		assert_engine(c, DM_ENGINE_OFF, 0);
}

static void on_air_cough_off(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);

	(void)state;
	assert_ptr_equal(engine(FR)->microphones[0], anna.microphone); /* for its level */
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	assert_engine(FR, DM_ENGINE_ON_AIR, 0);
	assert_int_equal(engine(FR)->state.voices, 0);
	assert_int_equal(dm_metric_get(&room->channels[FR].served), 1);
	assert_int_equal(room->channels[FR].programme->carries, DM_CARRIES_VOICE);

	did(dm_booth_mute(rules, anna.key, fake_now));
	assert_engine(FR, DM_ENGINE_MUTED, 0);
	wait_for(DM_SEC(60)); /* however long: never the floor */
	assert_engine(FR, DM_ENGINE_MUTED, 0);
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	assert_engine(FR, DM_ENGINE_ON_AIR, 0);

	did(dm_booth_off(rules, anna.key, fake_now));
	assert_engine(FR, DM_ENGINE_OFF, 0);
	assert_int_equal(dm_metric_get(&room->channels[FR].served), 0);
	assert_int_equal(told[DM_CHANGE_MICROPHONE], 4);
	assert_true(news >= 4);
	assert_true(batches >= 4);
}

static void a_hardware_booth_follows_its_feed(void **state)
{
	(void)state;
	dm_room_set_channel_state(room, &room->channels[ES], DM_FEED_LIVE);
	assert_engine(ES, DM_ENGINE_ON_AIR, DM_ENGINE_INLET);
	assert_int_equal(news, 1);
	dm_room_set_channel_state(room, &room->channels[ES], DM_FEED_LOST);
	assert_engine(ES, DM_ENGINE_OFF, 0);
}

static void a_dead_link_falls_back_and_returns(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);
	dm_usec died;

	(void)state;
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	wait_for(DM_MSEC(500));
	speak(anna.microphone, false);
	died = fake_now;
	wait_for(DM_MSEC(100));
	engine_says(FR, DM_ENGINE_LINK_DEAD, 0);
	engine_says(FR, DM_ENGINE_FELL_BACK, 0);
	assert_int_equal(seat_of(&anna)->link, DM_LINK_LOST);
	assert_true(seat_of(&anna)->silent_since <= died);
	assert_int_equal(told[DM_CHANGE_LINK], 2); /* alive, lost: they are told at once */
	assert_int_equal(room->channels[FR].programme->carries, DM_CARRIES_CONCEALMENT);
	wait_for(DM_MSEC(300)); /* 400 ms after the last sound */
	assert_int_equal(room->channels[FR].programme->carries, DM_CARRIES_FLOOR);
	/* The engine is not told to forget it: when it returns it is heard at once. */
	assert_engine(FR, DM_ENGINE_ON_AIR, 0);
	wait_for(DM_SEC(10));

	speak(anna.microphone, true);
	wait_for(DM_MSEC(60));
	engine_says(FR, DM_ENGINE_LINK_BACK, 0);
	assert_int_equal(seat_of(&anna)->link, DM_LINK_ALIVE);
	assert_int_equal(room->channels[FR].programme->carries, DM_CARRIES_VOICE);
	assert_int_equal(seat_of(&anna)->mic, DM_MIC_ON_AIR);
}

static void a_link_that_stays_dead_goes_off(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);

	(void)state;
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	speak(anna.microphone, false);
	wait_for(DM_MSEC(100));
	engine_says(FR, DM_ENGINE_LINK_DEAD, 0);
	wait_for(DM_LINK_KEPT + DM_MSEC(10));
	assert_int_equal(seat_of(&anna)->mic, DM_MIC_OFF);
	assert_engine(FR, DM_ENGINE_OFF, 0);
}

/* Whom no engine listens to is watched by its packets. */
static void an_idle_link_is_watched(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);

	(void)state;
	speak(anna.microphone, false);
	wait_for(DM_MSEC(700));
	assert_int_equal(seat_of(&anna)->link, DM_LINK_LOST);
	refused(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now), DM_REASON_NO_LINK);
	speak(anna.microphone, true);
	wait_for(DM_MSEC(150));
	assert_int_equal(seat_of(&anna)->link, DM_LINK_ALIVE);

	/* One who coughs when the link dies, too. */
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	did(dm_booth_mute(rules, anna.key, fake_now));
	speak(anna.microphone, false);
	wait_for(DM_SEC(1));
	assert_int_equal(seat_of(&anna)->link, DM_LINK_LOST);
	assert_engine(FR, DM_ENGINE_OFF, 0);
}

/* Packets come, but the engine hears nothing in them: it has the word. */
static void what_the_engine_cannot_hear_is_dead(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);

	(void)state;
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	engine_says(FR, DM_ENGINE_LINK_DEAD, 0);
	wait_for(DM_SEC(2));
	assert_int_equal(seat_of(&anna)->link, DM_LINK_LOST);
	engine_says(FR, DM_ENGINE_LINK_BACK, 0);
	assert_int_equal(seat_of(&anna)->link, DM_LINK_ALIVE);
}

static void the_standby_takes_over(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);
	struct person ben = arrive("Ben", BOOTH_FR);

	(void)state;
	did(dm_booth_consent(rules, anna.key, true, fake_now));
	did(dm_booth_consent(rules, ben.key, true, fake_now));
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	assert_true(engine(FR)->state.has_standby);
	assert_int_equal(engine(FR)->state.standby, 1);
	assert_ptr_equal(engine(FR)->microphones[1], ben.microphone);

	speak(anna.microphone, false);
	wait_for(DM_MSEC(100));
	engine_says(FR, DM_ENGINE_LINK_DEAD, 0);
	assert_engine(FR, DM_ENGINE_ON_AIR, 1);
	engine_says(FR, DM_ENGINE_STANDBY_TAKES, 1);
	assert_engine(FR, DM_ENGINE_ON_AIR, 1);
	assert_int_equal(seat_of(&ben)->mic, DM_MIC_ON_AIR);
	assert_int_equal(told[DM_CHANGE_TOOK_OVER], 1);
	assert_int_equal(room->channels[FR].programme->voice, 1);
}

/* The engine took a stand-by who, by the rules, had just withdrawn: it is put right. */
static void a_standby_that_withdrew_is_not_left_on_air(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);
	struct person ben = arrive("Ben", BOOTH_FR);
	unsigned before;

	(void)state;
	did(dm_booth_consent(rules, anna.key, true, fake_now));
	did(dm_booth_consent(rules, ben.key, true, fake_now));
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	did(dm_booth_consent(rules, ben.key, false, fake_now));
	before = engine(FR)->told;
	engine_says(FR, DM_ENGINE_STANDBY_TAKES, 1);
	assert_int_equal(engine(FR)->told, before + 2); /* off, and again what it should be */
	assert_engine(FR, DM_ENGINE_ON_AIR, 0);
}

static void ask_and_be_given(struct person *from, struct person *to)
{
	did(dm_handover_ask(rules, to->key, fake_now));
	did(dm_handover_accept(rules, from->key, fake_now));
}

static void a_handover_is_cut_by_the_engine(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);
	struct person ben = arrive("Ben", BOOTH_FR);

	(void)state;
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	for (unsigned n = 0; n < 100; n++) {
		struct person *from = n % 2 ? &ben : &anna;
		struct person *to = n % 2 ? &anna : &ben;
		const uint8_t seat = n % 2 ? 0 : 1;

		ask_and_be_given(from, to);
		assert_engine(FR, DM_ENGINE_ON_AIR, seat);
		assert_true(engine(FR)->state.at_pause);
		assert_int_equal(seat_of(from)->mic, DM_MIC_ON_AIR); /* until it is cut */
		wait_for(DM_MSEC(900));
		engine_says(FR, DM_ENGINE_HANDED_OVER, seat);
		assert_int_equal(seat_of(to)->mic, DM_MIC_ON_AIR);
		assert_int_equal(seat_of(from)->mic, DM_MIC_OFF);
		assert_engine(FR, DM_ENGINE_ON_AIR, seat);
		assert_false(engine(FR)->state.at_pause);
	}
	assert_int_equal(told[DM_CHANGE_HANDOVER_ENDED], 100);
	assert_int_equal(last_change.kind, DM_CHANGE_PROGRAMME);
}

static void handovers_that_do_not_happen(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);
	struct person ben = arrive("Ben", BOOTH_FR);

	(void)state;
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	ask_and_be_given(&anna, &ben);
	did(dm_handover_cancel(rules, ben.key, fake_now));
	assert_engine(FR, DM_ENGINE_ON_AIR, 0);
	assert_false(engine(FR)->state.at_pause);

	ask_and_be_given(&anna, &ben);
	wait_for(DM_SEC(3));
	engine_says(FR, DM_ENGINE_NOT_HANDED, 1);
	assert_engine(FR, DM_ENGINE_ON_AIR, 0);

	/* The engine never says a word: the rules' own deadline cuts. */
	ask_and_be_given(&anna, &ben);
	wait_for(DM_SEC(4));
	assert_int_equal(seat_of(&ben)->mic, DM_MIC_ON_AIR);
	assert_false(engine(FR)->state.at_pause);

	/* Whoever is muted is at a pause already. */
	did(dm_booth_mute(rules, ben.key, fake_now));
	did(dm_handover_ask(rules, anna.key, fake_now));
	did(dm_handover_accept(rules, ben.key, fake_now));
	assert_engine(FR, DM_ENGINE_ON_AIR, 0);
	assert_int_equal(seat_of(&anna)->mic, DM_MIC_ON_AIR);
}

static void a_second_booth_takes_the_channel(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);
	struct person carl = arrive("Carl", BOOTH_FR_2);

	(void)state;
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	refused(dm_booth_on(rules, carl.key, DM_OUTPUT_A, fake_now), DM_REASON_CHANNEL_TAKEN);
	speak(anna.microphone, false);
	wait_for(DM_MSEC(100));
	engine_says(FR, DM_ENGINE_LINK_DEAD, 0);
	wait_for(DM_MSEC(300));
	did(dm_booth_on(rules, carl.key, DM_OUTPUT_A, fake_now));
	assert_ptr_equal(engine(FR)->microphones[0], carl.microphone);
	assert_engine(FR, DM_ENGINE_ON_AIR, 0);

	/* What the engine found out about the booth before is not about this one. */
	fake_ticker_happen(room->channels[FR].number, DM_ENGINE_LINK_DEAD, 0,
			   fake_now - DM_MSEC(10));
	dm_desk_answer(event);
	assert_int_equal(seat_of(&carl)->link, DM_LINK_ALIVE);

	did(dm_booth_off(rules, carl.key, fake_now));
	assert_int_equal(room->channels[FR].programme->booth, DM_NOBODY);
}

static void an_output_b_is_another_engine(void **state)
{
	struct person rita = arrive("Rita", BOOTH_RU);
	struct person sasha = arrive("Sasha", BOOTH_RU);

	(void)state;
	assert_ptr_equal(engine(RU)->microphones[0], rita.microphone);
	did(dm_booth_on(rules, rita.key, DM_OUTPUT_B, fake_now));
	assert_engine(EN, DM_ENGINE_ON_AIR, 0);
	assert_engine(RU, DM_ENGINE_OFF, 0);
	assert_ptr_equal(engine(EN)->microphones[0], rita.microphone);
	assert_null(engine(RU)->microphones[0]);
	assert_ptr_equal(engine(EN)->microphones[1], sasha.microphone); /* ready to relieve */

	did(dm_booth_on(rules, rita.key, DM_OUTPUT_A, fake_now));
	assert_engine(RU, DM_ENGINE_ON_AIR, 0);
	assert_engine(EN, DM_ENGINE_OFF, 0);
	assert_ptr_equal(engine(RU)->microphones[0], rita.microphone);
	assert_null(engine(EN)->microphones[0]);
}

static void several_are_on_air_when_allowed(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);
	struct person ben = arrive("Ben", BOOTH_FR);
	struct person cleo = arrive("Cleo", BOOTH_FR);

	(void)state;
	did(dm_override_on_air_max(rules, BOOTH_FR, 2, fake_now));
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	wait_for(DM_MSEC(20));
	did(dm_booth_on(rules, ben.key, DM_OUTPUT_A, fake_now));
	assert_engine(FR, DM_ENGINE_ON_AIR, 0);
	assert_int_equal(engine(FR)->state.voices, 3);

	ask_and_be_given(&anna, &cleo);
	assert_engine(FR, DM_ENGINE_ON_AIR, 2);
	assert_int_equal(engine(FR)->state.voices, 6); /* Ben stays, Cleo comes */
	engine_says(FR, DM_ENGINE_HANDED_OVER, 2);
	assert_int_equal(engine(FR)->state.voices, 6);
	assert_int_equal(seat_of(&anna)->mic, DM_MIC_OFF);

	did(dm_override_on_air_max(rules, BOOTH_FR, 1, fake_now));
	assert_int_equal(engine(FR)->state.voices, 0);
}

static void a_full_queue_is_tried_again(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);

	(void)state;
	fake_ticker.error = -EAGAIN;
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	assert_engine(FR, DM_ENGINE_OFF, 0);
	fake_ticker.error = 0;
	wait_for(DM_MSEC(40));
	assert_engine(FR, DM_ENGINE_ON_AIR, 0);
}

static void levels_say_who_is_really_heard(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);
	struct fake_channel *french = &fake_ticker.channels[room->channels[FR].number];
	struct dm_channel_level level;
	struct dm_microphone_level microphone;

	(void)state;
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	french->level.fallen_back = true;
	dm_channel_level(room, &room->channels[FR], &level);
	assert_int_equal(level.seat, DM_NOBODY); /* asked for, not heard yet */
	assert_true(level.fallen_back);
	french->level.fallen_back = false;
	french->level.on_air = 0;
	french->level.momentary_lufs = -24;
	french->level.microphones[0].peak_dbfs = -12;
	french->level.microphones[0].live = true;
	dm_channel_level(room, &room->channels[FR], &level);
	assert_int_equal(level.booth, BOOTH_FR);
	assert_int_equal(level.seat, 0);
	assert_true(level.lufs < -23.9 && level.lufs > -24.1);
	dm_interpreter_level(anna.interpreter, &microphone);
	assert_true(microphone.live && microphone.peak_dbfs > -12.1);
	dm_channel_level(room, &room->channels[AR], &level); /* sounds like the floor */
	assert_true(level.fallen_back);
}

int on_air_tests(void)
{
	const struct CMUnitTest tests[] = {
		TEST(channels_are_in_the_ticker),
		TEST(on_air_cough_off),
		TEST(a_hardware_booth_follows_its_feed),
		TEST(a_dead_link_falls_back_and_returns),
		TEST(a_link_that_stays_dead_goes_off),
		TEST(an_idle_link_is_watched),
		TEST(what_the_engine_cannot_hear_is_dead),
		TEST(the_standby_takes_over),
		TEST(a_standby_that_withdrew_is_not_left_on_air),
		TEST(a_handover_is_cut_by_the_engine),
		TEST(handovers_that_do_not_happen),
		TEST(a_second_booth_takes_the_channel),
		TEST(an_output_b_is_another_engine),
		TEST(several_are_on_air_when_allowed),
		TEST(a_full_queue_is_tried_again),
		TEST(levels_say_who_is_really_heard),
	};

	return cmocka_run_group_tests_name("session/on_air", tests, NULL, NULL);
}
