/* relay/monitor/cause.h
 *
 * Which fault explains which: where the cause stands, its effect is not told.
 *
 * Pure. Thread: any.
 */
#ifndef DM_MONITOR_CAUSE_H
#define DM_MONITOR_CAUSE_H

#include "monitor/alarm.h"
#include "monitor/sample.h"

/* How one gets from the effect's place to its cause's. */
enum dm_cause_link {
	DM_CAUSE_SAME,    /* the same slot */
	DM_CAUSE_PROCESS, /* the relay's one process */
	DM_CAUSE_SOURCE,  /* a channel's room's source */
	DM_CAUSE_VOICE,   /* the microphone heard on a channel */
	DM_CAUSE_BOOTH,   /* the booth that has a channel */
	DM_CAUSE_TWIN,    /* the channel that sounds the same */
	DM_CAUSE_CARRIER, /* the worker that receives a microphone */
	DM_CAUSE_SERVERS, /* the workers that serve a group */
	DM_CAUSE_WORKERS, /* any worker */
};

struct dm_cause {
	enum dm_alarm_kind effect;
	enum dm_alarm_kind cause; /* comes before the effect */
	enum dm_cause_link link;
};

/* All of them; sets *count. */
const struct dm_cause *dm_causes(size_t *count);

/* The slots of the cause for the effect at `slot`, into slots[DM_SAMPLED_WORKERS]. Returns how
 * many. They may be beyond the samples. */
size_t dm_cause_slots(enum dm_cause_link link, const struct dm_samples *samples, size_t slot,
		      uint16_t *slots);

#endif
