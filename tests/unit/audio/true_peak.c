#include "true_peak.h"

#include <ebur128.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define TAPS   64
#define PLACES 8

double true_peak_db(const float *samples, size_t count)
{
	static double taps[PLACES][TAPS];
	static bool made;
	double peak = 1e-9;

	for (int place = 0; place < PLACES && !made; place++)
		for (int n = 0; n < TAPS; n++) {
			const double x = n - (TAPS / 2 - 1) - place / (double)PLACES;
			const double window = 0.5 + 0.5 * cos(2 * M_PI * x / TAPS);

			taps[place][n] = x == 0 ? 1 : sin(M_PI * x) / (M_PI * x) * window;
		}
	made = true;
	for (size_t at = 0; at + TAPS <= count; at++) {
		/* Only where it may matter. */
		if (fabsf(samples[at + TAPS / 2]) < 0.5f * (float)peak)
			continue;
		for (int place = 0; place < PLACES; place++) {
			double sum = 0;

			for (int n = 0; n < TAPS; n++)
				sum += taps[place][n] * (double)samples[at + (size_t)n];
			peak = fmax(peak, fabs(sum));
		}
	}
	return 20 * log10(peak);
}

double integrated_lufs(const float *samples, size_t count)
{
	ebur128_state *meter = ebur128_init(1, 48000, EBUR128_MODE_I);
	double lufs;

	if (!meter || ebur128_add_frames_float(meter, samples, count) != EBUR128_SUCCESS ||
	    ebur128_loudness_global(meter, &lufs) != EBUR128_SUCCESS)
		abort();
	ebur128_destroy(&meter);
	return lufs;
}

float largest_step(const float *samples, size_t count)
{
	float largest = 0;

	for (size_t n = 1; n < count; n++)
		largest = fmaxf(largest, fabsf(samples[n] - samples[n - 1]));
	return largest;
}
