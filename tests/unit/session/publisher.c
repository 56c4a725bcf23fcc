/* Publishers by WHIP: into a channel, and into the floor. */
#include "hall.h"

static unsigned ended;

static void note_state(void *user, struct dm_publisher *publisher, enum dm_peer_state state)
{
	assert_null(user);
	assert_non_null(dm_publisher_id(publisher));
	ended += state != DM_PEER_CONNECTED;
}

static int publish(uint8_t channel, bool machine, struct dm_publisher **publisher,
		   struct dm_peer_options *peer, struct dm_peer_answer *answer)
{
	const struct dm_publisher_options how = {
		.room = room,
		.channel = channel == FLOOR ? NULL : &room->channels[channel],
		.name = "Encoder",
		.machine = machine,
		.on_state = note_state,
	};
	struct dm_ruling ruling;
	int error;

	*peer = (struct dm_peer_options){ 0 };
	peer->uplinks[DM_UPLINK_SOUND].wanted = true;
	peer->uplinks[DM_UPLINK_PICTURE].wanted = channel == FLOOR;
	peer->uplinks[DM_UPLINK_PICTURE].codec = DM_CODEC_VP8;
	ended = 0;
	error = dm_publisher_create(publisher, &how, peer, answer, &ruling);
	assert_true((error == -EPERM) == (ruling.reason != DM_REASON_DONE));
	return error;
}

/* A machine in the French booth that sends sound. */
static struct dm_publisher *start_machine(bool machine, struct dm_intake **microphone,
					  dm_peer_id *id)
{
	struct dm_publisher *publisher;
	struct dm_peer_options peer;
	struct dm_peer_answer answer;

	assert_int_equal(publish(FR, machine, &publisher, &peer, &answer), 0);
	*microphone = peer.uplinks[DM_UPLINK_SOUND].intake;
	*id = answer.id;
	speak(*microphone, true);
	wait_for(DM_MSEC(200));
	return publisher;
}

static void a_machine_is_on_air_when_its_sound_comes(void **state)
{
	struct dm_publisher *publisher;
	struct dm_intake *microphone;
	dm_peer_id peer;

	(void)state;
	publisher = start_machine(true, &microphone, &peer);
	assert_engine(FR, DM_ENGINE_ON_AIR, 0);
	assert_ptr_equal(engine(FR)->microphones[0], microphone);
	assert_ptr_equal(dm_event_find_publisher(event, dm_publisher_id(publisher)), publisher);
	assert_int_equal(strlen(dm_publisher_id(publisher)), 32);
	peer_becomes(peer, DM_PEER_CONNECTED);
	assert_int_equal(ended, 0);
	speak(microphone, false);
	peer_becomes(peer, DM_PEER_CLOSED);
	assert_int_equal(ended, 1);
	assert_int_equal(told[DM_CHANGE_LEFT], 1);
	assert_engine(FR, DM_ENGINE_OFF, 0);
}

static void a_machine_yields_and_returns(void **state)
{
	struct dm_publisher *publisher;
	struct dm_intake *microphone;
	struct person anna;
	dm_peer_id peer;

	(void)state;
	publisher = start_machine(true, &microphone, &peer);
	anna = arrive("Anna", BOOTH_FR);
	refused(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now), DM_REASON_PARTNER_ON_AIR);
	did(dm_handover_ask(rules, anna.key, fake_now));
	assert_engine(FR, DM_ENGINE_ON_AIR, 1); /* it has agreed already */
	assert_true(engine(FR)->state.at_pause);
	engine_says(FR, DM_ENGINE_HANDED_OVER, 1);
	assert_int_equal(seat_of(&anna)->mic, DM_MIC_ON_AIR);

	did(dm_booth_mute(rules, anna.key, fake_now)); /* a cough is no invitation */
	assert_engine(FR, DM_ENGINE_MUTED, 0);
	did(dm_booth_off(rules, anna.key, fake_now));
	assert_engine(FR, DM_ENGINE_ON_AIR, 0); /* the machine is back at once */

	/* A person whose link dies is not overtaken before the channel has fallen back. */
	did(dm_handover_ask(rules, anna.key, fake_now));
	engine_says(FR, DM_ENGINE_HANDED_OVER, 1);
	speak(anna.microphone, false);
	wait_for(DM_MSEC(100));
	engine_says(FR, DM_ENGINE_LINK_DEAD, 1);
	assert_int_equal(room->channels[FR].programme->carries, DM_CARRIES_CONCEALMENT);
	wait_for(DM_MSEC(300));
	assert_engine(FR, DM_ENGINE_ON_AIR, 0);
	dm_publisher_destroy(publisher);
	assert_int_equal(ended, 0);
	assert_true(fake.peers[peer].removed);
}

static void a_person_by_whip_does_not_return_alone(void **state)
{
	struct dm_publisher *publisher;
	struct dm_intake *microphone;
	struct person anna;
	dm_peer_id peer;

	(void)state;
	publisher = start_machine(false, &microphone, &peer);
	assert_engine(FR, DM_ENGINE_ON_AIR, 0);
	assert_ptr_equal(dm_publisher_channel(publisher), &room->channels[FR]);
	anna = arrive("Anna", BOOTH_FR);
	did(dm_handover_ask(rules, anna.key, fake_now));
	engine_says(FR, DM_ENGINE_HANDED_OVER, 1);
	did(dm_booth_off(rules, anna.key, fake_now));
	assert_engine(FR, DM_ENGINE_OFF, 0);
}

