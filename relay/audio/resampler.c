#include "audio/resampler.h"
#include "audio/encoder.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A windowed sinc of 32 taps, in as many places between two samples, of which the nearest is taken:
 * at ratios so near 1 it is mostly the same as for the sample before, and so in the cache. What is
 * not the tone is 85 dB down at 1 kHz, 76 at 8 and 69 at 18 (measured), where Opus keeps less. */
#define BEHIND 16 /* taps before and after the place that is asked for */
#define TAPS   (2 * BEHIND)
#define PLACES 2048

/* Kaiser's window: side lobes 80 dB down, flat to 18 kHz. Choice. */
#define BETA 7.0

/* Four lanes are what every x86-64 and arm64 has. */
typedef float lanes __attribute__((vector_size(16)));

#define LANES 4

/* What a tick wants at the most. */
#define WANTED_MOST (DM_AUDIO_FRAME_SAMPLES + 8)

struct dm_resampler {
	double step;          /* of the place in the input, for one sample out; 1 + ppm */
	double place;         /* of the next sample out, between two of the input; 0..1 */
	float kept[TAPS - 1]; /* the input's end */
};

static float kernels[PLACES + 1][TAPS] __attribute__((aligned(16)));
static pthread_once_t made = PTHREAD_ONCE_INIT;

/* The modified Bessel function of order 0, by its series. */
static double bessel(double x)
{
	double sum = 1, term = 1;

	for (int k = 1; term > 1e-12 * sum; k++) {
		term *= x * x / (4.0 * k * k);
		sum += term;
	}
	return sum;
}

static void make_kernels(void)
{
	for (int place = 0; place <= PLACES; place++) {
		double sum = 0, taps[TAPS];

		for (int n = 0; n < TAPS; n++) {
			const double x = n - (BEHIND - 1) - place / (double)PLACES;
			const double edge = 1 - x * x / (BEHIND * BEHIND);
			const double sinc = x == 0 ? 1 : sin(M_PI * x) / (M_PI * x);

			taps[n] = edge > 0 ? sinc * bessel(BETA * sqrt(edge)) / bessel(BETA) : 0;
			sum += taps[n];
		}
		for (int n = 0; n < TAPS; n++)
			kernels[place][n] = (float)(taps[n] / sum);
	}
}

static float weigh(const float *samples, const float *kernel)
{
	lanes sums[2] = { { 0 }, { 0 } };

	for (size_t n = 0; n < TAPS; n += 2 * LANES)
		for (size_t half = 0; half < 2; half++) {
			lanes sample, tap;

			memcpy(&sample, samples + n + half * LANES, sizeof(sample));
			memcpy(&tap, kernel + n + half * LANES, sizeof(tap));
			sums[half] += sample * tap;
		}
	sums[0] += sums[1];
	return sums[0][0] + sums[0][1] + sums[0][2] + sums[0][3];
}

int dm_resampler_create(struct dm_resampler **out)
{
	struct dm_resampler *resampler = calloc(1, sizeof(*resampler));

	*out = resampler;
	if (!resampler)
		return -ENOMEM;
	pthread_once(&made, make_kernels);
	resampler->step = 1;
	return 0;
}

void dm_resampler_destroy(struct dm_resampler *resampler)
{
	free(resampler);
}

void dm_resampler_reset(struct dm_resampler *resampler)
{
	memset(resampler->kept, 0, sizeof(resampler->kept));
}

void dm_resampler_set_ppm(struct dm_resampler *resampler, double ppm)
{
	resampler->step = 1 + 1e-6 * fmax(-DM_RESAMPLER_PPM_MAX, fmin(DM_RESAMPLER_PPM_MAX, ppm));
}

size_t dm_resampler_latency_samples(const struct dm_resampler *resampler)
{
	(void)resampler;
	return BEHIND;
}

size_t dm_resampler_wanted(const struct dm_resampler *resampler, size_t count)
{
	(void)resampler;
	return count + (size_t)((double)count * DM_RESAMPLER_PPM_MAX * 1e-6) + 2;
}

size_t dm_resampler_run(struct dm_resampler *resampler, const float *in, size_t in_count,
			float *out, size_t count)
{
	float input[TAPS - 1 + WANTED_MOST];
	const size_t wanted = dm_resampler_wanted(resampler, count);
	double place = resampler->place;

	if (count > DM_AUDIO_FRAME_SAMPLES || in_count < wanted) {
		memset(out, 0, count * sizeof(*out));
		return in_count;
	}
	memcpy(input, resampler->kept, sizeof(resampler->kept));
	memcpy(input + TAPS - 1, in, wanted * sizeof(*in));
	for (size_t n = 0; n < count; n++) {
		const size_t first = (size_t)place;
		const double between = place - (double)first;

		out[n] = weigh(input + first, kernels[(size_t)(between * PLACES + 0.5)]);
		place += resampler->step;
	}

	const size_t taken = (size_t)place;

	memcpy(resampler->kept, input + taken, sizeof(resampler->kept));
	resampler->place = place - (double)taken;
	return taken;
}
