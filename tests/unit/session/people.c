/* Seats that are kept and left, and delegates who understand some languages. */
#include "hall.h"

static struct dm_interpreter *sit_again(const struct person *person, uint8_t booth)
{
	struct dm_interpreter *interpreter;
	struct dm_ruling ruling;

	dm_interpreter_sit(&interpreter, room, booth, "Somebody", person->key, &ruling);
	assert_true((interpreter != NULL) == (ruling.reason == DM_REASON_DONE));
	return interpreter;
}

static unsigned evicted;

static void note_eviction(void *user, struct dm_subscriber *subscriber, enum dm_peer_state state)
{
	(void)user;
	(void)subscriber;
	assert_int_equal(state, DM_PEER_CLOSED);
	evicted++;
}

static void who_returns_by_key_is_on_air_again(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);

	(void)state;
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	speak(anna.microphone, false);
	peer_becomes(anna.peer, DM_PEER_CLOSED);
	assert_int_equal(seat_of(&anna)->link, DM_LINK_LOST);
	wait_for(DM_SEC(29));
	assert_int_equal(room->channels[FR].programme->carries, DM_CARRIES_FLOOR);

	assert_ptr_equal(sit_again(&anna, BOOTH_FR), anna.interpreter);
	assert_string_equal(seat_of(&anna)->who.name, "Anna");
	connect_peer(&anna);
	speak(anna.microphone, true);
	wait_for(DM_MSEC(150));
	assert_int_equal(seat_of(&anna)->mic, DM_MIC_ON_AIR);
	assert_int_equal(room->channels[FR].programme->carries, DM_CARRIES_VOICE);
	assert_engine(FR, DM_ENGINE_ON_AIR, 0);
	assert_ptr_equal(engine(FR)->microphones[0], anna.microphone);
	wait_for(DM_SEC(120)); /* and stays */
	assert_int_equal(seat_of(&anna)->mic, DM_MIC_ON_AIR);
}

static void who_does_not_return_leaves(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);

	(void)state;
	speak(anna.microphone, false);
	peer_becomes(anna.peer, DM_PEER_EXPIRED);
	wait_for(DM_LINK_KEPT - DM_MSEC(100));
	assert_ptr_equal(dm_room_find_interpreter(room, anna.key), anna.interpreter);
	wait_for(DM_MSEC(200));
	assert_null(dm_room_find_interpreter(room, anna.key));
	assert_int_equal(told[DM_CHANGE_LEFT], 1);
	assert_null(engine(FR)->microphones[0]);
	assert_int_equal(fake_clock_timers(), 0); /* nobody is watched any more */
}

static void who_never_connects_leaves(void **state)
{
	struct dm_interpreter *interpreter;
	struct dm_ruling ruling;

	(void)state;
	assert_true(dm_interpreter_sit(&interpreter, room, BOOTH_EN, "Eve", NULL, &ruling));
	wait_for(DM_LINK_KEPT + DM_MSEC(10));
	assert_int_equal(told[DM_CHANGE_LEFT], 1);
}

/* A page that is reloaded: the new one has the seat, the old peer ends. */
static void a_key_ends_the_former_peer(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);
	const dm_peer_id before = anna.peer;

	(void)state;
	evicted = 0;
	dm_subscriber_set_callback(anna.subscriber, note_eviction, NULL);
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	assert_ptr_equal(sit_again(&anna, BOOTH_FR), anna.interpreter);
	assert_int_equal(evicted, 1);
	assert_true(fake.peers[before].removed);
	connect_peer(&anna);
	peer_becomes(before, DM_PEER_CLOSED); /* late news */
	wait_for(DM_MSEC(200));
	assert_int_equal(seat_of(&anna)->link, DM_LINK_ALIVE);
	assert_int_equal(seat_of(&anna)->mic, DM_MIC_ON_AIR);

	/* A second peer without asking for the seat again has it too. */
	dm_subscriber_set_callback(anna.subscriber, note_eviction, NULL);
	connect_peer(&anna);
	assert_int_equal(evicted, 2);
	assert_null(sit_again(&anna, BOOTH_EN)); /* one seat in a room */
}

static void seats_are_refused_with_a_reason(void **state)
{
	struct dm_interpreter *interpreter;
	struct dm_ruling ruling;

	(void)state;
	for (size_t n = 0; n < DM_SEATS_MAX; n++)
		arrive("Anna", BOOTH_FR);
	assert_false(dm_interpreter_sit(&interpreter, room, BOOTH_FR, "Ben", NULL, &ruling));
	assert_int_equal(ruling.reason, DM_REASON_BOOTH_FULL);
	assert_null(interpreter);
	assert_false(dm_interpreter_sit(&interpreter, room, 99, "Ben", NULL, &ruling));
	assert_int_equal(ruling.reason, DM_REASON_NO_SUCH_BOOTH);
	assert_false(dm_interpreter_sit(&interpreter, room, BOOTH_EN, "", NULL, &ruling));
	assert_int_equal(ruling.reason, DM_REASON_BAD_PARTICIPANT);
	assert_false(dm_interpreter_sit(&interpreter, room, BOOTH_EN, "Ben", "guess", &ruling));
	assert_int_equal(ruling.reason, DM_REASON_BAD_PARTICIPANT);
}

