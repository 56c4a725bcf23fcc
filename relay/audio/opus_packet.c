#include "audio/opus_packet.h"
#include "audio/encoder.h"

#include <limits.h>
#include <opus.h>

#define FRAMES_MAX 48 /* in one packet: 120 ms of 2.5 ms (RFC 6716, 3.2.5) */

uint32_t dm_opus_packet_samples(const uint8_t *data, size_t size_bytes)
{
	const unsigned char *frames[FRAMES_MAX];
	opus_int16 sizes[FRAMES_MAX];

	if (size_bytes == 0 || size_bytes > INT_MAX)
		return 0;
	if (opus_packet_parse(data, (opus_int32)size_bytes, NULL, frames, sizes, NULL) <= 0)
		return 0;

	const int samples = opus_packet_get_nb_samples(data, (opus_int32)size_bytes,
						       DM_AUDIO_RATE_HZ);

	return samples > 0 ? (uint32_t)samples : 0;
}

bool dm_opus_packet_has_copy(const uint8_t *data, size_t size_bytes)
{
	const unsigned char *frames[FRAMES_MAX];
	opus_int16 sizes[FRAMES_MAX];

	/* Configurations 16 to 31 are CELT alone, which has none (RFC 6716, 3.1). */
	if (size_bytes == 0 || size_bytes > INT_MAX || data[0] & 0x80)
		return false;
	if (opus_packet_parse(data, (opus_int32)size_bytes, NULL, frames, sizes, NULL) <= 0 ||
	    sizes[0] == 0)
		return false;

	/* A SILK frame begins with a flag of speech for each 20 ms, then the flag of the copy (RFC
	 * 6716, 4.2.3); of stereo, the middle's come first. */
	const int samples = opus_packet_get_samples_per_frame(data, DM_AUDIO_RATE_HZ);
	const int flags = samples > DM_AUDIO_FRAME_SAMPLES ? samples / DM_AUDIO_FRAME_SAMPLES : 1;

	return frames[0][0] >> (7 - flags) & 1;
}

bool dm_opus_packet_is_pause(const uint8_t *data, size_t size_bytes)
{
	/* libopus sends the table-of-contents byte alone, or one byte more, in a pause. */
	(void)data;
	return size_bytes <= 2;
}
