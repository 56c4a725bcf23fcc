/* The ticker with a source writing beside it, and told what to do while it runs: every tick one
 * packet on every track, all alike on the grid. Threads and the real clock, but no sleep: the
 * doorbell tells when a tick was made. Under ThreadSanitizer this is the proof of the hand-over. */
#include "audio/survey.h"
#include "audio/ticker.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define TICKS 25

static struct dm_timeline timeline;
static struct dm_doorbell doorbell;
static struct dm_audience audience;

static struct dm_track *make_track(void)
{
	const struct dm_track_options options = {
		.kind = DM_TRACK_AUDIO,
		.clock_rate_hz = 48000,
		.capacity_packets = 256,
		.name = "t",
	};
	struct dm_track *track;

	assert_int_equal(dm_track_create(&track, &options), 0);
	return track;
}

static int setup(void **state)
{
	(void)state;
	timeline = dm_timeline_init(dm_time_now() - DM_SEC(5), dm_time_ntp_now());
	assert_int_equal(dm_doorbell_init(&doorbell), 0);
	audience = (struct dm_audience){ 0 };
	assert_int_equal(dm_audience_add(&audience, &doorbell), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dm_doorbell_finish(&doorbell);
	return 0;
}

/* Waits until the track has `count` packets; each wait ends with the ticker's ring. */
static void await(const struct dm_track *track, uint64_t count)
{
	while (dm_track_head(track) < count) {
		struct pollfd poll_fd = { .fd = doorbell.fd, .events = POLLIN };

		assert_int_equal(poll(&poll_fd, 1, 10000), 1);
		dm_doorbell_answer(&doorbell);
	}
}

struct writer {
	struct dm_sound_inlet *inlet;
	_Atomic bool stop;
};

static void *write_sound(void *user)
{
	struct writer *writer = user;
	int64_t position = (dm_time_now() - timeline.origin) * 48 / 1000;
	float samples[480];

	for (size_t n = 0; n < 480; n++)
		samples[n] = n % 48 < 24 ? 0.3f : -0.3f;
	while (!atomic_load(&writer->stop)) {
		const int64_t now = (dm_time_now() - timeline.origin) * 48 / 1000;

		for (; position < now + 480; position += 480)
			dm_sound_inlet_put(writer->inlet, position, samples, 480);
	}
	return NULL;
}

static void check_grid(const struct dm_track *a, const struct dm_track *b)
{
	static struct dm_track_packet one, other;
	uint32_t last = 0;

	for (uint64_t n = 0; n < TICKS; n++) {
		assert_int_equal(dm_track_read(a, n, &one), DM_TRACK_READ_OK);
		assert_int_equal(dm_track_read(b, n, &other), DM_TRACK_READ_OK);
		assert_int_equal(one.timestamp, other.timestamp);
		assert_int_equal(one.timestamp % 960, 0);
		assert_int_equal(one.captured_at, other.captured_at);
		assert_int_equal((one.captured_at - timeline.origin) % DM_MSEC(20), 0);
		if (n > 0)
			assert_int_equal(one.timestamp, last + 960);
		last = one.timestamp;
	}
}

static void test_ticks(void **state)
{
	struct writer writer = { 0 };
	struct dm_track *tracks[3];
	struct dm_ticker_counts counts = { 0 };
	const struct dm_engine_options engine = { .ceiling_db = -2, .target_lufs = -23 };
	struct dm_sound_inlet *silent;
	struct dm_ticker *ticker;
	pthread_t thread;

	(void)state;
	assert_int_equal(dm_ticker_create(&ticker, &timeline, &audience, NULL), 0);
	assert_int_equal(dm_sound_inlet_create(&writer.inlet), 0);
	assert_int_equal(dm_sound_inlet_create(&silent), 0);
	for (size_t n = 0; n < 3; n++) {
		const struct dm_ticker_channel channel = {
			.track = tracks[n] = make_track(),
			.bitrate_bps = 64000,
			.inlet = n == 0   ? writer.inlet
				 : n == 1 ? silent
					  : NULL,
			.engine = n == 2 ? &engine : NULL,
			.floor = n == 2 ? 0 : -1,
			.counts = n == 0 ? &counts : NULL,
		};

		assert_int_equal(dm_ticker_add(ticker, &channel), (int)n);
	}
	assert_int_equal(pthread_create(&thread, NULL, write_sound, &writer), 0);
	assert_int_equal(dm_ticker_start(ticker), 0);
	await(tracks[2], TICKS);
	atomic_store(&writer.stop, true);
	pthread_join(thread, NULL);
	dm_ticker_destroy(ticker);

	check_grid(tracks[0], tracks[1]);
	check_grid(tracks[0], tracks[2]);
	assert_true(dm_track_bytes(tracks[0]) > dm_track_bytes(tracks[1])); /* a square wave */
	assert_true(dm_track_bytes(tracks[2]) > dm_track_bytes(tracks[1])); /* the floor */
	for (size_t n = 0; n < 3; n++)
		dm_track_unref(tracks[n]);
	dm_sound_inlet_destroy(writer.inlet);
	dm_sound_inlet_destroy(silent);
}

/* A publisher's packets, each of Opus's silence, some time before they are due. */
struct sender {
	struct dm_intake *intake;
	_Atomic bool stop;
};

static void *send_packets(void *user)
{
	static const uint8_t silence[3] = { 0xf8, 0xff, 0xfe };
	struct sender *sender = user;
	struct dm_rtp_packet packet = { .payload = silence, .payload_bytes = sizeof(silence) };
	const dm_usec start = dm_time_now();

	while (!atomic_load(&sender->stop)) {
		const dm_usec now = dm_time_now();

		for (; start + packet.sequence * DM_MSEC(20) <= now; packet.sequence++) {
			packet.timestamp = packet.sequence * 960u;
			dm_intake_put(sender->intake, &packet, now);
		}
	}
	return NULL;
}

/* What the control thread does in one round; how many events came. */
static unsigned command(struct dm_ticker *ticker, struct dm_intake *intake, unsigned round,
			struct dm_survey *survey)
{
	struct dm_surveyed_microphone microphone;
	struct dm_surveyed_channel sound;

	const struct dm_engine_state on_air = {
		.mode = round % 5 == 4 ? DM_ENGINE_OFF : DM_ENGINE_ON_AIR,
		.voice = round % 7 == 3,
	};
	struct dm_microphone_stats stats;
	struct dm_ticker_level level;
	struct dm_ticker_event event;
	unsigned events = 0;

	assert_int_equal(dm_ticker_set(ticker, 1, &on_air), 0);
	assert_int_equal(dm_ticker_set_other(ticker, 1, round % 2 ? 0 : -1), 0);
	if (round % 10 == 0)
		assert_int_equal(dm_ticker_connect(ticker, 1, 0, intake), 0);
	if (round % 10 == 9)
		assert_int_equal(dm_ticker_connect(ticker, 1, 0, NULL), 0);
	dm_ticker_level(ticker, 1, &level);
	assert_true(level.on_air <= DM_ENGINE_VOICES);
	dm_ticker_microphone_stats(ticker, 1, 0, &stats);
	dm_survey_channel(survey, 1, &sound);
	dm_survey_microphone(survey, 1, 0, &microphone);
	assert_true(sound.twin == -1 && microphone.fitness.verdict < DM_VERDICT_COUNT);
	if (round % 8 == 0)
		dm_survey_reset(survey, 1);
	assert_int_equal(dm_ticker_point_ear(ticker, 0, round % 6 < 3 ? 1 : -1, 0), 0);
	dm_ticker_answer(ticker);
	while (dm_ticker_take_event(ticker, &event)) {
		assert_int_equal(event.channel, 1);
		events++;
	}
	return events;
}

static void test_told_while_it_runs(void **state)
{
	const struct dm_engine_options engine = { .ceiling_db = -2, .target_lufs = -23 };
	struct dm_track *tracks[2] = { make_track(), make_track() };
	struct dm_track *ear = make_track();
	struct sender sender = { 0 };
	struct dm_survey *survey;
	struct dm_ticker *ticker;
	unsigned events = 0;
	pthread_t thread;

	(void)state;
	assert_int_equal(dm_ticker_create(&ticker, &timeline, &audience, NULL), 0);
	assert_int_equal(dm_intake_create(&sender.intake, 64, 48000), 0);
	for (int n = 0; n < 2; n++)
		assert_int_equal(dm_ticker_add(ticker,
					       &(struct dm_ticker_channel){
						       .track = tracks[n],
						       .bitrate_bps = 64000,
						       .engine = n == 0 ? NULL : &engine,
						       .floor = n - 1,
					       }),
				 n);
	assert_int_equal(dm_ticker_add_ear(ticker, &(struct dm_ticker_ear){ .track = ear,
									    .bitrate_bps = 64000 }),
			 0);
	assert_int_equal(dm_survey_create(&survey, ticker, NULL), 0);
	assert_int_equal(pthread_create(&thread, NULL, send_packets, &sender), 0);
	assert_int_equal(dm_ticker_start(ticker), 0);
	for (unsigned round = 0; round < 2 * TICKS; round++) {
		await(tracks[1], round + 1);
		events += command(ticker, sender.intake, round, survey);
	}
	dm_ticker_stop(ticker);
	dm_ticker_stop(ticker); /* does nothing */
	atomic_store(&sender.stop, true);
	pthread_join(thread, NULL);
	dm_survey_destroy(survey);
	dm_survey_destroy(NULL);
	dm_ticker_destroy(ticker);
	assert_true(events > 0);
	assert_true(dm_track_head(ear) > 0);
	dm_track_unref(ear);
	check_grid(tracks[0], tracks[1]);
	dm_intake_unref(sender.intake); /* the last reference: a sanitizer minds */
	for (int n = 0; n < 2; n++)
		dm_track_unref(tracks[n]);
}

static void test_bad_channels(void **state)
{
	struct dm_track *track = make_track();
	struct dm_ticker_channel channel = { .track = track, .bitrate_bps = 64000, .floor = 0 };
	struct dm_sound_inlet *inlet;
	struct dm_ticker *ticker;

	(void)state;
	assert_int_equal(dm_ticker_create(&ticker, &timeline, &audience, NULL), 0);
	assert_int_equal(dm_sound_inlet_create(&inlet), 0);
	assert_int_equal(dm_ticker_add(ticker, &channel), -EINVAL); /* a floor has no floor */
	channel.inlet = inlet;
	channel.floor = -1;
	channel.bitrate_bps = 1;
	assert_int_equal(dm_ticker_add(ticker, &channel), -EINVAL);
	dm_ticker_destroy(ticker);
	dm_ticker_destroy(NULL);
	dm_sound_inlet_destroy(inlet);
	dm_track_unref(track);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ticks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_told_while_it_runs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_channels, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
