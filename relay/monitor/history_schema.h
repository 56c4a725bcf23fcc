/* relay/monitor/history_schema.h
 *
 * The tables of the history's file, and the only place that makes or changes them: numbered
 * migrations, of which `PRAGMA user_version` tells how many a file has been through.
 *
 * Thread: whoever owns the connection.
 */
#ifndef DM_MONITOR_HISTORY_SCHEMA_H
#define DM_MONITOR_HISTORY_SCHEMA_H

#include <sqlite3.h>

#define DM_HISTORY_SCHEMA 2 /* the newest */

/* Brings a file to `version` (1..DM_HISTORY_SCHEMA; all but tests say the newest), each migration
 * in a transaction of its own. Returns an SQLite result code; SQLITE_MISMATCH when the file is
 * newer than `version`, which leaves it as it is. */
int dm_history_schema_migrate(sqlite3 *db, int version);

#endif
