#include "audio/sound_watch.h"
#include "audio/clipped.h"
#include "audio/encoder.h"
#include "audio/true_peak.h"

#include <ebur128.h>
#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#define FRAME      DM_AUDIO_FRAME_SAMPLES
#define TICK       0.02 /* seconds */
#define WINDOW     150  /* ticks: 3 s */
#define BLOCK      5    /* ticks; loudness is renewed ten times a second (EBU Tech 3341, 2.3) */
#define BLOCK_MS   100
#define MOMENTARY  4  /* blocks: 400 ms (Tech 3341, 2.2) */
#define SHORT_TERM 30 /* blocks: 3 s (Tech 3341, 2.2) */

/* BS.1770, annex 1, formula (2). */
#define OFFSET_LUFS (-0.691)

struct dm_sound_watch {
	ebur128_state *meter;             /* owned */
	_Atomic(ebur128_state *) renewed; /* owned; NULL: none waits to take its place */
	struct dm_true_peak true_peak;
	uint64_t ticks;
	double powers[SHORT_TERM]; /* of the last blocks, mean squares, weighted */
	double integrated_lufs;
	float peaks[WINDOW];
	uint16_t clipped[WINDOW]; /* samples */
	uint64_t silent;          /* ticks in a row */
};

/* Of loudness over 400 ms, and the histogram that a whole day fits in; 3 s would take a megabyte.
 */
static ebur128_state *make_meter(void)
{
	return ebur128_init(1, DM_AUDIO_RATE_HZ, EBUR128_MODE_I | EBUR128_MODE_HISTOGRAM);
}

int dm_sound_watch_create(struct dm_sound_watch **out)
{
	struct dm_sound_watch *watch = calloc(1, sizeof(*watch));

	*out = NULL;
	if (!watch)
		return -ENOMEM;
	watch->meter = make_meter();
	if (!watch->meter) {
		free(watch);
		return -ENOMEM;
	}
	watch->integrated_lufs = -HUGE_VAL;
	dm_true_peak_init(&watch->true_peak);
	*out = watch;
	return 0;
}

void dm_sound_watch_destroy(struct dm_sound_watch *watch)
{
	ebur128_state *renewed;

	if (!watch)
		return;
	renewed = atomic_load(&watch->renewed);
	if (renewed)
		ebur128_destroy(&renewed);
	ebur128_destroy(&watch->meter);
	free(watch);
}

void dm_sound_watch_renew(struct dm_sound_watch *watch)
{
	ebur128_state *meter = make_meter();

	if (!meter)
		return;
	meter = atomic_exchange(&watch->renewed, meter);
	if (meter)
		ebur128_destroy(&meter);
}

static void take_renewed(struct dm_sound_watch *watch)
{
	ebur128_state *renewed = atomic_exchange(&watch->renewed, NULL);

	if (!renewed)
		return;
	ebur128_destroy(&watch->meter);
	watch->meter = renewed;
}

static double power_of(double lufs)
{
	return pow(10, (lufs - OFFSET_LUFS) / 10);
}

/* 100 ms are complete. */
static void end_block(struct dm_sound_watch *watch)
{
	const size_t block = (watch->ticks / BLOCK - 1) % SHORT_TERM;
	double lufs;

	if (ebur128_loudness_window(watch->meter, BLOCK_MS, &lufs) != EBUR128_SUCCESS)
		lufs = -HUGE_VAL;
	watch->powers[block] = power_of(lufs);
	if (ebur128_loudness_global(watch->meter, &watch->integrated_lufs) != EBUR128_SUCCESS)
		watch->integrated_lufs = -HUGE_VAL;
	take_renewed(watch);
}

static double rms_dbfs(const float *samples)
{
	float sum[8] = { 0 };
	double all = 0;

	for (size_t n = 0; n < FRAME; n += 8)
		for (size_t lane = 0; lane < 8; lane++)
			sum[lane] += samples[n + lane] * samples[n + lane];
	for (size_t lane = 0; lane < 8; lane++)
		all += (double)sum[lane];
	return 10 * log10(all / FRAME);
}

void dm_sound_watch_put(struct dm_sound_watch *watch, const float *samples)
{
	static const float zeros[FRAME];
	const float *sound = samples ? samples : zeros;
	const size_t place = watch->ticks % WINDOW;

	ebur128_add_frames_float(watch->meter, sound, FRAME);
	watch->peaks[place] = dm_true_peak_run(&watch->true_peak, samples);
	watch->clipped[place] = (uint16_t)dm_clipped_samples(sound);
	if (rms_dbfs(sound) < DM_SOUND_WATCH_SILENCE_DBFS)
		watch->silent++;
	else
		watch->silent = 0;
	if (++watch->ticks % BLOCK == 0)
		end_block(watch);
}

static double loudness(const struct dm_sound_watch *watch, size_t blocks)
{
	const uint64_t done = watch->ticks / BLOCK;
	double sum = 0;

	if (done < blocks)
		return NAN;
	for (uint64_t n = done - blocks; n < done; n++)
		sum += watch->powers[n % SHORT_TERM];
	return OFFSET_LUFS + 10 * log10(sum / (double)blocks);
}

void dm_sound_watch_report(const struct dm_sound_watch *watch, struct dm_sound_watch_report *report)
{
	const uint64_t known = watch->ticks < WINDOW ? watch->ticks : WINDOW;
	double peak = 0, clipped = 0;

	for (size_t n = 0; n < WINDOW; n++) {
		peak = fmax(peak, (double)watch->peaks[n]);
		clipped += watch->clipped[n];
	}
	*report = (struct dm_sound_watch_report){
		.momentary_lufs = loudness(watch, MOMENTARY),
		.short_term_lufs = loudness(watch, SHORT_TERM),
		.integrated_lufs = watch->ticks > 0 ? watch->integrated_lufs : NAN,
		.true_peak_dbtp = known > 0 ? 20 * log10(peak) : NAN,
		.clipping = known > 0 ? clipped / (double)(known * FRAME) : NAN,
		.silent_for = (double)watch->silent * TICK,
	};
}
