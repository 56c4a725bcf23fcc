#include "audio/encoder.h"

#include <errno.h>
#include <limits.h>
#include <opus.h>
#include <stdlib.h>

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
