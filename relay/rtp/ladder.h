/* relay/rtp/ladder.h
 *
 * Which rung of a picture's ladder one subscriber should get, from what its receiver reports about
 * the link (RFC 3550, 6.4.1; draft-alvestrand-rmcat-remb). Down at once when the link is too
 * narrow; up only after a calm time, which doubles with each attempt that failed.
 *
 * A REMB says how much the receiver can take only when it is below what is sent. libwebrtc's never
 * grows past 1.5 times what arrives: above that it means "no limit seen", and the next rung has to
 * be tried.
 *
 * Pure, plain data. Thread: the worker that owns the stream.
 */
#ifndef DM_RTP_LADDER_H
#define DM_RTP_LADDER_H

#include "base/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DM_LADDER_NO_REPORT (-1)

struct dm_ladder {
	size_t rung;        /* target; 0 is the best */
	unsigned bad_count; /* reports of heavy loss in a row */
	dm_usec changed_at;
	dm_usec raised_at;      /* of the last step up not yet judged; DM_USEC_NEVER: none */
	uint64_t raised_remb;   /* bit/s, the REMB at that step; 0: none */
	dm_usec calm_since;     /* DM_USEC_NEVER: not calm */
	dm_usec overused_since; /* DM_USEC_NEVER: the REMB covers what is sent */
	dm_usec wait;           /* how long it must be calm before the next step up */
};

/* What is known at one report. */
struct dm_ladder_view {
	const uint64_t *rung_bps; /* measured, from best to least; borrowed for the call */
	size_t rung_count;        /* at least 1 */
	size_t best_rung;         /* the subscriber's own maximum; 0: all of them */
	uint64_t other_bps;       /* of the connection's other streams, which share the link */
	uint64_t remb_bps;        /* the newest; 0: none came yet */
	int fraction_lost;        /* of 256, of a report that just came; or DM_LADDER_NO_REPORT */
	dm_usec round_trip;       /* 0: not known */
};

void dm_ladder_init(struct dm_ladder *ladder, size_t rung, dm_usec now);

/* Call for each receiver report on the picture and for each REMB. Returns the target rung,
 * best_rung..rung_count - 1. */
size_t dm_ladder_judge(struct dm_ladder *ladder, const struct dm_ladder_view *view, dm_usec now);

#endif
