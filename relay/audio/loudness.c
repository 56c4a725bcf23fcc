#include "audio/loudness.h"
#include "audio/encoder.h"

#include <ebur128.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define FRAME DM_AUDIO_FRAME_SAMPLES

/* Judged by blocks of 400 ms, each 100 ms (BS.1770, annex 1: three quarters overlap). */
#define JUDGE_EVERY 5 /* ticks */
#define BLOCK       20

/* Below, it is taken for a room and not a voice: a soft voice at -40 LUFS has syllables of -45. */
#define GATE_LUFS (-48.0)

/* Relative gate, below the voice (BS.1770, annex 1). */
#define GATE_LU 10.0

/* So far above the voice a block counts no more than this: a cough, a dropped pen. Choice. */
#define LOUD_LU 6.0

/* Blocks the mean goes back over: three seconds of voice. Choice. */
#define MEMORY 30

/* When nothing has passed the relative gate for so many blocks, while there was sound: another,
 * softer voice. Choice: ten seconds. */
#define FORGET 100

#define GAIN_MOST 20.0 /* dB either way; choice: a booth at -43 LUFS is broken */
#define RISE      3.0  /* dB a second; not noticed in speech. Choice */
#define FALL      12.0 /* what is too loud hurts. Choice */

struct dm_loudness {
	ebur128_state *meter; /* owned */
	double target;
	double power;   /* mean of the gated blocks, as 10^(LUFS / 10) */
	unsigned count; /* of them, up to MEMORY */
	unsigned below; /* blocks since one passed the relative gate */
	unsigned ticks; /* real ones */
	double gain_db;
	float gain;
};

int dm_loudness_create(struct dm_loudness **out, double target_lufs)
{
	*out = NULL;
	if (!(target_lufs >= -40 && target_lufs <= -10))
		return -EINVAL;

	struct dm_loudness *loudness = calloc(1, sizeof(*loudness));

	if (!loudness)
		return -ENOMEM;
	loudness->meter = ebur128_init(1, DM_AUDIO_RATE_HZ, EBUR128_MODE_M);
	if (!loudness->meter) {
		free(loudness);
		return -ENOMEM;
	}
	loudness->target = target_lufs;
	loudness->gain = 1;
	*out = loudness;
	return 0;
}

void dm_loudness_destroy(struct dm_loudness *loudness)
{
	if (!loudness)
		return;
	ebur128_destroy(&loudness->meter);
	free(loudness);
}

double dm_loudness_lufs(const struct dm_loudness *loudness)
{
	return loudness->count > 0 ? 10 * log10(loudness->power) : -HUGE_VAL;
}

double dm_loudness_gain_db(const struct dm_loudness *loudness)
{
	return loudness->gain_db;
}

static void judge(struct dm_loudness *loudness)
{
	double lufs;

	if (ebur128_loudness_momentary(loudness->meter, &lufs) != EBUR128_SUCCESS ||
	    !(lufs > GATE_LUFS))
		return;
	if (loudness->count > 0 && lufs < dm_loudness_lufs(loudness) - GATE_LU) {
		if (++loudness->below < FORGET)
			return;
		loudness->count = 0;
	}
	loudness->below = 0;
	if (loudness->count > 0)
		lufs = fmin(lufs, dm_loudness_lufs(loudness) + LOUD_LU);
	if (loudness->count < MEMORY)
		loudness->count++;
	loudness->power += (pow(10, lufs / 10) - loudness->power) / loudness->count;
}

static double next_gain_db(const struct dm_loudness *loudness)
{
	const double seconds = (double)FRAME / DM_AUDIO_RATE_HZ;

	if (loudness->count == 0)
		return loudness->gain_db;

	const double wanted = fmax(-GAIN_MOST,
				   fmin(GAIN_MOST, loudness->target - dm_loudness_lufs(loudness)));
	const double step = wanted - loudness->gain_db;

	return loudness->gain_db + fmax(-FALL * seconds, fmin(RISE * seconds, step));
}

void dm_loudness_run(struct dm_loudness *loudness, float *samples, bool real)
{
	if (real) {
		ebur128_add_frames_float(loudness->meter, samples, FRAME);
		if (++loudness->ticks >= BLOCK && loudness->ticks % JUDGE_EVERY == 0)
			judge(loudness);
		loudness->gain_db = next_gain_db(loudness);
	}

	const float from = loudness->gain;
	const float to = (float)pow(10, loudness->gain_db / 20);

	for (size_t n = 0; n < FRAME; n++)
		samples[n] *= from + (to - from) * ((float)(n + 1) / FRAME);
	loudness->gain = to;
}
