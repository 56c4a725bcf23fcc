#include "rtp/timeline.h"

struct dm_timeline dm_timeline_init(dm_usec origin, uint64_t ntp_origin)
{
	return (struct dm_timeline){ .origin = origin, .ntp_origin = ntp_origin };
}

uint32_t dm_timeline_rtp(const struct dm_timeline *timeline, dm_usec at, uint32_t rate_hz)
{
	/* Wraps as RTP timestamps do (RFC 3550, 5.1). */
	return (uint32_t)dm_time_to_ticks(at - timeline->origin, rate_hz);
}

uint64_t dm_timeline_ntp(const struct dm_timeline *timeline, dm_usec at)
{
	return timeline->ntp_origin + dm_time_to_ntp(at - timeline->origin);
}
