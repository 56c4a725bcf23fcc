/* The encoder against libopus's own decoder: band, delay, size, errors. */
#include "audio/encoder.h"
#include "audio/opus_packet.h"

#include <errno.h>
#include <math.h>
#include <opus.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define TICKS 100

static const struct dm_encoder_options usual = {
	.bitrate_bps = 64000,
	.loss_percent = 5,
	.complexity = 5,
};

/* Energy of `samples` at `hz` (Goertzel), relative to a full-scale sine. */
static double level_at(const float *samples, size_t count, double hz)
{
	double re = 0, im = 0;

	for (size_t n = 0; n < count; n++) {
		const double phase = 2 * M_PI * hz * (double)n / DM_AUDIO_RATE_HZ;

		re += (double)samples[n] * cos(phase);
		im -= (double)samples[n] * sin(phase);
	}
	return 2 * sqrt(re * re + im * im) / (double)count;
}

static float pcm_in[TICKS * DM_AUDIO_FRAME_SAMPLES];
static float pcm_out[TICKS * DM_AUDIO_FRAME_SAMPLES];

static void through(const struct dm_encoder_options *options, size_t *bytes)
{
	struct dm_encoder *encoder;
	uint8_t payload[DM_AUDIO_PAYLOAD_MAX];
	int error;
	OpusDecoder *decoder = opus_decoder_create(DM_AUDIO_RATE_HZ, 1, &error);

	assert_non_null(decoder);
	assert_int_equal(dm_encoder_create(&encoder, options), 0);
	*bytes = 0;
	for (size_t tick = 0; tick < TICKS; tick++) {
		const size_t at = tick * DM_AUDIO_FRAME_SAMPLES;
		const int size = dm_encoder_encode(encoder, pcm_in + at, payload, sizeof(payload));

		assert_true(size > 0 && size <= DM_AUDIO_PAYLOAD_MAX);
		assert_int_equal(opus_packet_get_bandwidth(payload), OPUS_BANDWIDTH_FULLBAND);
		assert_int_equal(opus_packet_get_nb_frames(payload, size), 1);
		assert_int_equal(opus_decode_float(decoder, payload, size, pcm_out + at,
						   DM_AUDIO_FRAME_SAMPLES, 0),
				 DM_AUDIO_FRAME_SAMPLES);
		*bytes += (size_t)size;
	}
	dm_encoder_destroy(encoder);
	opus_decoder_destroy(decoder);
}

/* ISO 20109 wants 15 kHz to arrive; super-wideband would end at 12 kHz. */
static void test_fullband_survives(void **state)
{
	(void)state;
	for (uint32_t bitrate = 32000; bitrate <= 64000; bitrate += 32000) {
		const struct dm_encoder_options options = {
			.bitrate_bps = bitrate,
			.loss_percent = 5,
			.complexity = 5,
		};
		size_t bytes;

		for (size_t n = 0; n < TICKS * DM_AUDIO_FRAME_SAMPLES; n++) {
			const double t = (double)n / DM_AUDIO_RATE_HZ;

			pcm_in[n] = (float)(0.2 * sin(2 * M_PI * 1000 * t) +
					    0.1 * sin(2 * M_PI * 14500 * t));
		}
		through(&options, &bytes);

		const float *settled = pcm_out + 48000;

		assert_true(level_at(settled, 48000, 1000) > 0.15);
		assert_true(level_at(settled, 48000, 14500) > 0.05);
	}
}

static void test_speech_like_stays_fullband(void **state)
{
	uint32_t noise = 1;
	size_t bytes;

	(void)state;
	/* Voiced pulses alone tempt an encoder into narrower bands. */
	for (size_t n = 0; n < TICKS * DM_AUDIO_FRAME_SAMPLES; n++) {
		noise = noise * 1664525u + 1013904223u;
		pcm_in[n] = (n % 400 == 0 ? 0.8f : 0.0f) + (float)(noise >> 16) * 1e-7f;
	}
	through(&usual, &bytes);
	/* VBR at 64 kbit/s for two seconds: 16,000 bytes, give or take. */
	assert_in_range(bytes, 4000, 20000);
}

