#include "audio/crossfade.h"

#include <math.h>

static float gain_at(const struct dm_crossfade *fade, float way)
{
	const float bounded = fmaxf(0, fminf(1, way));

	return fade->law == DM_CROSSFADE_POWER ? sinf((float)M_PI_2 * bounded) : bounded;
}

void dm_crossfade_go(struct dm_crossfade *fade, bool in, size_t samples, enum dm_crossfade_law law)
{
	const bool there = in ? fade->way >= 1 : fade->way <= 0;

	if (there || (fade->step != 0 && (fade->step > 0) == in))
		return;
	if (law != fade->law) {
		/* The same gain on the other law's way. */
		const float gain = gain_at(fade, fade->way);

		fade->law = law;
		fade->way = law == DM_CROSSFADE_POWER ? asinf(gain) / (float)M_PI_2 : gain;
	}
	fade->step = (in ? 1.0f : -1.0f) / (float)(samples > 0 ? samples : 1);
}

float dm_crossfade_gain(const struct dm_crossfade *fade, size_t ahead)
{
	return gain_at(fade, fade->way + fade->step * (float)ahead);
}

void dm_crossfade_mix(struct dm_crossfade *fade, const float *samples, float *mix, size_t count)
{
	if (fade->step == 0) {
		const float gain = fade->way;

		for (size_t n = 0; n < count && gain > 0; n++)
			mix[n] += samples[n];
		return;
	}
	for (size_t n = 0; n < count; n++)
		mix[n] += samples[n] * dm_crossfade_gain(fade, n + 1);
	fade->way += fade->step * (float)count;
	if (fade->way <= 0 || fade->way >= 1) {
		fade->way = fade->way <= 0 ? 0 : 1;
		fade->step = 0;
	}
}
