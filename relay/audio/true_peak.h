/* relay/audio/true_peak.h
 *
 * The highest point of a sound, between its samples too (ITU-R BS.1770, annex 2), a tick at a time.
 * libebur128 gives the same, within 0.3 dB, at nine times the cost (measured: 4.5 ms for a second
 * of sound).
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_AUDIO_TRUE_PEAK_H
#define DM_AUDIO_TRUE_PEAK_H

#include "audio/encoder.h"

/* Four times oversampled: the samples, and three places between two of them, each by sixteen taps
 * of a windowed sinc. */
#define DM_TRUE_PEAK_TAPS   16
#define DM_TRUE_PEAK_PLACES 3

struct dm_true_peak {
	float taps[DM_TRUE_PEAK_PLACES][DM_TRUE_PEAK_TAPS];
	float input[DM_TRUE_PEAK_TAPS - 1 + DM_AUDIO_FRAME_SAMPLES];
};

void dm_true_peak_init(struct dm_true_peak *peak);

/* DM_AUDIO_FRAME_SAMPLES samples; NULL: zeros. Returns the highest point, 1: full scale. */
float dm_true_peak_run(struct dm_true_peak *peak, const float *samples);

#endif
