#include "audio/jitter.h"

#include <math.h>
#include <string.h>

/* Judging costs a look at the whole window, so it is done ten times a second, and for each of the
 * first packets. Choice. */
#define JUDGE_EVERY DM_MSEC(100)
#define FIRST       16

/* A link nobody knows yet is taken for this uneven, for two seconds. Choice. */
#define GUESS         DM_MSEC(10)
#define GUESS_PACKETS 100

/* The spread is found by counting. Beyond the reach all is alike: the buffer goes no deeper. */
#define BUCKET  DM_MSEC(2)
#define BUCKETS 128

/* One packet of two hundred may be late: it is recovered or concealed, and lower delay is worth
 * more. Choice. */
#define LATE_SHARE 200

/* Seconds' minima further than this from the fitted line are another route, not a drift; so many
 * in a row begin the fit anew. Choices. */
#define STEP     8000.0 /* microseconds */
#define OUTLIERS 3

/* Fewer seconds tell nothing: with minima 1 ms apart by chance the fit is wrong by 100 ppm. */
#define FIT_LEAST 10

/* No clock is worse: crystals are within 100 ppm, sound cards within 500. Choice. */
#define DRIFT_MOST 700.0

void dm_jitter_init(struct dm_jitter *jitter)
{
	memset(jitter, 0, sizeof(*jitter));
	jitter->guess = GUESS;
}

void dm_jitter_restart(struct dm_jitter *jitter)
{
	jitter->guess = jitter->spread > GUESS ? jitter->spread : GUESS;
	jitter->noted = 0;
	jitter->minima_count = 0;
	jitter->outliers = 0;
	jitter->second = 0;
}

/* The transit as it would be now: what the drift has added since is not jitter. */
static dm_usec aged(const struct dm_jitter *jitter, size_t n, dm_usec now)
{
	return jitter->transits[n] -
	       (dm_usec)(jitter->drift_ppm * 1e-6 * (double)(now - jitter->arrivals[n]));
}

static void judge(struct dm_jitter *jitter, dm_usec now)
{
	const size_t count = jitter->noted < DM_JITTER_WINDOW ? jitter->noted : DM_JITTER_WINDOW;
	uint16_t counts[BUCKETS] = { 0 };
	size_t allowed = count / LATE_SHARE;
	size_t bucket = BUCKETS - 1;

	jitter->base = aged(jitter, 0, now);
	for (size_t n = 1; n < count; n++) {
		const dm_usec transit = aged(jitter, n, now);

		if (transit < jitter->base)
			jitter->base = transit;
	}
	for (size_t n = 0; n < count; n++) {
		const dm_usec over = (aged(jitter, n, now) - jitter->base) / BUCKET;

		counts[over < BUCKETS ? over : BUCKETS - 1]++;
	}
	while (bucket > 0 && counts[bucket] <= allowed)
		allowed -= counts[bucket--];
	jitter->spread = (dm_usec)(bucket + 1) * BUCKET;
	if (jitter->noted < GUESS_PACKETS && jitter->spread < jitter->guess)
		jitter->spread = jitter->guess;
	jitter->judged_at = now;
}

/* Least squares over the seconds' minima: slope in microseconds a second, and the line's value at
 * the newest. */
static double fit(const struct dm_jitter *jitter, double *newest)
{
	const double count = (double)jitter->minima_count;
	const double middle = (count - 1) / 2;
	double mean = 0, across = 0, along = 0;

	for (size_t n = 0; n < jitter->minima_count; n++)
		mean += jitter->minima[n] / count;
	for (size_t n = 0; n < jitter->minima_count; n++) {
		const double x = middle - (double)n; /* minima[0] is the newest */

		across += x * (jitter->minima[n] - mean);
		along += x * x;
	}

	const double slope = along > 0 ? across / along : 0;

	*newest = mean + slope * middle;
	return slope;
}

static void end_second(struct dm_jitter *jitter)
{
	double newest;
	double slope = fit(jitter, &newest);

	if (jitter->minima_count < FIT_LEAST)
		slope = -jitter->drift_ppm;
	if (jitter->minima_count > 0 && fabs(jitter->running - (newest + slope)) > STEP) {
		if (++jitter->outliers < OUTLIERS)
			return;
		jitter->minima_count = 0;
	}
	jitter->outliers = 0;
	memmove(jitter->minima + 1, jitter->minima,
		(DM_JITTER_SECONDS - 1) * sizeof(jitter->minima[0]));
	jitter->minima[0] = jitter->running;
	if (jitter->minima_count < DM_JITTER_SECONDS)
		jitter->minima_count++;
	if (jitter->minima_count < FIT_LEAST)
		return;

	/* A clock that runs fast puts out more time than passes: transits shrink. */
	const double ppm = -fit(jitter, &newest);

	jitter->drift_ppm = fmax(-DRIFT_MOST, fmin(DRIFT_MOST, ppm));
}

static void note_drift(struct dm_jitter *jitter, dm_usec transit, dm_usec now)
{
	if (jitter->second == 0 || now - jitter->second >= DM_SEC(5)) {
		/* The first, or after a pause, over which the line must not be drawn. */
		jitter->minima_count = 0;
		jitter->second = now;
		jitter->running = (double)transit;
		return;
	}
	if (now - jitter->second >= DM_SEC(1)) {
		end_second(jitter);
		jitter->second += DM_SEC(1);
		jitter->running = (double)transit;
	}
	jitter->running = fmin(jitter->running, (double)transit);
}

void dm_jitter_note(struct dm_jitter *jitter, dm_usec transit, bool in_order, dm_usec now)
{
	const size_t at = jitter->noted % DM_JITTER_WINDOW;

	if (jitter->noted > 0 && in_order) {
		const double change = fabs((double)(transit - jitter->last_transit));

		jitter->interarrival += (change - jitter->interarrival) / 16;
	}
	if (in_order)
		jitter->last_transit = transit;
	jitter->transits[at] = transit;
	jitter->arrivals[at] = now;
	jitter->noted++;
	note_drift(jitter, transit, now);
	if (jitter->noted <= FIRST || now - jitter->judged_at >= JUDGE_EVERY ||
	    aged(jitter, at, now) < jitter->base)
		judge(jitter, now);
}
