/* What a channel's sound is like: against tones whose figures are known, and libebur128's own. */
#include "audio/sound_watch.h"
#include "audio/encoder.h"
#include "audio/true_peak.h"

#include <ebur128.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define FRAME DM_AUDIO_FRAME_SAMPLES

#define assert_near(a, b, by) assert_true((a) == (b) || fabs((a) - (b)) <= (by))

static struct dm_sound_watch *watch;
static uint64_t position;

static int setup(void **state)
{
	(void)state;
	position = 0;
	return dm_sound_watch_create(&watch);
}

static int teardown(void **state)
{
	(void)state;
	dm_sound_watch_destroy(watch);
	return 0;
}

/* A tone of `dbfs` at its peaks, cut off at `ceiling`. */
static void play(double seconds, double hz, double dbfs, float ceiling)
{
	float samples[FRAME];

	for (size_t tick = 0; tick < (size_t)(seconds * 50); tick++) {
		for (size_t n = 0; n < FRAME; n++) {
			const float sample = (float)(pow(10, dbfs / 20) *
						     sin(2 * M_PI * hz * (double)position++ /
							 DM_AUDIO_RATE_HZ));

			samples[n] = fmaxf(-ceiling, fminf(ceiling, sample));
		}
		dm_sound_watch_put(watch, samples);
	}
}

static void pause_for(double seconds)
{
	for (size_t tick = 0; tick < (size_t)(seconds * 50); tick++)
		dm_sound_watch_put(watch, NULL);
}

static struct dm_sound_watch_report report(void)
{
	struct dm_sound_watch_report now;

	dm_sound_watch_report(watch, &now);
	return now;
}

/* EBU Tech 3341, test signals 1 and 2, of one channel: 1 kHz, whose loudness is 3 dB below its
 * peak in one channel. */
static void a_tone_has_its_loudness(void **state)
{
	(void)state;
	assert_true(isnan(report().momentary_lufs));
	play(20, 1000, -23, 1);
	assert_near(report().momentary_lufs, -26, 0.1);
	assert_near(report().short_term_lufs, -26, 0.1);
	assert_near(report().integrated_lufs, -26, 0.1);
	play(1, 1000, -33, 1);
	assert_near(report().momentary_lufs, -36, 0.1);
	/* One second of three: the mean of the powers. */
	assert_near(report().short_term_lufs, -26 + 10 * log10((2 + 0.1) / 3), 0.1);
	play(5, 1000, -33, 1);
	assert_near(report().short_term_lufs, -36, 0.1);
}

static void pauses_are_gated_out(void **state)
{
	(void)state;
	play(10, 1000, -23, 1);
	pause_for(30);
	assert_near(report().integrated_lufs, -26, 0.2); /* blocks that begin and end it */
	assert_true(report().momentary_lufs < -100);
}

static void it_begins_anew(void **state)
{
	(void)state;
	play(10, 1000, -13, 1);
	assert_near(report().integrated_lufs, -16, 0.1);
	dm_sound_watch_renew(watch);
	dm_sound_watch_renew(watch); /* again before it was taken */
	play(10, 1000, -33, 1);
	assert_near(report().integrated_lufs, -36, 0.2);
}

static void silence_is_counted(void **state)
{
	(void)state;
	play(1, 1000, -23, 1);
	assert_near(report().silent_for, 0, 0);
	pause_for(2);
	play(3, 1000, -70, 1);
	assert_near(report().silent_for, 5, 0.01);
	play(0.02, 1000, -40, 1);
	assert_near(report().silent_for, 0, 0);
}

static void peaks_lie_between_samples(void **state)
{
	float samples[FRAME];

	(void)state;
	/* A quarter of the rate, its samples all 3 dB below its peaks (BS.1770, annex 2). */
	for (size_t tick = 0; tick < 10; tick++) {
		for (size_t n = 0; n < FRAME; n++)
			samples[n] = (n & 2) ? -0.5f : 0.5f;
		dm_sound_watch_put(watch, samples);
	}
	assert_near(report().true_peak_dbtp, 20 * log10(0.5 * sqrt(2)), 0.2);
	pause_for(2.7);
	assert_near(report().true_peak_dbtp, 20 * log10(0.5 * sqrt(2)), 0.2);
	pause_for(0.4);
	assert_true(report().true_peak_dbtp < -100);
}

/* Noise with less and less of its highs. */
static void true_peaks_are_those_of_libebur128(void **state)
{
	struct dm_true_peak peak;
	uint32_t random = 1;
	float last = 0, samples[FRAME];

	(void)state;
	dm_true_peak_init(&peak);
	for (size_t tick = 0; tick < 100; tick++) {
		ebur128_state *meter = ebur128_init(1, DM_AUDIO_RATE_HZ, EBUR128_MODE_TRUE_PEAK);
		double expected = 0;

		for (size_t n = 0; n < FRAME; n++) {
			random = random * 1664525u + 1013904223u;
			last += ((float)(int32_t)random / 4294967296.0f - last) *
				(1 - (float)tick / 110);
			samples[n] = n < 100 || n > FRAME - 100 ? 0 : last;
		}
		ebur128_add_frames_float(meter, samples, FRAME);
		ebur128_true_peak(meter, 0, &expected);
		ebur128_destroy(&meter);

		const double found = (double)dm_true_peak_run(&peak, samples);

		assert_near(20 * log10(found / expected), 0, 0.3);
	}
}

static void what_is_cut_off_shows(void **state)
{
	(void)state;
	play(3, 440, -6, 1);
	assert_near(report().clipping, 0, 0);
	/* Above 0.2 of 0.5: 1 - asin(0.4) * 2 / pi of the time. */
	play(3, 440, -6, 0.2f);
	assert_near(report().clipping, 0.74, 0.05);
	play(3, 100, -6, 1);
	assert_near(report().clipping, 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_tone_has_its_loudness, setup, teardown),
		cmocka_unit_test_setup_teardown(pauses_are_gated_out, setup, teardown),
		cmocka_unit_test_setup_teardown(it_begins_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(silence_is_counted, setup, teardown),
		cmocka_unit_test_setup_teardown(peaks_lie_between_samples, setup, teardown),
		cmocka_unit_test(true_peaks_are_those_of_libebur128),
		cmocka_unit_test_setup_teardown(what_is_cut_off_shows, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
