/* Everything that a ticker makes, listened to in simulated time: what each figure says when a
 * channel and its microphones are well, and when something is wrong with them. */
#include "audio/survey.h"
#include "desk_rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define assert_near(a, b, by) assert_true((a) == (b) || fabs((a) - (b)) <= (by))

#define LOOP_FRAMES  450
#define RECORDED_BPS 64000
#define LOOP_SAMPLES (LOOP_FRAMES * DM_AUDIO_FRAME_SAMPLES)

static struct recording one, others;
static struct desk_rig rig;
static struct dm_survey *survey;
static unsigned ticks;

/* Syllables of 200 ms, each with formants of its own, six to a phrase of 1.8 s, of which the last
 * 600 ms are a pause. The whole is as long as a recording. */
static float speak(int64_t n, double pitch_hz, uint32_t words)
{
	const int64_t at = n % LOOP_SAMPLES;
	const uint32_t syllable = (uint32_t)(at / 9600) * 2654435761U + words * 40503U;
	const double first_hz = 250 + (syllable >> 8) % 600;
	const double second_hz = 900 + (syllable >> 18) % 1600;
	double voice = 0;

	if (at % 86400 >= 57600)
		return 0;
	for (int harmonic = 1; harmonic <= 40; harmonic++) {
		const double hz = pitch_hz * harmonic;
		const double near = (hz - first_hz) / 120, far = (hz - second_hz) / 160;
		const double size = 1 / (1 + near * near) + 0.5 / (1 + far * far) + 0.01;

		voice += size * sin(2 * M_PI * hz * (double)at / DM_AUDIO_RATE_HZ + harmonic);
	}
	return (float)(0.1 * voice * sin(M_PI * (double)(at % 9600) / 9600));
}

static float sound_of_one(int64_t n)
{
	return speak(n, 120, 1);
}

static float sound_of_other(int64_t n)
{
	return speak(n, 190, 2);
}

/* 300 ms ahead of who repeats it. */
static float sound_of_leaking_floor(int64_t n)
{
	return speak(n + 14400, 120, 1);
}

static float sound_of_another_floor(int64_t n)
{
	return speak(n, 150, 3);
}

static void run(double seconds)
{
	for (size_t n = 0; n < (size_t)(seconds * 50); n++) {
		rig_step(&rig);
		if (++ticks % 5 == 0)
			dm_survey_look(survey);
	}
}

static void seat(int channel, uint8_t number, size_t sender, const struct recording *recording)
{
	const struct link_options options = {
		.recording = recording,
		.ssrc = (uint32_t)sender,
		.delay = DM_MSEC(20),
		.jitter = DM_MSEC(3),
	};

	rig_send(&rig, sender, &options);
	assert_int_equal(dm_ticker_connect(rig.ticker, channel, number, rig.senders[sender].intake),
			 0);
}

static void put_on_air(int channel, uint8_t number)
{
	const struct dm_engine_state state = { .mode = DM_ENGINE_ON_AIR, .voice = number };

	assert_int_equal(dm_ticker_set(rig.ticker, channel, &state), 0);
}

static void mute(int channel)
{
	const struct dm_engine_state state = { .mode = DM_ENGINE_MUTED };

	assert_int_equal(dm_ticker_set(rig.ticker, channel, &state), 0);
}

static struct dm_surveyed_channel channel(int number)
{
	struct dm_surveyed_channel sound;

	dm_survey_channel(survey, number, &sound);
	return sound;
}

static struct dm_surveyed_microphone microphone(int number, uint8_t seat_number)
{
	struct dm_surveyed_microphone sound;

	dm_survey_microphone(survey, number, seat_number, &sound);
	return sound;
}

static int setup(void **state)
{
	static const struct dm_engine_options engine = { .ceiling_db = -2, .target_lufs = -23 };

	(void)state;
	ticks = 0;
	rig_begin(&rig, &engine);
	for (size_t n = 0; n < RIG_CHANNELS; n++)
		rig.listeners[n].deaf = true;
	return dm_survey_prepare(&survey, rig.ticker, rig.metrics);
}

