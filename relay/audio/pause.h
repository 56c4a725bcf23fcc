/* relay/audio/pause.h
 *
 * Finds the pauses in one voice: 120 ms in which it is 15 dB under its own loudness.
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_AUDIO_PAUSE_H
#define DM_AUDIO_PAUSE_H

#include <stdbool.h>

struct dm_pause {
	unsigned quiet; /* ticks in a row */
};

/* Looks at one tick of a voice of `lufs` (-HUGE_VAL: unknown), and tells whether it pauses. */
bool dm_pause_run(struct dm_pause *pause, const float *samples, double lufs);

#endif
