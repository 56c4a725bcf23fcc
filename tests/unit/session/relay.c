/* What those in the booths listen to. */
#include "hall.h"

static const struct dm_incoming *incoming(uint8_t booth)
{
	return &dm_interpretation_booth(rules, booth)->incoming;
}

static void everybody_hears_the_floor_at_first(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);
	const struct fake_peer *peer = &fake.peers[anna.peer];

	(void)state;
	assert_ptr_equal(hears(anna.peer), track(FLOOR));
	assert_ptr_equal(peer->bound[DM_MEDIA_MONITOR].rungs[0], track(FR));
	assert_int_equal(peer->bound[DM_MEDIA_PICTURE].count, 2);
	assert_int_equal(listeners(FLOOR), 0); /* those in booths are no audience */
	assert_ptr_equal(dm_subscriber_heard(anna.subscriber), &room->channels[FLOOR]);
}

static void the_floor_is_direct_while_it_can_be(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);
	const struct fake_peer *peer = &fake.peers[anna.peer];

	(void)state;
	dm_room_set_direct(room, true, true);
	assert_ptr_equal(hears(anna.peer), room->direct_sound);
	assert_int_equal(peer->bound[DM_MEDIA_PICTURE].count, 1);
	assert_ptr_equal(peer->bound[DM_MEDIA_PICTURE].rungs[0], room->direct_picture);
	dm_room_set_direct(room, true, false);
	assert_ptr_equal(hears(anna.peer), room->direct_sound);
	assert_int_equal(peer->bound[DM_MEDIA_PICTURE].count, 2);
	dm_room_set_direct(room, false, false);
	assert_ptr_equal(hears(anna.peer), track(FLOOR));
}

static void relay_begins_in_the_same_call(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);
	struct person rita = arrive("Rita", BOOTH_RU);

	(void)state;
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	did(dm_incoming_choose(rules, rita.key, FR, fake_now));
	assert_ptr_equal(hears(rita.peer), track(FR));
	assert_ptr_equal(dm_subscriber_heard(rita.subscriber), &room->channels[FR]);
	did(dm_incoming_choose(rules, rita.key, FLOOR, fake_now));
	assert_ptr_equal(hears(rita.peer), track(FLOOR));
	assert_int_equal(dm_subscriber_select_channel(rita.subscriber, &room->channels[FR]),
			 -EINVAL);
}

/* The floor speaks Chinese: RU takes relay from EN, and when EN goes off from FR, else the floor;
 * within 400 ms of simulated time. */
static void a_pivot_that_goes_off_is_left(void **state)
{
	struct person eve = arrive("Eve", BOOTH_EN);
	struct person anna = arrive("Anna", BOOTH_FR);
	struct person rita = arrive("Rita", BOOTH_RU);

	(void)state;
	did(dm_incoming_automatic(rules, eve.key, false, fake_now)); /* from the floor, by ear */
	did(dm_booth_on(rules, eve.key, DM_OUTPUT_A, fake_now));
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	did(dm_interpretation_set_floor_language(rules, NULL, "zh", fake_now));
	assert_ptr_equal(hears(rita.peer), track(EN));
	assert_int_equal(incoming(BOOTH_RU)->depth, 1);

	did(dm_booth_off(rules, eve.key, fake_now));
	assert_ptr_equal(hears(rita.peer), track(EN)); /* it may come back */
	wait_for(DM_MSEC(320));
	assert_ptr_equal(hears(rita.peer), track(FR));
	did(dm_booth_off(rules, anna.key, fake_now));
	wait_for(DM_MSEC(320));
	assert_ptr_equal(hears(rita.peer), track(FLOOR));
	assert_int_equal(incoming(BOOTH_RU)->why, DM_INCOMING_OFF);
	did(dm_booth_on(rules, eve.key, DM_OUTPUT_A, fake_now));
	assert_ptr_equal(hears(rita.peer), track(EN));
}

