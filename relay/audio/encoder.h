/* relay/audio/encoder.h
 *
 * Opus as the relay sends it: 48 kHz mono, 20 ms, fullband forced (ISO 20109 asks for 15 kHz;
 * super-wideband stops at 12), VBR, in-band FEC (RFC 6716; RFC 7587, 3.3).
 *
 * Pure but for libopus. Thread: one at a time.
 */
#ifndef DM_AUDIO_ENCODER_H
#define DM_AUDIO_ENCODER_H

#include <stddef.h>
#include <stdint.h>

#define DM_AUDIO_RATE_HZ       48000
#define DM_AUDIO_FRAME_SAMPLES 960  /* 20 ms: the tick of every channel */
#define DM_AUDIO_PAYLOAD_MAX   1275 /* one Opus frame (RFC 6716, 3.4) */

struct dm_encoder;

struct dm_encoder_options {
	uint32_t bitrate_bps; /* 6000..256000 */
	uint8_t loss_percent; /* FEC is set for it, 0..100 */
	uint8_t complexity;   /* 0..10 */
};

/* Returns 0, -EINVAL or -ENOMEM; on failure *out is NULL. */
int dm_encoder_create(struct dm_encoder **out, const struct dm_encoder_options *options);
void dm_encoder_destroy(struct dm_encoder *encoder); /* NULL is allowed */

/* How many samples the decoded sound comes after what was put in (RFC 7845, 4.2 calls it
 * pre-skip): who wants decoded sound at its time feeds sound from so much later. */
uint32_t dm_encoder_lookahead_samples(const struct dm_encoder *encoder);

/* The loss that receivers report, from now on: above 5 percent Opus adds copies of frames (FEC) and
 * so encodes speech by SILK (libopus 1.3); the complexity follows it. Call it when the figure has
 * changed by some percent, not with every report. Returns 0 or -EINVAL. */
int dm_encoder_set_loss(struct dm_encoder *encoder, uint8_t loss_percent);

/* The complexity that a channel can afford at that loss; see README.md for what it costs. */
uint8_t dm_encoder_complexity(uint8_t loss_percent);

/* Encodes DM_AUDIO_FRAME_SAMPLES samples in -1..1 (beyond is clipped by Opus). Returns the
 * payload's size in bytes, at most `capacity_bytes`, or -EINVAL. */
int dm_encoder_encode(struct dm_encoder *encoder, const float *samples, uint8_t *payload,
		      size_t capacity_bytes);

#endif
