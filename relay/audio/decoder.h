/* relay/audio/decoder.h
 *
 * Opus from a microphone, of any kind, as 48 kHz mono; what is lost is recovered from the next
 * packet's copy (RFC 6716, 2.1.7) or concealed.
 *
 * Pure but for libopus; no allocation after create. Thread: one at a time.
 */
#ifndef DM_AUDIO_DECODER_H
#define DM_AUDIO_DECODER_H

#include <stddef.h>
#include <stdint.h>

#define DM_DECODER_SAMPLES_MAX 5760 /* of one packet: 120 ms (RFC 6716, 3.2.5) */

struct dm_decoder;

/* Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_decoder_create(struct dm_decoder **out);
void dm_decoder_destroy(struct dm_decoder *decoder); /* NULL is allowed */

/* Forgets the stream: another one begins. */
void dm_decoder_reset(struct dm_decoder *decoder);

/* Each fills `samples` (DM_DECODER_SAMPLES_MAX) and returns how many. Decode: -EBADMSG when the
 * packet is broken. Conceal and recover: `count` is a multiple of 120 (2.5 ms); recover takes the
 * copy out of the packet that follows the lost one. */
int dm_decoder_decode(struct dm_decoder *decoder, const uint8_t *payload, size_t size_bytes,
		      float *samples);
int dm_decoder_recover(struct dm_decoder *decoder, const uint8_t *next, size_t size_bytes,
		       float *samples, size_t count);
int dm_decoder_conceal(struct dm_decoder *decoder, float *samples, size_t count);

#endif
