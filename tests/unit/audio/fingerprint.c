/* Likeness of recorded people (tests/data/voices) with themselves and each other, through Opus, at
 * other levels and later; and what counts as a loop. */
#include "audio/decoder.h"
#include "audio/encoder.h"
#include "audio/fingerprint.h"
#include "voices.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define FRAME   DM_AUDIO_FRAME_SAMPLES
#define SAMPLES (12 * 48000)
#define FRAMES  (SAMPLES / FRAME)

static float voices[VOICES][VOICE_SAMPLES];
static float first[SAMPLES], later[SAMPLES];
static uint32_t random_state = 1;

static double noise(void) /* -1..1 */
{
	random_state = random_state * 1664525u + 1013904223u; /* Numerical Recipes */
	return (int32_t)random_state / 2147483648.0;
}

static int load(void **state)
{
	(void)state;
	for (int v = 0; v < VOICES; v++)
		voice_load(v, voices[v]);
	return 0;
}

/* A voice once and a third, `delay` samples late. */
static void speak(float *samples, int voice, int delay, double gain)
{
	for (int n = delay; n < SAMPLES; n++)
		samples[n] += (float)gain * voices[voice][(n - delay) % VOICE_SAMPLES];
}

static void code(float *samples, uint32_t bitrate)
{
	const struct dm_encoder_options options = { .bitrate_bps = bitrate, .complexity = 5 };
	struct dm_encoder *encoder;
	struct dm_decoder *decoder;

	assert_int_equal(dm_encoder_create(&encoder, &options), 0);
	assert_int_equal(dm_decoder_create(&decoder), 0);
	for (int n = 0; n < FRAMES; n++) {
		uint8_t packet[DM_AUDIO_PAYLOAD_MAX];
		float out[DM_DECODER_SAMPLES_MAX];
		const int size = dm_encoder_encode(encoder, samples + n * FRAME, packet,
						   sizeof(packet));

		assert_int_equal(dm_decoder_decode(decoder, packet, (size_t)size, out), FRAME);
		memcpy(samples + n * FRAME, out, sizeof(float) * FRAME);
	}
	dm_decoder_destroy(decoder);
	dm_encoder_destroy(encoder);
}

static struct dm_fingerprint *take(const float *samples)
{
	struct dm_fingerprint *fingerprint;

	assert_int_equal(dm_fingerprint_create(&fingerprint), 0);
	for (int n = 0; n < FRAMES; n++)
		dm_fingerprint_put(fingerprint, samples + n * FRAME);
	return fingerprint;
}

static double likeness(dm_usec *delay)
{
	struct dm_fingerprint *a = take(first), *b = take(later);
	const double alike = dm_fingerprint_likeness(a, b, DM_SEC(2), delay);

	dm_fingerprint_destroy(a);
	dm_fingerprint_destroy(b);
	return alike;
}

static void begin(void)
{
	memset(first, 0, sizeof(first));
	memset(later, 0, sizeof(later));
}

struct leak {
	const char *name;
	int delay; /* samples */
	double gain_db, sway_db, other_db;
	uint32_t bitrate;
	double least, most;
};

/* -HUGE_VAL: nobody else. */
static const struct leak leaks[] = {
	{ "the floor", 0, 0, 0, -HUGE_VAL, 64000, 0.8, 1 },
	{ "0.5 s later", 24000, 0, 0, -HUGE_VAL, 64000, 0.8, 1 },
	{ "half a tick off", 33 * 960 + 480, 0, 0, -HUGE_VAL, 64000, 0.8, 1 },
	{ "2 s later", 96000, 0, 0, -HUGE_VAL, 64000, 0.8, 1 },
	{ "10 dB softer", 5000, -10, 0, -HUGE_VAL, 64000, 0.8, 1 },
	{ "drawn to a loudness", 48000, 0, 6, -HUGE_VAL, 64000, 0.8, 1 },
	{ "24 kbit/s", 12345, 0, 0, -HUGE_VAL, 24000, 0.8, 1 },
	{ "a voice 10 dB below", 24000, 0, 0, -10, 64000, 0.5, 1 },
	{ "30 dB below a voice", 24000, -30, 0, 0, 64000, 0, 0.3 },
};

