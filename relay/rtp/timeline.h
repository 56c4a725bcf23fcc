/* relay/rtp/timeline.h
 *
 * The one timeline that all tracks share: a point in time has one RTP timestamp per clock rate
 * and one NTP time, whichever track carries it. That is what keeps picture and sound in step
 * (RFC 3550, 6.4.1) and lets a subscriber change tracks without a jump.
 *
 * Pure, plain data, copied freely. Thread: any.
 */
#ifndef DM_RTP_TIMELINE_H
#define DM_RTP_TIMELINE_H

#include "base/time.h"

#include <stdint.h>

struct dm_timeline {
	dm_usec origin;      /* monotonic time at which every RTP timestamp is 0 */
	uint64_t ntp_origin; /* wall clock at that moment, 32.32 */
};

/* `origin` and `ntp_origin` are read at the same moment, once a process. */
struct dm_timeline dm_timeline_init(dm_usec origin, uint64_t ntp_origin);

/* `at` is not before the origin. */
uint32_t dm_timeline_rtp(const struct dm_timeline *timeline, dm_usec at, uint32_t rate_hz);
uint64_t dm_timeline_ntp(const struct dm_timeline *timeline, dm_usec at);

#endif
