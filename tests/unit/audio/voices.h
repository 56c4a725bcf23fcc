/* tests/unit/audio/voices.h
 *
 * Recorded people, from tests/data/voices.
 */
#ifndef DM_TEST_VOICES_H
#define DM_TEST_VOICES_H

#include <stddef.h>

#define VOICES        5
#define VOICE_SAMPLES (9 * 48000)

extern const char *const voice_names[VOICES];

/* Fills VOICE_SAMPLES samples. Fails the test where the file cannot be read. */
void voice_load(int voice, float *samples);

#endif