static void test_leaks(void **state)
{
	(void)state;
	for (size_t l = 0; l < sizeof(leaks) / sizeof(leaks[0]); l++) {
		const struct leak *leak = &leaks[l];

		printf("%-20s", leak->name);
		for (int v = 0; v < VOICES; v++) {
			dm_usec delay = -1;

			begin();
			speak(first, v, 0, 1);
			speak(later, v, leak->delay, pow(10, leak->gain_db / 20));
			for (int n = 0; n < SAMPLES; n++)
				later[n] *= (float)pow(10, leak->sway_db * sin(n / 96000.0) / 20);
			speak(later, (v + 1) % VOICES, 0, pow(10, leak->other_db / 20));
			code(later, leak->bitrate);

			const double alike = likeness(&delay);

			printf(" %.2f", alike);
			assert_true(alike >= leak->least && alike <= leak->most);
			if (leak->least >= 0.5) {
				const dm_usec real = (dm_usec)leak->delay * 1000 / 48;

				assert_true(llabs(delay - real) <= DM_MSEC(40));
			}
		}
		printf("\n");
	}
}

static void test_different_voices(void **state)
{
	double most = 0;

	(void)state;
	for (int v = 0; v < VOICES; v++)
		for (int other = 0; other < VOICES; other++) {
			if (v == other)
				continue;
			begin();
			speak(first, v, 0, 1);
			speak(later, other, 0, 1);
			most = fmax(most, likeness(NULL));
		}
	printf("two voices are alike up to %.2f\n", most);
	assert_true(most > 0 && most < 0.25);
}

/* What says nothing is not compared: silence, comfort noise, a steady tone. */
static void test_unknown(void **state)
{
	(void)state;
	begin();
	speak(first, 0, 0, 1);
	assert_true(isnan(likeness(NULL)));
	for (int n = 0; n < SAMPLES; n++)
		later[n] = (float)(0.001 * noise());
	assert_true(isnan(likeness(NULL)));
	for (int n = 0; n < SAMPLES; n++)
		first[n] = later[n] = 0.1f * (float)sin(2 * M_PI * 1000 * n / 48000.0);
	assert_true(isnan(likeness(NULL)));

	struct dm_fingerprint *fingerprint;

	assert_int_equal(dm_fingerprint_create(&fingerprint), 0);
	for (int n = 0; n < FRAMES; n++)
		dm_fingerprint_put(fingerprint, NULL);
	assert_true(isnan(dm_fingerprint_likeness(fingerprint, fingerprint, 0, NULL)));
	assert_false(dm_fingerprint_repeats(fingerprint, NULL));
	dm_fingerprint_destroy(fingerprint);
}

/* Seconds after which a loop of `samples` of the voice's is found; NAN: never. */
static double loop(int voice, int samples, uint32_t bitrate, dm_usec *period)
{
	struct dm_fingerprint *fingerprint;
	int from = 4 * 48000; /* it speaks before */
	double found = NAN;

	begin();
	speak(later, voice, 0, 1);
	while (fabsf(later[from + 480]) < 0.05f) /* in the middle of a word */
		from++;
	for (int n = from + samples; n < SAMPLES; n++)
		later[n] = later[n - samples];
	code(later, bitrate);
	assert_int_equal(dm_fingerprint_create(&fingerprint), 0);
	for (int n = 0; n < FRAMES && isnan(found); n++) {
		dm_fingerprint_put(fingerprint, later + n * FRAME);
		if (n % 10 == 0 && dm_fingerprint_repeats(fingerprint, period))
			found = (double)(n * FRAME - from) / 48000;
	}
	dm_fingerprint_destroy(fingerprint);
	return found;
}

static void test_loops(void **state)
{
	static const int lengths[] = { 960, 1024, 4800, 6144, 24000, 48000, 70000, 96000 };

	(void)state;
	for (size_t l = 0; l < sizeof(lengths) / sizeof(lengths[0]); l++)
		for (int v = 0; v < VOICES; v++) {
			dm_usec period = 0;
			const double seconds = lengths[l] / 48000.0;
			const double found = loop(v, lengths[l], v % 2 ? 64000 : 24000, &period);

			printf("a loop of %.3f s, %s: found after %.2f s as %.3f s\n", seconds,
			       voice_names[v], found, (double)period / 1e6);
			/* Two seconds after the first time, to be looked at five times a second. */
			assert_true(found > 0 && found < seconds + 2 + 0.3);
			/* Two or three times a short piece are a piece as well. */
			const double times = round((double)period / 1e6 / seconds);

			assert_true(times >= 1 && (times <= 1 || seconds < 0.1));
			assert_true(fabs((double)period / 1e6 - times * seconds) < 0.001);
		}
}

