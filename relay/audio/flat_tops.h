/* relay/audio/flat_tops.h
 *
 * How much of a sound is clipped. A codec rounds what was cut off flat, so it looks for what
 * remains of it: samples heap up at one level, and above it there are almost none; those of a
 * voice become ever rarer towards its peaks.
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_AUDIO_FLAT_TOPS_H
#define DM_AUDIO_FLAT_TOPS_H

#include <stddef.h>
#include <stdint.h>

#define DM_FLAT_TOPS_LEVELS 1024
#define DM_FLAT_TOPS_BLOCKS 7 /* that are remembered, of a second each */

/* Zero-initialised. */
struct dm_flat_tops {
	uint16_t counts[2][DM_FLAT_TOPS_LEVELS]; /* above and below zero, of this block */
	unsigned ticks;                          /* of this block */
	float shares[DM_FLAT_TOPS_BLOCKS];
	size_t blocks; /* counts on */
};

/* DM_AUDIO_FRAME_SAMPLES samples. */
void dm_flat_tops_put(struct dm_flat_tops *tops, const float *samples);

/* The share of samples within flat tops, of the last seconds, 0..1. */
double dm_flat_tops_share(const struct dm_flat_tops *tops);

#endif
