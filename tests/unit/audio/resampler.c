/* The resampler and the stretching of speech: lengths, purity, no seam. */
#include "audio/resampler.h"
#include "audio/encoder.h"
#include "audio/stretch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FRAME DM_AUDIO_FRAME_SAMPLES
#define TICKS 500
#define ROOM  (TICKS * FRAME + 4 * FRAME)

static float in[ROOM], out[ROOM];

static void make_tone(double hz)
{
	for (size_t n = 0; n < ROOM; n++)
		in[n] = 0.5f * (float)sin(2 * M_PI * hz * (double)n / DM_AUDIO_RATE_HZ);
}

static float largest_step_of(const float *samples, size_t count)
{
	float largest = 0;

	for (size_t n = 1; n < count; n++)
		largest = fmaxf(largest, fabsf(samples[n] - samples[n - 1]));
	return largest;
}

/* So many more samples go in than come out, and a tone stays one. */
static void test_ratio(void **state)
{
	static const double ppms[] = { -1000, -500, -100, 30, 500, 1000 };

	(void)state;
	make_tone(1000);
	for (size_t k = 0; k < sizeof(ppms) / sizeof(ppms[0]); k++) {
		struct dm_resampler *resampler;
		size_t taken = 0;

		assert_int_equal(dm_resampler_create(&resampler), 0);
		dm_resampler_set_ppm(resampler, ppms[k]);
		for (size_t tick = 0; tick < TICKS; tick++) {
			const size_t wanted = dm_resampler_wanted(resampler, FRAME);

			taken += dm_resampler_run(resampler, in + taken, wanted, out + tick * FRAME,
						  FRAME);
		}

		const double more = (double)taken / (TICKS * FRAME) - 1;

		printf("%.0f ppm: took %.1f ppm more than it gave\n", ppms[k], more * 1e6);
		assert_true(fabs(more * 1e6 - ppms[k]) < 15);
		assert_true(largest_step_of(out + 200, TICKS * FRAME - 200) <
			    1.02f * largest_step_of(in, TICKS * FRAME));
		dm_resampler_destroy(resampler);
	}
}

/* Changing the ratio every tick, through nought and beyond the most, leaves no seam. */
static void test_changes(void **state)
{
	struct dm_resampler *resampler;
	size_t taken = 0;

	(void)state;
	make_tone(1000);
	assert_int_equal(dm_resampler_create(&resampler), 0);
	for (size_t tick = 0; tick < TICKS; tick++) {
		dm_resampler_set_ppm(resampler, 3000 * sin(0.37 * (double)tick));
		taken += dm_resampler_run(resampler, in + taken,
					  dm_resampler_wanted(resampler, FRAME), out + tick * FRAME,
					  FRAME);
	}
	assert_true(largest_step_of(out + 200, TICKS * FRAME - 200) <
		    1.02f * largest_step_of(in, TICKS * FRAME));
	assert_in_range(dm_resampler_latency_samples(resampler), 1, 100);
	dm_resampler_destroy(resampler);
	dm_resampler_destroy(NULL);
}

/* 15 kHz, which ISO 20109 asks for, comes through whole. */
static void test_band(void **state)
{
	struct dm_resampler *resampler;
	size_t taken = 0;
	float peak = 0;

	(void)state;
	make_tone(15000);
	assert_int_equal(dm_resampler_create(&resampler), 0);
	dm_resampler_set_ppm(resampler, 200);
	for (size_t tick = 0; tick < 50; tick++)
		taken += dm_resampler_run(resampler, in + taken,
					  dm_resampler_wanted(resampler, FRAME), out + tick * FRAME,
					  FRAME);
	for (size_t n = FRAME; n < 50 * FRAME; n++)
		peak = fmaxf(peak, fabsf(out[n]));
	assert_true(peak > 0.49f && peak < 0.51f);
	dm_resampler_destroy(resampler);
}

static void test_stretch_a_tone(void **state)
{
	float samples[3000 + DM_STRETCH_PERIOD_MOST];
	float step;

	(void)state;
	make_tone(150); /* 320 samples a period */
	step = largest_step_of(in, 3000);
	memcpy(samples, in, 3000 * sizeof(float));

	const size_t gone = dm_stretch_shorten(samples, 3000, 2000, 0.9f, 0);

	assert_true(gone % 320 == 0 && gone > 0);
	assert_true(largest_step_of(samples, 3000 - gone) < 1.05f * step);
	memcpy(samples, in, 3000 * sizeof(float));

	const size_t more = dm_stretch_lengthen(samples, 3000, 2000, 0.9f, 0);

	assert_true(more % 320 == 0 && more > 0);
	assert_true(largest_step_of(samples, 3000 + more) < 1.05f * step);
	/* No period is as short as what may go. */
	assert_int_equal(dm_stretch_shorten(samples, 3000, 100, 0.9f, 0), 0);
	assert_int_equal(dm_stretch_shorten(samples, 200, 2000, 0.9f, 0), 0);
}

/* Noise has no period: it is left alone unless it is soft. */
static void test_stretch_noise(void **state)
{
	float samples[3000 + DM_STRETCH_PERIOD_MOST];
	uint32_t random = 1;

	(void)state;
	for (size_t n = 0; n < 3000; n++) {
		random = random * 1664525u + 1013904223u;
		samples[n] = 0.1f * (float)(int32_t)random / 2147483648.0f;
	}
	assert_int_equal(dm_stretch_shorten(samples, 3000, 2000, 0.85f, 0.01f), 0);
	assert_int_equal(dm_stretch_lengthen(samples, 3000, 2000, 0.85f, 0.01f), 0);
	assert_true(dm_stretch_shorten(samples, 3000, 2000, 0.85f, 0.1f) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ratio),         cmocka_unit_test(test_changes),
		cmocka_unit_test(test_band),          cmocka_unit_test(test_stretch_a_tone),
		cmocka_unit_test(test_stretch_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
