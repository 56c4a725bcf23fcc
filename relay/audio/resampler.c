#include "audio/resampler.h"
#include "audio/encoder.h"

#include <errno.h>
#include <math.h>
#include <speex/speex_resampler.h>
#include <stdlib.h>
#include <string.h>

/* 32 taps. Measured at 200 ppm: flat to 18 kHz, what is not the tone 80 dB down at 8 kHz and 61 at
 * 18, beyond what Opus keeps; 38 us a tick on a busy machine, the next better 48. */
#define QUALITY 2

/* The ratio is a fraction. libspeexdsp multiplies two denominators in 32 bits when it changes and
 * gives up half-way if they do not fit, so they stay below 2^16. */
#define DENOMINATOR_MOST 46000

/* The least that such a fraction can be off 1. Exactly 1 would need another table and kernel, with
 * a seam between; so small a difference is made up for by the other sign. */
#define PPM_LEAST (1e6 / DENOMINATOR_MOST)

struct dm_resampler {
	SpeexResamplerState *speex; /* owned */
	double ppm;
};

static void set_ratio(struct dm_resampler *resampler)
{
	const double most = fmin(fabs(resampler->ppm), DM_RESAMPLER_PPM_MAX);
	const double off = copysign(fmax(most, PPM_LEAST), resampler->ppm) * 1e-6;
	const double more = fmax(1, floor(fabs(off) * DENOMINATOR_MOST));
	const double denominator = round(more / fabs(off));

	speex_resampler_set_rate_frac(
		resampler->speex, (spx_uint32_t)(denominator + copysign(more, off)),
		(spx_uint32_t)denominator, DM_AUDIO_RATE_HZ, DM_AUDIO_RATE_HZ);
}

int dm_resampler_create(struct dm_resampler **out)
{
	int error = 0;
	struct dm_resampler *resampler = calloc(1, sizeof(*resampler));

	*out = NULL;
	if (!resampler)
		return -ENOMEM;
	resampler->speex = speex_resampler_init_frac(1, DENOMINATOR_MOST + 1, DENOMINATOR_MOST,
						     DM_AUDIO_RATE_HZ, DM_AUDIO_RATE_HZ, QUALITY,
						     &error);
	if (!resampler->speex) {
		free(resampler);
		return -ENOMEM;
	}
	*out = resampler;
	return 0;
}

void dm_resampler_destroy(struct dm_resampler *resampler)
{
	if (!resampler)
		return;
	speex_resampler_destroy(resampler->speex);
	free(resampler);
}

void dm_resampler_reset(struct dm_resampler *resampler)
{
	speex_resampler_reset_mem(resampler->speex);
}

void dm_resampler_set_ppm(struct dm_resampler *resampler, double ppm)
{
	if (fabs(ppm - resampler->ppm) < 1)
		return;
	resampler->ppm = ppm;
	set_ratio(resampler);
}

size_t dm_resampler_latency_samples(const struct dm_resampler *resampler)
{
	return (size_t)speex_resampler_get_input_latency(resampler->speex);
}

size_t dm_resampler_wanted(const struct dm_resampler *resampler, size_t count)
{
	(void)resampler;
	return count + (size_t)((double)count * DM_RESAMPLER_PPM_MAX * 1e-6) + 2;
}

size_t dm_resampler_run(struct dm_resampler *resampler, const float *in, size_t in_count,
			float *out, size_t count)
{
	spx_uint32_t taken = (spx_uint32_t)in_count;
	spx_uint32_t made = (spx_uint32_t)count;

	speex_resampler_process_float(resampler->speex, 0, in, &taken, out, &made);
	/* Cannot happen when as many were there as wanted. */
	if (made < count)
		memset(out + made, 0, (count - made) * sizeof(*out));
	return taken;
}
