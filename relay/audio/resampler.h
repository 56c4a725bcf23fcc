/* relay/audio/resampler.h
 *
 * Sound drawn out or drawn together by a few parts in a million, so that a sender's clock and ours
 * agree. By libspeexdsp's resampler: its ratio can be changed at any sample without a seam, and it
 * costs a third of libsamplerate's fastest sinc converter (measured: 38 and 123 us a tick).
 *
 * Pure but for libspeexdsp; no allocation after create. Thread: one at a time.
 */
#ifndef DM_AUDIO_RESAMPLER_H
#define DM_AUDIO_RESAMPLER_H

#include <stddef.h>

#define DM_RESAMPLER_PPM_MAX 2000.0

struct dm_resampler;

/* Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_resampler_create(struct dm_resampler **out);
void dm_resampler_destroy(struct dm_resampler *resampler); /* NULL is allowed */

/* Forgets the sound; the ratio stays. */
void dm_resampler_reset(struct dm_resampler *resampler);

/* Positive: more samples go in than come out. Beyond the most is cut off. Changes by less than a
 * part in a million are ignored. */
void dm_resampler_set_ppm(struct dm_resampler *resampler, double ppm);

/* How much later the sound comes out. */
size_t dm_resampler_latency_samples(const struct dm_resampler *resampler);

/* How many samples must be there for `count` to come out; never too few. */
size_t dm_resampler_wanted(const struct dm_resampler *resampler, size_t count);

/* Fills `out` with `count` samples and returns how many of `in`'s it took. */
size_t dm_resampler_run(struct dm_resampler *resampler, const float *in, size_t in_count,
			float *out, size_t count);

#endif