static void who_leaves_frees_everything(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);

	(void)state;
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	dm_interpreter_leave(anna.interpreter);
	assert_true(fake.peers[anna.peer].removed);
	assert_engine(FR, DM_ENGINE_OFF, 0);
	assert_null(engine(FR)->microphones[0]);
	assert_null(dm_room_find_interpreter(room, anna.key));
}

/* By the organiser, through the rules alone. */
static void who_is_moved_speaks_and_hears_there(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);

	(void)state;
	did(dm_override_move(rules, anna.key, BOOTH_EN, fake_now));
	assert_int_equal(dm_interpreter_booth(anna.interpreter), BOOTH_EN);
	assert_ptr_equal(engine(EN)->microphones[0], anna.microphone);
	assert_null(engine(FR)->microphones[0]);
	assert_ptr_equal(fake.peers[anna.peer].bound[DM_MEDIA_MONITOR].rungs[0], track(EN));
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	assert_engine(EN, DM_ENGINE_ON_AIR, 0);

	evicted = 0;
	dm_subscriber_set_callback(anna.subscriber, note_eviction, NULL);
	did(dm_booth_leave(rules, anna.key, fake_now)); /* the seat is gone: the peer goes too */
	assert_int_equal(evicted, 1);
	assert_null(dm_room_find_interpreter(room, anna.key));
	assert_true(fake.peers[anna.peer].removed);
}

static void my_languages_follow_the_floor(void **state)
{
	struct dm_languages languages = { .count = 0 };
	struct dm_subscriber *subscriber;
	dm_peer_id peer;

	(void)state;
	subscriber = listen(FR, &peer);
	dm_languages_add(&languages, "en");
	dm_languages_add(&languages, "es");
	assert_int_equal(dm_subscriber_understands(subscriber, &languages), 0);
	assert_ptr_equal(hears(peer), track(FLOOR)); /* which is English */
	assert_ptr_equal(dm_subscriber_channel(subscriber), &room->channels[FR]);
	assert_ptr_equal(dm_subscriber_heard(subscriber), &room->channels[FLOOR]);
	assert_int_equal(listeners(FLOOR), 1);
	assert_int_equal(listeners(FR), 0);

	did(dm_interpretation_set_floor_language(rules, NULL, "zh", fake_now));
	assert_string_equal(room->floor_language, "zh");
	assert_ptr_equal(hears(peer), track(FR));
	assert_int_equal(listeners(FLOOR), 0);
	assert_int_equal(listeners(FR), 1);
	did(dm_interpretation_set_floor_language(rules, NULL, "es", fake_now));
	assert_ptr_equal(hears(peer), track(FLOOR));

	assert_int_equal(dm_subscriber_select_channel(subscriber, &room->channels[RU]), 0);
	assert_ptr_equal(hears(peer), track(FLOOR)); /* chosen for later */
	fake.bind_error = -EAGAIN;
	assert_int_equal(dm_subscriber_understands(subscriber, &(struct dm_languages){ 0 }),
			 -EAGAIN);
	assert_int_equal(dm_subscriber_languages(subscriber)->count, 2); /* nothing has changed */
	fake.bind_error = 0;
	assert_int_equal(dm_subscriber_understands(subscriber, &(struct dm_languages){ 0 }), 0);
	assert_ptr_equal(hears(peer), track(RU));
	dm_subscriber_destroy(subscriber);
	assert_int_equal(listeners(RU), 0);
}

static void act_again(void *user, struct dm_room *where, const struct dm_change *change)
{
	const struct person *person = user;

	if (change && change->kind == DM_CHANGE_MICROPHONE && change->detail == DM_MIC_ON_AIR) {
		dm_booth_mute(where->interpretation, person->key, fake_now);
		dm_desk_settle(where); /* from within: done right after */
	}
}

static void observers_may_act(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);

	(void)state;
	dm_desk_observe(event, act_again, &anna);
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	assert_engine(FR, DM_ENGINE_MUTED, 0);
	assert_int_equal(told[DM_CHANGE_MICROPHONE], 2);
	dm_desk_unobserve(event, act_again, &anna);
}

static void shifts_are_reminded_of_by_time_alone(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);

	(void)state;
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	wait_for(DM_SHIFT_LENGTH + DM_MSEC(10));
	assert_int_equal(told[DM_CHANGE_SHIFT], 1);
}

int people_tests(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_returns_by_key_is_on_air_again),
		TEST(who_does_not_return_leaves),
		TEST(who_never_connects_leaves),
		TEST(a_key_ends_the_former_peer),
		TEST(seats_are_refused_with_a_reason),
		TEST(who_leaves_frees_everything),
		TEST(who_is_moved_speaks_and_hears_there),
		TEST(my_languages_follow_the_floor),
		TEST(observers_may_act),
		TEST(shifts_are_reminded_of_by_time_alone),
	};

	return cmocka_run_group_tests_name("session/people", tests, NULL, NULL);
}
