#include "audio/microphone_watch.h"
#include "audio/encoder.h"
#include "audio/meter.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FRAME  DM_AUDIO_FRAME_SAMPLES
#define TICK   0.02 /* seconds */
#define WINDOW 150  /* ticks: 3 s */
#define LIVE   20   /* ticks without a sound: 400 ms */
#define KEPT                                                                                 \
	3000 /* ticks that a verdict lasts unheard: a minute. Choice: a cough, a turn of the \
		partner's, but not another half hour */

#define SILENCE 1e-3f /* -60 dBFS, as for channels; of the peak, which is all that a peek tells */

struct dm_microphone_watch {
	struct dm_interpretability *fitness; /* owned */
	struct dm_meter meter;
	uint64_t ticks;
	float peaks[WINDOW];
	uint64_t quiet;   /* ticks in a row below SILENCE */
	uint64_t nothing; /* ticks in a row in which nothing came */
	uint64_t unheard; /* ticks in a row */
};

int dm_microphone_watch_create(struct dm_microphone_watch **out)
{
	struct dm_microphone_watch *watch = calloc(1, sizeof(*watch));

	*out = NULL;
	if (!watch)
		return -ENOMEM;

	const int error = dm_interpretability_create(&watch->fitness);

	if (error) {
		free(watch);
		return error;
	}
	dm_microphone_watch_reset(watch);
	*out = watch;
	return 0;
}

void dm_microphone_watch_destroy(struct dm_microphone_watch *watch)
{
	if (!watch)
		return;
	dm_interpretability_destroy(watch->fitness);
	free(watch);
}

void dm_microphone_watch_reset(struct dm_microphone_watch *watch)
{
	struct dm_interpretability *fitness = watch->fitness;

	dm_interpretability_reset(fitness);
	memset(watch, 0, sizeof(*watch));
	watch->fitness = fitness;
	watch->nothing = LIVE;
	watch->unheard = KEPT;
}

static float largest(const float *samples)
{
	float most = 0;

	for (size_t n = 0; n < FRAME; n++) {
		const float size = fabsf(samples[n]);

		most = size > most ? size : most;
	}
	return most;
}

static void hear(struct dm_microphone_watch *watch, const float *samples, struct dm_tap_facts facts)
{
	dm_interpretability_put(watch->fitness, samples, facts.coded_bytes,
				facts.sound == DM_TAP_CONCEALED);
	dm_meter_run(&watch->meter, samples);
	watch->unheard = 0;
}

/* The verdict is of somebody who spoke then. */
static void miss(struct dm_microphone_watch *watch)
{
	dm_meter_run(&watch->meter, NULL);
	if (++watch->unheard == KEPT)
		dm_interpretability_reset(watch->fitness);
}

void dm_microphone_watch_put(struct dm_microphone_watch *watch, const float *samples,
			     struct dm_tap_facts facts, float peak_dbfs)
{
	const enum dm_tap_sound sound = facts.sound;
	const bool heard = sound == DM_TAP_LIVE || sound == DM_TAP_CONCEALED;
	float peak = 0;

	if (heard) {
		hear(watch, samples, facts);
		peak = largest(samples);
	} else {
		miss(watch);
		peak = sound == DM_TAP_UNHEARD ? powf(10, peak_dbfs / 20) : 0;
	}
	watch->peaks[watch->ticks++ % WINDOW] = peak;
	watch->quiet = peak < SILENCE ? watch->quiet + 1 : 0;
	watch->nothing = sound == DM_TAP_SILENT ? watch->nothing + 1 : 0;
}

void dm_microphone_watch_report(const struct dm_microphone_watch *watch,
				struct dm_surveyed_microphone *report)
{
	const bool dozes = watch->unheard > 0 && watch->nothing == 0;
	float peak = 0;

	for (size_t n = 0; n < WINDOW; n++)
		peak = fmaxf(peak, watch->peaks[n]);
	*report = (struct dm_surveyed_microphone){
		.live = watch->nothing < LIVE,
		.momentary_lufs = dozes ? NAN : (double)dm_meter_momentary_lufs(&watch->meter),
		.peak_dbfs = 20 * log10((double)peak),
		.silent_for = (double)watch->quiet * TICK,
	};
	dm_interpretability_report(watch->fitness, &report->fitness);
}
