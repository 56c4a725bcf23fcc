#include "audio/spectrum.h"

#include <errno.h>
#include <fftw3.h>
#include <math.h>
#include <stdlib.h>

struct dm_spectrum {
	size_t size;
	float *window, *samples, *powers; /* owned, as are the others */
	fftwf_complex *bins;
	fftwf_plan plan;
};

static void fill_window(struct dm_spectrum *spectrum)
{
	/* Both halves of the spectrum; the mean square of a Hann window is 3/8. */
	const double size = (double)spectrum->size;
	const double scale = sqrt(2 / (3.0 / 8)) / size;

	for (size_t n = 0; n < spectrum->size; n++)
		spectrum->window[n] = (float)(scale * (0.5 - 0.5 * cos(2 * M_PI *
								       ((double)n + 0.5) / size)));
}

int dm_spectrum_create(struct dm_spectrum **out, size_t size)
{
	*out = NULL;
	if (size == 0 || size % 2 != 0)
		return -EINVAL;

	struct dm_spectrum *spectrum = calloc(1, sizeof(*spectrum));

	if (!spectrum)
		return -ENOMEM;
	spectrum->size = size;
	spectrum->window = calloc(size, sizeof(*spectrum->window));
	spectrum->powers = calloc(size / 2 + 1, sizeof(*spectrum->powers));
	spectrum->samples = fftwf_alloc_real(size);
	spectrum->bins = fftwf_alloc_complex(size / 2 + 1);
	if (spectrum->window && spectrum->powers && spectrum->samples && spectrum->bins)
		/* Measuring plans takes long, and makes figures differ from run to run. */
		spectrum->plan = fftwf_plan_dft_r2c_1d((int)size, spectrum->samples, spectrum->bins,
						       FFTW_ESTIMATE);
	if (!spectrum->plan) {
		dm_spectrum_destroy(spectrum);
		return -ENOMEM;
	}
	fill_window(spectrum);
	*out = spectrum;
	return 0;
}

void dm_spectrum_destroy(struct dm_spectrum *spectrum)
{
	if (!spectrum)
		return;
	if (spectrum->plan)
		fftwf_destroy_plan(spectrum->plan);
	fftwf_free(spectrum->bins);
	fftwf_free(spectrum->samples);
	free(spectrum->powers);
	free(spectrum->window);
	free(spectrum);
}

const float *dm_spectrum_run(struct dm_spectrum *spectrum, const float *samples)
{
	for (size_t n = 0; n < spectrum->size; n++)
		spectrum->samples[n] = samples[n] * spectrum->window[n];
	fftwf_execute(spectrum->plan);
	for (size_t n = 0; n <= spectrum->size / 2; n++) {
		const float re = spectrum->bins[n][0], im = spectrum->bins[n][1];

		spectrum->powers[n] = re * re + im * im;
	}
	return spectrum->powers;
}