static void test_silence_is_small(void **state)
{
	size_t bytes;

	(void)state;
	memset(pcm_in, 0, sizeof(pcm_in));
	through(&usual, &bytes);
	assert_true(bytes < TICKS * 20);
}

static void test_lookahead_is_the_delay(void **state)
{
	struct dm_encoder *encoder;
	size_t bytes, peak = 0;

	(void)state;
	memset(pcm_in, 0, sizeof(pcm_in));
	for (size_t n = 0; n < 48; n++)
		pcm_in[48000 + n] = (float)sin(M_PI * (double)n / 48);
	through(&usual, &bytes);
	for (size_t n = 0; n < TICKS * DM_AUDIO_FRAME_SAMPLES; n++)
		if (pcm_out[n] > pcm_out[peak])
			peak = n;

	assert_int_equal(dm_encoder_create(&encoder, &usual), 0);
	const uint32_t delay = dm_encoder_lookahead_samples(encoder);

	dm_encoder_destroy(encoder);
	assert_in_range(peak, 48000 + 24 + delay - 12, 48000 + 24 + delay + 12);
}

static void test_bad_options(void **state)
{
	static const struct dm_encoder_options bad[] = {
		{ .bitrate_bps = 5999 },
		{ .bitrate_bps = 256001 },
		{ .bitrate_bps = 64000, .loss_percent = 101 },
		{ .bitrate_bps = 64000, .complexity = 11 },
	};

	(void)state;
	for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
		struct dm_encoder *encoder = (struct dm_encoder *)&encoder;

		assert_int_equal(dm_encoder_create(&encoder, &bad[n]), -EINVAL);
		assert_null(encoder);
	}
	dm_encoder_destroy(NULL);
}

/* Copies (FEC) come with the loss and go with it, always fullband. */
static void test_loss_is_followed(void **state)
{
	struct dm_encoder *encoder;
	uint8_t payload[DM_AUDIO_PAYLOAD_MAX];
	static const uint8_t losses[] = { 0, 10, 0 };

	(void)state;
	assert_int_equal(dm_encoder_create(&encoder, &usual), 0);
	assert_int_equal(dm_encoder_set_loss(encoder, 101), -EINVAL);
	for (size_t n = 0; n < 3; n++) {
		size_t copies = 0;

		assert_int_equal(dm_encoder_set_loss(encoder, losses[n]), 0);
		for (size_t frame = 0; frame < 50; frame++) {
			for (size_t k = 0; k < DM_AUDIO_FRAME_SAMPLES; k++)
				pcm_in[k] = (frame * DM_AUDIO_FRAME_SAMPLES + k) % 400 < 40
						    ? 0.3f
						    : -0.02f;

			const int size = dm_encoder_encode(encoder, pcm_in, payload,
							   sizeof(payload));

			assert_true(size > 0);
			if (frame < 5) /* the change of mode */
				continue;
			assert_int_equal(opus_packet_get_bandwidth(payload),
					 OPUS_BANDWIDTH_FULLBAND);
			copies += dm_opus_packet_has_copy(payload, (size_t)size);
		}
		assert_true(losses[n] > 0 ? copies > 20 : copies == 0);
	}
	dm_encoder_destroy(encoder);
}

static void test_small_buffer(void **state)
{
	struct dm_encoder *encoder;
	uint8_t payload[1];

	(void)state;
	assert_int_equal(dm_encoder_create(&encoder, &usual), 0);
	memset(pcm_in, 0, sizeof(pcm_in));
	assert_int_equal(dm_encoder_encode(encoder, pcm_in, payload, 0), -EINVAL);
	dm_encoder_destroy(encoder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fullband_survives),
		cmocka_unit_test(test_speech_like_stays_fullband),
		cmocka_unit_test(test_silence_is_small),
		cmocka_unit_test(test_lookahead_is_the_delay),
		cmocka_unit_test(test_bad_options),
		cmocka_unit_test(test_loss_is_followed),
		cmocka_unit_test(test_small_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
