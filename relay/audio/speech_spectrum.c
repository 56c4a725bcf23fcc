#include "audio/speech_spectrum.h"
#include "audio/encoder.h"
#include "audio/spectrum.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FRAME DM_AUDIO_FRAME_SAMPLES

/* The spectrum of a tick has a line each 50 Hz; bands of 250 Hz show finely enough where it ends.
 */
#define BIN_HZ    (DM_AUDIO_RATE_HZ / FRAME)
#define BAND_BINS 5
#define BAND_HZ   (BIN_HZ * BAND_BINS)
#define BANDS     (FRAME / 2 / BAND_BINS)

/* Below 100 Hz there is no speech, but hum, steps and wind. */
#define FIRST_BIN 2

/* Levels are whole decibels above LEAST_DB, which is nothing at all. */
#define LEAST_DB  (-140)
#define LEVELS    160
#define LEVEL(db) ((db)-LEAST_DB)

/* What is remembered; of a pause the first half a second. So that a verdict is there within five
 * seconds, and changes within ten. Choices. */
#define TICKS 350
#define HANG  25

/* Speech is louder than the noise by this, and not so far below the loudest; below -65 dBFS nothing
 * is speech. Choices, from what recorded voices do. */
#define ABOVE_NOISE  6
#define BELOW_LOUD   30
#define SPEECH_LEAST LEVEL(-65)

/* The floor that says what is remembered falls at once and rises by 3 dB a second. Choice. */
#define FLOOR_RISE 0.06f

/* Nearly all in one line of the spectrum and its neighbours: a tone. */
#define TONE_SHARE 0.97f
#define TONE_BINS  2

/* How far below the loudest band speech is looked for, how far it must stand out of the noise, and
 * how steeply it must fall, from the mean of EDGE bands to that of the next, to be cut off. */
#define REACH      62
#define STANDS_OUT 8
#define EDGE       3
#define CLIFF      12

/* So much lower than the mean is what a tenth of a band's noise is not above: some six degrees of
 * freedom, and the rounding. Measured with white noise. */
#define NOISE_MEAN 5.5

struct tick {
	uint8_t bands[BANDS];
	uint8_t level; /* of all bands */
	bool tone, concealed;
};

struct dm_speech_spectrum {
	struct dm_spectrum *spectrum; /* owned */
	struct tick ticks[TICKS];     /* a ring */
	size_t next;                  /* counts on */
	float floor;                  /* follows the quietest */
	unsigned hang;                /* ticks to be remembered after the last speech */

	uint16_t counts[BANDS][LEVELS]; /* scratch of a drawing */
};

int dm_speech_spectrum_create(struct dm_speech_spectrum **out)
{
	struct dm_speech_spectrum *memory = calloc(1, sizeof(*memory));

	*out = NULL;
	if (!memory)
		return -ENOMEM;
	if (dm_spectrum_create(&memory->spectrum, FRAME) < 0) {
		free(memory);
		return -ENOMEM;
	}
	dm_speech_spectrum_reset(memory);
	*out = memory;
	return 0;
}

void dm_speech_spectrum_destroy(struct dm_speech_spectrum *memory)
{
	if (!memory)
		return;
	dm_spectrum_destroy(memory->spectrum);
	free(memory);
}

void dm_speech_spectrum_reset(struct dm_speech_spectrum *memory)
{
	memory->next = 0;
	memory->floor = LEVELS;
	memory->hang = 0;
}

static uint8_t level_of(float power)
{
	const float level = 10 * log10f(power + 1e-14f) - LEAST_DB;

	return level > LEVELS - 1 ? LEVELS - 1 : (uint8_t)level;
}

static bool is_tone(const float *powers, float whole)
{
	size_t highest = FIRST_BIN;
	float around = 0;

	for (size_t n = FIRST_BIN; n < FRAME / 2 - TONE_BINS; n++)
		if (powers[n] > powers[highest])
			highest = n;
	for (size_t n = highest - TONE_BINS; n <= highest + TONE_BINS; n++)
		around += powers[n];
	return around > TONE_SHARE * whole;
}

static void look(struct dm_speech_spectrum *memory, const float *samples, struct tick *tick)
{
	const float *powers = dm_spectrum_run(memory->spectrum, samples);
	float whole = 0;

	for (size_t band = 0; band < BANDS; band++) {
		float sum = 0;

		for (size_t n = band == 0 ? FIRST_BIN : band * BAND_BINS;
		     n < (band + 1) * BAND_BINS; n++)
			sum += powers[n];
		tick->bands[band] = level_of(sum);
		whole += sum;
	}
	tick->level = level_of(whole);
	tick->tone = is_tone(powers, whole);
}