static int teardown(void **state)
{
	(void)state;
	dm_survey_destroy(survey);
	rig_end(&rig);
	return 0;
}

static void what_is_not_there_is_unknown(void **state)
{
	(void)state;
	assert_true(isnan(channel(17).momentary_lufs));
	assert_int_equal(channel(-1).twin, -1);
	assert_true(isnan(channel(RIG_A).momentary_lufs)); /* not listened to yet */
	assert_false(microphone(RIG_A, 3).live);
	assert_true(isnan(microphone(RIG_FLOOR_CHANNEL, 0).peak_dbfs));
	dm_survey_reset(survey, 17);
}

/* A tone of 250 Hz and 0.25: K-weighting leaves it as it is within 0.2 dB (BS.1770, annex 1). */
static void the_floor_and_who_passes_it(void **state)
{
	const double lufs = 20 * log10((double)RIG_FLOOR) - 3.01 - 0.69;

	(void)state;
	run(5);
	for (int n = RIG_FLOOR_CHANNEL; n <= RIG_A; n++) {
		assert_near(channel(n).momentary_lufs, lufs, 0.3);
		assert_near(channel(n).short_term_lufs, lufs, 0.3);
		assert_near(channel(n).integrated_lufs, lufs, 0.3);
		assert_near(channel(n).true_peak_dbtp, 20 * log10((double)RIG_FLOOR), 0.1);
		assert_near(channel(n).silent_for, 0, 0);
		/* What passes the floor on is not compared with it. */
		assert_true(isnan(channel(n).floor_likeness));
		assert_int_equal(channel(n).twin, -1);
	}
}

static void somebody_on_air_is_well(void **state)
{
	struct dm_surveyed_microphone sound;

	(void)state;
	seat(RIG_A, 0, 0, &one);
	seat(RIG_B, 0, 1, &others);
	put_on_air(RIG_A, 0);
	put_on_air(RIG_B, 0);
	run(30);
	assert_near(channel(RIG_A).short_term_lufs, -23, 3);
	assert_near(channel(RIG_A).integrated_lufs, -23, 2);
	assert_true(channel(RIG_A).true_peak_dbtp < -1.5);
	assert_true(!(channel(RIG_A).twin_likeness > 0.7));
	assert_true(channel(RIG_A).clipping < 0.01);
	sound = microphone(RIG_A, 0);
	assert_true(sound.live);
	assert_true(sound.peak_dbfs < 0 && sound.peak_dbfs > -20);
	assert_true(sound.silent_for < 1); /* a pause */
	assert_near(sound.fitness.coded_bps, RECORDED_BPS, 0.15 * RECORDED_BPS);
	assert_false(microphone(RIG_A, 1).live);
	assert_near(microphone(RIG_A, 1).peak_dbfs, -HUGE_VAL, 0);
}

/* Off air it dozes: its level is known from peeks, its verdict for a minute. */
static void who_dozes_is_known_for_a_minute(void **state)
{
	(void)state;
	seat(RIG_A, 0, 0, &one);
	put_on_air(RIG_A, 0);
	run(40);
	assert_int_not_equal(microphone(RIG_A, 0).fitness.verdict, DM_VERDICT_UNKNOWN);
	mute(RIG_A);
	run(1);
	/* Muted: still awake to be heard at once, or dozing; either way it is there. */
	assert_true(microphone(RIG_A, 0).live);
	assert_int_equal(dm_ticker_set(rig.ticker, RIG_A, &(struct dm_engine_state){ 0 }), 0);
	run(30);
	assert_true(microphone(RIG_A, 0).live);
	assert_true(isnan(microphone(RIG_A, 0).momentary_lufs));
	assert_true(microphone(RIG_A, 0).peak_dbfs > -30);
	assert_int_not_equal(microphone(RIG_A, 0).fitness.verdict, DM_VERDICT_UNKNOWN);
	run(35);
	assert_int_equal(microphone(RIG_A, 0).fitness.verdict, DM_VERDICT_UNKNOWN);
}

