/* tests/unit/audio/true_peak.h
 *
 * Measures of sound that owe nothing to the code under test: true peak by an eightfold sinc
 * interpolation of 64 taps, loudness by libebur128's integrated measure.
 */
#ifndef DM_TEST_AUDIO_TRUE_PEAK_H
#define DM_TEST_AUDIO_TRUE_PEAK_H

#include <stddef.h>

double true_peak_db(const float *samples, size_t count);
double integrated_lufs(const float *samples, size_t count);
float largest_step(const float *samples, size_t count);

#endif
