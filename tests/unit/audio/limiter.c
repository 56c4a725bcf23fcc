/* The limiter: true peaks measured apart, what it leaves alone, that it lets go without pumping. */
#include "audio/limiter.h"
#include "audio/encoder.h"
#include "true_peak.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FRAME DM_AUDIO_FRAME_SAMPLES
#define TICKS 100
#define COUNT (TICKS * FRAME)

static float in[COUNT], out[COUNT];

static void limit(double ceiling_db)
{
	struct dm_limiter *limiter;

	assert_int_equal(dm_limiter_create(&limiter, ceiling_db), 0);
	memcpy(out, in, sizeof(out));
	for (size_t tick = 0; tick < TICKS; tick++)
		dm_limiter_run(limiter, out + tick * FRAME);
	dm_limiter_destroy(limiter);
}

static void make_sine(double hz, double peak, double phase)
{
	for (size_t n = 0; n < COUNT; n++)
		in[n] = (float)(peak * sin(2 * M_PI * hz * (double)n / DM_AUDIO_RATE_HZ + phase));
}

/* Noise that ends before the band does, as all sound out of a codec or a microphone. */
static void make_noise(float peak)
{
	uint32_t random = 1;
	float last = 0, before = 0;

	for (size_t n = 0; n < COUNT; n++) {
		random = random * 1664525u + 1013904223u;

		const float white = peak * (float)(int32_t)random / 2147483648.0f;

		in[n] = (white + 2 * last + before) / 4;
		before = last;
		last = white;
	}
}

/* Sines between whose samples the peak lies, clicks, noise, steps of loudness. */
static void test_true_peak(void **state)
{
	static const double hertz[] = { 100, 997, 6000, 7999, 11999, 12000 };
	double worst = -100;

	(void)state;
	for (size_t n = 0; n < 6; n++) {
		make_sine(hertz[n], 2.5, 0.785);
		limit(-1);
		worst = fmax(worst, true_peak_db(out, COUNT));
	}
	make_noise(3);
	limit(-1);
	worst = fmax(worst, true_peak_db(out, COUNT));
	make_sine(440, 0.3, 0);
	for (size_t n = 5000; n < COUNT; n += 7919)
		in[n] = n % 2 ? 4 : -4;
	limit(-1);
	worst = fmax(worst, true_peak_db(out, COUNT));
	make_sine(300, 0.2, 0);
	for (size_t n = COUNT / 2; n < COUNT; n++)
		in[n] *= 20;
	limit(-1);
	worst = fmax(worst, true_peak_db(out, COUNT));
	printf("worst true peak %.2f dBTP for a ceiling of -1\n", worst);
	assert_true(worst <= -1);
	assert_true(worst >= -1.6); /* and not held down for nothing */
}

static void test_leaves_alone(void **state)
{
	(void)state;
	make_sine(1000, 0.8, 0);
	limit(-1);
	for (size_t n = DM_LIMITER_LATENCY_SAMPLES; n < COUNT; n++)
		assert_true(fabsf(out[n] - in[n - DM_LIMITER_LATENCY_SAMPLES]) < 1e-6f);
}

/* One loud click in a tone: the tone is back within half a second, and its level never jumps. */
static void test_no_pumping(void **state)
{
	float before = 0;

	(void)state;
	make_sine(480, 0.5, 0); /* a period is 100 samples */
	in[24000] = 4;
	limit(-1);
	for (size_t n = 26000; n + 100 < COUNT; n += 100) {
		float peak = 0;

		for (size_t k = 0; k < 100; k++)
			peak = fmaxf(peak, fabsf(out[n + k]));
		/* 2 ms: at most 3 percent, a quarter of a decibel. */
		if (before > 0)
			assert_true(peak / before < 1.06f && peak / before > 0.99f);
		before = peak;
		if (n > 24000 + 24000)
			assert_true(peak > 0.47f);
	}
}

/* Steady loud speech: the gain settles and no more goes up and down between the peaks. */
static void test_steady(void **state)
{
	struct dm_limiter *limiter;
	double least = 0, most = -100;

	(void)state;
	make_sine(100, 2, 0);
	assert_int_equal(dm_limiter_create(&limiter, -1), 0);
	for (size_t tick = 0; tick < TICKS; tick++) {
		dm_limiter_run(limiter, in + tick * FRAME);
		if (tick < 10)
			continue;
		least = fmin(least, dm_limiter_reduction_db(limiter));
		most = fmax(most, dm_limiter_reduction_db(limiter));
	}
	dm_limiter_destroy(limiter);
	assert_true(most - least < 0.5);
	assert_true(least > -8 && most < -6.5);
}

/* Silence for long, then loud: the short way back does not let a peak through. */
static void test_after_rest(void **state)
{
	struct dm_limiter *limiter;
	float silence[FRAME] = { 0 };

	(void)state;
	make_sine(1000, 3, 0.3);
	memcpy(out, in, sizeof(out));
	assert_int_equal(dm_limiter_create(&limiter, -1), 0);
	for (int tick = 0; tick < 200; tick++) {
		memset(silence, 0, sizeof(silence));
		dm_limiter_run(limiter, silence);
	}
	for (size_t tick = 0; tick < TICKS; tick++)
		dm_limiter_run(limiter, out + tick * FRAME);
	dm_limiter_destroy(limiter);
	assert_true(true_peak_db(out, COUNT) <= -1);
}

static void test_bad_options(void **state)
{
	struct dm_limiter *limiter = (struct dm_limiter *)in;

	(void)state;
	assert_int_equal(dm_limiter_create(&limiter, 0.1), -EINVAL);
	assert_null(limiter);
	assert_int_equal(dm_limiter_create(&limiter, NAN), -EINVAL);
	dm_limiter_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_true_peak),  cmocka_unit_test(test_leaves_alone),
		cmocka_unit_test(test_no_pumping), cmocka_unit_test(test_steady),
		cmocka_unit_test(test_after_rest), cmocka_unit_test(test_bad_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
