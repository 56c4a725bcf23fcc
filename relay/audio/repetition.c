#include "audio/repetition.h"

#include <errno.h>
#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE DM_REPETITION_RATE_HZ
#define TICK DM_REPETITION_TICK

#define WINDOW   (2 * RATE)      /* that is looked for, */
#define FARTHEST (RATE * 11 / 5) /* as much as so long before: a little more than two seconds */
#define NEAREST  (RATE / 50)
#define WHOLE    (WINDOW + FARTHEST)

/* How alike it must be. Opus at 24 kbit/s leaves more of what repeats exactly; what people play or
 * say again stays below 0.85 (unit/audio_fingerprint). */
#define ALIKE 0.86

/* Of the sample before, to be taken away: what is high in speech counts too, but not so much as
 * what codecs keep, which is low. Choice. */
#define TILT 0.7f

#define SINC 6 /* neighbours on each side that a value between samples is drawn from */

/* By so much a likeness must differ to be another one. Choice. */
#define BETTER 0.03

/* Mean square, tilted: about -70 dBFS; below, nothing sounds. */
#define SOUNDS 1e-8

struct dm_repetition {
	float ring[WHOLE]; /* tilted */
	size_t next;       /* counts on */
	float last;
	float *samples; /* owned scratch, as are the others */
	fftwf_complex *window, *whole;
	fftwf_plan forward, backward;
};

int dm_repetition_create(struct dm_repetition **out)
{
	struct dm_repetition *repetition = calloc(1, sizeof(*repetition));

	*out = NULL;
	if (!repetition)
		return -ENOMEM;
	repetition->samples = fftwf_alloc_real(WHOLE);
	repetition->window = fftwf_alloc_complex(WHOLE / 2 + 1);
	repetition->whole = fftwf_alloc_complex(WHOLE / 2 + 1);
	if (repetition->samples && repetition->window && repetition->whole) {
		repetition->forward = fftwf_plan_dft_r2c_1d(WHOLE, repetition->samples,
							    repetition->whole, FFTW_ESTIMATE);
		repetition->backward = fftwf_plan_dft_c2r_1d(WHOLE, repetition->whole,
							     repetition->samples, FFTW_ESTIMATE);
	}
	if (!repetition->forward || !repetition->backward) {
		dm_repetition_destroy(repetition);
		return -ENOMEM;
	}
	*out = repetition;
	return 0;
}

void dm_repetition_destroy(struct dm_repetition *repetition)
{
	if (!repetition)
		return;
	if (repetition->backward)
		fftwf_destroy_plan(repetition->backward);
	if (repetition->forward)
		fftwf_destroy_plan(repetition->forward);
	fftwf_free(repetition->whole);
	fftwf_free(repetition->window);
	fftwf_free(repetition->samples);
	free(repetition);
}

void dm_repetition_put(struct dm_repetition *repetition, const float *samples)
{
	for (size_t n = 0; n < TICK; n++) {
		repetition->ring[repetition->next++ % WHOLE] = samples[n] - TILT * repetition->last;
		repetition->last = samples[n];
	}
}

/* Into the scratch, oldest first, nothing before `from`. */
static void unroll(const struct dm_repetition *repetition, size_t from)
{
	const size_t oldest = repetition->next % WHOLE;

	memcpy(repetition->samples, repetition->ring + oldest,
	       (WHOLE - oldest) * sizeof(*repetition->samples));
	memcpy(repetition->samples + WHOLE - oldest, repetition->ring,
	       oldest * sizeof(*repetition->samples));
	memset(repetition->samples, 0, from * sizeof(*repetition->samples));
}

/* What the window and the whole have in common, at each distance, into samples[distance]. */
static void correlate(const struct dm_repetition *repetition)
{
	const int whole = WHOLE;

	unroll(repetition, WHOLE - WINDOW);
	fftwf_execute_dft_r2c(repetition->forward, repetition->samples, repetition->window);
	unroll(repetition, 0);
	fftwf_execute_dft_r2c(repetition->forward, repetition->samples, repetition->whole);
	for (size_t n = 0; n <= WHOLE / 2; n++) {
		const float a = repetition->window[n][0], b = repetition->window[n][1];
		const float c = repetition->whole[n][0], d = repetition->whole[n][1];

		repetition->whole[n][0] = (a * c + b * d) / (float)whole;
		repetition->whole[n][1] = (b * c - a * d) / (float)whole;
	}
	fftwf_execute_dft_c2r(repetition->backward, repetition->whole, repetition->samples);
}

static double square_at(const struct dm_repetition *repetition, size_t age)
{
	const float sample = repetition->ring[(repetition->next - 1 - age) % WHOLE];

	return (double)sample * (double)sample;
}

/* The highest near samples[0], also between it and its neighbours: by sinc, under a Hann window. */
static double peak(const float *samples)
{
	double most = (double)samples[0];

	for (int eighth = -4; eighth <= 4; eighth++) {
		double sum = 0;

		for (int n = -SINC; n <= SINC && eighth != 0; n++) {
			const double x = M_PI * (eighth / 8.0 - n);

			sum += (double)samples[n] * sin(x) / x * (0.5 + 0.5 * cos(x / (SINC + 1)));
		}
		most = fmax(most, sum);
	}
	return most;
}

/* Looks for the best distance, from the nearest on. Its multiples are as good: the first counts.
 * What is as good below NEAREST is a tone's period. */
struct search {
	double best;
	size_t found;
	double tone; /* the best below NEAREST */
	bool leads;  /* still the beginning of every correlation, before it first falls */
};

/* `at`: what is common at this distance; `square`: what it would be if both were the same. */
static void consider(struct search *search, size_t distance, const float *at, double square)
{
	search->leads = search->leads && (double)at[0] > ALIKE * square;
	if (search->leads || distance < SINC || at[0] < at[-1] || at[0] < at[1] ||
	    (double)at[0] < square / 2)
		return;

	const double likeness = peak(at) / square;

	if (distance < NEAREST) {
		search->tone = fmax(search->tone, likeness);
	} else if (likeness > ALIKE && likeness > search->best + BETTER) {
		search->best = likeness;
		search->found = distance;
	}
}

bool dm_repetition_find(const struct dm_repetition *repetition, dm_usec *period)
{
	struct search search = { .leads = true };
	double energy = 0;

	if (repetition->next < WHOLE)
		return false;
	for (size_t age = 0; age < WINDOW; age++)
		energy += square_at(repetition, age);
	if (energy < SOUNDS * WINDOW)
		return false;

	double before = energy;

	correlate(repetition);
	for (size_t distance = 1; distance < FARTHEST - SINC; distance++) {
		const float *at = repetition->samples + distance;

		before += square_at(repetition, WINDOW - 1 + distance) -
			  square_at(repetition, distance - 1);
		consider(&search, distance, at, sqrt(energy * fmax(before, energy / 100)));
	}
	if (search.found == 0 || search.tone > search.best - BETTER)
		return false;
	if (period)
		*period = (dm_usec)search.found * 1000000 / RATE;
	return true;
}
