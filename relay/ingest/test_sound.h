/* relay/ingest/test_sound.h
 *
 * The test source's sound: something like speech (voiced syllables through formants, pauses), a
 * steady tone, a beep at each second's start, or silence.
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_INGEST_TEST_SOUND_H
#define DM_INGEST_TEST_SOUND_H

#include "ingest/source_uri.h"

#include <stddef.h>
#include <stdint.h>

#define DM_TEST_FORMANTS 3

struct dm_test_sound {
	enum dm_test_pattern pattern;
	uint32_t hz;
	float peak; /* of full scale */
	uint32_t noise;
	double pitch_phase;                 /* 0..1 of a voice's period */
	float formant[DM_TEST_FORMANTS][2]; /* resonators' last outputs */
	float tune[DM_TEST_FORMANTS][2];    /* their coefficients, for this block's vowel */
};

struct dm_test_sound dm_test_sound_init(const struct dm_source_uri *uri);

/* Makes `count` samples of 48 kHz from `position`, samples since the timeline's origin. */
void dm_test_sound_fill(struct dm_test_sound *sound, int64_t position, float *samples,
			size_t count);

#endif
