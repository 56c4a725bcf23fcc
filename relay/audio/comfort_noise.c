#include "audio/comfort_noise.h"
#include "audio/encoder.h"

#include <math.h>

/* Flat up to here and falling by 6 dB an octave above, as rooms and distant voices are. */
#define CORNER_HZ 500.0

#define POLE (1 - 0.9366f) /* 1 - exp(-2 pi CORNER_HZ / DM_AUDIO_RATE_HZ) */

void dm_comfort_noise_init(struct dm_comfort_noise *noise, uint32_t seed)
{
	/* Even noise in -1..1 has a power of 1/3; the low-pass leaves pole / (2 - pole) of it. */
	const double power = POLE / (2 - POLE) / 3;

	noise->random = seed;
	noise->last = 0;
	noise->scale = (float)(pow(10, DM_COMFORT_NOISE_DBFS / 20) / sqrt(power));
}

void dm_comfort_noise_run(struct dm_comfort_noise *noise, float *samples, size_t count)
{
	for (size_t n = 0; n < count; n++) {
		noise->random = noise->random * 1664525u + 1013904223u; /* Numerical Recipes */

		const float white = (float)(int32_t)noise->random / 2147483648.0f;

		noise->last += POLE * (white - noise->last);
		samples[n] = noise->scale * noise->last;
	}
}