/* Music as people play it: a beat of 0.5 s, never quite on time nor as loud, over chords. */
static void play(int n, float *sample)
{
	static double beat_at, beat_gain, chord;
	const double t = n / 48000.0;

	if (n % 24000 == 0) {
		beat_at = t + 0.004 * noise();
		beat_gain = 0.3 * (1 + 0.2 * noise());
		chord = 110 * pow(2, floor(6 * (noise() + 1)) / 12);
	}

	const double since = t - beat_at;
	const double drum = since > 0 ? exp(-since * 20) * sin(2 * M_PI * 60 * since) : 0;
	const double hat = since > 0 ? exp(-since * 60) * noise() : 0;
	double tones = 0;

	for (int k = 1; k < 8; k++)
		tones += sin(2 * M_PI * chord * k * t) / k;
	*sample = (float)(beat_gain * drum + 0.05 * hat + 0.1 * tones);
}

static void test_no_loops(void **state)
{
	(void)state;
	for (int kind = 0; kind < VOICES + 5; kind++) {
		struct dm_fingerprint *fingerprint;

		begin();
		if (kind < VOICES)
			speak(later, kind, 0, 1);
		for (int n = 0; n < SAMPLES && kind >= VOICES; n++) {
			const double t = n / 48000.0;

			if (kind == VOICES)
				later[n] = (float)(0.1 * sin(2 * M_PI * 1000 * t));
			else if (kind == VOICES + 1)
				later[n] = (float)(0.1 * sin(2 * M_PI * 440 * t) +
						   0.05 * sin(2 * M_PI * 880 * t));
			else if (kind == VOICES + 2)
				later[n] = (float)(0.1 * noise());
			else if (kind == VOICES + 3)
				later[n] = 1e-4f * (float)(n / 48 % 2);
			else
				play(n, &later[n]);
		}
		assert_int_equal(dm_fingerprint_create(&fingerprint), 0);
		for (int n = 0; n < FRAMES; n++) {
			dm_fingerprint_put(fingerprint, later + n * FRAME);
			if (n % 25 != 0 || (kind < VOICES && n * FRAME > VOICE_SAMPLES))
				continue; /* a voice begins again there */
			if (dm_fingerprint_repeats(fingerprint, NULL))
				fail_msg("%d repeats at %.1f s", kind, n / 50.0);
		}
		dm_fingerprint_destroy(fingerprint);
	}
}

static double since(clock_t before, int count)
{
	return (double)(clock() - before) * 1e6 / CLOCKS_PER_SEC / count;
}

static void test_cost(void **state)
{
	(void)state;
	begin();
	speak(first, 0, 0, 1);
	speak(later, 1, 0, 1);

	clock_t before = clock();
	struct dm_fingerprint *a = take(first), *b = take(later);

	printf("20 ms cost %.1f us\n", since(before, 2 * FRAMES));
	before = clock();
	for (int n = 0; n < 100; n++)
		dm_fingerprint_likeness(a, b, DM_SEC(2), NULL);
	printf("a likeness at up to 2 s %.0f us,", since(before, 100));
	before = clock();
	for (int n = 0; n < 100; n++)
		dm_fingerprint_likeness(a, b, DM_MSEC(200), NULL);
	printf(" at up to 200 ms %.0f us;", since(before, 100));
	before = clock();
	for (int n = 0; n < 100; n++)
		dm_fingerprint_repeats(a, NULL);
	printf(" a search for loops %.0f us\n", since(before, 100));
	dm_fingerprint_destroy(a);
	dm_fingerprint_destroy(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_leaks),    cmocka_unit_test(test_different_voices),
		cmocka_unit_test(test_unknown),  cmocka_unit_test(test_loops),
		cmocka_unit_test(test_no_loops), cmocka_unit_test(test_cost),
	};

	return cmocka_run_group_tests(tests, load, NULL);
}
