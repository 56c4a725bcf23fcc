/* Sound on the timeline: exact where times are exact, seamless where they jitter, no clicks. */
#include "audio/sound_line.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define TICK 960

static struct dm_sound_line *line;
static double phase;

static int setup(void **state)
{
	float silence[TICK];

	(void)state;
	phase = 0;
	assert_int_equal(dm_sound_line_create(&line), 0);
	/* The first read says where the timeline is. */
	assert_int_equal(dm_sound_line_read(line, 0, silence, TICK), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dm_sound_line_destroy(line);
	return 0;
}

/* A steady tone, continuous from call to call. */
static void tone(float *samples, size_t count)
{
	for (size_t n = 0; n < count; n++) {
		samples[n] = (float)(0.5 * sin(phase));
		phase += 2 * M_PI * 440 / 48000;
	}
}

static void write_tone(int64_t position, size_t count)
{
	float samples[DM_SOUND_LINE_BLOCK];

	tone(samples, count);
	dm_sound_line_write(line, position, samples, count);
}

/* The largest change from one sample to the next: 0.029 in a clean 440 Hz tone of 0.5. */
static float last_sample;

static float largest_step(const float *samples, size_t count)
{
	float largest = 0;

	for (size_t n = 0; n < count; n++) {
		largest = fmaxf(largest, fabsf(samples[n] - last_sample));
		last_sample = samples[n];
	}
	return largest;
}

#define CLEAN 0.045f

static void test_exact_positions(void **state)
{
	float in[TICK], out[TICK];

	(void)state;
	for (int k = 1; k < 200; k++) {
		for (int n = 0; n < TICK; n++)
			in[n] = (float)(k * TICK + n) * 1e-6f;
		dm_sound_line_write(line, (int64_t)k * TICK, in, TICK);
		assert_int_equal(dm_sound_line_read(line, (int64_t)k * TICK, out, TICK), TICK);
		assert_memory_equal(k == 1 ? in + 240 : in, k == 1 ? out + 240 : out,
				    (k == 1 ? TICK - 240 : TICK) * sizeof(float));
	}
	assert_int_equal(dm_sound_line_totals(line)->jumps, 0);
}

static void test_silence_when_nothing_came(void **state)
{
	float out[TICK];

	(void)state;
	for (int k = 1; k < 100; k++) {
		assert_int_equal(dm_sound_line_read(line, (int64_t)k * TICK, out, TICK), 0);
		for (int n = 0; n < TICK; n++)
			assert_true(out[n] == 0.0f);
	}
}

/* Blocks of 21.3 ms (AAC) with times rounded or jittered: no seam, no drift. */
static void test_jitter_is_bridged(void **state)
{
	float out[TICK];
	int64_t written = TICK;

	(void)state;
	last_sample = 0;
	for (int k = 1; k < 500; k++) {
		while (written < (int64_t)(k + 2) * TICK) {
			const int64_t jitter = (k * 7919) % 400 - 200;

			write_tone(written + jitter, 512);
			written += 512;
		}
		dm_sound_line_read(line, (int64_t)k * TICK, out, TICK);
		assert_true(largest_step(out, TICK) < CLEAN);
	}
	assert_int_equal(dm_sound_line_totals(line)->jumps, 0);
	assert_int_equal(dm_sound_line_totals(line)->dry_reads, 0);
}

/* A source whose clock is 100 ppm off is followed without a jump and without a seam. */
static void check_drift(double drift, size_t block)
{
	float out[TICK];
	double written = TICK;

	teardown(NULL);
	setup(NULL);
	last_sample = 0;
	for (int k = 1; k < 30000; k++) { /* ten minutes: 60 ms of drift */
		while (written < (double)(k + 2) * TICK) {
			write_tone((int64_t)written, block);
			written += (double)block * (1 + drift);
		}
		assert_int_equal(dm_sound_line_read(line, (int64_t)k * TICK, out, TICK), TICK);
		assert_true(largest_step(out, TICK) < CLEAN);
	}
	assert_int_equal(dm_sound_line_totals(line)->jumps, 0);
}

/* Blocks of files, and of AES67 consoles: 1 ms. */
static void test_drift_is_slewed(void **state)
{
	(void)state;
	check_drift(100e-6, TICK);
	check_drift(-100e-6, TICK);
	check_drift(100e-6, 48);
	check_drift(-100e-6, 48);
}

static void test_end_fades(void **state)
{
	float out[TICK];

	(void)state;
	last_sample = 0;
	for (int k = 1; k < 4; k++)
		write_tone((int64_t)k * TICK, TICK);
	write_tone(4 * TICK, 100); /* ends within a read; then exactly between two */
	for (int k = 1; k < 10; k++) {
		dm_sound_line_read(line, (int64_t)k * TICK, out, TICK);
		assert_true(largest_step(out, TICK) < CLEAN);
		if (k > 4)
			assert_true(out[TICK - 1] == 0.0f);
	}
	assert_int_equal(dm_sound_line_totals(line)->dry_reads, 1);

	write_tone(10 * TICK, TICK);
	for (int k = 10; k < 13; k++) {
		dm_sound_line_read(line, (int64_t)k * TICK, out, TICK);
		assert_true(largest_step(out, TICK) < CLEAN);
	}
}

static void test_jumps_do_not_click(void **state)
{
	static const int64_t jumps[] = { 3000, -3000, 20000, -2000, 961, -961 };
	float out[TICK];
	int64_t written = TICK;
	int k = 1;

	(void)state;
	last_sample = 0;
	for (size_t j = 0; j < sizeof(jumps) / sizeof(jumps[0]); j++) {
		for (int stop = k + 40; k < stop; k++) {
			while (written < (int64_t)(k + 6) * TICK) {
				write_tone(written, 480);
				written += 480;
			}
			dm_sound_line_read(line, (int64_t)k * TICK, out, TICK);
			/* A crossfade adds the slope of its gain: 0.5 / 240 twice. */
			assert_true(largest_step(out, TICK) < CLEAN);
		}
		written += jumps[j];
	}
	assert_in_range(dm_sound_line_totals(line)->jumps, 4, 8);
}

static void test_late_is_dropped_and_counted(void **state)
{
	float out[TICK];

	(void)state;
	for (int k = 1; k < 50; k++)
		dm_sound_line_read(line, (int64_t)k * TICK, out, TICK);
	write_tone(10 * TICK, TICK);
	assert_int_equal(dm_sound_line_totals(line)->late_samples, TICK);
	write_tone(50 * TICK - 100, TICK);
	assert_int_equal(dm_sound_line_totals(line)->late_samples, TICK + 100);
	assert_int_equal(dm_sound_line_read(line, 50 * TICK, out, TICK), TICK - 100);
}

static void test_far_future_is_refused(void **state)
{
	float out[TICK];

	(void)state;
	write_tone(INT64_C(1) << 40, TICK);
	write_tone(70000, TICK);
	assert_int_equal(dm_sound_line_totals(line)->early_samples, 2 * TICK);
	assert_int_equal(dm_sound_line_read(line, TICK, out, TICK), 0);
}

static void test_reader_may_skip(void **state)
{
	float out[TICK];

	(void)state;
	for (int k = 1; k < 20; k++)
		write_tone((int64_t)k * TICK, TICK);
	dm_sound_line_read(line, TICK, out, TICK);
	assert_int_equal(dm_sound_line_read(line, 10 * TICK, out, TICK), TICK);
	/* Past everything: nothing old may come up again when the ring comes round. */
	assert_int_equal(dm_sound_line_read(line, 100000 * TICK, out, TICK), 0);
	for (int k = 1; k < 200; k++) {
		dm_sound_line_read(line, (100000 + k) * TICK, out, TICK);
		for (int n = 0; n < TICK; n++)
			assert_true(out[n] == 0.0f);
	}
}

static void test_random_walk(void **state)
{
	uint32_t seed = 20240607;
	float in[DM_SOUND_LINE_BLOCK], out[TICK];
	int64_t position = 0;

	(void)state;
	print_message("seed %u\n", seed);
	for (size_t n = 0; n < DM_SOUND_LINE_BLOCK; n++)
		in[n] = 0.5f;
	for (int k = 1; k < 20000; k++) {
		for (int w = 0; w < 3; w++) {
			seed = seed * 1664525u + 1013904223u;
			if (seed >> 28 == 0)
				position += (int64_t)(seed >> 8) % 20000 - 10000;
			const size_t count = (seed >> 16) % (DM_SOUND_LINE_BLOCK + 1);

			dm_sound_line_write(line, position, in, count);
			position += (int64_t)count;
		}
		if (position < (int64_t)k * TICK - 5000 || position > (int64_t)(k + 40) * TICK)
			position = (int64_t)k * TICK;
		assert_true(dm_sound_line_read(line, (int64_t)k * TICK, out, TICK) <= TICK);
		for (int n = 0; n < TICK; n++)
			assert_true(out[n] >= -0.51f && out[n] <= 0.51f);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_exact_positions),
		T(test_silence_when_nothing_came),
		T(test_jitter_is_bridged),
		T(test_drift_is_slewed),
		T(test_end_fades),
		T(test_jumps_do_not_click),
		T(test_late_is_dropped_and_counted),
		T(test_far_future_is_refused),
		T(test_reader_may_skip),
		T(test_random_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
