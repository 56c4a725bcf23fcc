/* relay/audio/stretch.h
 *
 * Speech made shorter or longer by whole periods of the voice, which is not heard as a change:
 * one overlap and add where the sound is most like itself (WSOLA). Only what must change is
 * touched; between, the sound is as it was and comes no later. Debian's libsonic does the same to
 * all of a stream, by way of queues that add 30 ms and allocate.
 *
 * Pure. Thread: any.
 */
#ifndef DM_AUDIO_STRETCH_H
#define DM_AUDIO_STRETCH_H

#include <stddef.h>

/* Periods of 2.5 to 15 ms: voices from 66 to 400 Hz. */
#define DM_STRETCH_PERIOD_LEAST 120
#define DM_STRETCH_PERIOD_MOST  720

/* Takes one period out of `samples`, in place. `likeness` (0..1): how like the two periods must be
 * that are faded into one; sound below `quiet` (RMS) passes with any. At most `most` samples are
 * taken. Returns how many: 0 when nothing fits. */
size_t dm_stretch_shorten(float *samples, size_t count, size_t most, float likeness, float quiet);

/* Repeats one period in place; there is room for DM_STRETCH_PERIOD_MOST more. Returns by how many
 * samples the sound grew, or 0. */
size_t dm_stretch_lengthen(float *samples, size_t count, size_t most, float likeness, float quiet);

#endif
