/* The meter beside libebur128, which owes nothing to it; and what an encoder makes of reported
 * loss. */
#include "audio/encoder.h"
#include "audio/loss_setting.h"
#include "audio/meter.h"

#include <ebur128.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FRAME DM_AUDIO_FRAME_SAMPLES

/* EBU Tech 3341, 2.8: within 0.1 LU. */
#define LIKE 0.1

static void test_like_ebur128(void **state)
{
	ebur128_state *other = ebur128_init(1, DM_AUDIO_RATE_HZ, EBUR128_MODE_M);
	struct dm_meter meter = { .tick = 0 };
	uint32_t random = 1;
	double worst = 0;

	(void)state;
	for (int tick = 0; tick < 500; tick++) {
		const double hz = 40 * pow(1.014, tick); /* to the top of the band, */
		const double level = tick % 90 < 60 ? 0.5 : 0.005;
		float samples[FRAME];
		double lufs;

		for (int n = 0; n < FRAME; n++) {
			random = random * 1664525u + 1013904223u;
			samples[n] = (float)(level * sin(2 * M_PI * hz * (tick * FRAME + n) /
							 48000) +
					     0.1 * level * (int32_t)random / 2147483648.0);
		}
		dm_meter_run(&meter, samples);
		ebur128_add_frames_float(other, samples, FRAME);
		assert_int_equal(ebur128_loudness_momentary(other, &lufs), EBUR128_SUCCESS);
		if (tick >= DM_METER_LOUDNESS_TICKS)
			worst = fmax(worst, fabs((double)dm_meter_momentary_lufs(&meter) - lufs));
	}
	printf("differs from libebur128 by at most %.4f LU\n", worst);
	assert_true(worst < LIKE);
	ebur128_destroy(&other);
}

/* EBU Tech 3341, test case 1: a tone of 1 kHz at -23 dBFS, here in one channel of two. */
static void test_tone(void **state)
{
	const float peak = powf(10, -23.0f / 20);
	struct dm_meter meter = { .tick = 0 };
	struct dm_meter follower = { .tick = 0 };
	float samples[FRAME];

	(void)state;
	dm_meter_follow(&follower, &meter); /* which knows nothing yet */
	assert_true(dm_meter_momentary_lufs(&follower) == -HUGE_VALF);
	for (int tick = 0; tick < 50; tick++) {
		for (int n = 0; n < FRAME; n++)
			samples[n] = peak * (float)sin(2 * M_PI * 1000 * n / 48000.0);
		dm_meter_run(&meter, samples);
		dm_meter_follow(&follower, &meter);
	}
	assert_true(fabsf(dm_meter_momentary_lufs(&meter) + 26.01f) < (float)LIKE);
	assert_true(fabsf(dm_peak_dbfs(&meter.peak) + 23) < 0.01f);
	assert_true(dm_meter_momentary_lufs(&follower) == dm_meter_momentary_lufs(&meter));
	assert_true(dm_peak_dbfs(&follower.peak) == dm_peak_dbfs(&meter.peak));

	/* Peaks are held for 100 ms, loudness for 400. */
	for (int tick = 0; tick < DM_METER_LOUDNESS_TICKS; tick++) {
		assert_true((dm_peak_dbfs(&meter.peak) > -24) == (tick < DM_METER_PEAK_TICKS));
		assert_true(dm_meter_momentary_lufs(&meter) > -40);
		dm_meter_run(&meter, NULL);
	}
	assert_true(dm_meter_momentary_lufs(&meter) == -HUGE_VALF);
	assert_true(dm_peak_dbfs(&meter.peak) == -HUGE_VALF);
}

static void test_loss_goes_up_at_once(void **state)
{
	struct dm_loss_setting setting;

	(void)state;
	dm_loss_setting_init(&setting);
	assert_int_equal(setting.percent, DM_LOSS_SETTING_LEAST);
	assert_false(dm_loss_setting_note(&setting, -1));
	assert_false(dm_loss_setting_note(&setting, 0));
	assert_false(dm_loss_setting_note(&setting, 2)); /* not for a percent */
	assert_true(dm_loss_setting_note(&setting, 7));
	assert_int_equal(setting.percent, 7);
	assert_false(dm_loss_setting_note(&setting, 8));
	assert_true(dm_loss_setting_note(&setting, 1000));
	assert_int_equal(setting.percent, 100);
}

static void test_loss_goes_down_slowly(void **state)
{
	struct dm_loss_setting setting;

	(void)state;
	dm_loss_setting_init(&setting);
	assert_true(dm_loss_setting_note(&setting, 10));
	for (int n = 0; n < 100; n++)
		assert_false(dm_loss_setting_note(&setting, 8 + n % 3)); /* about the same */
	for (int n = 0; n < 5; n++)
		assert_false(dm_loss_setting_note(&setting, 3));
	assert_false(dm_loss_setting_note(&setting, 9)); /* from the beginning again */
	for (int n = 0; n < 5; n++)
		assert_false(dm_loss_setting_note(&setting, n == 2 ? 5 : 3));
	assert_true(dm_loss_setting_note(&setting, 3));
	assert_int_equal(setting.percent, 5); /* the highest of them */
	for (int n = 0; n < 5; n++)
		assert_false(dm_loss_setting_note(&setting, -1)); /* nobody listens */
	assert_true(dm_loss_setting_note(&setting, -1));
	assert_int_equal(setting.percent, DM_LOSS_SETTING_LEAST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_like_ebur128),
		cmocka_unit_test(test_tone),
		cmocka_unit_test(test_loss_goes_up_at_once),
		cmocka_unit_test(test_loss_goes_down_slowly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
