/* relay/monitor/fault.h
 *
 * One kind of fault in one place over time: suspected, then raised, then cleared, each only after
 * its time; hidden while its cause stands; slower to clear each time it comes back.
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_MONITOR_FAULT_H
#define DM_MONITOR_FAULT_H

#include "monitor/finding.h"

/* Raised again so soon after it was cleared, it flaps. Choice: Nagios and its like look back over
 * the last twenty checks, which are minutes. */
#define DM_FAULT_FLAP DM_SEC(300)
/* Each flap doubles its time to clear, up to so many times, and no longer than DM_FAULT_FLAP, so
 * that the slowest still ends its own counting. Choice. */
#define DM_FAULT_DOUBLINGS 6

enum dm_fault_state {
	DM_FAULT_NONE,
	DM_FAULT_SUSPECT,  /* bad, not yet for long enough */
	DM_FAULT_HIDDEN,   /* bad, and its cause stands */
	DM_FAULT_STANDING, /* raised */
};

/* What its causes do. */
enum dm_fault_cover {
	DM_FAULT_UNCOVERED,
	DM_FAULT_MAYBE,   /* one is suspected: wait for it */
	DM_FAULT_COVERED, /* one stands, or is hidden itself */
};

enum dm_fault_news {
	DM_FAULT_SAME,
	DM_FAULT_RAISED,
	DM_FAULT_GRAVER, /* its severity rose */
	DM_FAULT_CLEARED,
	DM_FAULT_EXPLAINED, /* cleared, since its cause was raised */
};

struct dm_fault {
	enum dm_fault_state state;
	enum dm_finding_verdict verdict; /* the last one */
	unsigned flaps;
	dm_usec counted; /* SUSPECT: bad for; STANDING: good for */
	dm_usec quiet;   /* since it was cleared, up to DM_FAULT_FLAP */
	struct dm_alarm alarm;
};

void dm_fault_init(struct dm_fault *fault, enum dm_alarm_kind kind, size_t slot);

/* What the next finding is to be told of the one before. */
bool dm_fault_is_bad(const struct dm_fault *fault);

/* A cause in this state covers its effects so. */
enum dm_fault_cover dm_fault_covers(const struct dm_fault *fault);

/* One look, `step` after the last. Whoever calls gives a raised alarm its id and its room. */
enum dm_fault_news dm_fault_run(struct dm_fault *fault, const struct dm_finding *finding,
				enum dm_fault_cover cover, const struct dm_limit *limit,
				dm_usec step, dm_usec now);

/* How long it is good before it clears, given how it has flapped. */
dm_usec dm_fault_clear_after(const struct dm_fault *fault, const struct dm_limit *limit);

#endif
