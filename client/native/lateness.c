#include "lateness.h"

#define JUMP_SECONDS 2 /* no track of the relay rests for longer; choice */

dm_usec dm_lateness_of(struct dm_lateness *lateness, uint32_t ssrc, uint32_t timestamp,
		       uint32_t clock_rate_hz, dm_usec at)
{
	/* Packets may come out of order: the step may be negative. */
	const int32_t step = (int32_t)(timestamp - lateness->timestamp);
	const int64_t jump = (int64_t)JUMP_SECONDS * clock_rate_hz;

	if (!lateness->known || ssrc != lateness->ssrc || step > jump || step < -jump)
		*lateness = (struct dm_lateness){ .ssrc = ssrc, .known = true, .least = at };
	else
		lateness->ticks += step;
	lateness->timestamp = timestamp;

	const dm_usec difference = at - lateness->ticks * DM_SEC(1) / clock_rate_hz;

	if (difference < lateness->least)
		lateness->least = difference;
	return difference - lateness->least;
}
