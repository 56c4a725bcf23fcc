/* relay/monitor/history.h
 *
 * What happened at an event, kept in an SQLite file by a thread of its own. Who records never
 * waits: a record is copied into a bounded queue, and what does not fit is counted. A disk that
 * is full stops the history and nothing else; it is tried again each minute and goes on with what
 * it still holds.
 *
 * Thread: create and destroy on the control thread; record from any; ask from any.
 */
#ifndef DM_MONITOR_HISTORY_H
#define DM_MONITOR_HISTORY_H

#include "base/metric.h"
#include "monitor/history_row.h"

struct dm_history;

struct dm_history_options {
	const char *path;  /* the file; its key, unless names are kept, is beside it: PATH.key */
	const char *event; /* the event's id: part of every pseudonym */
	bool keep_names;   /* write `who` as it is */
	int32_t keep_events_days;   /* 1..36500 */
	int32_t keep_minutes_days;  /* 1..36500 */
	struct dm_metrics *metrics; /* borrowed, nullable */
	const char *vfs;            /* of SQLite; NULL is its own, another is for tests */
};

enum dm_history_state {
	DM_HISTORY_STARTING,
	DM_HISTORY_RUNNING,
	DM_HISTORY_STOPPED_FULL,    /* the disk */
	DM_HISTORY_STOPPED_LOCKED,  /* another program keeps the file locked */
	DM_HISTORY_STOPPED_DAMAGED, /* no SQLite file, a damaged one, or a key that is none */
	DM_HISTORY_STOPPED_NEWER,   /* of a newer release; left as it is */
	DM_HISTORY_STOPPED_ERROR,   /* rights, memory, a failing disk: the log tells */
};

/* "starting", "running", "stopped: disk full", … */
const char *dm_history_state_name(enum dm_history_state state);

/* Strings are copied. A file that cannot be written is no failure: the state tells. Returns 0,
 * -EINVAL, -ENOMEM, -EEXIST (a second history with metrics) or -errno of eventfd(2) and
 * pthread_create(3); on failure *out is NULL. */
int dm_history_create(struct dm_history **out, const struct dm_history_options *options);

/* Writes what is held, the minute under way included, and waits for it. NULL is allowed. */
void dm_history_destroy(struct dm_history *history);

/* Strings may be NULL for "". `detail` is a JSON value without names of people, which nobody
 * would pseudonymise. Returns 0, -EINVAL (no kind), -EMSGSIZE (a string is too long) or
 * -ENOBUFS (the queue is full); all but 0 are counted as dropped. */
int dm_history_record(struct dm_history *history, dm_wall_usec at, const char *kind,
		      const char *room, const char *channel, const char *who, const char *detail);

/* One observation of a figure. The same errors; -EINVAL for a value that is not finite, too. */
int dm_history_sample(struct dm_history *history, dm_wall_usec at, const char *room,
		      const char *channel, const char *figure, double value);

enum dm_history_state dm_history_state(const struct dm_history *history);

struct dm_history_count {
	uint64_t events;   /* written */
	uint64_t minutes;  /* rows written */
	uint64_t dropped;  /* events and observations refused here */
	uint64_t rejected; /* events that the file did not take: `detail` is no JSON */
	uint64_t unfolded; /* observations beyond the rows that fit into memory */
};

struct dm_history_count dm_history_count(const struct dm_history *history);

#endif
