/* Several voices of one channel at once, when an organiser allows it: what is heard of each, and
 * what is told, as links die and come back. */
#include "desk_rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define HIGH_HZ   600
#define HIGH_PEAK 0.1f
#define LIKE      0.015f /* of an amplitude; a codec adds some noise */

/* Of all three tones together; a codec adds some noise. */
#define STEP_MOST                                                                                  \
	(1.3f * 6.2832f * (TONE_PEAK * TONE_HZ + HIGH_PEAK * HIGH_HZ + RIG_FLOOR * RIG_FLOOR_HZ) / \
	 48000)

static struct recording low, high;
static struct desk_rig rig;

static float sound_of_high(int64_t n)
{
	return HIGH_PEAK * (float)sin(2 * M_PI * HIGH_HZ * (double)(n % 4800) / DM_AUDIO_RATE_HZ);
}

static void seat(uint8_t number, const struct recording *recording)
{
	const struct link_options options = {
		.recording = recording,
		.ssrc = number,
		.delay = DM_MSEC(20),
		.jitter = DM_MSEC(3),
	};

	rig_send(&rig, number, &options);
	dm_ticker_connect(rig.ticker, RIG_A, number, rig.senders[number].intake);
}

static void set(uint8_t voice, uint8_t voices)
{
	const struct dm_engine_state state = {
		.mode = DM_ENGINE_ON_AIR,
		.voice = voice,
		.voices = voices,
	};

	assert_int_equal(dm_ticker_set(rig.ticker, RIG_A, &state), 0);
}

static void begin(const struct dm_engine_options *options)
{
	rig_begin(&rig, options);
	seat(0, &low);
	seat(1, &high);
	rig_run(&rig, DM_SEC(1));
}

/* Amplitudes of both voices and the floor. */
static void check_heard(float low_peak, float high_peak, float floor_peak)
{
	assert_true(fabsf(rig_level(&rig, RIG_A, TONE_HZ) - low_peak) < LIKE);
	assert_true(fabsf(rig_level(&rig, RIG_A, HIGH_HZ) - high_peak) < LIKE);
	assert_true(fabsf(rig_level(&rig, RIG_A, RIG_FLOOR_HZ) - floor_peak) < LIKE);
}

static const struct dm_engine_options plain = { .ceiling_db = -1 };

static void test_both_are_heard(void **state)
{
	struct dm_ticker_level level;

	(void)state;
	begin(&plain);
	set(0, 1 << 0 | 1 << 1);
	rig_run(&rig, DM_SEC(1));
	check_heard(TONE_PEAK, HIGH_PEAK, 0);
	dm_ticker_level(rig.ticker, RIG_A, &level);
	assert_int_equal(level.on_air, 0);
	rig.listeners[RIG_A].step = 0;
	set(0, 0);
	rig_run(&rig, DM_SEC(1));
	check_heard(TONE_PEAK, 0, 0);
	set(1, 1 << 0); /* its own bit need not be there */
	rig_run(&rig, DM_SEC(1));
	check_heard(TONE_PEAK, HIGH_PEAK, 0);
	dm_ticker_level(rig.ticker, RIG_A, &level);
	assert_int_equal(level.on_air, 1);
	set(1, 0);
	rig_run(&rig, DM_SEC(1));
	check_heard(0, HIGH_PEAK, 0);
	assert_true(rig.listeners[RIG_A].step < STEP_MOST);
	assert_int_equal(rig.events[DM_ENGINE_LINK_DEAD], 0);
	rig_end(&rig);
}

