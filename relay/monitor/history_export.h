/* relay/monitor/history_export.h
 *
 * Writes a history's rows for other programs: CSV (RFC 4180) for spreadsheets, JSON lines (one
 * object a line) for the rest. Times are UTC (RFC 3339).
 *
 * In CSV, text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP,
 * "CSV Injection"): participants choose names.
 *
 * Thread: as the reader's.
 */
#ifndef DM_MONITOR_HISTORY_EXPORT_H
#define DM_MONITOR_HISTORY_EXPORT_H

#include "monitor/history_reader.h"

#include <stdio.h>

enum dm_history_format { DM_HISTORY_CSV, DM_HISTORY_JSON_LINES };

/* Return how many rows were written, or -errno as the reader's queries do, -ENOSPC and other
 * errors of the stream among them; the stream is flushed, not closed. */
int64_t dm_history_export_events(struct dm_history_reader *reader,
				 const struct dm_history_filter *filter,
				 enum dm_history_format format, FILE *stream);
int64_t dm_history_export_minutes(struct dm_history_reader *reader,
				  const struct dm_history_filter *filter,
				  enum dm_history_format format, FILE *stream);

#endif
