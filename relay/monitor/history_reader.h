/* relay/monitor/history_reader.h
 *
 * Reads a history, for reports: the file may be written meanwhile. Rows come in the order of
 * time, each query sees one state of the file.
 *
 * Thread: one at a time; not the control thread nor a media thread, for it waits for the disk.
 */
#ifndef DM_MONITOR_HISTORY_READER_H
#define DM_MONITOR_HISTORY_READER_H

#include "monitor/history_row.h"

struct dm_history_reader;

/* Returns 0, -ENOENT, -EPROTO (a schema that is not this release's: start the relay once, which
 * migrates), -EBADMSG, -ENOMEM or -EIO; on failure *out is NULL. */
int dm_history_reader_open(struct dm_history_reader **out, const char *path);
void dm_history_reader_close(struct dm_history_reader *reader); /* NULL is allowed */

/* Which rows. Strings are borrowed for the call; NULL is any, "" is none. */
struct dm_history_filter {
	dm_wall_usec from;   /* at >= from */
	dm_wall_usec until;  /* at < until */
	const char *room;    /* nullable */
	const char *channel; /* nullable */
	const char *name;    /* an event's kind, a minute's figure; nullable */
	int64_t limit;       /* rows, 1 or more; a page goes on from the last row's time */
};

/* Each calls `row` with rows that are borrowed for the call, until it returns false. They return
 * how many rows it was called with, or -EINVAL (limit), -EBADMSG, -EBUSY, -ENOMEM, -EIO. */
int64_t dm_history_reader_events(struct dm_history_reader *reader,
				 const struct dm_history_filter *filter,
				 bool (*row)(void *context, const struct dm_history_event *event),
				 void *context);
int64_t dm_history_reader_minutes(
	struct dm_history_reader *reader, const struct dm_history_filter *filter,
	bool (*row)(void *context, const struct dm_history_minute *minute), void *context);

/* The times of the first and last rows of a span; a minute's is its start. */
struct dm_history_extent {
	bool has_events;
	dm_wall_usec first_event;
	dm_wall_usec last_event;
	bool has_minutes;
	dm_wall_usec first_minute;
	dm_wall_usec last_minute;
};

/* Of rows with from <= at < until, by the index alone. Returns 0, or as above. */
int dm_history_reader_extent(struct dm_history_reader *reader, dm_wall_usec from,
			     dm_wall_usec until, struct dm_history_extent *extent);

#endif
