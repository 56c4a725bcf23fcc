#include "monitor/spread.h"

#include <glib.h>
#include <math.h>

/* Values that stand for a minute, at ranks of 5 %, 10 %, … 100 %: what is known of it among them;
 * choice. */
#define STEPS 20

void dm_spread_finish(struct dm_spread *spread)
{
	g_clear_pointer(&spread->weights, g_free);
	spread->total = 0;
}

/* Where the minute's percentiles are not known: evenly from the least to the mean, and from there
 * to the most. */
static double value_at(const struct dm_history_minute *minute, double rank)
{
	const double mean = minute->sum / (double)minute->count;
	const double ranks[] = { 0, 0.5, 0.95, 1 };
	const double values[] = {
		minute->min,
		minute->has_percentiles ? minute->p50 : mean,
		minute->has_percentiles ? minute->p95 : mean + 0.9 * (minute->max - mean),
		minute->max,
	};
	size_t n = 0;

	while (n < 2 && rank > ranks[n + 1])
		n++;
	return values[n] +
	       (values[n + 1] - values[n]) * (rank - ranks[n]) / (ranks[n + 1] - ranks[n]);
}

static size_t bin_of(const struct dm_spread *spread, double value)
{
	const double bin = round((value - spread->least) / spread->width);

	if (!(bin > 0))
		return 0;
	return bin < (double)spread->bins ? (size_t)bin : spread->bins - 1;
}

void dm_spread_add(struct dm_spread *spread, const struct dm_history_minute *minute, double scale)
{
	if (minute->count < 1)
		return;
	if (!spread->weights)
		spread->weights = g_new0(uint64_t, spread->bins);
	for (int i = 0; i < STEPS; i++) {
		const double value = value_at(minute, (i + 1.0) / STEPS) * scale;

		spread->weights[bin_of(spread, value)] += (uint64_t)minute->count;
	}
	spread->total += (uint64_t)minute->count * STEPS;
}

double dm_spread_at(const struct dm_spread *spread, double rank)
{
	const double wanted = rank * (double)spread->total - 0.5; /* weights are whole numbers */
	uint64_t sum = 0;

	if (spread->total == 0)
		return NAN;
	for (size_t bin = 0; bin < spread->bins; bin++) {
		sum += spread->weights[bin];
		if (spread->weights[bin] > 0 && (double)sum >= wanted)
			return spread->least + spread->width * (double)bin;
	}
	return spread->least + spread->width * (double)(spread->bins - 1);
}
