/* relay/monitor/journal.h
 *
 * What happened, newest first: the last entries in memory for the organiser's page, all of them in
 * the history (history.h), and whoever listens is told.
 *
 * Thread: the control thread.
 */
#ifndef DM_MONITOR_JOURNAL_H
#define DM_MONITOR_JOURNAL_H

#include "monitor/history.h"

#include <stddef.h>

#define DM_JOURNAL_ENTRIES 512 /* choice: some hours of a busy event, 700 kB */

struct dm_journal;

/* After an entry was made; borrowed for the call. */
typedef void dm_journal_cb(void *user, const struct dm_history_event *entry);

/* `history` is borrowed until destroy; nullable: nothing outlives the process. Returns 0 or
 * -ENOMEM. */
int dm_journal_create(struct dm_journal **out, struct dm_history *history, dm_journal_cb *on_entry,
		      void *user);
void dm_journal_destroy(struct dm_journal *journal); /* NULL is allowed */

/* As dm_history_record, but what is too long is left out of the history and cut here. `kind` is not
 * empty. */
void dm_journal_record(struct dm_journal *journal, dm_wall_usec at, const char *kind,
		       const char *room, const char *place, const char *who, const char *detail);

/* n = 0 is the newest; NULL at the end. Borrowed until the next record. */
const struct dm_history_event *dm_journal_entry(const struct dm_journal *journal, size_t n);

#endif
