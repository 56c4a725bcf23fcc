/* relay/monitor/history_row.h
 *
 * What the history holds, as plain data: events, and figures by the minute.
 *
 * Pure. Thread: any.
 */
#ifndef DM_MONITOR_HISTORY_ROW_H
#define DM_MONITOR_HISTORY_ROW_H

#include <stdbool.h>
#include <stdint.h>

/* Microseconds of the wall clock since 1970 (UTC), negative before: a history outlives a boot,
 * which dm_usec does not. */
typedef int64_t dm_wall_usec;

/* Bytes with the NUL; choices. A longer name or detail is refused, never cut: a cut name could be
 * another's. */
#define DM_HISTORY_NAME_SIZE   64
#define DM_HISTORY_WHO_SIZE    128
#define DM_HISTORY_DETAIL_SIZE 1024

/* One thing that happened. Strings are "" where they do not apply. */
struct dm_history_event {
	dm_wall_usec at;
	char kind[DM_HISTORY_NAME_SIZE]; /* "handover"; never "" */
	char room[DM_HISTORY_NAME_SIZE];
	char channel[DM_HISTORY_NAME_SIZE];  /* or the booth */
	char who[DM_HISTORY_WHO_SIZE];       /* a pseudonym in the file, unless names are kept */
	char detail[DM_HISTORY_DETAIL_SIZE]; /* a JSON value, or "" */
};

/* One observation of a figure. */
struct dm_history_sample {
	dm_wall_usec at;
	double value; /* finite */
	char room[DM_HISTORY_NAME_SIZE];
	char channel[DM_HISTORY_NAME_SIZE];
	char figure[DM_HISTORY_NAME_SIZE]; /* "listeners"; never "" */
};

/* The observations of one figure in one minute. */
struct dm_history_minute {
	dm_wall_usec at; /* the minute's start */
	char room[DM_HISTORY_NAME_SIZE];
	char channel[DM_HISTORY_NAME_SIZE];
	char figure[DM_HISTORY_NAME_SIZE];
	int64_t count; /* at least 1 */
	double sum;
	double min;
	double max;
	bool has_percentiles; /* not where the minute was written in two parts */
	double p50;
	double p95;
};

#endif
