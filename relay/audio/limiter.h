/* relay/audio/limiter.h
 *
 * Keeps a channel's true peaks (ITU-R BS.1770, annex 2) under a ceiling: it looks ahead 1.5 ms, so
 * that the gain has come down, smoothly, when a peak is heard, and lets go over 150 ms.
 *
 * Pure; no allocation after create. Thread: one at a time.
 */
#ifndef DM_AUDIO_LIMITER_H
#define DM_AUDIO_LIMITER_H

#include <stddef.h>

#define DM_LIMITER_LATENCY_SAMPLES 72 /* 1.5 ms */

struct dm_limiter;

/* `ceiling_db`: dBTP, -20..0. Returns 0, -EINVAL or -ENOMEM; on failure *out is NULL. */
int dm_limiter_create(struct dm_limiter **out, double ceiling_db);
void dm_limiter_destroy(struct dm_limiter *limiter); /* NULL is allowed */

/* Limits DM_AUDIO_FRAME_SAMPLES samples in place; they come out the latency later. */
void dm_limiter_run(struct dm_limiter *limiter, float *samples);

/* The lowest gain of the last run, in dB: 0 when nothing was held down. */
double dm_limiter_reduction_db(const struct dm_limiter *limiter);

#endif
