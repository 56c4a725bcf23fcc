#include "audio/decoder.h"
#include "audio/encoder.h"

#include <errno.h>
#include <opus.h>
#include <stdlib.h>
#include <string.h>

struct dm_decoder {
	OpusDecoder *opus; /* owned */
};

int dm_decoder_create(struct dm_decoder **out)
{
	int error = OPUS_OK;
	struct dm_decoder *decoder = calloc(1, sizeof(*decoder));

	*out = NULL;
	if (!decoder)
		return -ENOMEM;
	/* One channel: libopus mixes a stereo microphone down. */
	decoder->opus = opus_decoder_create(DM_AUDIO_RATE_HZ, 1, &error);
	if (!decoder->opus) {
		free(decoder);
		return -ENOMEM;
	}
	*out = decoder;
	return 0;
}

void dm_decoder_destroy(struct dm_decoder *decoder)
{
	if (!decoder)
		return;
	opus_decoder_destroy(decoder->opus);
	free(decoder);
}

void dm_decoder_reset(struct dm_decoder *decoder)
{
	opus_decoder_ctl(decoder->opus, OPUS_RESET_STATE);
}

int dm_decoder_decode(struct dm_decoder *decoder, const uint8_t *payload, size_t size_bytes,
		      float *samples)
{
	const int made = opus_decode_float(decoder->opus, payload, (opus_int32)size_bytes, samples,
					   DM_DECODER_SAMPLES_MAX, 0);

	return made > 0 ? made : -EBADMSG;
}

int dm_decoder_recover(struct dm_decoder *decoder, const uint8_t *next, size_t size_bytes,
		       float *samples, size_t count)
{
	const int made = opus_decode_float(decoder->opus, next, (opus_int32)size_bytes, samples,
					   (int)count, 1);

	return made > 0 ? made : dm_decoder_conceal(decoder, samples, count);
}

int dm_decoder_conceal(struct dm_decoder *decoder, float *samples, size_t count)
{
	const int made = opus_decode_float(decoder->opus, NULL, 0, samples, (int)count, 0);

	if (made > 0)
		return made;
	memset(samples, 0, count * sizeof(*samples));
	return (int)count;
}
