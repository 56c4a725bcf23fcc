/* relay/audio/repetition.h
 *
 * Whether a sound is the same piece again and again, to the sample but for what a codec does: the
 * last two seconds beside what was as much as two seconds before them.
 *
 * Pure but for FFTW (spectrum.h: create and destroy on the control thread); no allocation after
 * create. Thread: one at a time.
 */
#ifndef DM_AUDIO_REPETITION_H
#define DM_AUDIO_REPETITION_H

#include "base/time.h"

#include <stdbool.h>

#define DM_REPETITION_RATE_HZ 8000
#define DM_REPETITION_TICK    (DM_REPETITION_RATE_HZ / 50)

struct dm_repetition;

/* Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_repetition_create(struct dm_repetition **out);
void dm_repetition_destroy(struct dm_repetition *repetition); /* NULL is allowed */

/* DM_REPETITION_TICK samples, the next 20 ms. */
void dm_repetition_put(struct dm_repetition *repetition, const float *samples);

/* As dm_fingerprint_repeats. */
bool dm_repetition_find(const struct dm_repetition *repetition, dm_usec *period);

#endif
