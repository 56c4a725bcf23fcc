#include "audio/fingerprint.h"
#include "audio/encoder.h"
#include "audio/repetition.h"
#include "audio/spectrum.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FRAME DM_AUDIO_FRAME_SAMPLES

/* Drawn down to 8 kHz, where all of a voice is that a telephone keeps: by a low-pass of 96 taps. */
#define RATE   DM_REPETITION_RATE_HZ
#define TICK   DM_REPETITION_TICK
#define FACTOR (FRAME / TICK)
#define TAPS   96

/* 80 ms at each 20 ms: a delay of half a tick is an eighth of a piece. */
#define PIECE (4 * TICK)

#define TICKS_MOST 400 /* eight seconds */
#define TICKS      300 /* of them compared */
#define BANDS      16
#define LOWEST_HZ  150.0
#define HIGHEST_HZ 3600.0

/* What is so far below the loudest tick, and in a tick below its loudest band, counts as nothing:
 * log2 of power, 25 dB. A voice that is heard faintly behind another one is below. Choice. */
#define DEPTH 8.3f

/* log2 of power: -60 dBFS. Comfort noise (-62 dBFS) is below. */
#define SOUNDS (-20.0f)

/* Ticks that must sound, of those compared, and how much their shapes must change, in log2 of
 * power: a steady tone is like any other. Choices. */
#define SOUND_LEAST 100
#define MOVES       0.5

struct vector {
	float bands[BANDS];
};

struct dm_fingerprint {
	struct dm_spectrum *spectrum;     /* owned */
	struct dm_repetition *repetition; /* owned */
	float taps[TAPS];
	float wide[TAPS + FRAME]; /* the last samples as they came */
	float piece[PIECE];       /* the last of the drawn down */
	size_t edges[BANDS + 1];  /* lines of the spectrum */
	struct vector vectors[TICKS_MOST];
	float levels[TICKS_MOST];
	size_t next; /* counts on */
};

/* A low-pass at 3.7 kHz: sinc under a Hann window. */
static void design(float *taps)
{
	double sum = 0;

	for (size_t n = 0; n < TAPS; n++) {
		const double t = (double)n - (TAPS - 1) / 2.0;
		const double x = 2 * M_PI * t * 3700 / DM_AUDIO_RATE_HZ;
		const double window = 0.5 - 0.5 * cos(2 * M_PI * ((double)n + 0.5) / TAPS);

		taps[n] = (float)(window * sin(x) / x);
		sum += (double)taps[n];
	}
	for (size_t n = 0; n < TAPS; n++)
		taps[n] /= (float)sum;
}

static double mel(double hz)
{
	return log1p(hz / 700); /* O'Shaughnessy's, but for its scale */
}

int dm_fingerprint_create(struct dm_fingerprint **out)
{
	struct dm_fingerprint *fingerprint = calloc(1, sizeof(*fingerprint));

	*out = NULL;
	if (!fingerprint)
		return -ENOMEM;
	if (dm_spectrum_create(&fingerprint->spectrum, PIECE) < 0 ||
	    dm_repetition_create(&fingerprint->repetition) < 0) {
		dm_fingerprint_destroy(fingerprint);
		return -ENOMEM;
	}
	design(fingerprint->taps);

	const int piece = PIECE;

	for (size_t n = 0; n <= BANDS; n++) {
		const double at = mel(LOWEST_HZ) +
				  (mel(HIGHEST_HZ) - mel(LOWEST_HZ)) * (double)n / BANDS;

		fingerprint->edges[n] = (size_t)lround(700 * expm1(at) * piece / RATE);
	}
	*out = fingerprint;
	return 0;
}

void dm_fingerprint_destroy(struct dm_fingerprint *fingerprint)
{
	if (!fingerprint)
		return;
	dm_repetition_destroy(fingerprint->repetition);
	dm_spectrum_destroy(fingerprint->spectrum);
	free(fingerprint);
}

static float dot(const float *a, const float *b, size_t count)
{
	float sums[8] = { 0 };

	for (size_t n = 0; n < count; n += 8)
		for (size_t lane = 0; lane < 8; lane++)
			sums[lane] += a[n + lane] * b[n + lane];
	for (size_t lane = 1; lane < 8; lane++)
		sums[0] += sums[lane];
	return sums[0];
}

/* Moves the piece on by the next TICK samples, 8 kHz. */
static void draw_down(struct dm_fingerprint *fingerprint, const float *samples)
{
	float *next = fingerprint->piece + PIECE - TICK;

	memmove(fingerprint->wide, fingerprint->wide + FRAME, TAPS * sizeof(float));
	if (samples)
		memcpy(fingerprint->wide + TAPS, samples, FRAME * sizeof(float));
	else
		memset(fingerprint->wide + TAPS, 0, FRAME * sizeof(float));
	memmove(fingerprint->piece, fingerprint->piece + TICK, (PIECE - TICK) * sizeof(float));
	for (size_t n = 0; n < TICK; n++)
		next[n] = dot(fingerprint->wide + n * FACTOR, fingerprint->taps, TAPS);
}