static void another_intake_is_another_person(void **state)
{
	(void)state;
	seat(RIG_A, 0, 0, &one);
	put_on_air(RIG_A, 0);
	run(40);
	assert_int_not_equal(microphone(RIG_A, 0).fitness.verdict, DM_VERDICT_UNKNOWN);
	seat(RIG_A, 0, 1, &one);
	run(1);
	assert_int_equal(microphone(RIG_A, 0).fitness.verdict, DM_VERDICT_UNKNOWN);
	assert_true(microphone(RIG_A, 0).live);
}

static void the_same_voice_on_two_channels(void **state)
{
	(void)state;
	seat(RIG_A, 0, 0, &one);
	seat(RIG_B, 0, 1, &one);
	put_on_air(RIG_A, 0);
	put_on_air(RIG_B, 0);
	run(20);
	assert_int_equal(channel(RIG_A).twin, RIG_B);
	assert_int_equal(channel(RIG_B).twin, RIG_A);
	assert_true(channel(RIG_A).twin_likeness > 0.8);
	/* One stops: there is nobody to be like. */
	mute(RIG_B);
	run(4);
	assert_int_equal(channel(RIG_A).twin, -1);
	assert_int_equal(channel(RIG_B).twin, -1);
}

static void the_floor_in_a_channel(void **state)
{
	(void)state;
	rig.floor_sound = sound_of_leaking_floor;
	seat(RIG_A, 0, 0, &one);
	seat(RIG_B, 0, 1, &others);
	put_on_air(RIG_A, 0);
	put_on_air(RIG_B, 0);
	run(20);
	print_message("like the floor: %.2f, and another: %.2f\n", channel(RIG_A).floor_likeness,
		      channel(RIG_B).floor_likeness);
	assert_true(channel(RIG_A).floor_likeness > 0.8);
	assert_true(channel(RIG_B).floor_likeness < 0.7);
	assert_int_equal(channel(RIG_A).twin, RIG_B);
	assert_true(channel(RIG_A).twin_likeness < 0.7);
	rig.floor_sound = sound_of_another_floor;
	run(13);
	assert_true(channel(RIG_A).floor_likeness < 0.7);
}

static void silence_is_told(void **state)
{
	(void)state;
	seat(RIG_A, 0, 0, &one);
	put_on_air(RIG_A, 0);
	run(5);
	mute(RIG_A);
	run(4);
	assert_near(channel(RIG_A).silent_for, 3.9, 0.3);
	assert_true(isnan(channel(RIG_A).floor_likeness));
}

static void it_begins_anew(void **state)
{
	(void)state;
	run(5);
	seat(RIG_A, 0, 0, &one);
	put_on_air(RIG_A, 0);
	run(10);
	assert_true(channel(RIG_A).integrated_lufs > -21); /* the floor's tone too */
	dm_survey_reset(survey, RIG_A);
	run(10);
	assert_near(channel(RIG_A).integrated_lufs, -23, 1.5);
}

/* A survey that does not get to look for a while misses ticks, and says so. */
static void what_is_missed_is_counted(void **state)
{
	char *text;

	(void)state;
	run(1);
	rig_run(&rig, DM_SEC(3));
	run(1);
	assert_near(channel(RIG_FLOOR_CHANNEL).silent_for, 0, 0);
	text = dm_metrics_render(rig.metrics, NULL);
	assert_non_null(strstr(text, "\ndragoman_survey_missed_ticks_total "));
	assert_null(strstr(text, "\ndragoman_survey_missed_ticks_total 0\n"));
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_not_there_is_unknown),
		TEST(the_floor_and_who_passes_it),
		TEST(somebody_on_air_is_well),
		TEST(who_dozes_is_known_for_a_minute),
		TEST(another_intake_is_another_person),
		TEST(the_same_voice_on_two_channels),
		TEST(the_floor_in_a_channel),
		TEST(silence_is_told),
		TEST(it_begins_anew),
		TEST(what_is_missed_is_counted),
	};

	print_message("seed %llu\n", (unsigned long long)link_seed());
	recording_make(&one, LOOP_FRAMES, RECORDED_BPS, 0, sound_of_one);
	recording_make(&others, LOOP_FRAMES, RECORDED_BPS, 0, sound_of_other);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
