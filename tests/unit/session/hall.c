#include "hall.h"

#define SPEAKERS 64

static const struct dm_channel_options channels[] = {
	{ .lang = "en" },
	{ .lang = "fr" },
	{ .lang = "ru", .fallback = DM_FALLBACK_SILENCE },
	{ .lang = "zh", .fallback = DM_FALLBACK_CHANNEL, .fallback_channel = EN },
	{ .lang = "es", .source = { .uri = "test:" } },
	{ .lang = "ar" },
};
static const struct dm_booth_options booths[BOOTHS] = {
	[BOOTH_EN] = { "en", { EN, 0 }, { { "fr", "ru" }, 2 }, { FR }, 1 },
	[BOOTH_FR] = { "fr", { FR, 0 }, { .count = 0 }, { 0 }, 0 },
	[BOOTH_FR_2] = { "fr-2", { FR, 0 }, { .count = 0 }, { 0 }, 0 },
	[BOOTH_RU] = { "ru", { RU, EN }, { { "en", "fr" }, 2 }, { EN, FR }, 2 },
	[BOOTH_ZH] = { "zh", { ZH, 0 }, { { "en" }, 1 }, { EN, FR }, 2 },
};
static const struct dm_rung_options ladder[] = { { 1280, 720, 1500000 }, { 640, 360, 500000 } };
static const struct dm_room_options options = {
	.id = "plenary",
	.floor = { .uri = "whip:", .whip = true },
	.floor_language = "en",
	.floor_bitrate_bps = 64000,
	.channel_bitrate_bps = 32000,
	.picture = { .frame_rate = 25, .ladder = ladder, .ladder_count = 2 },
	.channels = channels,
	.channel_count = CHANNELS - 1,
	.booths = booths,
	.booth_count = BOOTHS,
	.loudness_lufs = -23,
};
static const struct dm_event_options event_options = { .id = "e",
						       .rooms = &options,
						       .room_count = 1 };

struct dm_event *event;
struct dm_room *room;
struct dm_interpretation *rules;
unsigned told[DM_CHANGE_KINDS];
unsigned batches;
unsigned news;
struct dm_change last_change;

static struct dm_metrics *metrics;
static struct dm_intake *speakers[SPEAKERS]; /* owned references */

static void note_change(void *user, struct dm_room *where, const struct dm_change *change)
{
	assert_null(user);
	assert_ptr_equal(where, room);
	if (!change) {
		batches++;
		return;
	}
	told[change->kind]++;
	last_change = *change;
}

static void note_news(void *user, struct dm_room *where)
{
	assert_null(user);
	assert_ptr_equal(where, room);
	news++;
}

int hall_setup(void **state)
{
	(void)state;
	fake_clock_reset();
	memset(&fake, 0, sizeof(fake));
	memset(&fake_ticker, 0, sizeof(fake_ticker));
	memset(told, 0, sizeof(told));
	batches = news = 0;
	assert_int_equal(dm_metrics_create(&metrics), 0);
	assert_int_equal(dm_event_create(&event, &event_options, NULL, FAKE_TICKER, metrics), 0);
	room = dm_event_room(event, 0);
	rules = room->interpretation;
	dm_desk_observe(event, note_change, NULL);
	dm_event_observe(event, note_news, NULL);
	return 0;
}

int hall_teardown(void **state)
{
	(void)state;
	dm_event_destroy(event);
	assert_int_equal(fake_clock_timers(), 0);
	dm_metrics_destroy(metrics);
	for (size_t n = 0; n < SPEAKERS; n++) {
		dm_intake_unref(speakers[n]);
		speakers[n] = NULL;
	}
	return 0;
}

void speak(struct dm_intake *microphone, bool on)
{
	for (size_t n = 0; n < SPEAKERS; n++) {
		if (!on && speakers[n] == microphone) {
			speakers[n] = NULL;
			dm_intake_unref(microphone);
			return;
		}
		if (on && !speakers[n]) {
			speakers[n] = dm_intake_ref(microphone);
			return;
		}
	}
	fail();
}