void dm_fingerprint_put(struct dm_fingerprint *fingerprint, const float *samples)
{
	struct vector *vector = &fingerprint->vectors[fingerprint->next % TICKS_MOST];
	float whole = 0;

	draw_down(fingerprint, samples);
	dm_repetition_put(fingerprint->repetition, fingerprint->piece + PIECE - TICK);

	const float *powers = dm_spectrum_run(fingerprint->spectrum, fingerprint->piece);

	for (size_t band = 0; band < BANDS; band++) {
		float sum = 1e-12f;

		for (size_t n = fingerprint->edges[band]; n < fingerprint->edges[band + 1]; n++)
			sum += powers[n];
		vector->bands[band] = log2f(sum);
		whole += sum;
	}
	fingerprint->levels[fingerprint->next % TICKS_MOST] = log2f(whole);
	fingerprint->next++;
}

/* The vectors oldest first, and the squares of all up to each. */
struct shapes {
	struct vector vectors[TICKS_MOST];
	double squares[TICKS_MOST + 1];
};

static void subtract(struct vector *vector, const struct vector *other)
{
	for (size_t band = 0; band < BANDS; band++)
		vector->bands[band] -= other->bands[band];
}

/* Of a tick only its shape: every band beside their mean, whatever the gain. */
static void shape(struct vector *vector)
{
	float most = vector->bands[0], sum = 0;

	for (size_t band = 1; band < BANDS; band++)
		most = vector->bands[band] > most ? vector->bands[band] : most;
	for (size_t band = 0; band < BANDS; band++) {
		float *value = &vector->bands[band];

		*value = *value > most - DEPTH ? *value : most - DEPTH;
		sum += *value;
	}
	for (size_t band = 0; band < BANDS; band++)
		vector->bands[band] -= sum / BANDS;
}

/* Each shape beside their mean, which a voice and its microphone have always; of ticks without
 * sound nothing, or all who pause often would be alike. */
static void unroll(const struct dm_fingerprint *fingerprint, struct shapes *shapes)
{
	struct vector mean = { .bands = { 0 } };
	bool sounds[TICKS_MOST];
	float loudest = SOUNDS, count = 0;

	for (size_t n = 0; n < TICKS_MOST; n++)
		loudest = fmaxf(loudest, fingerprint->levels[n]);
	for (size_t n = 0; n < TICKS_MOST; n++) {
		const size_t at = (fingerprint->next + n) % TICKS_MOST;
		struct vector *vector = &shapes->vectors[n];

		*vector = (struct vector){ .bands = { 0 } };
		sounds[n] = fingerprint->levels[at] > fmaxf(loudest - DEPTH, SOUNDS);
		if (!sounds[n])
			continue;
		*vector = fingerprint->vectors[at];
		shape(vector);
		count++;
		for (size_t band = 0; band < BANDS; band++)
			mean.bands[band] += vector->bands[band];
	}
	for (size_t band = 0; band < BANDS; band++)
		mean.bands[band] /= fmaxf(count, 1);
	shapes->squares[0] = 0;
	for (size_t n = 0; n < TICKS_MOST; n++) {
		struct vector *vector = &shapes->vectors[n];

		if (sounds[n])
			subtract(vector, &mean);
		shapes->squares[n + 1] = shapes->squares[n] +
					 (double)dot(vector->bands, vector->bands, BANDS);
	}
}

static bool sounds(const struct dm_fingerprint *fingerprint)
{
	size_t count = 0;

	if (fingerprint->next < TICKS_MOST)
		return false;
	for (size_t n = 0; n < TICKS; n++)
		count += fingerprint->levels[(fingerprint->next - 1 - n) % TICKS_MOST] > SOUNDS;
	return count >= SOUND_LEAST;
}

double dm_fingerprint_likeness(const struct dm_fingerprint *first,
			       const struct dm_fingerprint *later, dm_usec most, dm_usec *delay)
{
	const size_t lags = (size_t)(most / DM_MSEC(20)) < TICKS_MOST - TICKS
				    ? (size_t)(most / DM_MSEC(20))
				    : TICKS_MOST - TICKS;
	const double least = MOVES * MOVES * SOUND_LEAST * BANDS;
	struct shapes a, b;
	double best = 0;

	if (!sounds(first) || !sounds(later))
		return NAN;
	unroll(first, &a);
	unroll(later, &b);

	const double later_squares = b.squares[TICKS_MOST] - b.squares[TICKS_MOST - TICKS];

	if (later_squares < least || a.squares[TICKS_MOST] < least)
		return NAN;
	for (size_t lag = 0; lag <= lags; lag++) {
		const size_t from = TICKS_MOST - TICKS - lag;
		const double squares = a.squares[from + TICKS] - a.squares[from];
		const double common = (double)dot(
			a.vectors[from].bands, b.vectors[TICKS_MOST - TICKS].bands, TICKS * BANDS);
		const double likeness = common / sqrt(later_squares * fmax(squares, least));

		if (likeness > best && delay)
			*delay = DM_MSEC(20) * (dm_usec)lag;
		best = fmax(best, likeness);
	}
	return fmin(best, 1);
}

bool dm_fingerprint_repeats(const struct dm_fingerprint *fingerprint, dm_usec *period)
{
	return dm_repetition_find(fingerprint->repetition, period);
}
