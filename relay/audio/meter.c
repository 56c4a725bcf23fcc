#include "audio/meter.h"
#include "audio/encoder.h"

#include <math.h>
#include <string.h>

#define FRAME DM_AUDIO_FRAME_SAMPLES

/* BS.1770-4, annex 1, tables 1 and 2: the filters of K-weighting at 48 kHz. */
#define SHELF_B0 1.53512485958697
#define SHELF_B1 (-2.69169618940638)
#define SHELF_B2 1.19839281085285
#define SHELF_A1 (-1.69065929318241)
#define SHELF_A2 0.73248077421585
#define HIGH_A1  (-1.99004745483398)
#define HIGH_A2  0.99007225036621

/* Annex 1, formula (2). */
#define OFFSET_LUFS (-0.691)

/* Below, a filter's state rings on as denormal numbers, which cost a hundred times as much. */
#define NOTHING 1e-15f

/* Eight at a time, which the compiler does in two or three instructions: fmaxf would have to mind
 * NaN. */
float dm_frame_peak(const float *samples)
{
	float peaks[8] = { 0 };

	for (size_t n = 0; n < FRAME; n += 8)
		for (size_t lane = 0; lane < 8; lane++) {
			const float size = fabsf(samples[n + lane]);

			peaks[lane] = size > peaks[lane] ? size : peaks[lane];
		}
	for (size_t lane = 1; lane < 8; lane++)
		peaks[0] = peaks[lane] > peaks[0] ? peaks[lane] : peaks[0];
	return peaks[0];
}

/* Both filters in transposed direct form II; returns the mean square. */
static double weigh(struct dm_meter *meter, const float *samples)
{
	double a = meter->shelf[0], b = meter->shelf[1];
	double c = meter->high_pass[0], d = meter->high_pass[1];
	double sum = 0;

	for (size_t n = 0; n < FRAME; n++) {
		const double in = (double)samples[n];
		const double shelf = SHELF_B0 * in + a;
		const double out = shelf + c;

		a = SHELF_B1 * in - SHELF_A1 * shelf + b;
		b = SHELF_B2 * in - SHELF_A2 * shelf;
		c = -2 * shelf - HIGH_A1 * out + d;
		d = shelf - HIGH_A2 * out;
		sum += out * out;
	}
	meter->shelf[0] = a;
	meter->shelf[1] = b;
	meter->high_pass[0] = c;
	meter->high_pass[1] = d;
	return sum / FRAME;
}

static void note_peak(struct dm_peak *peak, float largest_sample)
{
	peak->of[peak->tick++ % DM_METER_PEAK_TICKS] = largest_sample;
}

void dm_peak_run(struct dm_peak *peak, const float *samples)
{
	note_peak(peak, samples ? dm_frame_peak(samples) : 0);
}

float dm_peak_dbfs(const struct dm_peak *peak)
{
	float most = 0;

	for (size_t n = 0; n < DM_METER_PEAK_TICKS; n++)
		most = fmaxf(most, peak->of[n]);
	return most > 0 ? 20 * log10f(most) : -HUGE_VALF;
}

static void note_power(struct dm_meter *meter, double power)
{
	meter->powers[meter->tick++ % DM_METER_LOUDNESS_TICKS] = power;
}

void dm_meter_run(struct dm_meter *meter, const float *samples)
{
	const float peak = samples ? dm_frame_peak(samples) : 0;

	note_peak(&meter->peak, peak);
	if (samples && peak >= NOTHING) {
		note_power(meter, weigh(meter, samples));
		return;
	}
	memset(meter->shelf, 0, sizeof(meter->shelf));
	memset(meter->high_pass, 0, sizeof(meter->high_pass));
	note_power(meter, 0);
}

void dm_meter_follow(struct dm_meter *meter, const struct dm_meter *other)
{
	if (other->tick == 0)
		return;
	memcpy(meter->shelf, other->shelf, sizeof(meter->shelf));
	memcpy(meter->high_pass, other->high_pass, sizeof(meter->high_pass));
	note_power(meter, other->powers[(other->tick - 1) % DM_METER_LOUDNESS_TICKS]);
	note_peak(&meter->peak, other->peak.of[(other->peak.tick - 1) % DM_METER_PEAK_TICKS]);
}

float dm_meter_momentary_lufs(const struct dm_meter *meter)
{
	double sum = 0;

	for (size_t n = 0; n < DM_METER_LOUDNESS_TICKS; n++)
		sum += meter->powers[n];
	return sum > 0 ? (float)(OFFSET_LUFS + 10 * log10(sum / DM_METER_LOUDNESS_TICKS))
		       : -HUGE_VALF;
}