static void on_beat(void)
{
	for (size_t n = 0; n < SPEAKERS; n++) {
		if (speakers[n])
			dm_intake_set_reception(speakers[n], &(struct dm_intake_reception){
								     .last_packet = fake_now });
	}
}

void wait_for(dm_usec duration)
{
	fake_clock_wait(duration, on_beat);
}

void connect_peer(struct person *person)
{
	const struct dm_subscriber_options how = {
		.room = room,
		.video = DM_VIDEO_AUTO,
		.interpreter = person->interpreter,
	};
	const struct dm_peer_options peer = { .uplinks = { { .wanted = true } } };
	struct dm_peer_answer answer;

	assert_int_equal(dm_subscriber_create(&person->subscriber, &how, &peer, &answer), 0);
	person->peer = answer.id;
	person->microphone = fake.peers[answer.id].options.uplinks[DM_UPLINK_SOUND].intake;
	assert_non_null(person->microphone);
}

struct person arrive(const char *name, uint8_t booth)
{
	struct person person;
	struct dm_ruling ruling;

	assert_true(dm_interpreter_sit(&person.interpreter, room, booth, name, NULL, &ruling));
	strcpy(person.key, dm_interpreter_key(person.interpreter));
	connect_peer(&person);
	speak(person.microphone, true);
	wait_for(DM_MSEC(200));
	assert_int_equal(seat_of(&person)->link, DM_LINK_ALIVE);
	return person;
}

void peer_becomes(dm_peer_id peer, enum dm_peer_state state)
{
	fake.on_state(fake.user, peer, state);
}

void did(struct dm_ruling ruling)
{
	refused(ruling, DM_REASON_DONE);
}

void refused(struct dm_ruling ruling, enum dm_reason reason)
{
	assert_string_equal(dm_reason_name(ruling.reason), dm_reason_name(reason));
	dm_desk_settle(room);
}

const struct fake_channel *engine(uint8_t channel)
{
	assert_in_range(room->channels[channel].number, 0, fake_ticker.count - 1);
	return &fake_ticker.channels[room->channels[channel].number];
}

void engine_says(uint8_t channel, enum dm_engine_event_type type, uint8_t voice)
{
	fake_ticker_happen(room->channels[channel].number, type, voice, fake_now);
	dm_desk_answer(event);
}

void assert_engine(uint8_t channel, enum dm_engine_mode mode, uint8_t voice)
{
	assert_int_equal(engine(channel)->state.mode, mode);
	if (mode == DM_ENGINE_ON_AIR)
		assert_int_equal(engine(channel)->state.voice, voice);
}

const struct dm_track *hears(dm_peer_id peer)
{
	assert_int_equal(fake.peers[peer].bound[DM_MEDIA_AUDIO].count, 1);
	return fake.peers[peer].bound[DM_MEDIA_AUDIO].rungs[0];
}

const struct dm_track *track(uint8_t channel)
{
	return room->channels[channel].track;
}

const struct dm_seat *seat_of(const struct person *person)
{
	uint8_t booth, seat;

	assert_true(dm_booth_find(rules, person->key, &booth, &seat));
	return &dm_interpretation_booth(rules, booth)->seats[seat];
}

struct dm_subscriber *listen(uint8_t channel, dm_peer_id *peer)
{
	const struct dm_subscriber_options how = { .room = room,
						   .channel = &room->channels[channel] };
	struct dm_subscriber *subscriber;
	struct dm_peer_answer answer;

	assert_int_equal(
		dm_subscriber_create(&subscriber, &how, &(struct dm_peer_options){ 0 }, &answer),
		0);
	*peer = answer.id;
	return subscriber;
}

int64_t listeners(uint8_t channel)
{
	return dm_metric_get(&room->channels[channel].listeners);
}
