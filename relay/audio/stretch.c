#include "audio/stretch.h"

#include <math.h>
#include <string.h>

/* The period is looked for in every fourth sample (12 kHz holds the voice's shape), then among
 * the neighbours in all of them. Measured: a tenth of the cost. */
#define COARSE 4

static float energy(const float *samples, size_t count, size_t step)
{
	float sum = 0;

	for (size_t n = 0; n < count; n += step)
		sum += samples[n] * samples[n];
	return sum;
}

/* How like the first and the second `period` samples are: -1..1. */
static float likeness_of(const float *samples, size_t period, size_t step)
{
	float sum = 0;

	for (size_t n = 0; n < period; n += step)
		sum += samples[n] * samples[n + period];

	const float size = sqrtf(energy(samples, period, step) *
				 energy(samples + period, period, step));

	return size > 1e-9f ? sum / size : 1;
}

static size_t best_period(const float *samples, size_t longest, float *likeness)
{
	size_t best = DM_STRETCH_PERIOD_LEAST;
	float most = -2;

	for (size_t period = DM_STRETCH_PERIOD_LEAST; period <= longest; period += COARSE) {
		const float found = likeness_of(samples, period, COARSE);

		if (found > most) {
			most = found;
			best = period;
		}
	}

	const size_t from = best > DM_STRETCH_PERIOD_LEAST + COARSE ? best - COARSE + 1 : best;
	const size_t to = best + COARSE <= longest ? best + COARSE - 1 : longest;

	most = -2;
	for (size_t period = from; period <= to; period++) {
		const float found = likeness_of(samples, period, 1);

		if (found > most) {
			most = found;
			best = period;
		}
	}
	*likeness = most;
	return best;
}

/* 0 when no period may be taken out or put in. */
static size_t fitting_period(const float *samples, size_t count, size_t most, float likeness,
			     float quiet)
{
	size_t longest = count / 2;
	float found;

	if (longest > most)
		longest = most;
	if (longest > DM_STRETCH_PERIOD_MOST)
		longest = DM_STRETCH_PERIOD_MOST;
	if (longest < DM_STRETCH_PERIOD_LEAST)
		return 0;

	const size_t period = best_period(samples, longest, &found);
	const float level = sqrtf(energy(samples, 2 * period, 1) / (2 * (float)period));

	return found >= likeness || level < quiet ? period : 0;
}

size_t dm_stretch_shorten(float *samples, size_t count, size_t most, float likeness, float quiet)
{
	const size_t period = fitting_period(samples, count, most, likeness, quiet);

	if (period == 0)
		return 0;
	for (size_t n = 0; n < period; n++) {
		const float gain = ((float)n + 0.5f) / (float)period;

		samples[n] = samples[n] * (1 - gain) + samples[n + period] * gain;
	}
	memmove(samples + period, samples + 2 * period, (count - 2 * period) * sizeof(*samples));
	return period;
}

size_t dm_stretch_lengthen(float *samples, size_t count, size_t most, float likeness, float quiet)
{
	const size_t period = fitting_period(samples, count, most, likeness, quiet);

	if (period == 0)
		return 0;
	/* First period, then the second fading into the first, then the second. */
	memmove(samples + 2 * period, samples + period, (count - period) * sizeof(*samples));
	for (size_t n = 0; n < period; n++) {
		const float gain = ((float)n + 0.5f) / (float)period;

		samples[n + period] = samples[n + 2 * period] * (1 - gain) + samples[n] * gain;
	}
	return period;
}
