/* relay/monitor/spread.h
 *
 * A distribution that is put together from those of many minutes, each of which is known by its
 * extremes and two percentiles alone. Between these values are taken to lie evenly.
 *
 * Pure. Thread: one at a time.
 */
#ifndef DM_MONITOR_SPREAD_H
#define DM_MONITOR_SPREAD_H

#include "monitor/history_row.h"

#include <stddef.h>

struct dm_spread {
	double least; /* the middle of the first bin; what is outside counts as at the edge */
	double width; /* of a bin */
	size_t bins;
	uint64_t *weights; /* owned; NULL until something is added */
	uint64_t total;
};

void dm_spread_finish(struct dm_spread *spread);

/* A minute, whose values are multiplied by `scale` first. */
void dm_spread_add(struct dm_spread *spread, const struct dm_history_minute *minute, double scale);

/* The value that a share of `rank` (0..1) of the observations do not exceed, to half a bin's width;
 * NAN: nothing was added. */
double dm_spread_at(const struct dm_spread *spread, double rank);

#endif
