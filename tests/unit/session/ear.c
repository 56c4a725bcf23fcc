/* Organisers who listen to microphones that nobody else hears. */
#include "hall.h"
#include "session/ear.h"

static struct dm_subscriber *oversee(dm_peer_id *peer)
{
	const struct dm_subscriber_options how = { .room = room,
						   .channel = &room->channels[EN],
						   .organiser = true };
	struct dm_subscriber *subscriber;
	struct dm_peer_answer answer;

	assert_int_equal(
		dm_subscriber_create(&subscriber, &how, &(struct dm_peer_options){ 0 }, &answer),
		0);
	*peer = answer.id;
	return subscriber;
}

/* The ear that a peer is bound to; NULL: a channel. */
static const struct fake_ear *ear_of(dm_peer_id peer)
{
	for (int n = 0; n < fake_ticker.ear_count; n++) {
		if (fake_ticker.ears[n].track == hears(peer))
			return &fake_ticker.ears[n];
	}
	return NULL;
}

static bool is_free(const struct fake_ear *ear)
{
	return ear->channel == -1 && !ear->own;
}

static unsigned ears_taken(void)
{
	unsigned taken = 0;

	for (int n = 0; n < fake_ticker.ear_count; n++)
		taken += !is_free(&fake_ticker.ears[n]);
	return taken;
}

static void organisers_are_not_counted(void **state)
{
	dm_peer_id peer;
	struct dm_subscriber *organiser = oversee(&peer);

	(void)state;
	assert_int_equal(fake_ticker.ear_count, DM_EARS);
	assert_ptr_equal(hears(peer), track(EN));
	assert_int_equal(listeners(EN), 0);
	assert_int_equal(dm_subscriber_select_channel(organiser, &room->channels[FR]), 0);
	assert_ptr_equal(hears(peer), track(FR));
	assert_int_equal(listeners(FR), 0);
	dm_subscriber_destroy(organiser);
	assert_int_equal(listeners(FR), 0);
	assert_int_equal(listeners(EN), 0);
}

static void an_ear_hears_a_seat(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);
	uint8_t booth = 9, seat = 9;
	dm_peer_id peer;
	struct dm_subscriber *organiser = oversee(&peer);

	(void)state;
	assert_false(dm_ear_listens(organiser, &booth, &seat));
	assert_int_equal(dm_ear_listen(organiser, BOOTH_FR, 0), 0);
	assert_true(dm_ear_listens(organiser, &booth, &seat));
	assert_int_equal(booth, BOOTH_FR);
	assert_int_equal(seat, 0);
	assert_non_null(ear_of(peer));
	assert_int_equal(ear_of(peer)->channel, room->channels[FR].number);
	assert_int_equal(ear_of(peer)->microphone, 0);
	assert_null(ear_of(peer)->own);
	/* It goes on air, and off, and nothing changes. */
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	wait_for(DM_SEC(1));
	did(dm_booth_off(rules, anna.key, fake_now));
	assert_int_equal(ear_of(peer)->channel, room->channels[FR].number);
	/* A channel again. */
	assert_int_equal(dm_subscriber_select_channel(organiser, &room->channels[EN]), 0);
	assert_false(dm_ear_listens(organiser, &booth, &seat));
	assert_ptr_equal(hears(peer), track(EN));
	assert_int_equal(ears_taken(), 0);
	/* And who leaves leaves the ear. */
	assert_int_equal(dm_ear_listen(organiser, BOOTH_FR, 0), 0);
	assert_int_equal(ears_taken(), 1);
	dm_subscriber_destroy(organiser);
	assert_int_equal(ears_taken(), 0);
}

/* Retour: the microphone is at another channel's engine now. */
static void the_ear_follows_the_seat(void **state)
{
	struct person rita = arrive("Rita", BOOTH_RU);
	dm_peer_id peer;
	struct dm_subscriber *organiser = oversee(&peer);

	(void)state;
	assert_int_equal(dm_ear_listen(organiser, BOOTH_RU, 0), 0);
	assert_int_equal(ear_of(peer)->channel, room->channels[RU].number);
	did(dm_booth_on(rules, rita.key, DM_OUTPUT_B, fake_now));
	wait_for(DM_MSEC(100));
	assert_int_equal(ear_of(peer)->channel, room->channels[EN].number);
	did(dm_booth_off(rules, rita.key, fake_now));
	wait_for(DM_MSEC(100));
	/* She leaves: nobody is heard; somebody else comes, who is. */
	dm_interpreter_leave(rita.interpreter);
	assert_true(is_free(ear_of(peer)));
	arrive("Boris", BOOTH_RU);
	assert_int_equal(ear_of(peer)->channel, room->channels[RU].number);
}

