/* Line-up through an engine, whose booth is on air, the encoder and a decoder, in order and out of
 * it. */
#include "audio/decoder.h"
#include "audio/encoder.h"
#include "audio/engine.h"
#include "audio/line_up.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FRAME   DM_AUDIO_FRAME_SAMPLES
#define SAMPLES (DM_LINE_UP_TICKS * FRAME)
#define CHANNEL 37

/* What the path adds: dm_encoder_lookahead_samples and DM_ENGINE_LATENCY_SAMPLES. */
static dm_usec path_delay;

static float sent[SAMPLES + FRAME], made[SAMPLES], decoded[SAMPLES];

static void through_the_path(void)
{
	const struct dm_encoder_options options = { .bitrate_bps = 64000, .complexity = 5 };
	struct dm_encoder *encoder;
	struct dm_decoder *decoder;
	const struct dm_engine_options engine_options = {
		.fallback = DM_ENGINE_FLOOR,
		.ceiling_db = -2,
		.target_lufs = -23,
	};
	const struct dm_engine_state on_air = { .mode = DM_ENGINE_ON_AIR,
						.voice = DM_ENGINE_INLET };
	struct dm_engine *engine;
	float voice[FRAME];

	for (int n = 0; n < FRAME; n++)
		voice[n] = n % 100 < 50 ? 0.05f : -0.05f;
	assert_int_equal(dm_encoder_create(&encoder, &options), 0);
	assert_int_equal(dm_decoder_create(&decoder), 0);
	assert_int_equal(dm_engine_create(&engine, &engine_options), 0);
	assert_int_equal(dm_engine_set(engine, &on_air), 0);
	for (size_t tick = 0; tick < DM_LINE_UP_TICKS; tick++) {
		uint8_t packet[DM_AUDIO_PAYLOAD_MAX];
		float samples[DM_DECODER_SAMPLES_MAX];

		const struct dm_engine_inputs inputs = {
			.floor = voice,
			.inlet = voice,
			.line_up = sent + tick * FRAME,
		};

		dm_engine_tick(engine, &inputs, DM_MSEC(20) * (dm_usec)tick, samples);

		const int size = dm_encoder_encode(encoder, samples, packet, sizeof(packet));

		assert_int_equal(dm_decoder_decode(decoder, packet, (size_t)size, samples), FRAME);
		memcpy(decoded + tick * FRAME, samples, FRAME * sizeof(float));
	}
	path_delay = (dm_usec)(dm_encoder_lookahead_samples(encoder) + DM_ENGINE_LATENCY_SAMPLES) *
		     1000000 / DM_AUDIO_RATE_HZ;
	dm_engine_destroy(engine);
	dm_decoder_destroy(decoder);
	dm_encoder_destroy(encoder);
}

struct fault {
	const char *name;
	double gain_db, clip; /* 0: not clipped */
	double speed;         /* 0: as it is */
	int late;             /* samples */
	int channel;          /* 0: the right one */
	bool nothing;
	enum dm_line_up_result tone, levels, beeps;
	enum dm_line_up_problem problem;
};

#define PASS DM_LINE_UP_PASS
#define FAIL DM_LINE_UP_FAIL

static const struct fault faults[] = {
	{ .name = "in order", .tone = PASS, .levels = PASS, .beeps = PASS },
	{ .name = "0.8 dB low", .gain_db = -0.8, .tone = PASS, .levels = PASS, .beeps = PASS },
	{ .name = "20 ms late", .late = 960, .tone = PASS, .levels = PASS, .beeps = PASS },
	{ .name = "3 dB low",
	  .gain_db = -3,
	  .tone = FAIL,
	  .levels = PASS,
	  .beeps = PASS,
	  .problem = DM_LINE_UP_WRONG_LEVEL },
	{ .name = "6 dB high",
	  .gain_db = 6,
	  .tone = FAIL,
	  .levels = PASS,
	  .beeps = PASS,
	  .problem = DM_LINE_UP_WRONG_LEVEL },
	{ .name = "0.1 % fast",
	  .speed = 1.001,
	  .tone = FAIL,
	  .levels = PASS,
	  .beeps = PASS,
	  .problem = DM_LINE_UP_WRONG_FREQUENCY },
	{ .name = "clipped at -13",
	  .clip = 0.224,
	  .tone = PASS,
	  .levels = FAIL,
	  .beeps = PASS,
	  .problem = DM_LINE_UP_CLIPPED },
	{ .name = "another's",
	  .channel = 36,
	  .tone = FAIL,
	  .levels = PASS,
	  .beeps = PASS,
	  .problem = DM_LINE_UP_WRONG_CHANNEL },
	{ .name = "150 ms late",
	  .late = 7200,
	  .tone = FAIL,
	  .levels = FAIL,
	  .beeps = FAIL,
	  .problem = DM_LINE_UP_LATE },
	{ .name = "nothing",
	  .nothing = true,
	  .tone = FAIL,
	  .levels = FAIL,
	  .beeps = FAIL,
	  .problem = DM_LINE_UP_NO_SIGNAL },
};

