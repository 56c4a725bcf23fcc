#include "monitor/history_store.h"
#include "monitor/history_schema.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

/* How long another program's lock is waited for. Choice: a copy or a query by hand takes less. */
#define BUSY_MS 1000

/* One page is 4 kB: what a step of pruning gives back to the disk, so that no step is long. */
#define VACUUM_PAGES "256"

enum sql { BEGIN, COMMIT, EVENT, MINUTE, PRUNE_EVENTS, PRUNE_MINUTES, SQL_COUNT };

static const char *const texts[SQL_COUNT] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[EVENT] = "INSERT INTO events (at, kind, room, channel, who, detail)"
		  " VALUES (?1, ?2, ?3, ?4, ?5, NULLIF(?6, ''))",
	[MINUTE] = "INSERT INTO minutes (at, room, channel, figure, count, sum, min, max, p50, p95)"
		   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
		   " ON CONFLICT (at, room, channel, figure) DO UPDATE SET"
		   " count = count + excluded.count, sum = sum + excluded.sum,"
		   " min = MIN(min, excluded.min), max = MAX(max, excluded.max),"
		   " p50 = NULL, p95 = NULL",
	[PRUNE_EVENTS] = "DELETE FROM events WHERE id IN"
			 " (SELECT id FROM events WHERE at < ?1 ORDER BY at LIMIT ?2)",
	[PRUNE_MINUTES] = "DELETE FROM minutes WHERE (at, room, channel, figure) IN"
			  " (SELECT at, room, channel, figure FROM minutes WHERE at < ?1"
			  " ORDER BY at LIMIT ?2)",
};

struct dm_history_store {
	sqlite3 *db;                         /* owned */
	sqlite3_stmt *statements[SQL_COUNT]; /* owned */
};

/* What an SQLite result means to us. */
static int errno_of(sqlite3 *db, int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EBADMSG;
	case SQLITE_MISMATCH:
		return -EPROTO;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_CONSTRAINT:
		return -EINVAL;
	default:
		break;
	}

	/* The file of shared memory fails with an error of input and output when it cannot grow. */
	const int system = db ? sqlite3_system_errno(db) : 0;

	return system == ENOSPC || system == EDQUOT ? -ENOSPC : -EIO;
}

/* --- life --- */

/* SQLite would let everybody read it; its other files get the rights of this one. */
static int create_private(const char *path)
{
	const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);

	if (fd < 0)
		return errno == ENOSPC || errno == EDQUOT ? -ENOSPC : -EIO;
	close(fd);
	return 0;
}

