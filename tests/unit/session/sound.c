/* Booths whose sound is real: Opus goes into the microphones' intakes, the ticker's beat is made by
 * hand in simulated time, and what the engines find out comes back to the rules. */
#include "audio/encoder.h"
#include "audio/survey.h"
#include "base/log.h"
#include "fake_clock.h"
#include "fake_transport.h"
#include "session/desk.h"
#include "session/interpreter.h"
#include "session/level.h"
#include "session/line_up.h"
#include "session/override.h"
#include "session/programme.h"
#include "session/seat_feed.h"
#include "session/subscriber.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { FLOOR, FR, RU, CHANNELS };
enum { BOOTH_FR, BOOTH_FR_2, BOOTH_RU, BOOTHS };

#define BEAT   DM_MSEC(20)
#define PEOPLE 3
#define PERIOD 55 /* beats: somebody speaks for 0.8 s, and is silent for 0.3 s */
#define SPEAKS 40
#define ORIGIN (FAKE_CLOCK_START - DM_SEC(1))

static const struct dm_channel_options channels[] = { { .lang = "fr" }, { .lang = "ru" } };
static const struct dm_booth_options booths[BOOTHS] = {
	[BOOTH_FR] = { .id = "fr", .outputs = { FR } },
	[BOOTH_FR_2] = { .id = "fr-2", .outputs = { FR } },
	[BOOTH_RU] = { .id = "ru", .outputs = { RU, FR } },
};
static const struct dm_room_options options = {
	.id = "hall",
	.floor = { .uri = "test:" },
	.floor_language = "en",
	.floor_bitrate_bps = 64000,
	.channel_bitrate_bps = 64000,
	.channels = channels,
	.channel_count = CHANNELS - 1,
	.booths = booths,
	.booth_count = BOOTHS,
	.loudness_lufs = -23,
};
static const struct dm_event_options event_options = { .id = "e",
						       .rooms = &options,
						       .room_count = 1 };

struct person {
	struct dm_interpreter *interpreter; /* NULL: nobody */
	const char *key;
	struct dm_intake *microphone; /* borrowed */
	struct dm_encoder *encoder;   /* owned */
	bool sends;
	struct dm_rtp_packet packet;
	double phase;
};

static struct dm_timeline timeline;
static struct dm_audience audience;
static struct dm_ticker *ticker;
static struct dm_event *event;
static struct dm_room *room;
static struct dm_interpretation *rules;
static struct person people[PEOPLE];
static int64_t next_tick;
static unsigned fell_back; /* beats in which FR gave the floor */

static int setup(void **state)
{
	(void)state;
	fake_clock_reset();
	memset(&fake, 0, sizeof(fake));
	memset(people, 0, sizeof(people));
	timeline = dm_timeline_init(ORIGIN, 0);
	next_tick = (DM_SEC(1) - DM_TICKER_DELAY) / BEAT + 1;
	assert_int_equal(dm_ticker_create(&ticker, &timeline, &audience, NULL), 0);
	assert_int_equal(dm_event_create(&event, &event_options, NULL, ticker, NULL), 0);
	room = dm_event_room(event, 0);
	rules = room->interpretation;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dm_event_destroy(event);
	dm_ticker_destroy(ticker);
	for (size_t n = 0; n < PEOPLE; n++)
		dm_encoder_destroy(people[n].encoder);
	return 0;
}

static void send_packet(struct person *person)
{
	float samples[DM_AUDIO_FRAME_SAMPLES];
	uint8_t payload[DM_AUDIO_PAYLOAD_MAX];
	const bool speaks = person->packet.sequence % PERIOD < SPEAKS;
	int bytes;

	for (size_t n = 0; n < DM_AUDIO_FRAME_SAMPLES; n++) {
		samples[n] = (float)(drand48() - 0.5) * 0.002f; /* a room is never silent */
		if (!speaks)
			continue;
		person->phase += 2 * 3.14159265 * 300 / DM_AUDIO_RATE_HZ;
		samples[n] += (float)(0.2 * sin(person->phase) + 0.1 * sin(3.1 * person->phase));
	}
	bytes = dm_encoder_encode(person->encoder, samples, payload, sizeof(payload));
	assert_true(bytes > 0);
	person->packet.sequence++;
	person->packet.timestamp += DM_AUDIO_FRAME_SAMPLES;
	person->packet.payload = payload;
	person->packet.payload_bytes = (size_t)bytes;
	if (!person->sends)
		return;
	dm_intake_put(person->microphone, &person->packet, fake_now);
	dm_intake_set_reception(person->microphone,
				&(struct dm_intake_reception){ .last_packet = fake_now });
}

