/* relay/audio/spectrum.h
 *
 * The power spectrum of a piece of sound, under a Hann window.
 *
 * Pure but for FFTW, whose planner knows one thread only: create and destroy on the control thread.
 * No allocation after create. Thread of the rest: one at a time.
 */
#ifndef DM_AUDIO_SPECTRUM_H
#define DM_AUDIO_SPECTRUM_H

#include <stddef.h>

struct dm_spectrum;

/* `size`: samples of a piece, even. Returns 0, -EINVAL or -ENOMEM; on failure *out is NULL. */
int dm_spectrum_create(struct dm_spectrum **out, size_t size);
void dm_spectrum_destroy(struct dm_spectrum *spectrum); /* NULL is allowed */

/* `size` samples. Returns size / 2 + 1 powers, of 0 Hz up to half the rate, borrowed until the next
 * run: their sum is the mean square of the piece, as its middle weighs. */
const float *dm_spectrum_run(struct dm_spectrum *spectrum, const float *samples);

#endif
