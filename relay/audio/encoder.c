#include "audio/encoder.h"

#include <errno.h>
#include <limits.h>
#include <opus.h>
#include <stdlib.h>

/* libopus 1.3 turns to SILK for its copies above this loss (opus_encoder.c, "mode selection"). */
#define SILK_LOSS 5

struct dm_encoder {
	OpusEncoder *opus; /* owned */
};

static int configure(OpusEncoder *opus, const struct dm_encoder_options *options)
{
	int bad = 0;

	bad |= opus_encoder_ctl(opus, OPUS_SET_BITRATE((opus_int32)options->bitrate_bps));
	bad |= opus_encoder_ctl(opus, OPUS_SET_VBR(1));
	bad |= opus_encoder_ctl(opus, OPUS_SET_BANDWIDTH(OPUS_BANDWIDTH_FULLBAND));
	bad |= opus_encoder_ctl(opus, OPUS_SET_COMPLEXITY(options->complexity));
	bad |= opus_encoder_ctl(opus, OPUS_SET_INBAND_FEC(1));
	bad |= opus_encoder_ctl(opus, OPUS_SET_PACKET_LOSS_PERC(options->loss_percent));
	/* A channel is sent on every tick, silence included: no discontinuous transmission. */
	bad |= opus_encoder_ctl(opus, OPUS_SET_DTX(0));
	return bad ? -EINVAL : 0;
}

int dm_encoder_create(struct dm_encoder **out, const struct dm_encoder_options *options)
{
	int error = OPUS_OK;

	*out = NULL;
	if (options->bitrate_bps < 6000 || options->bitrate_bps > 256000 ||
	    options->loss_percent > 100 || options->complexity > 10)
		return -EINVAL;

	struct dm_encoder *encoder = calloc(1, sizeof(*encoder));

	if (!encoder)
		return -ENOMEM;
	/* AUDIO, not VOIP: the latter's high-pass filter and formant emphasis would change what
	 * an interpreter hears of the floor. */
	encoder->opus = opus_encoder_create(DM_AUDIO_RATE_HZ, 1, OPUS_APPLICATION_AUDIO, &error);
	if (!encoder->opus) {
		free(encoder);
		return error == OPUS_ALLOC_FAIL ? -ENOMEM : -EINVAL;
	}
	error = configure(encoder->opus, options);
	if (error) {
		dm_encoder_destroy(encoder);
		return error;
	}
	*out = encoder;
	return 0;
}

void dm_encoder_destroy(struct dm_encoder *encoder)
{
	if (!encoder)
		return;
	opus_encoder_destroy(encoder->opus);
	free(encoder);
}

uint32_t dm_encoder_lookahead_samples(const struct dm_encoder *encoder)
{
	opus_int32 samples = 0;

	if (opus_encoder_ctl(encoder->opus, OPUS_GET_LOOKAHEAD(&samples)) != OPUS_OK)
		return 0;
	return (uint32_t)samples;
}

uint8_t dm_encoder_complexity(uint8_t loss_percent)
{
	/* Measured (README.md): 32 channels must take half a core at most. Without copies all is
	 * CELT, and 5 (its pitch filter, which voices need) costs 0.07 ms a frame; with them, SILK
	 * costs three times as much, and 1 fits. */
	return loss_percent > SILK_LOSS ? 1 : 5;
}

int dm_encoder_set_loss(struct dm_encoder *encoder, uint8_t loss_percent)
{
	if (loss_percent > 100)
		return -EINVAL;

	const int bad = opus_encoder_ctl(encoder->opus, OPUS_SET_PACKET_LOSS_PERC(loss_percent)) |
			opus_encoder_ctl(encoder->opus,
					 OPUS_SET_COMPLEXITY(dm_encoder_complexity(loss_percent)));

	return bad ? -EINVAL : 0;
}

int dm_encoder_encode(struct dm_encoder *encoder, const float *samples, uint8_t *payload,
		      size_t capacity_bytes)
{
	const opus_int32 capacity = capacity_bytes > DM_AUDIO_PAYLOAD_MAX
					    ? DM_AUDIO_PAYLOAD_MAX
					    : (opus_int32)capacity_bytes;
	const int bytes = opus_encode_float(encoder->opus, samples, DM_AUDIO_FRAME_SAMPLES, payload,
					    capacity);

	return bytes > 0 ? bytes : -EINVAL;
}