static void the_organiser_holds_a_machine(void **state)
{
	struct dm_intake *microphone;
	const struct dm_booth *booth;
	dm_peer_id peer;

	(void)state;
	start_machine(true, &microphone, &peer);
	booth = dm_interpretation_booth(rules, BOOTH_FR);
	did(dm_override_off(rules, booth->seats[0].who.id, fake_now));
	wait_for(DM_SEC(5));
	assert_engine(FR, DM_ENGINE_OFF, 0);
	did(dm_override_release(rules, booth->seats[0].who.id, fake_now));
	assert_engine(FR, DM_ENGINE_ON_AIR, 0);
}

static void offers_are_for_people_first(void **state)
{
	struct person anna = arrive("Anna", BOOTH_FR);
	struct person ben = arrive("Ben", BOOTH_FR);
	struct dm_intake *microphone;
	dm_peer_id peer;

	(void)state;
	did(dm_booth_on(rules, anna.key, DM_OUTPUT_A, fake_now));
	start_machine(true, &microphone, &peer);
	assert_engine(FR, DM_ENGINE_ON_AIR, 0); /* somebody of the booth is */
	did(dm_handover_offer(rules, anna.key, NULL, fake_now));
	assert_int_equal(dm_interpretation_booth(rules, BOOTH_FR)->handover.state,
			 DM_HANDOVER_OFFERED);
	did(dm_handover_decline(rules, ben.key, fake_now)); /* then it is the machine's */
	assert_int_equal(dm_interpretation_booth(rules, BOOTH_FR)->handover.state,
			 DM_HANDOVER_COUNTING);
}

static void the_seat_of_a_channel_is_the_first_free_one(void **state)
{
	struct dm_publisher *publisher;
	struct dm_peer_options peer;
	struct dm_peer_answer answer;

	(void)state;
	for (size_t n = 0; n < 2 * DM_SEATS_MAX; n++)
		assert_int_equal(publish(FR, true, &publisher, &peer, &answer), 0);
	assert_true(dm_seat_is_taken(&dm_interpretation_booth(rules, BOOTH_FR_2)->seats[2]));
	assert_int_equal(publish(FR, true, &publisher, &peer, &answer), -EPERM); /* full */
	assert_null(publisher);
	assert_int_equal(publish(ES, true, &publisher, &peer, &answer), -EPERM); /* no booth */
	fake.add_error = -EAGAIN;
	assert_int_equal(publish(EN, true, &publisher, &peer, &answer), -EAGAIN);
	assert_false(dm_seat_is_taken(&dm_interpretation_booth(rules, BOOTH_EN)->seats[0]));
}

/* An encoder that crashes and is started again, with nobody having told us. */
static void a_dead_machine_gives_its_seat(void **state)
{
	struct dm_intake *microphone;
	dm_peer_id peer;

	(void)state;
	for (unsigned n = 0; n < 10; n++) {
		start_machine(true, &microphone, &peer);
		assert_int_equal(room->channels[FR].programme->carries, DM_CARRIES_VOICE);
		assert_int_equal(ended, n >= 2 * DM_SEATS_MAX);
		speak(microphone, false);
		wait_for(DM_SEC(1));
	}
}

static void a_booth_is_rid_of_its_machines(void **state)
{
	struct dm_intake *microphone;
	struct person anna;
	dm_peer_id peer;

	(void)state;
	start_machine(true, &microphone, &peer);
	anna = arrive("Anna", BOOTH_FR);
	assert_int_equal(dm_room_end_publishers(room, BOOTH_EN), 0);
	assert_int_equal(ended, 0);
	assert_int_equal(dm_room_end_publishers(room, BOOTH_FR), 1);
	assert_int_equal(ended, 1);
	assert_true(fake.peers[peer].removed);
	assert_int_equal(told[DM_CHANGE_LEFT], 1);
	assert_non_null(seat_of(&anna)); /* people stay */
	assert_int_equal(dm_room_end_publishers(room, BOOTH_FR), 0);
	speak(microphone, false);
}

static void the_floor_has_one_publisher(void **state)
{
	struct dm_publisher *first, *second;
	struct dm_peer_options peer;
	struct dm_peer_answer answer;

	(void)state;
	assert_int_equal(publish(FLOOR, true, &first, &peer, &answer), 0);
	assert_ptr_equal(peer.uplinks[DM_UPLINK_SOUND].intake, room->whip_sound);
	assert_ptr_equal(peer.uplinks[DM_UPLINK_PICTURE].intake, room->whip_picture);
	assert_int_equal(dm_intake_codec(room->whip_picture), DM_CODEC_VP8);
	assert_int_equal(publish(FLOOR, true, &second, &peer, &answer), -EBUSY);

	speak(room->whip_picture, true); /* a picture alone is life too */
	wait_for(DM_SEC(10));
	assert_int_equal(publish(FLOOR, true, &second, &peer, &answer), -EBUSY);
	speak(room->whip_picture, false);
	wait_for(DM_SEC(2));
	assert_int_equal(publish(FLOOR, true, &second, &peer, &answer), 0);
	assert_int_equal(ended, 1); /* the dead one */
	dm_publisher_destroy(second);
	assert_int_equal(publish(FLOOR, true, &first, &peer, &answer), 0); /* at once */
}

int publisher_tests(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_machine_is_on_air_when_its_sound_comes),
		TEST(a_machine_yields_and_returns),
		TEST(a_person_by_whip_does_not_return_alone),
		TEST(the_organiser_holds_a_machine),
		TEST(offers_are_for_people_first),
		TEST(the_seat_of_a_channel_is_the_first_free_one),
		TEST(a_dead_machine_gives_its_seat),
		TEST(a_booth_is_rid_of_its_machines),
		TEST(the_floor_has_one_publisher),
	};

	return cmocka_run_group_tests_name("session/publisher", tests, NULL, NULL);
}