/* The kind of vacuum has to be told before the first table is made. */
static int prepare(struct dm_history_store *store)
{
	int code;

	sqlite3_extended_result_codes(store->db, 1);
	sqlite3_busy_timeout(store->db, BUSY_MS);
	code = sqlite3_exec(store->db,
			    "PRAGMA auto_vacuum = INCREMENTAL;"
			    "PRAGMA journal_mode = WAL;"
			    "PRAGMA synchronous = NORMAL;"
			    "PRAGMA journal_size_limit = 4194304;" /* bytes; four times what SQLite
								    * lets gather by default */
			    "PRAGMA trusted_schema = OFF;",
			    NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = dm_history_schema_migrate(store->db, DM_HISTORY_SCHEMA);
	for (int n = 0; code == SQLITE_OK && n < SQL_COUNT; n++)
		code = sqlite3_prepare_v3(store->db, texts[n], -1, SQLITE_PREPARE_PERSISTENT,
					  &store->statements[n], NULL);
	return errno_of(store->db, code);
}

int dm_history_store_open(struct dm_history_store **out, const char *path, const char *vfs)
{
	*out = NULL;

	struct dm_history_store *store = calloc(1, sizeof(*store));

	if (!store)
		return -ENOMEM;

	int error = create_private(path);

	if (!error) {
		const int code = sqlite3_open_v2(path, &store->db,
						 SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, vfs);

		error = errno_of(store->db, code);
	}
	if (!error)
		error = prepare(store);
	if (error) {
		dm_history_store_close(store);
		return error;
	}
	*out = store;
	return 0;
}

void dm_history_store_close(struct dm_history_store *store)
{
	if (!store)
		return;
	for (int n = 0; n < SQL_COUNT; n++)
		sqlite3_finalize(store->statements[n]);
	sqlite3_close(store->db);
	free(store);
}

/* --- writing --- */

/* To be called after each run: a statement that stays stepped holds its locks. */
static int run(struct dm_history_store *store, enum sql sql)
{
	const int code = sqlite3_step(store->statements[sql]);
	const int error = errno_of(store->db, code);

	sqlite3_reset(store->statements[sql]);
	return error;
}

int dm_history_store_begin(struct dm_history_store *store)
{
	return run(store, BEGIN);
}

int dm_history_store_commit(struct dm_history_store *store)
{
	return run(store, COMMIT);
}

void dm_history_store_rollback(struct dm_history_store *store)
{
	/* A full disk has rolled back by itself; asking again is harmless. */
	if (!sqlite3_get_autocommit(store->db))
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}

/* Copies: what is no UTF-8 in it becomes U+FFFD, so that every reader can read the file. */
static void bind_text(sqlite3_stmt *statement, int index, const char *text)
{
	sqlite3_bind_text(statement, index, g_utf8_make_valid(text, -1), -1, g_free);
}

static bool is_json(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

	json_decref(value);
	return value != NULL;
}

int dm_history_store_put_event(struct dm_history_store *store, const struct dm_history_event *event)
{
	sqlite3_stmt *statement = store->statements[EVENT];

	if (event->detail[0] && !is_json(event->detail))
		return -EINVAL;

	sqlite3_bind_int64(statement, 1, event->at);
	bind_text(statement, 2, event->kind);
	bind_text(statement, 3, event->room);
	bind_text(statement, 4, event->channel);
	bind_text(statement, 5, event->who);
	sqlite3_bind_text(statement, 6, event->detail, -1, SQLITE_TRANSIENT);
	return run(store, EVENT);
}

int dm_history_store_put_minute(struct dm_history_store *store,
				const struct dm_history_minute *minute)
{
	sqlite3_stmt *statement = store->statements[MINUTE];

	sqlite3_clear_bindings(statement); /* for the percentiles that are not there */
	sqlite3_bind_int64(statement, 1, minute->at);
	bind_text(statement, 2, minute->room);
	bind_text(statement, 3, minute->channel);
	bind_text(statement, 4, minute->figure);
	sqlite3_bind_int64(statement, 5, minute->count);
	sqlite3_bind_double(statement, 6, minute->sum);
	sqlite3_bind_double(statement, 7, minute->min);
	sqlite3_bind_double(statement, 8, minute->max);
	if (minute->has_percentiles) {
		sqlite3_bind_double(statement, 9, minute->p50);
		sqlite3_bind_double(statement, 10, minute->p95);
	}
	return run(store, MINUTE);
}

/* --- retention --- */

static int prune_table(struct dm_history_store *store, enum sql sql, dm_wall_usec before, int most,
		       int *deleted)
{
	sqlite3_bind_int64(store->statements[sql], 1, before);
	sqlite3_bind_int(store->statements[sql], 2, most);

	const int error = run(store, sql);

	if (!error)
		*deleted += sqlite3_changes(store->db);
	return error;
}

int dm_history_store_prune(struct dm_history_store *store, dm_wall_usec events_before,
			   dm_wall_usec minutes_before, int most, int *deleted)
{
	*deleted = 0;

	int error = dm_history_store_begin(store);

	if (!error)
		error = prune_table(store, PRUNE_EVENTS, events_before, most, deleted);
	if (!error)
		error = prune_table(store, PRUNE_MINUTES, minutes_before, most, deleted);
	if (!error)
		error = dm_history_store_commit(store);
	if (error) {
		dm_history_store_rollback(store);
		*deleted = 0;
		return error;
	}
	return errno_of(store->db,
			sqlite3_exec(store->db, "PRAGMA incremental_vacuum(" VACUUM_PAGES ")", NULL,
				     NULL, NULL));
}