/* One packet a beat on every track, whatever happens. */
static void check_tracks(void)
{
	static struct dm_track_packet packet;

	for (size_t c = 0; c < CHANNELS; c++) {
		const struct dm_track *track = room->channels[c].track;
		const uint64_t head = dm_track_head(track);

		assert_int_equal(dm_track_read(track, head - 1, &packet), DM_TRACK_READ_OK);
		assert_int_equal(packet.timestamp, (uint32_t)(next_tick * 960));
	}
}

static struct dm_channel_level level_of(uint8_t channel)
{
	struct dm_channel_level level;

	dm_channel_level(room, &room->channels[channel], &level);
	return level;
}

static void beat(void)
{
	for (size_t n = 0; n < PEOPLE; n++) {
		if (people[n].interpreter)
			send_packet(&people[n]);
	}
	dm_ticker_make(ticker, next_tick);
	dm_ticker_publish(ticker, next_tick, fake_now);
	check_tracks();
	next_tick++;
	dm_desk_answer(event); /* the main loop, woken by the ticker */
	fell_back += level_of(FR).fallen_back;
}

static void wait_for(dm_usec duration)
{
	fake_clock_wait(duration, beat);
}

/* Until `seat` of `booth` is really heard on the channel; DM_NOBODY: until nobody is. */
static dm_usec until_heard(uint8_t channel, uint8_t booth, uint8_t seat)
{
	const dm_usec since = fake_now;

	while (level_of(channel).booth != booth || level_of(channel).seat != seat) {
		wait_for(BEAT);
		assert_true(fake_now - since < DM_SEC(5));
	}
	return fake_now - since;
}

static struct person *arrive(size_t n, uint8_t booth)
{
	static const struct dm_encoder_options opus = { .bitrate_bps = 64000, .complexity = 5 };
	struct person *person = &people[n];
	const struct dm_peer_options peer = { .uplinks = { { .wanted = true } } };
	struct dm_subscriber_options how = { .room = room };
	struct dm_subscriber *subscriber;
	struct dm_peer_answer answer;
	struct dm_ruling ruling;

	assert_int_equal(dm_encoder_create(&person->encoder, &opus), 0);
	assert_true(dm_interpreter_sit(&person->interpreter, room, booth, "Anna", NULL, &ruling));
	how.interpreter = person->interpreter;
	assert_int_equal(dm_subscriber_create(&subscriber, &how, &peer, &answer), 0);
	person->key = dm_interpreter_key(person->interpreter);
	person->microphone = fake.peers[answer.id].options.uplinks[DM_UPLINK_SOUND].intake;
	person->packet.ssrc = (uint32_t)n + 1;
	person->sends = true;
	wait_for(DM_SEC(1));
	return person;
}

static void did(struct dm_ruling ruling)
{
	assert_string_equal(dm_reason_name(ruling.reason), "done");
	dm_desk_settle(room);
}

static enum dm_mic mic_of(const struct person *person)
{
	return dm_interpretation_booth(rules, dm_interpreter_booth(person->interpreter))
		->seats[dm_interpreter_seat(person->interpreter)]
		.mic;
}

static enum dm_carries carries(uint8_t channel)
{
	return room->channels[channel].programme->carries;
}

static void who_is_on_air_is_heard(void **state)
{
	struct person *anna = arrive(0, BOOTH_FR);
	struct dm_microphone_level level;
	struct dm_seat_feed feed;

	(void)state;
	assert_true(level_of(FR).fallen_back);
	did(dm_booth_on(rules, anna->key, DM_OUTPUT_A, fake_now));
	assert_in_range(until_heard(FR, BOOTH_FR, 0), 1, DM_MSEC(40)); /* it flowed already */
	wait_for(DM_MSEC(500));
	dm_interpreter_level(anna->interpreter, &level);
	assert_true(level.live);
	assert_true(dm_room_seat_feed(room, BOOTH_FR, 0, &feed));
	assert_int_equal(feed.number, room->channels[FR].number);
	assert_int_equal(feed.microphone, 0);
	assert_true(feed.level.live);
	assert_int_not_equal(feed.stats.played_samples, 0);
	assert_false(dm_room_seat_feed(room, BOOTH_FR, 1, &feed));
	assert_int_equal(feed.number, -1);
	did(dm_booth_mute(rules, anna->key, fake_now));
	wait_for(DM_SEC(1));
	assert_false(level_of(FR).fallen_back);
	assert_int_equal(level_of(FR).seat, DM_NOBODY);
	did(dm_booth_off(rules, anna->key, fake_now));
	wait_for(DM_MSEC(40));
	assert_true(level_of(FR).fallen_back);
}

