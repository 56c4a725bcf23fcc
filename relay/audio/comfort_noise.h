/* relay/audio/comfort_noise.h
 *
 * What a listener hears while a booth is open and its microphone muted: a soft noise in the shape
 * of a room, which tells that the link is alive.
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_AUDIO_COMFORT_NOISE_H
#define DM_AUDIO_COMFORT_NOISE_H

#include <stddef.h>
#include <stdint.h>

/* RMS; choice: under what a quiet booth has, over what a loudspeaker's own noise covers. */
#define DM_COMFORT_NOISE_DBFS (-62.0)

struct dm_comfort_noise {
	uint32_t random;
	float last;
	float scale;
};

void dm_comfort_noise_init(struct dm_comfort_noise *noise, uint32_t seed);
void dm_comfort_noise_run(struct dm_comfort_noise *noise, float *samples, size_t count);

#endif