static void make(const struct fault *fault)
{
	const uint8_t channel = (uint8_t)(fault->channel ? fault->channel : CHANNEL);
	const double gain = fault->nothing ? 0 : pow(10, fault->gain_db / 20);

	for (uint64_t tick = 0; tick < DM_LINE_UP_TICKS; tick++)
		dm_line_up_make(channel, tick, made + tick * FRAME);
	memset(sent, 0, sizeof(sent));
	for (int n = fault->late; n < SAMPLES; n++) {
		const double at = fault->speed > 0 ? (n - fault->late) * fault->speed
						   : n - fault->late;
		const size_t before = (size_t)at;
		const double between = at - (double)before;

		if (before + 1 >= SAMPLES)
			break;

		double sample = gain * ((1 - between) * (double)made[before] +
					between * (double)made[before + 1]);

		if (fault->clip > 0)
			sample = fmax(-fault->clip, fmin(fault->clip, sample));
		sent[n] = (float)sample;
	}
}

static void test_faults(void **state)
{
	(void)state;
	for (size_t f = 0; f < sizeof(faults) / sizeof(faults[0]); f++) {
		const struct fault *fault = &faults[f];
		struct dm_line_up_report report;
		struct dm_line_up_check *check;

		make(fault);
		through_the_path();
		assert_int_equal(dm_line_up_check_create(&check, CHANNEL, path_delay), 0);
		for (size_t tick = 0; tick < DM_LINE_UP_TICKS + 10; tick++) {
			dm_line_up_check_report(check, &report);
			for (int step = 0; step < DM_LINE_UP_STEPS && tick < DM_LINE_UP_TICKS;
			     step++)
				assert_true((report.results[step] == DM_LINE_UP_PENDING) ==
					    (step >= (int)dm_line_up_step_at(tick)));
			dm_line_up_check_put(check, fault->nothing || tick >= DM_LINE_UP_TICKS
							    ? NULL
							    : decoded + tick * FRAME);
		}
		dm_line_up_check_report(check, &report);
		printf("%-15s tone %d, levels %d, beeps %d: %s; %.3f Hz, %.2f dB, %.2f ms\n",
		       fault->name, report.results[DM_LINE_UP_TONE],
		       report.results[DM_LINE_UP_LEVELS], report.results[DM_LINE_UP_BEEPS],
		       dm_line_up_problem_name(report.problem), report.frequency_hz,
		       report.level_db, report.offset_ms);
		assert_int_equal(report.results[DM_LINE_UP_TONE], fault->tone);
		assert_int_equal(report.results[DM_LINE_UP_LEVELS], fault->levels);
		assert_int_equal(report.results[DM_LINE_UP_BEEPS], fault->beeps);
		assert_int_equal(report.problem, fault->problem);
		dm_line_up_check_destroy(check);
	}
}

/* Every channel tells itself from every other one. */
static void test_numbers(void **state)
{
	(void)state;
	for (unsigned channel = 0; channel < 256; channel += 5) {
		struct dm_line_up_check *own, *other;
		struct dm_line_up_report report;
		float samples[FRAME];

		assert_int_equal(dm_line_up_check_create(&own, (uint8_t)channel, 0), 0);
		assert_int_equal(dm_line_up_check_create(&other, (uint8_t)(channel ^ 64), 0), 0);
		for (uint64_t tick = 0; tick < DM_LINE_UP_TICKS; tick++) {
			dm_line_up_make((uint8_t)channel, tick + 3 * DM_LINE_UP_TICKS, samples);
			dm_line_up_check_put(own, samples);
			dm_line_up_check_put(other, samples);
		}
		dm_line_up_check_report(own, &report);
		assert_int_equal(report.problem, DM_LINE_UP_NONE);
		dm_line_up_check_report(other, &report);
		assert_int_equal(report.problem, DM_LINE_UP_WRONG_CHANNEL);
		dm_line_up_check_destroy(own);
		dm_line_up_check_destroy(other);
	}
}

static void test_bad_delay(void **state)
{
	struct dm_line_up_check *check;

	(void)state;
	assert_int_equal(dm_line_up_check_create(&check, 0, -1), -EINVAL);
	assert_null(check);
	assert_int_equal(dm_line_up_check_create(&check, 0, DM_MSEC(41)), -EINVAL);
	assert_null(check);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_bad_delay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
