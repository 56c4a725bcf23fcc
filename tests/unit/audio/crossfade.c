/* Crossfades by both laws, changes of mind half-way, and the comfort noise. */
#include "audio/crossfade.h"
#include "audio/comfort_noise.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FRAME 960

static float ones[FRAME];

static int setup(void **state)
{
	(void)state;
	for (size_t n = 0; n < FRAME; n++)
		ones[n] = 1;
	return 0;
}

static void test_power_and_sum(void **state)
{
	(void)state;
	for (enum dm_crossfade_law law = DM_CROSSFADE_POWER; law <= DM_CROSSFADE_LINEAR; law++) {
		struct dm_crossfade from = { .law = law, .way = 1 }, to = { .law = law };

		dm_crossfade_go(&from, false, 2 * FRAME, law);
		dm_crossfade_go(&to, true, 2 * FRAME, law);
		for (int tick = 0; tick < 2; tick++) {
			float a[FRAME] = { 0 }, b[FRAME] = { 0 };

			dm_crossfade_mix(&from, ones, a, FRAME);
			dm_crossfade_mix(&to, ones, b, FRAME);
			for (size_t n = 0; n < FRAME; n++) {
				const float whole = law == DM_CROSSFADE_POWER
							    ? a[n] * a[n] + b[n] * b[n]
							    : a[n] + b[n];

				assert_true(fabsf(whole - 1) < 1e-3f);
			}
		}
		assert_true(from.way == 0 && from.step == 0 && !dm_crossfade_heard(&from));
		assert_true(to.way == 1 && to.step == 0 && dm_crossfade_heard(&to));
	}
}

/* Turned round, and over to the other law, anywhere: the gain never steps. */
static void test_changes_of_mind(void **state)
{
	struct dm_crossfade fade = { 0 };
	float last = 0;

	(void)state;
	for (unsigned n = 0; n < 200; n++) {
		float mix[FRAME] = { 0 };

		dm_crossfade_go(&fade, n * 7 % 3 != 0, 2000 + n * 13 % 5000,
				n % 5 < 2 ? DM_CROSSFADE_LINEAR : DM_CROSSFADE_POWER);
		dm_crossfade_mix(&fade, ones, mix, FRAME);
		for (size_t k = 0; k < FRAME; k++) {
			assert_true(fabsf(mix[k] - last) < 0.0009f); /* pi / 2 / 2000 */
			last = mix[k];
		}
	}
}

static void test_no_length(void **state)
{
	struct dm_crossfade fade = { 0 };
	float mix[FRAME] = { 0 };

	(void)state;
	dm_crossfade_go(&fade, true, 0, DM_CROSSFADE_LINEAR);
	dm_crossfade_mix(&fade, ones, mix, FRAME);
	assert_true(mix[0] == 1 && mix[FRAME - 1] == 1);
}

/* At its level, without a tone, and softer at the top. */
static void test_comfort_noise(void **state)
{
	struct dm_comfort_noise noise;
	static float samples[48000];
	double power = 0, steps = 0;

	(void)state;
	dm_comfort_noise_init(&noise, 1);
	dm_comfort_noise_run(&noise, samples, 48000);
	for (size_t n = 1; n < 48000; n++) {
		power += (double)samples[n] * (double)samples[n];
		steps += pow((double)(samples[n] - samples[n - 1]), 2);
	}
	assert_true(fabs(10 * log10(power / 48000) - DM_COMFORT_NOISE_DBFS) < 1);
	/* White noise would have twice the power in its steps. */
	assert_true(steps < 0.15 * power);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_power_and_sum),
		cmocka_unit_test(test_changes_of_mind),
		cmocka_unit_test(test_no_length),
		cmocka_unit_test(test_comfort_noise),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