static void test_one_dies(void **state)
{
	(void)state;
	begin(&plain);
	set(0, 1 << 1);
	rig_run(&rig, DM_SEC(1));
	rig.listeners[RIG_A].step = 0;
	for (uint8_t dies = 0; dies < 2; dies++) {
		rig.senders[dies].sends = false;
		rig_run(&rig, DM_SEC(1));
		check_heard(dies == 0 ? 0 : TONE_PEAK, dies == 0 ? HIGH_PEAK : 0, 0);
		assert_int_equal(rig.event.engine.type, DM_ENGINE_LINK_DEAD);
		assert_int_equal(rig.event.engine.voice, dies);
		seat(dies, dies == 0 ? &low : &high);
		rig_run(&rig, DM_SEC(1));
		check_heard(TONE_PEAK, HIGH_PEAK, 0);
		assert_int_equal(rig.event.engine.type, DM_ENGINE_LINK_BACK);
		assert_int_equal(rig.event.engine.voice, dies);
	}
	assert_int_equal(rig.events[DM_ENGINE_LINK_DEAD], 2);
	assert_int_equal(rig.events[DM_ENGINE_FELL_BACK], 0);

	/* Both: the floor, until one is back. */
	rig.senders[0].sends = rig.senders[1].sends = false;
	rig_run(&rig, DM_SEC(1));
	check_heard(0, 0, RIG_FLOOR);
	assert_int_equal(rig.events[DM_ENGINE_FELL_BACK], 1);
	assert_int_equal(rig.events[DM_ENGINE_LINK_DEAD], 4);
	seat(1, &high);
	rig_run(&rig, DM_SEC(1));
	check_heard(0, HIGH_PEAK, 0);
	assert_int_equal(rig.event.engine.type, DM_ENGINE_LINK_BACK);
	assert_true(rig.listeners[RIG_A].step < STEP_MOST);
	rig_end(&rig);
}

/* The stand-by is for when nobody of them is left. */
static void test_standby(void **state)
{
	const struct dm_engine_state two = {
		.mode = DM_ENGINE_ON_AIR,
		.voice = 0,
		.voices = 1 << 1,
		.has_standby = true,
		.standby = 2,
	};

	(void)state;
	begin(&plain);
	seat(2, &low);
	assert_int_equal(dm_ticker_set(rig.ticker, RIG_A, &two), 0);
	rig_run(&rig, DM_SEC(1));
	rig.senders[0].sends = false;
	rig_run(&rig, DM_SEC(1));
	check_heard(0, HIGH_PEAK, 0);
	assert_int_equal(rig.events[DM_ENGINE_STANDBY_TAKES], 0);
	rig.senders[1].sends = false;
	rig_run(&rig, DM_SEC(1));
	check_heard(TONE_PEAK, 0, 0);
	assert_int_equal(rig.events[DM_ENGINE_STANDBY_TAKES], 1);
	assert_int_equal(rig.event.engine.voice, 2);
	assert_int_equal(rig.events[DM_ENGINE_FELL_BACK], 0);
	rig_end(&rig);
}

/* Each is drawn to the loudness, whatever the other does. */
static void test_loudness(void **state)
{
	const struct dm_engine_options options = { .ceiling_db = -2, .target_lufs = -23 };
	float one, other;

	(void)state;
	begin(&options);
	set(0, 1 << 1);
	rig_run(&rig, DM_SEC(15));
	one = rig_level(&rig, RIG_A, TONE_HZ);
	other = rig_level(&rig, RIG_A, HIGH_HZ);
	printf("tones of %.2f and %.2f are heard at %.3f and %.3f\n", (double)TONE_PEAK,
	       (double)HIGH_PEAK, (double)one, (double)other);
	/* A tone of -23 LUFS has an amplitude of 0.1, less what the K-weighting adds. */
	assert_true(one > 0.09f && one < 0.12f);
	assert_true(other > 0.09f && other < 0.12f);
	rig_end(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_are_heard),
		cmocka_unit_test(test_one_dies),
		cmocka_unit_test(test_standby),
		cmocka_unit_test(test_loudness),
	};

	recording_make(&low, 50, 64000, 0, sound_of_tone);
	recording_make(&high, 50, 64000, 0, sound_of_high);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
