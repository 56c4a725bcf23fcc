#include "monitor/history_schema.h"

#include <stdio.h>

/* A migration that was released is never edited: files that went through it exist. */
static const char *const migrations[DM_HISTORY_SCHEMA] = {
	/* 1 */
	"CREATE TABLE events ("
	" id INTEGER PRIMARY KEY,"
	" at INTEGER NOT NULL,"
	" kind TEXT NOT NULL CHECK (kind <> ''),"
	" room TEXT NOT NULL,"
	" channel TEXT NOT NULL,"
	" who TEXT NOT NULL,"
	" detail TEXT);" /* JSON; SQLite's json_valid is not allowed in an untrusted schema */
	"CREATE INDEX events_at ON events (at);"
	"CREATE TABLE minutes ("
	" at INTEGER NOT NULL,"
	" room TEXT NOT NULL,"
	" channel TEXT NOT NULL,"
	" figure TEXT NOT NULL CHECK (figure <> ''),"
	" count INTEGER NOT NULL CHECK (count > 0),"
	" sum REAL NOT NULL,"
	" min REAL NOT NULL,"
	" max REAL NOT NULL,"
	" PRIMARY KEY (at, room, channel, figure)) WITHOUT ROWID;",

	/* 2: percentiles, and reports on one room of many */
	"ALTER TABLE minutes ADD COLUMN p50 REAL;"
	"ALTER TABLE minutes ADD COLUMN p95 REAL;"
	"CREATE INDEX events_room_at ON events (room, at);",
};

static int read_version(sqlite3 *db, int *version)
{
	sqlite3_stmt *statement;
	int code = sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL);

	if (code != SQLITE_OK)
		return code;
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*version = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return code == SQLITE_ROW ? SQLITE_OK : code;
}

/* The number changes in the same transaction: a migration happened wholly or not at all. */
static int run(sqlite3 *db, int from)
{
	char number[40];
	int code = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);

	if (code != SQLITE_OK)
		return code;
	snprintf(number, sizeof(number), "PRAGMA user_version = %d", from + 1);
	code = sqlite3_exec(db, migrations[from], NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_exec(db, number, NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	if (code != SQLITE_OK)
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return code;
}

int dm_history_schema_migrate(sqlite3 *db, int version)
{
	int has = 0;

	if (version < 1 || version > DM_HISTORY_SCHEMA)
		return SQLITE_MISUSE;

	int code = read_version(db, &has);

	if (code == SQLITE_OK && (has > version || has < 0))
		code = SQLITE_MISMATCH;
	for (; code == SQLITE_OK && has < version; has++)
		code = run(db, has);
	return code;
}
