/* relay/monitor/finding.h
 *
 * What one look at the samples finds about one kind of fault in one place, before any time has
 * passed over it.
 *
 * Pure. Thread: any.
 */
#ifndef DM_MONITOR_FINDING_H
#define DM_MONITOR_FINDING_H

#include "monitor/limit.h"
#include "monitor/sample.h"

enum dm_finding_verdict {
	DM_FINDING_GOOD,
	DM_FINDING_BAD,
	DM_FINDING_UNKNOWN, /* no telling now: what was stays, and its time stands still */
};

struct dm_finding {
	enum dm_finding_verdict verdict;
	bool grave;   /* critical */
	double value; /* NAN: judged by state */
};

/* `bad`: what was found before. `limits` are DM_ALARM_COUNT. A slot that is not used is GOOD. */
struct dm_finding dm_finding_make(enum dm_alarm_kind kind, const struct dm_samples *samples,
				  size_t slot, const struct dm_limit *limits, bool bad);

#endif
