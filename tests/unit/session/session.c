/* Rooms, subscribers and observers: what is bound to what, and who is told. */
#include "fake_transport.h"
#include "session/name.h"
#include "session/subscriber.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct dm_rung_options ladder[] = { { 1280, 720, 1500000 },
						 { 640, 360, 500000 },
						 { 320, 180, 150000 } };
static const struct dm_channel_options channels[] = {
	{ .lang = "fr", .source = { .uri = "test:" }, .bitrate_bps = 48000 },
	{ .lang = "zh-Hans", .fallback = DM_FALLBACK_SILENCE },
};
static const struct dm_source_options backups[] = { { .uri = "test:tone" }, { .uri = "b.mp4" } };
static const struct dm_room_options rooms[] = {
	{ .id = "plenary",
	  .floor = { .uri = "test:" },
	  .backups = backups,
	  .backup_count = 2,
	  .floor_language = "en",
	  .floor_bitrate_bps = 64000,
	  .channel_bitrate_bps = 32000,
	  .picture = { .frame_rate = 25, .ladder = ladder, .ladder_count = 3 },
	  .sign = { .source = { .uri = "test:" },
		    .frame_rate = 25,
		    .ladder = ladder + 1,
		    .ladder_count = 1 },
	  .channels = channels,
	  .channel_count = 2 },
	{ .id = "sound-only", .floor = { .uri = "test:" }, .floor_language = "en" },
};
static const struct dm_event_options options = { .id = "e", .rooms = rooms, .room_count = 2 };

struct fixture {
	struct dm_metrics *metrics;
	struct dm_event *event;
	struct dm_room *room;
	unsigned told; /* by the subscriber's callback */
	enum dm_peer_state state;
	unsigned observed;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	fake = (struct fake_transport){ 0 };
	assert_int_equal(dm_metrics_create(&fixture->metrics), 0);
	assert_int_equal(dm_event_create(&fixture->event, &options, NULL, NULL, fixture->metrics),
			 0);
	fixture->room = dm_event_find_room(fixture->event, "plenary");
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	dm_event_destroy(fixture->event);
	assert_null(fake.on_state); /* a dead event is not called */
	dm_metrics_destroy(fixture->metrics);
	free(fixture);
	return 0;
}

static void take_state(void *user, struct dm_subscriber *subscriber, enum dm_peer_state state)
{
	struct fixture *fixture = user;

	assert_non_null(dm_subscriber_id(subscriber)); /* alive during the call */
	fixture->told++;
	fixture->state = state;
}

static struct dm_subscriber *join(struct fixture *fixture, const char *lang,
				  enum dm_video_choice video, bool sign)
{
	const struct dm_subscriber_options how = {
		.room = fixture->room,
		.channel = dm_room_find_channel(fixture->room, lang),
		.video = video,
		.sign = sign,
		.on_state = take_state,
		.user = fixture,
	};
	struct dm_subscriber *subscriber;
	struct dm_peer_answer answer;

	assert_int_equal(
		dm_subscriber_create(&subscriber, &how, &(struct dm_peer_options){ 0 }, &answer),
		0);
	return subscriber;
}

static void rooms_have_what_their_options_say(void **state)
{
	struct fixture *fixture = *state;
	struct dm_room *room = fixture->room;

	assert_int_equal(room->channel_count, 3);
	assert_string_equal(room->channels[0].lang, "floor");
	assert_int_equal(room->channels[0].bitrate_bps, 64000);
	assert_int_equal(room->channels[1].bitrate_bps, 48000);
	assert_int_equal(room->channels[2].bitrate_bps, 32000);
	assert_int_equal(room->channels[1].state, DM_FEED_CONNECTING);
	assert_int_equal(room->channels[2].state, DM_FEED_OFF);
	assert_int_equal(room->channels[2].fallback, DM_FALLBACK_SILENCE);
	assert_int_equal(room->picture.track_count, 3);
	assert_int_equal(room->sign.track_count, 1);
	assert_ptr_equal(dm_room_find_channel(room, "ZH-hans"), &room->channels[2]);
	assert_null(dm_room_find_channel(room, "de"));
	assert_null(dm_event_find_room(fixture->event, "nowhere"));
	assert_int_equal(dm_event_find_room(fixture->event, "sound-only")->picture.track_count, 0);
}

