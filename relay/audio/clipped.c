#include "audio/clipped.h"
#include "audio/encoder.h"

#include <math.h>
#include <stdbool.h>

#define FRAME DM_AUDIO_FRAME_SAMPLES

#define LEAST 0.01f /* -40 dBFS */
#define BAND  0.05f /* of the highest sample: what ripples a codec leaves on a flat top; choice */
#define SHORT 5     /* samples; shorter runs say nothing. Choice */
#define FLAT  0.35f /* of a parabola's rise. Choice, between round (1) and flat (0) */

struct run {
	size_t first, end; /* samples */
};

/* Whether what lies within the band is cut off rather than round. `sign`: which side. */
static bool is_flat(const float *samples, const struct run *run, float sign)
{
	const size_t count = run->end - run->first;
	float low = HUGE_VALF, high = 0;

	if (count < SHORT || run->first < 2 || run->end + 2 > FRAME)
		return false;
	for (size_t n = run->first; n < run->end; n++) {
		const float size = samples[n] * sign;

		low = size < low ? size : low;
		high = size > high ? size : high;
	}

	/* Over two samples, outside: within the first of them it may have been cut off already. */
	const float up = (samples[run->first] - samples[run->first - 2]) * sign / 2;
	const float down = (samples[run->end - 1] - samples[run->end + 1]) * sign / 2;
	const float slope = (up + down) / 2;

	return slope > 0 && high - low < FLAT * slope * (float)count / 4;
}

static size_t count_side(const float *samples, float sign)
{
	float peak = 0;
	size_t flat = 0;

	for (size_t n = 0; n < FRAME; n++)
		peak = samples[n] * sign > peak ? samples[n] * sign : peak;
	if (peak < LEAST)
		return 0;
	for (size_t n = 0; n < FRAME; n++) {
		struct run run = { .first = n };

		while (n < FRAME && samples[n] * sign >= (1 - BAND) * peak)
			n++;
		run.end = n;
		if (is_flat(samples, &run, sign))
			flat += run.end - run.first;
	}
	return flat;
}

size_t dm_clipped_samples(const float *samples)
{
	return count_side(samples, 1) + count_side(samples, -1);
}
