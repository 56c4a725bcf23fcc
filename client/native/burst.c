#include "burst.h"

#include <math.h>

#define RATE_HZ 48000
#define RAMP    0.002 /* seconds: no click, and an edge that is found to a millisecond; choice */

static double envelope(double at)
{
	const double length = (double)DM_BURST_LENGTH / 1e6;

	if (at >= length)
		return 0;
	return fmin(1, fmin(at, length - at) / RAMP);
}

void dm_burst_fill(const struct dm_burst *burst, dm_usec wall, int16_t *samples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const double us = (double)(wall % DM_SEC(1)) + (double)i * 1e6 / RATE_HZ;
		const double at = fmod(us / 1e6, 1);

		samples[i] = (int16_t)lrint(32767 * burst->amplitude * envelope(at) *
					    sin(2 * M_PI * burst->hz * at));
	}
}