static void the_choice_of_picture_is_a_part_of_the_ladder(void **state)
{
	static const struct {
		enum dm_video_choice choice;
		size_t count, first;
	} cases[] = {
		{ DM_VIDEO_AUTO, 3, 0 }, { DM_VIDEO_HIGH, 3, 0 }, { DM_VIDEO_MEDIUM, 2, 1 },
		{ DM_VIDEO_LOW, 1, 2 },  { DM_VIDEO_NONE, 0, 0 },
	};
	struct fixture *fixture = *state;
	struct dm_subscriber *subscriber = join(fixture, "fr", DM_VIDEO_AUTO, true);
	const struct fake_bind *picture = &fake.bound[DM_MEDIA_PICTURE];
	const struct fake_bind *sign = &fake.bound[DM_MEDIA_SIGN];

	assert_ptr_equal(fake.bound[DM_MEDIA_AUDIO].rungs[0], fixture->room->channels[1].track);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(dm_subscriber_select_video(subscriber, cases[i].choice, true), 0);
		assert_int_equal(picture->count, cases[i].count);
		if (picture->count > 0)
			assert_ptr_equal(picture->rungs[0],
					 fixture->room->picture.tracks[cases[i].first]);
		assert_int_equal(sign->count, cases[i].count > 0);
	}
	assert_int_equal(dm_subscriber_select_video(subscriber, DM_VIDEO_AUTO, false), 0);
	assert_int_equal(sign->count, 0);
	assert_int_equal(picture->count, 3);

	const unsigned binds = fake.binds;

	assert_int_equal(dm_subscriber_select_video(subscriber, DM_VIDEO_AUTO, false), 0);
	assert_int_equal(fake.binds, binds); /* nothing new: nothing done */
}

static void listeners_are_counted_once(void **state)
{
	struct fixture *fixture = *state;
	struct dm_channel *floor = &fixture->room->channels[0];
	struct dm_channel *french = &fixture->room->channels[1];
	struct dm_subscriber *first = join(fixture, "floor", DM_VIDEO_NONE, false);
	struct dm_subscriber *second = join(fixture, "fr", DM_VIDEO_NONE, false);

	assert_int_equal(dm_metric_get(&floor->listeners), 1);
	assert_int_equal(dm_subscriber_select_channel(first, french), 0);
	assert_int_equal(dm_subscriber_select_channel(first, french), 0);
	assert_int_equal(dm_metric_get(&floor->listeners), 0);
	assert_int_equal(dm_metric_get(&french->listeners), 2);

	fake.bind_error = -EAGAIN; /* the worker's queue is full: nothing has changed */
	assert_int_equal(dm_subscriber_select_channel(first, floor), -EAGAIN);
	assert_ptr_equal(dm_subscriber_channel(first), french);
	assert_int_equal(dm_subscriber_select_video(first, DM_VIDEO_HIGH, false), -EAGAIN);
	assert_int_equal(dm_subscriber_video(first), DM_VIDEO_NONE);
	fake.bind_error = 0;

	dm_subscriber_destroy(second);
	assert_int_equal(dm_metric_get(&french->listeners), 1);
	assert_int_equal(fake.removals, 1);
	assert_int_equal(fixture->told, 0); /* who leaves is not told that they left */
}

static void a_peer_that_is_gone_ends_its_subscriber(void **state)
{
	struct fixture *fixture = *state;
	struct dm_subscriber *subscriber = join(fixture, "fr", DM_VIDEO_AUTO, false);
	char *id = strdup(dm_subscriber_id(subscriber));

	assert_int_equal(strlen(id), 32);
	assert_ptr_equal(dm_event_find_subscriber(fixture->event, id), subscriber);
	fake.on_state(fake.user, fake.last_peer, DM_PEER_CONNECTED);
	assert_int_equal(fixture->told, 1);
	assert_ptr_equal(dm_event_find_subscriber(fixture->event, id), subscriber);

	fake.on_state(fake.user, fake.last_peer, DM_PEER_EXPIRED);
	assert_int_equal(fixture->told, 2);
	assert_int_equal(fixture->state, DM_PEER_EXPIRED);
	assert_null(dm_event_find_subscriber(fixture->event, id));
	assert_int_equal(dm_metric_get(&fixture->room->channels[1].listeners), 0);
	assert_int_equal(fake.removals, 0); /* the transport knows */

	fake.on_state(fake.user, fake.last_peer, DM_PEER_EXPIRED); /* late news */
	assert_int_equal(fixture->told, 2);
	free(id);
}

