#include "ingest/test_sound.h"

#include <math.h>

#define RATE      48000
#define BEEP      2880 /* samples: 60 ms, long enough to be heard as a tone */
#define BEEP_EDGE 48   /* 1 ms up and down: no click, and the onset stays sharp */

/* Syllables come at about four a second in speech; seven, then a pause of two. */
#define SYLLABLE 12000 /* samples */
#define PHRASE   9
#define SPOKEN   7

/* Formants of five vowels, Hz (Peterson and Barney 1952, men). */
static const float vowels[5][DM_TEST_FORMANTS] = {
	{ 730, 1090, 2440 }, { 530, 1840, 2480 }, { 270, 2290, 3010 },
	{ 570, 840, 2410 },  { 300, 870, 2240 },
};

struct dm_test_sound dm_test_sound_init(const struct dm_source_uri *uri)
{
	return (struct dm_test_sound){
		.pattern = uri->pattern,
		.hz = uri->test_hz,
		.peak = powf(10.0f, (float)uri->test_level_db / 20.0f),
		.noise = 1,
	};
}

static float sine(int64_t position, uint32_t hz)
{
	/* Reduced before it becomes a float, so that hours later the phase is still exact. */
	const uint64_t turn = (uint64_t)position % RATE * hz % RATE;

	return sinf((float)turn * (float)(2 * M_PI / RATE));
}

static float beep(int64_t position, uint32_t hz)
{
	const int64_t n = position % RATE;
	float gain = 1.0f;

	if (n >= BEEP)
		return 0.0f;
	if (n < BEEP_EDGE)
		gain = (float)n / BEEP_EDGE;
	else if (n >= BEEP - BEEP_EDGE)
		gain = (float)(BEEP - n) / BEEP_EDGE;
	return gain * sine(position, hz);
}

static void tune(struct dm_test_sound *sound, int64_t position)
{
	const int64_t syllable = position / SYLLABLE;
	const float *vowel = vowels[(uint64_t)(syllable * 7 + syllable / PHRASE) % 5];

	for (size_t n = 0; n < DM_TEST_FORMANTS; n++) {
		const float radius = expf(-(float)M_PI * 90.0f / RATE); /* 90 Hz wide */

		sound->tune[n][0] = 2 * radius * cosf((float)(2 * M_PI / RATE) * vowel[n]);
		sound->tune[n][1] = -radius * radius;
	}
}

static float speak(struct dm_test_sound *sound, int64_t position)
{
	const int64_t n = position % SYLLABLE, syllable = position / SYLLABLE % PHRASE;
	const float swell = sinf((float)M_PI * (float)n / SYLLABLE);
	/* The voice falls through the phrase, as statements do. */
	const double pitch = sound->hz * (1.15 - 0.04 * (double)syllable);
	float pulse = (float)(-pitch / RATE); /* no direct current on the whole */
	float out = 0;

	sound->pitch_phase += pitch / RATE;
	if (sound->pitch_phase >= 1) {
		sound->pitch_phase -= 1;
		pulse += 1.0f;
	}
	sound->noise = sound->noise * 1664525u + 1013904223u;
	pulse += ((float)(sound->noise >> 16) / 32768.0f - 1.0f) *
		 (n < SYLLABLE / 5 ? 0.04f : 0.004f);
	for (size_t f = 0; f < DM_TEST_FORMANTS; f++) {
		float *y = sound->formant[f];
		const float next = pulse + sound->tune[f][0] * y[0] + sound->tune[f][1] * y[1];

		y[1] = y[0];
		y[0] = next;
		out += next * (f == 0 ? 0.04f : 0.02f);
	}
	return syllable < SPOKEN ? fmaxf(-1.0f, fminf(1.0f, out * swell)) : 0.0f;
}

void dm_test_sound_fill(struct dm_test_sound *sound, int64_t position, float *samples, size_t count)
{
	if (sound->pattern == DM_TEST_SPEECH)
		tune(sound, position);
	for (size_t n = 0; n < count; n++, position++) {
		float sample = 0;

		switch (sound->pattern) {
		case DM_TEST_SPEECH:
			sample = speak(sound, position);
			break;
		case DM_TEST_TONE:
			sample = sine(position, sound->hz);
			break;
		case DM_TEST_FLASH:
			sample = beep(position, sound->hz);
			break;
		case DM_TEST_SILENCE:
			break;
		}
		samples[n] = sample * sound->peak;
	}
}