static void a_dead_link_is_replaced_by_the_floor(void **state)
{
	struct person *anna = arrive(0, BOOTH_FR);
	dm_usec died;

	(void)state;
	did(dm_booth_on(rules, anna->key, DM_OUTPUT_A, fake_now));
	wait_for(DM_SEC(1));
	for (unsigned n = 0; n < 20; n++) {
		anna->sends = false;
		died = fake_now;
		while (!level_of(FR).fallen_back)
			wait_for(BEAT);
		assert_in_range(fake_now - died, DM_MSEC(40), DM_MSEC(160)); /* then the ramp */
		assert_int_equal(carries(FR), DM_CARRIES_CONCEALMENT);
		wait_for(DM_MSEC(400) - (fake_now - died));
		assert_int_equal(carries(FR), DM_CARRIES_FLOOR);
		wait_for(n == 0 ? DM_SEC(30) : DM_MSEC(500));

		anna->sends = true;
		assert_in_range(until_heard(FR, BOOTH_FR, 0), 1, DM_MSEC(500));
		wait_for(DM_MSEC(100));
		assert_int_equal(carries(FR), DM_CARRIES_VOICE);
		wait_for(DM_MSEC(700));
	}
}

static void a_standby_is_there_at_once(void **state)
{
	struct person *anna = arrive(0, BOOTH_FR);
	struct person *ben = arrive(1, BOOTH_FR);

	(void)state;
	did(dm_booth_consent(rules, anna->key, true, fake_now));
	did(dm_booth_consent(rules, ben->key, true, fake_now));
	did(dm_booth_on(rules, anna->key, DM_OUTPUT_A, fake_now));
	wait_for(DM_SEC(2));
	fell_back = 0;
	anna->sends = false;
	assert_in_range(until_heard(FR, BOOTH_FR, 1), 1, DM_MSEC(200));
	assert_int_equal(mic_of(ben), DM_MIC_ON_AIR);
	wait_for(DM_SEC(2));
	assert_int_equal(level_of(FR).seat, 1);
	assert_int_equal(fell_back, 0);
}

static void handovers_come_at_pauses(void **state)
{
	struct person *anna = arrive(0, BOOTH_FR);
	struct person *ben = arrive(1, BOOTH_FR);

	(void)state;
	did(dm_booth_on(rules, anna->key, DM_OUTPUT_A, fake_now));
	wait_for(DM_SEC(3));
	fell_back = 0;
	for (unsigned n = 0; n < 20; n++) {
		struct person *from = n % 2 ? ben : anna;
		struct person *to = n % 2 ? anna : ben;

		did(dm_handover_ask(rules, to->key, fake_now));
		did(dm_handover_accept(rules, from->key, fake_now));
		until_heard(FR, BOOTH_FR, n % 2 ? 0 : 1);
		wait_for(DM_MSEC(200));
		assert_int_equal(mic_of(to), DM_MIC_ON_AIR);
		assert_int_equal(mic_of(from), DM_MIC_OFF);
		wait_for(DM_MSEC(370 + 20 * n));
	}
	assert_int_equal(fell_back, 0);
}

static void a_channel_passes_from_booth_to_booth(void **state)
{
	struct person *anna = arrive(0, BOOTH_FR);
	struct person *carl = arrive(1, BOOTH_FR_2);
	struct person *rita = arrive(2, BOOTH_RU);

	(void)state;
	for (unsigned n = 0; n < 5; n++) {
		did(dm_booth_on(rules, anna->key, DM_OUTPUT_A, fake_now));
		until_heard(FR, BOOTH_FR, 0);
		did(dm_booth_off(rules, anna->key, fake_now));
		did(dm_booth_on(rules, carl->key, DM_OUTPUT_A, fake_now));
		assert_in_range(until_heard(FR, BOOTH_FR_2, 0), 1, DM_MSEC(200));
		wait_for(DM_SEC(1));
		assert_int_equal(mic_of(carl), DM_MIC_ON_AIR);
		assert_int_equal(carries(FR), DM_CARRIES_VOICE);
		did(dm_booth_off(rules, carl->key, fake_now));
		did(dm_booth_on(rules, rita->key, DM_OUTPUT_B, fake_now));
		assert_in_range(until_heard(FR, BOOTH_RU, 0), 1, DM_MSEC(200));
		did(dm_booth_on(rules, rita->key, DM_OUTPUT_A, fake_now));
		assert_in_range(until_heard(RU, BOOTH_RU, 0), 1, DM_MSEC(200));
		wait_for(DM_MSEC(500));
		assert_true(level_of(FR).fallen_back);
		did(dm_booth_off(rules, rita->key, fake_now));
	}
}