static void a_join_that_fails_leaves_nothing(void **state)
{
	struct fixture *fixture = *state;
	const struct dm_subscriber_options how = { .room = fixture->room,
						   .channel = fixture->room->channels };
	struct dm_subscriber *subscriber = (struct dm_subscriber *)1;
	struct dm_peer_answer answer;

	fake.add_error = -EAGAIN;
	assert_int_equal(
		dm_subscriber_create(&subscriber, &how, &(struct dm_peer_options){ 0 }, &answer),
		-EAGAIN);
	assert_null(subscriber);
	fake.add_error = 0;
	fake.bind_error = -EAGAIN;
	assert_int_equal(
		dm_subscriber_create(&subscriber, &how, &(struct dm_peer_options){ 0 }, &answer),
		-EAGAIN);
	assert_null(subscriber);
	assert_int_equal(fake.removals, 1); /* the peer that was added already */
	assert_int_equal(dm_metric_get(&fixture->room->channels[0].listeners), 0);
}

static void note_change(void *user, struct dm_room *room)
{
	struct fixture *fixture = user;

	assert_ptr_equal(room, fixture->room);
	fixture->observed++;
}

static void observers_hear_of_changes_only(void **state)
{
	struct fixture *fixture = *state;
	struct dm_room *room = fixture->room;

	assert_int_equal(dm_event_observe(fixture->event, note_change, fixture), 0);
	dm_room_set_channel_state(room, &room->channels[1], DM_FEED_LIVE);
	dm_room_set_channel_state(room, &room->channels[1], DM_FEED_LIVE);
	dm_room_set_picture_state(room, &room->picture, DM_FEED_LOST);
	assert_int_equal(fixture->observed, 2);
	dm_event_unobserve(fixture->event, note_change, fixture);
	dm_room_set_channel_state(room, &room->channels[1], DM_FEED_LOST);
	assert_int_equal(fixture->observed, 2);
}

static void choices_have_names(void **state)
{
	enum dm_video_choice choice;

	(void)state;
	for (int i = DM_VIDEO_NONE; i <= DM_VIDEO_AUTO; i++) {
		const char *name = dm_video_choice_name((enum dm_video_choice)i);

		assert_true(dm_video_choice_parse(name, &choice));
		assert_int_equal(choice, i);
	}
	assert_false(dm_video_choice_parse("best", &choice));
}

static bool tells(const struct fixture *fixture, const char *what)
{
	char *text = dm_metrics_render(fixture->metrics, NULL);
	const bool found = strstr(text, what) != NULL;

	free(text);
	return found;
}

static void metrics_tell_how_listeners_fare(void **state)
{
	struct fixture *fixture = *state;
	struct dm_track *track = fixture->room->channels[1].track;
	struct dm_track *rung = fixture->room->picture.tracks[1];

	dm_reception_note(dm_track_reception(track), DM_MSEC(30), 13); /* 51 thousandths */
	dm_metric_add(&dm_track_reception(track)->resent, 7);
	dm_track_change_readers(rung, 4);
#define FR "room=\"plenary\",channel=\"fr\""
	assert_true(tells(fixture, "dragoman_channel_reception_round_trip_seconds_bucket{" FR
				   ",le=\"0.02\"} 0\n"));
	assert_true(tells(fixture, "dragoman_channel_reception_round_trip_seconds_bucket{" FR
				   ",le=\"0.04\"} 1\n"));
	assert_true(tells(fixture, "dragoman_channel_reception_loss_ratio_sum{" FR "} 0.051\n"));
	assert_true(tells(fixture, "dragoman_channel_resent_packets_total{" FR "} 7\n"));
	assert_true(tells(fixture, "dragoman_picture_readers{room=\"plenary\",picture=\"picture\","
				   "rung=\"1\",height=\"360\"} 4\n"));
	assert_true(tells(fixture, "dragoman_picture_readers{room=\"plenary\",picture=\"sign\","
				   "rung=\"0\",height=\"360\"} 0\n"));
	dm_track_change_readers(rung, -4);
}