/* Two booths share a channel; of the one that does not have it no engine hears anything. */
static void who_has_no_engine_is_heard_by_the_ear_itself(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);
	struct person carl = arrive("Carl", BOOTH_FR_2);
	dm_peer_id peer;
	struct dm_subscriber *organiser = oversee(&peer);

	(void)state;
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	assert_int_equal(dm_ear_listen(organiser, BOOTH_FR_2, 0), 0);
	assert_ptr_equal(ear_of(peer)->own, carl.microphone);
	assert_int_equal(ear_of(peer)->channel, -1);
	/* Carl's booth gets the channel: the engine has the microphone, which has one reader. */
	did(dm_booth_off(rules, anna.key, fake_now));
	wait_for(DM_SEC(1));
	did(dm_booth_on(rules, carl.key, DM_OUTPUT_A, fake_now));
	wait_for(DM_MSEC(100));
	assert_ptr_equal(engine(FR)->microphones[0], carl.microphone);
	assert_null(ear_of(peer)->own);
	assert_int_equal(ear_of(peer)->channel, room->channels[FR].number);
	/* And loses it. */
	did(dm_booth_off(rules, carl.key, fake_now));
	wait_for(DM_SEC(1));
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	wait_for(DM_MSEC(100));
	assert_ptr_equal(engine(FR)->microphones[0], anna.microphone);
	assert_ptr_equal(ear_of(peer)->own, carl.microphone);
	dm_interpreter_leave(carl.interpreter);
	assert_true(is_free(ear_of(peer)));
}

static void ears_are_shared_and_few(void **state)
{
	static const uint8_t seats[][2] = { { BOOTH_EN, 0 }, { BOOTH_EN, 1 }, { BOOTH_FR, 0 } };
	dm_peer_id peers[6];
	struct dm_subscriber *organisers[6];

	(void)state;
	for (size_t n = 0; n < 6; n++)
		organisers[n] = oversee(&peers[n]);
	arrive("Eve", BOOTH_EN);
	for (size_t n = 0; n < 3; n++)
		assert_int_equal(dm_ear_listen(organisers[n], seats[n][0], seats[n][1]), 0);
	assert_int_equal(dm_ear_listen(organisers[3], BOOTH_RU, 0), 0);
	assert_int_equal(dm_ear_listen(organisers[4], BOOTH_ZH, 0), -EBUSY);
	assert_ptr_equal(hears(peers[4]), track(EN));
	assert_int_equal(dm_ear_listen(organisers[4], BOOTH_EN, 0), 0);
	assert_ptr_equal(hears(peers[4]), hears(peers[0]));
	/* Who shares an ear does not take it along; who is alone with it does. */
	assert_int_equal(dm_ear_listen(organisers[4], BOOTH_ZH, 0), -EBUSY);
	assert_ptr_equal(hears(peers[4]), hears(peers[0]));
	assert_int_equal(dm_ear_listen(organisers[3], BOOTH_ZH, 0), 0);
	/* One goes, and there is one for the next; two of one seat hold one. */
	dm_subscriber_destroy(organisers[1]);
	assert_int_equal(dm_ear_listen(organisers[5], BOOTH_RU, 2), 0);
	dm_subscriber_destroy(organisers[0]);
	assert_int_equal(ear_of(peers[4])->channel, room->channels[EN].number);
}

static void not_everybody_may(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);
	dm_peer_id peer;
	struct dm_subscriber *delegate = listen(EN, &peer);
	struct dm_subscriber *organiser = oversee(&peer);

	(void)state;
	assert_int_equal(dm_ear_listen(delegate, BOOTH_FR, 0), -EINVAL);
	assert_int_equal(dm_ear_listen(anna.subscriber, BOOTH_FR, 0), -EINVAL);
	assert_int_equal(dm_ear_listen(organiser, BOOTHS, 0), -ENOENT);
	assert_int_equal(dm_ear_listen(organiser, BOOTH_FR, DM_SEATS_MAX), -ENOENT);
	assert_int_equal(ears_taken(), 0);
}

/* The ticker's queue is full for a while. */
static void what_could_not_be_told_is_told_later(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);
	dm_peer_id peer;
	struct dm_subscriber *organiser = oversee(&peer);

	(void)state;
	(void)anna;
	fake_ticker.error = -EAGAIN;
	assert_int_equal(dm_ear_listen(organiser, BOOTH_FR, 0), 0);
	assert_true(is_free(ear_of(peer)));
	wait_for(DM_MSEC(100));
	fake_ticker.error = 0;
	wait_for(DM_MSEC(40));
	assert_int_equal(ear_of(peer)->channel, room->channels[FR].number);
	fake_ticker.error = -EAGAIN;
	dm_subscriber_destroy(organiser);
	assert_int_equal(ears_taken(), 1);
	fake_ticker.error = 0;
	wait_for(DM_MSEC(40));
	assert_int_equal(ears_taken(), 0);
}

int ear_tests(void)
{
	const struct CMUnitTest tests[] = {
		TEST(organisers_are_not_counted),
		TEST(an_ear_hears_a_seat),
		TEST(the_ear_follows_the_seat),
		TEST(who_has_no_engine_is_heard_by_the_ear_itself),
		TEST(ears_are_shared_and_few),
		TEST(not_everybody_may),
		TEST(what_could_not_be_told_is_told_later),
	};

	return cmocka_run_group_tests_name("ear", tests, NULL, NULL);
}
