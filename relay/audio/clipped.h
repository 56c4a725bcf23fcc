/* relay/audio/clipped.h
 *
 * Where a wave was cut off at a ceiling, however loud it is by now, tones included. A wave's own
 * tops are round: over a run of samples at the top it rises by a quarter of the run's length times
 * the slope at its ends, as a parabola does. Where it was cut off it rises by next to nothing.
 *
 * Pure. Thread: any.
 */
#ifndef DM_AUDIO_CLIPPED_H
#define DM_AUDIO_CLIPPED_H

#include <stddef.h>

/* How many of DM_AUDIO_FRAME_SAMPLES samples lie within tops that were cut off. Of a sound below
 * -40 dBFS none. */
size_t dm_clipped_samples(const float *samples);

#endif
