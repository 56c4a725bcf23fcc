/* relay/monitor/history_writer.h
 *
 * What the history's thread does, without the thread: takes records from the queues, writes them
 * in batches, removes what is too old, and tries again after a failure. Time comes in.
 *
 * Thread: turn, open and close on one; the values may be read on any.
 */
#ifndef DM_MONITOR_HISTORY_WRITER_H
#define DM_MONITOR_HISTORY_WRITER_H

#include "base/queue.h"
#include "base/time.h"
#include "monitor/history.h"
#include "monitor/history_minutes.h"
#include "monitor/history_store.h"
#include "monitor/pseudonym.h"

/* Rows of one transaction. Choice: 500 cost a few milliseconds, one fsync at a checkpoint. */
#define DM_HISTORY_BATCH 500

struct dm_history_writer {
	struct dm_history_options options;  /* its strings are owned */
	char *key_path;                     /* owned */
	struct dm_queue *events;            /* owned; of struct dm_history_event */
	struct dm_queue *samples;           /* owned; of struct dm_history_sample */
	struct dm_history_minutes *minutes; /* owned */
	struct dm_history_store *store;     /* owned; NULL while stopped */
	struct dm_history_event *batch;     /* owned; kept until it is written */
	struct dm_history_minute *rows;     /* owned; scratch */
	size_t batch_count;
	dm_usec retry_at; /* not before it; while stopped */
	dm_usec prune_at; /* the next step of pruning; 0 at first: at once */
	bool has_key;
	uint8_t key[DM_PSEUDONYM_KEY_BYTES];
	_Atomic int state;        /* enum dm_history_state */
	struct dm_metric stopped; /* 0 or 1 */
	struct dm_metric event_count, minute_count, dropped, rejected, unfolded;
};

/* Returns 0, -EINVAL or -ENOMEM; a writer that failed is finished already. */
int dm_history_writer_init(struct dm_history_writer *writer,
			   const struct dm_history_options *options);

/* Drops what was not written. A writer of zeros is allowed. */
void dm_history_writer_finish(struct dm_history_writer *writer);

/* Does what is to be done now. True: there is more, come again at once. */
bool dm_history_writer_turn(struct dm_history_writer *writer, dm_usec now, dm_wall_usec wall);

/* The last turn: everything is written, whatever minute it is of, even where a retry is not due. */
void dm_history_writer_flush(struct dm_history_writer *writer, dm_usec now);

#endif
