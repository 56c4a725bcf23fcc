/* relay/monitor/history_store.h
 *
 * The history's file open for writing: SQLite in WAL mode, one transaction a batch. After a
 * kill -9 the file holds every batch that was committed; after a power cut perhaps not the last
 * ones, but it is whole (sqlite.org/pragma.html#pragma_synchronous, NORMAL in WAL mode).
 *
 * Functions return 0, -ENOSPC (the disk is full), -EBUSY (another program keeps the
 * file locked for longer than a second), -EBADMSG (damaged, or no SQLite file), -EPROTO (written
 * by a newer release), -ENOMEM or -EIO.
 *
 * Thread: one at a time; it waits for the disk.
 */
#ifndef DM_MONITOR_HISTORY_STORE_H
#define DM_MONITOR_HISTORY_STORE_H

#include "monitor/history_row.h"

#include <stddef.h>

struct dm_history_store;

/* Opens, or creates for the owner's eyes alone, and migrates. On failure *out is NULL. `vfs` is
 * the name of one that SQLite knows; NULL is its own. */
int dm_history_store_open(struct dm_history_store **out, const char *path, const char *vfs);

/* NULL is allowed. What is not committed is dropped. */
void dm_history_store_close(struct dm_history_store *store);

int dm_history_store_begin(struct dm_history_store *store);
int dm_history_store_commit(struct dm_history_store *store);
void dm_history_store_rollback(struct dm_history_store *store);

/* Between begin and commit. Besides the above -EINVAL, when the row is not one that the tables
 * take (detail is not JSON, no kind): nothing else of the transaction is lost by it. */
int dm_history_store_put_event(struct dm_history_store *store,
			       const struct dm_history_event *event);

/* Adds to what the file has of the same minute, which loses its percentiles then. */
int dm_history_store_put_minute(struct dm_history_store *store,
				const struct dm_history_minute *minute);

/* Deletes up to `most` rows of each table that are older, and gives back some of their room;
 * *deleted is how many. A transaction of its own. */
int dm_history_store_prune(struct dm_history_store *store, dm_wall_usec events_before,
			   dm_wall_usec minutes_before, int most, int *deleted);

#endif