bool dm_speech_spectrum_put(struct dm_speech_spectrum *memory, const float *samples, bool concealed)
{
	struct tick *tick = &memory->ticks[memory->next % TICKS];

	if (samples)
		look(memory, samples, tick);
	else
		memset(tick, 0, sizeof(*tick));
	tick->concealed = concealed;
	if (!concealed) {
		memory->floor = fminf(memory->floor + FLOOR_RISE, tick->level);
		if (tick->level >= SPEECH_LEAST && tick->level > memory->floor + ABOVE_NOISE)
			memory->hang = HANG + 1;
	}
	if (memory->hang == 0)
		return false;
	memory->hang--;
	memory->next++;
	return true;
}

static size_t remembered(const struct dm_speech_spectrum *memory)
{
	return memory->next < TICKS ? memory->next : TICKS;
}

/* The level that `share` of `count` are not above. */
static int quantile(const uint16_t *counts, size_t count, double share)
{
	const double wanted = share * (double)count;
	size_t seen = 0;
	int level = 0;

	for (; level < LEVELS - 1; level++) {
		seen += counts[level];
		if ((double)seen >= wanted && seen > 0)
			break;
	}
	return level;
}

/* What is speech: its least level. */
static int speech_level(struct dm_speech_spectrum *memory)
{
	uint16_t *counts = memory->counts[0];
	size_t count = 0;

	memset(counts, 0, sizeof(memory->counts[0]));
	for (size_t n = 0; n < remembered(memory); n++) {
		if (memory->ticks[n].concealed)
			continue;
		counts[memory->ticks[n].level]++;
		count++;
	}

	const int noise = quantile(counts, count, 0.1) + ABOVE_NOISE;
	const int loud = quantile(counts, count, 0.95) - BELOW_LOUD;
	const int least = noise > loud ? noise : loud;

	return least > SPEECH_LEAST ? least : SPEECH_LEAST;
}

/* Counts the levels of each band in the ticks that are at least so loud. Returns how many. */
static size_t count_bands(struct dm_speech_spectrum *memory, int least)
{
	size_t count = 0;

	memset(memory->counts, 0, sizeof(memory->counts));
	for (size_t n = 0; n < remembered(memory); n++) {
		const struct tick *tick = &memory->ticks[n];

		if (tick->concealed || tick->level < least)
			continue;
		count++;
		for (size_t band = 0; band < BANDS; band++)
			memory->counts[band][tick->bands[band]]++;
	}
	return count;
}

static double power_of(double level)
{
	return pow(10, (level + LEAST_DB) / 10);
}

/* What stands out in each band in its loudest ticks, beside the loudest ticks as a whole: where
 * that ends, speech ends. Where noise hides the end, the band goes as far as the noise. */
static double ceiling_of(const int *speech, const int *noise)
{
	size_t top = BANDS - 1;
	int loud = 0;
	double before = 0, beyond = 0;

	for (size_t n = 0; n < BANDS; n++)
		loud = speech[n] > loud ? speech[n] : loud;
	while (top > 0 && (speech[top] < loud - REACH || speech[top] < noise[top] + STANDS_OUT))
		top--;
	for (size_t n = 0; n < EDGE; n++) {
		before += top >= n ? speech[top - n] : speech[0];
		beyond += top + 2 + n < BANDS ? speech[top + 2 + n] : 0;
	}
	if (top + 2 + EDGE <= BANDS && before - beyond < (double)CLIFF * EDGE)
		for (size_t n = top; n < BANDS; n++)
			top = speech[n] >= loud - REACH ? n : top;
	const size_t ceiling = (top + 1) * BAND_HZ;
	return (double)ceiling;
}

void dm_speech_spectrum_draw(struct dm_speech_spectrum *memory, struct dm_speech_figures *figures)
{
	const int least = speech_level(memory);
	int speech[BANDS], noise[BANDS];
	double voice = 0, hiss = 0;
	size_t tones = 0, concealed = 0;

	*figures = (struct dm_speech_figures){ .ceiling_hz = NAN, .snr_db = NAN };
	for (size_t n = 0; n < remembered(memory); n++) {
		const struct tick *tick = &memory->ticks[n];

		concealed += tick->concealed;
		if (tick->concealed || tick->level < least)
			continue;
		tones += tick->tone;
		voice += power_of(tick->level);
	}
	if (remembered(memory) > 0)
		figures->concealed = (double)concealed / (double)remembered(memory);
	figures->speech = count_bands(memory, least);
	figures->tones = 2 * tones > figures->speech;
	if (figures->speech == 0)
		return;
	for (size_t n = 0; n < BANDS; n++)
		speech[n] = quantile(memory->counts[n], figures->speech, 0.97);
	count_bands(memory, 0);
	for (size_t n = 0; n < BANDS; n++) {
		noise[n] = quantile(memory->counts[n], remembered(memory) - concealed, 0.1);
		hiss += power_of(noise[n] + NOISE_MEAN);
	}
	voice /= (double)figures->speech;
	figures->snr_db = 10 * log10(fmax(voice - hiss, 1e-3 * hiss) / hiss);
	figures->ceiling_hz = ceiling_of(speech, noise);
}
