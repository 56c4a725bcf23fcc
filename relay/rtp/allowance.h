/* relay/rtp/allowance.h
 *
 * How much a sender is told that its link to us carries (REMB, draft-alvestrand-rmcat-remb-03),
 * from what arrives and what is lost. A sender that fills its allowance is given more, as long as
 * little is lost; one of whose packets many get lost is told to send less than it did.
 *
 * Pure, plain data: no clock. Thread: one at a time.
 */
#ifndef DM_RTP_ALLOWANCE_H
#define DM_RTP_ALLOWANCE_H

#include "base/time.h"

#include <stdbool.h>
#include <stdint.h>

struct dm_allowance {
	uint64_t bps;
	uint64_t headroom_bps;
	uint64_t bytes; /* since the last judgement */
	dm_usec judged_at;
	bool fell; /* the link has shown its limit */
};

void dm_allowance_init(struct dm_allowance *allowance, dm_usec now);

/* A datagram has come, retransmissions and padding too. */
static inline void dm_allowance_note(struct dm_allowance *allowance, uint64_t bytes)
{
	allowance->bytes += bytes;
}

/* Once a report, with what it says: the fraction lost since the last one. Returns bits a second. */
uint64_t dm_allowance_judge(struct dm_allowance *allowance, uint8_t fraction_lost, dm_usec now);

#endif
