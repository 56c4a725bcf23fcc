/* client/native/delays.h
 *
 * How long things took: counted in steps of 0.05 ms up to a second, so that millions cost no memory
 * and percentiles are exact to a step.
 *
 * Pure, plain data; zero-initialised. Thread: one at a time.
 */
#ifndef DM_CLIENT_DELAYS_H
#define DM_CLIENT_DELAYS_H

#include "base/time.h"

#include <stddef.h>

#define DM_DELAYS_STEP_US 50
#define DM_DELAYS_STEPS   20001 /* the last takes a second and more */

struct dm_delays {
	uint64_t count;
	dm_usec max;
	uint32_t steps[DM_DELAYS_STEPS];
};

/* A negative delay counts as none. */
static inline void dm_delays_add(struct dm_delays *delays, dm_usec delay)
{
	const dm_usec taken = delay > 0 ? delay : 0;
	const dm_usec step = taken / DM_DELAYS_STEP_US;

	delays->steps[step < DM_DELAYS_STEPS ? step : DM_DELAYS_STEPS - 1]++;
	delays->count++;
	if (taken > delays->max)
		delays->max = taken;
}

/* The delay that this share (0..1) of all does not exceed, rounded up to a step but never above
 * the longest; 0 when there is none. Nearest rank. */
dm_usec dm_delays_at(const struct dm_delays *delays, double share);

#endif
