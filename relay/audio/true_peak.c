#include "audio/true_peak.h"
#include "audio/meter.h"

#include <math.h>
#include <string.h>

#define FRAME  DM_AUDIO_FRAME_SAMPLES
#define TAPS   DM_TRUE_PEAK_TAPS
#define REACH  (TAPS / 2)
#define PLACES DM_TRUE_PEAK_PLACES

void dm_true_peak_init(struct dm_true_peak *peak)
{
	memset(peak, 0, sizeof(*peak));
	for (int place = 0; place < PLACES; place++) {
		double sum = 0, taps[TAPS];

		for (int n = 0; n < TAPS; n++) {
			/* Between the samples 7 and 8 of 16; Blackman's window. */
			const int whole = n - (REACH - 1);
			const double x = whole - (place + 1) / (double)(PLACES + 1);
			const double window = 0.42 + 0.5 * cos(2 * M_PI * x / TAPS) +
					      0.08 * cos(4 * M_PI * x / TAPS);

			taps[n] = sin(M_PI * x) / (M_PI * x) * window;
			sum += taps[n];
		}
		for (int n = 0; n < TAPS; n++)
			peak->taps[place][n] = (float)(taps[n] / sum);
	}
}

float dm_true_peak_run(struct dm_true_peak *peak, const float *samples)
{
	float *input = peak->input;
	float most;

	if (samples)
		memcpy(input + TAPS - 1, samples, FRAME * sizeof(*samples));
	else
		memset(input + TAPS - 1, 0, FRAME * sizeof(*samples));
	most = dm_frame_peak(input + TAPS - 1);
	for (size_t place = 0; place < PLACES; place++) {
		float between[FRAME] = { 0 };

		/* Taps outside, so that the compiler does several samples at once. */
		for (size_t tap = 0; tap < TAPS; tap++)
			for (size_t n = 0; n < FRAME; n++)
				between[n] += peak->taps[place][tap] * input[n + tap];

		const float found = dm_frame_peak(between);

		most = found > most ? found : most;
	}
	memmove(input, input + FRAME, (TAPS - 1) * sizeof(*input));
	return most;
}
