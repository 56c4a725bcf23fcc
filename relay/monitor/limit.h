/* relay/monitor/limit.h
 *
 * When a kind of alarm is raised and cleared: all thresholds of the judge, in one table.
 *
 * Pure, plain data. Thread: any.
 */
#ifndef DM_MONITOR_LIMIT_H
#define DM_MONITOR_LIMIT_H

#include "monitor/alarm.h"

/* A number is bad from `raise` on and then until it is back at `clear`; what lies between keeps
 * what was. Kinds that are judged by state alone have NAN for all three. */
struct dm_limit {
	dm_usec raise_after; /* bad for so long without a break */
	dm_usec clear_after; /* good for so long without a break */
	double raise;
	double clear;
	double grave;   /* critical from here on, whatever the kind's severity; NAN: never */
	uint32_t least; /* of a group: fewer listeners are nobody's fault but their own */
	bool below;     /* small numbers are the bad ones */
};

/* DM_ALARM_COUNT of them. */
const struct dm_limit *dm_limits_default(void);

/* Times are not negative and the numbers in their order. */
bool dm_limit_is_valid(const struct dm_limit *limit);

/* Whether `value` is bad when it was `bad` before; a NAN never is. */
bool dm_limit_is_bad(const struct dm_limit *limit, double value, bool bad);
bool dm_limit_is_grave(const struct dm_limit *limit, double value);

#endif