/* On and off a hundred times: the tracks go on as if nothing was. */
static void a_hundred_fallbacks(void **state)
{
	struct person *anna = arrive(0, BOOTH_FR);

	(void)state;
	for (unsigned n = 0; n < 100; n++) {
		did(dm_booth_on(rules, anna->key, DM_OUTPUT_A, fake_now));
		wait_for(DM_MSEC(400));
		assert_int_equal(level_of(FR).seat, 0);
		did(dm_booth_off(rules, anna->key, fake_now));
		wait_for(DM_MSEC(400));
		assert_true(level_of(FR).fallen_back);
	}
}

static void two_are_heard_together(void **state)
{
	struct person *anna = arrive(0, BOOTH_FR);
	struct person *ben = arrive(1, BOOTH_FR);

	(void)state;
	did(dm_override_on_air_max(rules, BOOTH_FR, 2, fake_now));
	did(dm_booth_on(rules, anna->key, DM_OUTPUT_A, fake_now));
	wait_for(DM_MSEC(100));
	did(dm_booth_on(rules, ben->key, DM_OUTPUT_A, fake_now));
	wait_for(DM_SEC(1));
	fell_back = 0;
	anna->sends = false; /* the other goes on */
	wait_for(DM_SEC(1));
	assert_int_equal(room->channels[FR].programme->voices, 2);
	assert_int_equal(level_of(FR).seat, 1);
	anna->sends = true;
	wait_for(DM_SEC(1));
	assert_int_equal(room->channels[FR].programme->voices, 3);
	assert_int_equal(fell_back, 0);
}

static struct dm_survey *survey;

static void beat_and_listen(void)
{
	beat();
	if (next_tick % 5 == 0)
		dm_survey_look(survey);
}

/* What leaves is heard again, decoded; who goes on air meanwhile has the channel at once, and all
 * others pass. */
static void line_up_leaves_as_it_should(void **state)
{
	const struct dm_line_up_channel *fr, *ru;
	struct person *anna;

	(void)state;
	assert_int_equal(dm_survey_prepare(&survey, ticker, NULL), 0);
	dm_event_set_survey(event, survey);
	dm_agenda_say(&room->agenda, DM_SITTING_LINE_UP, 0);
	anna = arrive(0, BOOTH_FR);
	assert_int_equal(dm_line_up_start(room), 0);
	fr = &room->line_up->channels[FR];
	ru = &room->line_up->channels[RU];
	fake_clock_wait(DM_SEC(5), beat_and_listen);
	assert_int_equal(room->line_up->step, DM_LINE_UP_LEVELS);
	assert_int_equal(fr->report.results[DM_LINE_UP_TONE], DM_LINE_UP_PASS);
	did(dm_booth_on(rules, anna->key, DM_OUTPUT_A, fake_now));
	fake_clock_wait(DM_MSEC(100), beat_and_listen);
	assert_int_equal(level_of(FR).booth, BOOTH_FR);
	assert_int_equal(fr->part, DM_LINE_UP_ON_AIR);
	fake_clock_wait(DM_MSEC(5500), beat_and_listen);
	assert_int_equal(room->line_up->state, DM_LINE_UP_DONE);
	assert_int_equal(ru->report.problem, DM_LINE_UP_NONE);
	for (size_t n = 0; n < DM_LINE_UP_STEPS; n++)
		assert_int_equal(ru->report.results[n], DM_LINE_UP_PASS);
	assert_true(fabs(ru->report.level_db - DM_LINE_UP_TONE_DB) < 0.2);
	assert_true(fabs(ru->report.frequency_hz - DM_LINE_UP_TONE_HZ) < 0.1);
	assert_true(fabs(ru->report.offset_ms) < 2);
	fake_clock_wait(DM_MSEC(500), beat_and_listen);
	assert_true(level_of(RU).fallen_back);
	dm_event_set_survey(event, NULL);
	dm_survey_destroy(survey);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(who_is_on_air_is_heard),
		TEST(a_dead_link_is_replaced_by_the_floor),
		TEST(a_standby_is_there_at_once),
		TEST(handovers_come_at_pauses),
		TEST(a_channel_passes_from_booth_to_booth),
		TEST(a_hundred_fallbacks),
		TEST(two_are_heard_together),
		TEST(line_up_leaves_as_it_should),
	};

	dm_log_setup(DM_LOG_ERROR, DM_LOG_KEY_VALUE);
	return cmocka_run_group_tests_name("session/sound", tests, NULL, NULL);
}