static void a_pivot_whose_link_dies_is_left(void **state)
{
	struct person eve = arrive("Eve", BOOTH_EN);
	struct person rita = arrive("Rita", BOOTH_RU);

	(void)state;
	did(dm_booth_on(rules, eve.key, DM_OUTPUT_A, fake_now));
	did(dm_incoming_choose(rules, rita.key, EN, fake_now));
	speak(eve.microphone, false);
	wait_for(DM_MSEC(100));
	engine_says(EN, DM_ENGINE_LINK_DEAD, 0);
	wait_for(DM_MSEC(300)); /* 400 ms after the last sound */
	assert_ptr_equal(hears(rita.peer), track(FLOOR));
}

static void loops_are_refused(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);
	struct person rita = arrive("Rita", BOOTH_RU);

	(void)state;
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	did(dm_booth_on(rules, rita.key, DM_OUTPUT_A, fake_now));
	did(dm_incoming_choose(rules, rita.key, FR, fake_now));
	refused(dm_incoming_choose(rules, anna.key, RU, fake_now), DM_REASON_LOOP);
	assert_ptr_equal(hears(anna.peer), track(FLOOR));
}

/* 100 changes of relay, with fifty listeners on the booth's own channel: they are bound once, and
 * its engine is told nothing. */
static void listeners_do_not_notice_relay(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);
	struct person rita = arrive("Rita", BOOTH_RU);
	dm_peer_id peers[50];
	unsigned told_before, binds_before;

	(void)state;
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	did(dm_booth_on(rules, rita.key, DM_OUTPUT_A, fake_now));
	for (size_t n = 0; n < 50; n++)
		listen(RU, &peers[n]);
	assert_int_equal(listeners(RU), 50);
	told_before = engine(RU)->told;
	binds_before = fake.binds;
	for (unsigned n = 0; n < 100; n++) {
		did(dm_incoming_choose(rules, rita.key, n % 2 ? FLOOR : FR, fake_now));
		assert_ptr_equal(hears(rita.peer), track(n % 2 ? FLOOR : FR));
		wait_for(DM_MSEC(20));
	}
	assert_int_equal(fake.binds, binds_before + 100); /* the booth's alone */
	assert_int_equal(engine(RU)->told, told_before);
	for (size_t n = 0; n < 50; n++) {
		assert_int_equal(fake.peers[peers[n]].binds, 1);
		assert_ptr_equal(hears(peers[n]), track(RU));
	}
}

static void a_bind_that_finds_no_room_is_tried_again(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);
	struct person rita = arrive("Rita", BOOTH_RU);

	(void)state;
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	fake.bind_error = -EAGAIN;
	did(dm_incoming_choose(rules, rita.key, FR, fake_now));
	assert_ptr_equal(hears(rita.peer), track(FLOOR));
	fake.bind_error = 0;
	wait_for(DM_MSEC(40));
	assert_ptr_equal(hears(rita.peer), track(FR));
}

static void the_monitor_carries_either_output(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);
	struct person rita = arrive("Rita", BOOTH_RU);
	const struct fake_bind *monitor = &fake.peers[rita.peer].bound[DM_MEDIA_MONITOR];

	(void)state;
	assert_ptr_equal(monitor->rungs[0], track(RU));
	assert_int_equal(dm_interpreter_monitor(rita.interpreter, DM_OUTPUT_B), 0);
	assert_ptr_equal(monitor->rungs[0], track(EN));
	fake.bind_error = -EAGAIN;
	assert_int_equal(dm_interpreter_monitor(rita.interpreter, DM_OUTPUT_A), -EAGAIN);
	assert_int_equal(dm_interpreter_monitored(rita.interpreter), DM_OUTPUT_B);
	fake.bind_error = 0;
	assert_int_equal(dm_interpreter_monitor(anna.interpreter, DM_OUTPUT_B), -EINVAL);
}

int relay_tests(void)
{
	const struct CMUnitTest tests[] = {
		TEST(everybody_hears_the_floor_at_first),
		TEST(the_floor_is_direct_while_it_can_be),
		TEST(relay_begins_in_the_same_call),
		TEST(a_pivot_that_goes_off_is_left),
		TEST(a_pivot_whose_link_dies_is_left),
		TEST(loops_are_refused),
		TEST(listeners_do_not_notice_relay),
		TEST(a_bind_that_finds_no_room_is_tried_again),
		TEST(the_monitor_carries_either_output),
	};

	return cmocka_run_group_tests_name("session/relay", tests, NULL, NULL);
}
