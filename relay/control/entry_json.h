/* relay/control/entry_json.h
 *
 * Entries of the log as JSON, for organisers.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_ENTRY_JSON_H
#define DM_CONTROL_ENTRY_JSON_H

#include "control/json_writer.h"
#include "monitor/history_row.h"

void dm_entry_write(struct dm_json_writer *writer, const char *key,
		    const struct dm_history_event *entry);

#endif
