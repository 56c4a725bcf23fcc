#include "monitor/fault.h"

#include <math.h>
#include <string.h>

void dm_fault_init(struct dm_fault *fault, enum dm_alarm_kind kind, size_t slot)
{
	*fault = (struct dm_fault){
		.quiet = DM_FAULT_FLAP,
		.alarm = {
			.kind = kind,
			.at = dm_alarm_kind_at(kind),
			.slot = (uint16_t)slot,
			.room = DM_SAMPLE_NONE,
			.other = DM_SAMPLE_NONE,
			.value = NAN,
			.since = DM_USEC_NEVER,
			.raised_at = DM_USEC_NEVER,
			.acknowledged_at = DM_USEC_NEVER,
			.cleared_at = DM_USEC_NEVER,
		},
	};
}

bool dm_fault_is_bad(const struct dm_fault *fault)
{
	return fault->state != DM_FAULT_NONE;
}

enum dm_fault_cover dm_fault_covers(const struct dm_fault *fault)
{
	switch (fault->state) {
	case DM_FAULT_STANDING:
	case DM_FAULT_HIDDEN:
		return DM_FAULT_COVERED;
	case DM_FAULT_SUSPECT:
		/* One that cannot be seen now would keep its effects waiting without end. */
		return fault->verdict == DM_FINDING_BAD ? DM_FAULT_MAYBE : DM_FAULT_UNCOVERED;
	case DM_FAULT_NONE:
		break;
	}
	return DM_FAULT_UNCOVERED;
}

dm_usec dm_fault_clear_after(const struct dm_fault *fault, const struct dm_limit *limit)
{
	dm_usec time = limit->clear_after;

	for (unsigned i = 0; i < fault->flaps && i < DM_FAULT_DOUBLINGS; i++)
		time = time < DM_FAULT_FLAP / 2 ? time * 2 : time;
	return time;
}

static void enter(struct dm_fault *fault, enum dm_fault_state state)
{
	fault->state = state;
	fault->counted = 0;
}

static enum dm_fault_news raise_it(struct dm_fault *fault, const struct dm_finding *finding,
				   dm_usec now)
{
	struct dm_alarm *alarm = &fault->alarm;

	fault->flaps = fault->quiet < DM_FAULT_FLAP ? fault->flaps + 1 : 0;
	enter(fault, DM_FAULT_STANDING);
	alarm->severity = finding->grave ? DM_SEVERITY_CRITICAL
					 : dm_alarm_kind_severity(alarm->kind);
	alarm->times = fault->flaps + 1;
	alarm->value = finding->value;
	alarm->raised_at = now;
	alarm->acknowledged_at = DM_USEC_NEVER;
	alarm->cleared_at = DM_USEC_NEVER;
	alarm->explained = false;
	memset(alarm->acknowledged_by, 0, sizeof(alarm->acknowledged_by));
	return DM_FAULT_RAISED;
}

static enum dm_fault_news suspect(struct dm_fault *fault, const struct dm_finding *finding,
				  enum dm_fault_cover cover, const struct dm_limit *limit,
				  dm_usec now)
{
	if (cover == DM_FAULT_COVERED) {
		enter(fault, DM_FAULT_HIDDEN);
		return DM_FAULT_SAME;
	}
	if (finding->verdict != DM_FINDING_BAD || cover == DM_FAULT_MAYBE ||
	    fault->counted < limit->raise_after)
		return DM_FAULT_SAME;
	return raise_it(fault, finding, now);
}

static enum dm_fault_news stand(struct dm_fault *fault, const struct dm_finding *finding,
				enum dm_fault_cover cover, const struct dm_limit *limit,
				dm_usec lasted, dm_usec now)
{
	struct dm_alarm *alarm = &fault->alarm;

	if (cover == DM_FAULT_COVERED) {
		alarm->cleared_at = now;
		alarm->explained = true;
		fault->quiet = DM_FAULT_FLAP; /* that is no flapping */
		enter(fault, DM_FAULT_HIDDEN);
		return DM_FAULT_EXPLAINED;
	}
	if (finding->verdict == DM_FINDING_GOOD)
		fault->counted += lasted;
	else if (finding->verdict == DM_FINDING_BAD)
		fault->counted = 0;
	if (finding->verdict == DM_FINDING_GOOD &&
	    fault->counted >= dm_fault_clear_after(fault, limit)) {
		alarm->cleared_at = now;
		fault->quiet = 0;
		enter(fault, DM_FAULT_NONE);
		return DM_FAULT_CLEARED;
	}
	if (finding->grave && alarm->severity < DM_SEVERITY_CRITICAL) {
		alarm->severity = DM_SEVERITY_CRITICAL;
		alarm->value = finding->value;
		/* Whoever has seen the lesser one has not seen this. */
		alarm->acknowledged_at = DM_USEC_NEVER;
		memset(alarm->acknowledged_by, 0, sizeof(alarm->acknowledged_by));
		return DM_FAULT_GRAVER;
	}
	return DM_FAULT_SAME;
}

enum dm_fault_news dm_fault_run(struct dm_fault *fault, const struct dm_finding *finding,
				enum dm_fault_cover cover, const struct dm_limit *limit,
				dm_usec step, dm_usec now)
{
	const bool good = finding->verdict == DM_FINDING_GOOD;
	dm_usec lasted = step;

	/* The time between two looks counts when both saw the same. */
	if (fault->verdict != finding->verdict)
		lasted = 0;
	fault->verdict = finding->verdict;
	if (fault->state != DM_FAULT_STANDING && fault->quiet < DM_FAULT_FLAP)
		fault->quiet += step;
	switch (fault->state) {
	case DM_FAULT_NONE:
		if (finding->verdict != DM_FINDING_BAD)
			return DM_FAULT_SAME;
		fault->alarm.since = now;
		enter(fault, DM_FAULT_SUSPECT);
		return suspect(fault, finding, cover, limit, now);
	case DM_FAULT_SUSPECT:
		if (finding->verdict == DM_FINDING_BAD)
			fault->counted += lasted;
		if (!good)
			return suspect(fault, finding, cover, limit, now);
		break;
	case DM_FAULT_HIDDEN:
		if (!good) {
			/* Its cause has gone: it may be on its way too, so it has its time again.
			 */
			if (cover != DM_FAULT_COVERED)
				enter(fault, DM_FAULT_SUSPECT);
			return DM_FAULT_SAME;
		}
		break;
	case DM_FAULT_STANDING:
		return stand(fault, finding, cover, limit, lasted, now);
	}
	enter(fault, DM_FAULT_NONE);
	return DM_FAULT_SAME;
}