static void what_is_the_floor_is_told_once(void **state)
{
	struct fixture *fixture = *state;
	static const struct dm_channel_options nobodys = { .lang = "es" };
	static const struct dm_room_options room = {
		.id = "small", .floor = { .uri = "test:" }, .channels = &nobodys, .channel_count = 1
	};
	static const struct dm_event_options small = { .id = "e", .rooms = &room, .room_count = 1 };

	dm_event_destroy(fixture->event);
	assert_false(tells(fixture, "dragoman_channel"));
	assert_false(tells(fixture, "dragoman_picture"));
	assert_int_equal(dm_event_create(&fixture->event, &small, NULL, NULL, fixture->metrics), 0);
	assert_ptr_equal(dm_event_room(fixture->event, 0)->channels[1].track,
			 dm_event_room(fixture->event, 0)->channels[0].track);
	assert_true(tells(fixture, "dragoman_channel_resent_packets_total{room=\"small\","
				   "channel=\"floor\"} 0\n"));
	assert_false(tells(fixture, "dragoman_channel_resent_packets_total{room=\"small\","
				    "channel=\"es\"}"));
}

static void an_event_that_fails_leaves_no_metrics(void **state)
{
	struct fixture *fixture = *state;
	struct dm_room_options two[2] = { rooms[0], rooms[0] };
	const struct dm_event_options broken = { .id = "e", .rooms = two, .room_count = 2 };

	dm_event_destroy(fixture->event);
	two[1].id = "second";
	two[1].sign.ladder_count = DM_LADDER_MAX + 1;
	assert_int_equal(dm_event_create(&fixture->event, &broken, NULL, NULL, fixture->metrics),
			 -EINVAL);
	assert_false(tells(fixture, "dragoman_"));
	assert_int_equal(dm_event_create(&fixture->event, &options, NULL, NULL, fixture->metrics),
			 0);
}

static int switched_to = -1;

static int note_switch(void *user, struct dm_room *room, unsigned n)
{
	const struct fixture *fixture = user;

	assert_ptr_equal(room, fixture->room);
	switched_to = (int)n;
	return n == 2 ? -ENOTSUP : 0;
}

static void a_source_is_switched_by_who_plays_it(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(dm_room_use_source(fixture->room, 1), -ENOTSUP); /* nobody plays them */
	dm_event_set_source_switch(fixture->event, note_switch, fixture);
	assert_int_equal(dm_room_use_source(fixture->room, 3), -EINVAL);
	assert_int_equal(switched_to, -1);
	assert_int_equal(dm_room_use_source(fixture->room, 1), 0);
	assert_int_equal(switched_to, 1);
	assert_int_equal(dm_room_use_source(fixture->room, 2), -ENOTSUP);
	assert_int_equal(dm_room_use_source(fixture->room, 0), 0);
	assert_int_equal(switched_to, 0);
}

/* A still belongs to the room, and goes with it or with the next one. */
static void a_still_goes_with_the_next(void **state)
{
	struct fixture *fixture = *state;
	GBytes *first = g_bytes_new_static("a", 1), *second = g_bytes_new_static("b", 1);

	assert_null(fixture->room->picture.still);
	dm_room_set_still(fixture->room, &fixture->room->picture, g_bytes_ref(first));
	dm_room_set_still(fixture->room, &fixture->room->sign, first);
	dm_room_set_still(fixture->room, &fixture->room->picture, second);
	assert_ptr_equal(fixture->room->picture.still, second);
	assert_ptr_equal(fixture->room->sign.still, first);
	assert_true(fixture->room->sign.still_at > 1700000000);
	dm_room_set_source_format(fixture->room, "Opus");
	assert_string_equal(fixture->room->source_format, "Opus");
	assert_int_equal(fixture->observed, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(rooms_have_what_their_options_say),
		TEST(the_choice_of_picture_is_a_part_of_the_ladder),
		TEST(listeners_are_counted_once),
		TEST(a_peer_that_is_gone_ends_its_subscriber),
		TEST(a_join_that_fails_leaves_nothing),
		TEST(observers_hear_of_changes_only),
		TEST(choices_have_names),
		TEST(metrics_tell_how_listeners_fare),
		TEST(what_is_the_floor_is_told_once),
		TEST(an_event_that_fails_leaves_no_metrics),
		TEST(a_source_is_switched_by_who_plays_it),
		TEST(a_still_goes_with_the_next),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
