/* Loudness: booths from -40 to -10 LUFS reach -23, measured apart; pauses, noise and coughs. */
#include "audio/loudness.h"
#include "audio/encoder.h"
#include "simulated_link.h"
#include "true_peak.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FRAME   DM_AUDIO_FRAME_SAMPLES
#define SECONDS 24
#define COUNT   (SECONDS * DM_AUDIO_RATE_HZ)

static float voice[COUNT], sound[COUNT];
static double voice_lufs;

static int make_voice(void **state)
{
	(void)state;
	for (size_t n = 0; n < 72000; n++)
		voice[n] = sound_of_voice((int64_t)n);
	for (size_t n = 72000; n < COUNT; n++)
		voice[n] = voice[n - 72000];
	voice_lufs = integrated_lufs(voice, COUNT);
	return 0;
}

static void voice_at(double lufs)
{
	const float gain = (float)pow(10, (lufs - voice_lufs) / 20);

	for (size_t n = 0; n < COUNT; n++)
		sound[n] = voice[n] * gain;
}

static struct dm_loudness *loudness;

static void begin(void)
{
	assert_int_equal(dm_loudness_create(&loudness, DM_LOUDNESS_TARGET_LUFS), 0);
}

static void run(void)
{
	for (size_t at = 0; at < COUNT; at += FRAME)
		dm_loudness_run(loudness, sound + at, true);
}

static void test_table(void **state)
{
	static const double booths[] = { -40, -35, -23, -15, -10 };

	(void)state;
	for (size_t n = 0; n < sizeof(booths) / sizeof(booths[0]); n++) {
		begin();
		voice_at(booths[n]);
		run();

		const double lufs = integrated_lufs(sound + 10 * DM_AUDIO_RATE_HZ,
						    COUNT - 10 * DM_AUDIO_RATE_HZ);

		printf("a booth at %.0f LUFS: %.2f LUFS after 10 s, gain %.1f dB\n", booths[n],
		       lufs, dm_loudness_gain_db(loudness));
		assert_true(fabs(lufs - DM_LOUDNESS_TARGET_LUFS) <= 1);
		dm_loudness_destroy(loudness);
	}
}

/* After a voice, ten seconds of a quiet room: its noise is not raised. */
static void test_pause_raises_nothing(void **state)
{
	uint32_t random = 1;

	(void)state;
	begin();
	voice_at(-28);
	run();

	const double gain = dm_loudness_gain_db(loudness);

	for (size_t n = 0; n < COUNT; n++) {
		random = random * 1664525u + 1013904223u;
		sound[n] = 0.004f * (float)(int32_t)random / 2147483648.0f;
	}
	run();
	printf("gain %.2f dB in speech, %.2f dB after %d s of noise at -53 dBFS\n", gain,
	       dm_loudness_gain_db(loudness), SECONDS);
	assert_true(fabs(dm_loudness_gain_db(loudness) - gain) < 0.5);
	dm_loudness_destroy(loudness);
}

/* A cough 20 dB above the voice lowers it by no more than 3 dB. */
static void test_cough(void **state)
{
	double lowest = 100;

	(void)state;
	begin();
	voice_at(-30);
	run();

	const double gain = dm_loudness_gain_db(loudness);

	voice_at(-30);
	for (size_t n = 0; n < DM_AUDIO_RATE_HZ / 4; n++)
		sound[DM_AUDIO_RATE_HZ + n] = 0.3f * (float)sin(0.05 * (double)n);
	for (size_t at = 0; at < COUNT; at += FRAME) {
		dm_loudness_run(loudness, sound + at, true);
		lowest = fmin(lowest, dm_loudness_gain_db(loudness));
	}
	printf("gain %.2f dB, lowest after a cough %.2f dB\n", gain, lowest);
	assert_true(gain - lowest < 3);
	dm_loudness_destroy(loudness);
}

/* Another, softer voice at the same microphone is drawn up too, though later. */
static void test_softer_voice(void **state)
{
	(void)state;
	begin();
	voice_at(-15);
	run();
	for (int time = 0; time < 2; time++) {
		voice_at(-36);
		run();
	}

	const double lufs = integrated_lufs(sound + COUNT / 2, COUNT / 2);

	assert_true(fabs(lufs - DM_LOUDNESS_TARGET_LUFS) <= 1);
	dm_loudness_destroy(loudness);
}

static void test_slew(void **state)
{
	double last = 0;

	(void)state;
	begin();
	voice_at(-40);
	for (size_t at = 0; at < COUNT; at += FRAME) {
		dm_loudness_run(loudness, sound + at, true);
		assert_true(dm_loudness_gain_db(loudness) - last < 0.061);
		last = dm_loudness_gain_db(loudness);
	}
	assert_true(last <= 20);
	dm_loudness_destroy(loudness);
}

static void test_unreal_is_not_measured(void **state)
{
	(void)state;
	begin();
	voice_at(-10);
	for (size_t at = 0; at < COUNT; at += FRAME)
		dm_loudness_run(loudness, sound + at, false);
	assert_true(dm_loudness_gain_db(loudness) == 0);
	assert_true(dm_loudness_lufs(loudness) == -HUGE_VAL);
	dm_loudness_destroy(loudness);
	assert_int_equal(dm_loudness_create(&loudness, -5), -EINVAL);
	assert_null(loudness);
	dm_loudness_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table), cmocka_unit_test(test_pause_raises_nothing),
		cmocka_unit_test(test_cough), cmocka_unit_test(test_softer_voice),
		cmocka_unit_test(test_slew),  cmocka_unit_test(test_unreal_is_not_measured),
	};

	return cmocka_run_group_tests(tests, make_voice, NULL);
}
