#include "delays.h"

dm_usec dm_delays_at(const struct dm_delays *delays, double share)
{
	const double wanted = share * (double)delays->count;
	uint64_t below = 0;

	for (size_t step = 0; step < DM_DELAYS_STEPS - 1; step++) {
		const dm_usec end = (dm_usec)(step + 1) * DM_DELAYS_STEP_US;

		below += delays->steps[step];
		if (below > 0 && (double)below >= wanted)
			return end < delays->max ? end : delays->max;
	}
	return delays->max;
}
