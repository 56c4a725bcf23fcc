/* An ear of the ticker: it hears a microphone that nobody else hears, softly begun and ended, and
 * its track pauses otherwise. */
#include "desk_rig.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FRAME     DM_AUDIO_FRAME_SAMPLES
#define HIGH_HZ   600
#define HIGH_PEAK 0.1f
#define LIKE      0.02f /* of an amplitude; a codec adds some noise */
#define STEP_MOST (1.5f * 6.2832f * (TONE_PEAK * TONE_HZ + HIGH_PEAK * HIGH_HZ) / 48000)

static struct recording low, high;
static struct desk_rig rig;
static struct dm_track *track;
static struct dm_decoder *decoder;
static uint64_t next;
static uint32_t timestamp;
static float samples[DM_DECODER_SAMPLES_MAX];
static float last, step;

static float sound_of_high(int64_t n)
{
	return HIGH_PEAK * (float)sin(2 * M_PI * HIGH_HZ * (double)(n % 4800) / DM_AUDIO_RATE_HZ);
}

static int setup(void **state)
{
	static const struct dm_engine_options plain = { .ceiling_db = -1 };
	const struct dm_track_options options = {
		.kind = DM_TRACK_AUDIO,
		.clock_rate_hz = DM_AUDIO_RATE_HZ,
		.capacity_packets = 16,
		.name = "event.ear-0",
	};

	(void)state;
	rig_begin(&rig, &plain);
	for (size_t n = 0; n < RIG_CHANNELS; n++)
		rig.listeners[n].deaf = n == RIG_B;
	next = 0;
	last = step = 0;
	memset(samples, 0, sizeof(samples));
	assert_int_equal(dm_track_create(&track, &options), 0);
	assert_int_equal(dm_decoder_create(&decoder), 0);
	assert_int_equal(
		dm_ticker_add_ear(rig.ticker,
				  &(struct dm_ticker_ear){ .track = track, .bitrate_bps = 64000 }),
		0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_end(&rig);
	dm_decoder_destroy(decoder);
	dm_track_unref(track);
	return 0;
}

/* What the ear's track has, all on the beat's grid; it may pause. */
static void listen(void)
{
	static struct dm_track_packet packet;

	for (; next < dm_track_head(track); next++) {
		assert_int_equal(dm_track_read(track, next, &packet), DM_TRACK_READ_OK);
		assert_int_equal(packet.timestamp, (uint32_t)((rig.tick - 1) * FRAME));
		if (next > 0)
			assert_true(packet.timestamp > timestamp);
		timestamp = packet.timestamp;
		assert_int_equal(
			dm_decoder_decode(decoder, packet.payload, packet.payload_bytes, samples),
			FRAME);
		for (size_t n = 0; n < FRAME; n++) {
			step = fmaxf(step, fabsf(samples[n] - last));
			last = samples[n];
		}
	}
}

static void run(double seconds)
{
	for (size_t n = 0; n < (size_t)(seconds * 50); n++) {
		rig_step(&rig);
		listen();
	}
}

static float level(double hz)
{
	double re = 0, im = 0;

	for (size_t n = 0; n < FRAME; n++) {
		const double phase = 2 * M_PI * hz * (double)n / DM_AUDIO_RATE_HZ;

		re += (double)samples[n] * cos(phase);
		im += (double)samples[n] * sin(phase);
	}
	return (float)(2 * sqrt(re * re + im * im) / FRAME);
}

static void check_heard(float low_peak, float high_peak)
{
	assert_true(fabsf(level(TONE_HZ) - low_peak) < LIKE);
	assert_true(fabsf(level(HIGH_HZ) - high_peak) < LIKE);
}

static void send(size_t sender, const struct recording *recording)
{
	const struct link_options options = {
		.recording = recording,
		.ssrc = (uint32_t)sender,
		.delay = DM_MSEC(20),
		.jitter = DM_MSEC(3),
	};

	rig_send(&rig, sender, &options);
}

static void seat(int channel, uint8_t number, size_t sender, const struct recording *recording)
{
	send(sender, recording);
	assert_int_equal(dm_ticker_connect(rig.ticker, channel, number, rig.senders[sender].intake),
			 0);
}

static uint64_t played(int channel, uint8_t number)
{
	struct dm_microphone_stats stats;

	dm_ticker_microphone_stats(rig.ticker, channel, number, &stats);
	return stats.played_samples;
}

static void it_pauses_until_it_is_pointed(void **state)
{
	uint64_t before;

	(void)state;
	seat(RIG_A, 1, 0, &low);
	run(2);
	assert_int_equal(dm_track_head(track), 0);
	assert_int_equal(dm_ticker_point_ear(rig.ticker, 0, RIG_A, 1), 0);
	run(0.2);
	check_heard(TONE_PEAK, 0);
	assert_int_equal(dm_track_head(track), 10);
	/* Nobody else hears it. */
	assert_true(fabsf(rig_level(&rig, RIG_A, TONE_HZ)) < LIKE);
	assert_true(fabsf(rig_level(&rig, RIG_A, RIG_FLOOR_HZ) - RIG_FLOOR) < LIKE);
	run(2);
	check_heard(TONE_PEAK, 0);
	assert_int_equal(dm_ticker_point_ear(rig.ticker, 0, -1, 0), 0);
	run(1);
	assert_int_equal(dm_track_head(track), 111); /* the end fades */
	assert_true(step < STEP_MOST);
	/* And it dozes again, but for peeks. */
	before = played(RIG_A, 1);
	run(1);
	assert_true(played(RIG_A, 1) - before < 10 * FRAME);
}

static void who_is_on_air_is_heard_too(void **state)
{
	const struct dm_engine_state on_air = { .mode = DM_ENGINE_ON_AIR };

	(void)state;
	seat(RIG_A, 0, 0, &low);
	seat(RIG_B, 2, 1, &high);
	assert_int_equal(dm_ticker_set(rig.ticker, RIG_A, &on_air), 0);
	run(1);
	assert_int_equal(dm_ticker_point_ear(rig.ticker, 0, RIG_A, 0), 0);
	run(0.5);
	check_heard(TONE_PEAK, 0);
	assert_true(fabsf(rig_level(&rig, RIG_A, TONE_HZ) - TONE_PEAK) < LIKE);
	assert_int_equal(dm_ticker_point_ear(rig.ticker, 0, RIG_B, 2), 0);
	run(0.5);
	check_heard(0, HIGH_PEAK);
	assert_true(step < STEP_MOST);
	assert_true(fabsf(rig_level(&rig, RIG_A, TONE_HZ) - TONE_PEAK) < LIKE);
}

static void an_intake_of_its_own_goes_first(void **state)
{
	(void)state;
	seat(RIG_A, 0, 0, &low);
	send(1, &high);
	assert_int_equal(dm_ticker_point_ear(rig.ticker, 0, RIG_A, 0), 0);
	run(1);
	check_heard(TONE_PEAK, 0);
	assert_int_equal(dm_ticker_connect_ear(rig.ticker, 0, rig.senders[1].intake), 0);
	run(1);
	check_heard(0, HIGH_PEAK);
	assert_int_equal(dm_ticker_connect_ear(rig.ticker, 0, NULL), 0);
	run(1);
	check_heard(TONE_PEAK, 0);
	assert_true(step < STEP_MOST);
	/* Somebody who sends nothing: silence, but the track goes on. */
	rig.senders[0].sends = false;
	run(1);
	check_heard(0, 0);
	assert_int_equal(dm_track_head(track), 200);
}

static void what_cannot_be_is_refused(void **state)
{
	(void)state;
	assert_int_equal(dm_ticker_point_ear(rig.ticker, 1, RIG_A, 0), -EINVAL);
	assert_int_equal(dm_ticker_point_ear(rig.ticker, -1, RIG_A, 0), -EINVAL);
	assert_int_equal(dm_ticker_point_ear(rig.ticker, 0, RIG_FLOOR_CHANNEL, 0), -EINVAL);
	assert_int_equal(dm_ticker_point_ear(rig.ticker, 0, RIG_A, 3), -EINVAL);
	assert_int_equal(dm_ticker_connect_ear(rig.ticker, 1, NULL), -EINVAL);
	assert_int_equal(dm_ticker_add_ear(rig.ticker, &(struct dm_ticker_ear){ .track = track,
										.bitrate_bps = 1 }),
			 -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_pauses_until_it_is_pointed),
		TEST(who_is_on_air_is_heard_too),
		TEST(an_intake_of_its_own_goes_first),
		TEST(what_cannot_be_is_refused),
	};

	recording_make(&low, 50, 64000, 0, sound_of_tone);
	recording_make(&high, 50, 64000, 0, sound_of_high);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
