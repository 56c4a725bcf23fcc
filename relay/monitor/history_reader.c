#include "monitor/history_reader.h"
#include "monitor/history_schema.h"

#include <errno.h>
#include <glib.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* A writer in WAL mode locks readers out for moments only, when it opens and closes. */
#define BUSY_MS 1000

/* The same parameters in both: 1 from, 2 until, 3 room, 4 channel, 5 name, 6 limit. */
#define EVENTS                                                                  \
	"SELECT at, kind, room, channel, who, COALESCE(detail, '') FROM events" \
	" WHERE at >= ?1 AND at < ?2 AND (?3 IS NULL OR room = ?3)"             \
	" AND (?4 IS NULL OR channel = ?4) AND (?5 IS NULL OR kind = ?5)"       \
	" ORDER BY at, id LIMIT ?6"
#define MINUTES                                                                         \
	"SELECT at, room, channel, figure, count, sum, min, max, p50, p95 FROM minutes" \
	" WHERE at >= ?1 AND at < ?2 AND (?3 IS NULL OR room = ?3)"                     \
	" AND (?4 IS NULL OR channel = ?4) AND (?5 IS NULL OR figure = ?5)"             \
	" ORDER BY at, room, channel, figure LIMIT ?6"

/* One row; SQLite takes each from its index's end only when it is asked for alone. */
#define ENDS(table)                                                                               \
	"(SELECT MIN(at) FROM " table " WHERE at >= ?1 AND at < ?2), (SELECT MAX(at) FROM " table \
	" WHERE at >= ?1 AND at < ?2)"
#define EXTENT "SELECT " ENDS("events") ", " ENDS("minutes")

struct dm_history_reader {
	sqlite3 *db; /* owned */
};

static int errno_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EBADMSG;
	case SQLITE_CANTOPEN:
		return -ENOENT;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_BUSY:
		return -EBUSY;
	default:
		return -EIO;
	}
}

/* --- life --- */

static int check_version(sqlite3 *db)
{
	sqlite3_stmt *statement;
	int code = sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL);
	int version = 0;

	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		version = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	if (errno_of(code))
		return errno_of(code);
	return version == DM_HISTORY_SCHEMA ? 0 : -EPROTO;
}

int dm_history_reader_open(struct dm_history_reader **out, const char *path)
{
	struct dm_history_reader *reader = calloc(1, sizeof(*reader));

	*out = NULL;
	if (!reader)
		return -ENOMEM;

	int error = errno_of(sqlite3_open_v2(path, &reader->db,
					     SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL));

	if (!error)
		error = errno_of(sqlite3_busy_timeout(reader->db, BUSY_MS));
	if (!error)
		error = check_version(reader->db);
	if (error) {
		dm_history_reader_close(reader);
		return error;
	}
	*out = reader;
	return 0;
}

void dm_history_reader_close(struct dm_history_reader *reader)
{
	if (!reader)
		return;
	sqlite3_close(reader->db);
	free(reader);
}

/* --- queries --- */

static int prepare(struct dm_history_reader *reader, const char *text,
		   const struct dm_history_filter *filter, sqlite3_stmt **statement)
{
	if (filter->limit < 1)
		return -EINVAL;

	const int error = errno_of(sqlite3_prepare_v2(reader->db, text, -1, statement, NULL));

	if (error)
		return error;
	sqlite3_bind_int64(*statement, 1, filter->from);
	sqlite3_bind_int64(*statement, 2, filter->until);
	sqlite3_bind_text(*statement, 3, filter->room, -1, SQLITE_STATIC); /* NULL binds NULL */
	sqlite3_bind_text(*statement, 4, filter->channel, -1, SQLITE_STATIC);
	sqlite3_bind_text(*statement, 5, filter->name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(*statement, 6, filter->limit);
	return 0;
}

/* The file may have been written by hand: cut is what is too long, or from where it is no UTF-8. */
static void column(sqlite3_stmt *statement, int index, char *field, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(statement, index);
	const char *end = text;

	if (text)
		g_utf8_validate(text, (gssize)strnlen(text, size - 1), &end);

	const size_t length = (size_t)(end - text);

	if (length)
		memcpy(field, text, length);
	memset(field + length, 0, size - length);
}

int64_t dm_history_reader_events(struct dm_history_reader *reader,
				 const struct dm_history_filter *filter,
				 bool (*row)(void *context, const struct dm_history_event *event),
				 void *context)
{
	sqlite3_stmt *statement = NULL;
	struct dm_history_event event;
	int64_t count = 0;
	bool more = true;
	int code = SQLITE_DONE;
	int error = prepare(reader, EVENTS, filter, &statement);

	while (!error && more && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		event.at = sqlite3_column_int64(statement, 0);
		column(statement, 1, event.kind, sizeof(event.kind));
		column(statement, 2, event.room, sizeof(event.room));
		column(statement, 3, event.channel, sizeof(event.channel));
		column(statement, 4, event.who, sizeof(event.who));
		column(statement, 5, event.detail, sizeof(event.detail));
		count++;
		more = row(context, &event);
	}
	sqlite3_finalize(statement);
	if (!error)
		error = errno_of(code);
	return error ? error : count;
}

int64_t dm_history_reader_minutes(
	struct dm_history_reader *reader, const struct dm_history_filter *filter,
	bool (*row)(void *context, const struct dm_history_minute *minute), void *context)
{
	sqlite3_stmt *statement = NULL;
	struct dm_history_minute minute;
	int64_t count = 0;
	bool more = true;
	int code = SQLITE_DONE;
	int error = prepare(reader, MINUTES, filter, &statement);

	while (!error && more && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		minute.at = sqlite3_column_int64(statement, 0);
		column(statement, 1, minute.room, sizeof(minute.room));
		column(statement, 2, minute.channel, sizeof(minute.channel));
		column(statement, 3, minute.figure, sizeof(minute.figure));
		minute.count = sqlite3_column_int64(statement, 4);
		minute.sum = sqlite3_column_double(statement, 5);
		minute.min = sqlite3_column_double(statement, 6);
		minute.max = sqlite3_column_double(statement, 7);
		minute.has_percentiles = sqlite3_column_type(statement, 8) != SQLITE_NULL;
		minute.p50 = sqlite3_column_double(statement, 8); /* 0 where it is NULL */
		minute.p95 = sqlite3_column_double(statement, 9);
		count++;
		more = row(context, &minute);
	}
	sqlite3_finalize(statement);
	if (!error)
		error = errno_of(code);
	return error ? error : count;
}

int dm_history_reader_extent(struct dm_history_reader *reader, dm_wall_usec from,
			     dm_wall_usec until, struct dm_history_extent *extent)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(reader->db, EXTENT, -1, &statement, NULL);

	if (code == SQLITE_OK) {
		sqlite3_bind_int64(statement, 1, from);
		sqlite3_bind_int64(statement, 2, until);
		code = sqlite3_step(statement);
	}
	if (code == SQLITE_ROW)
		*extent = (struct dm_history_extent){
			.has_events = sqlite3_column_type(statement, 0) != SQLITE_NULL,
			.first_event = sqlite3_column_int64(statement, 0),
			.last_event = sqlite3_column_int64(statement, 1),
			.has_minutes = sqlite3_column_type(statement, 2) != SQLITE_NULL,
			.first_minute = sqlite3_column_int64(statement, 2),
			.last_minute = sqlite3_column_int64(statement, 3),
		};
	sqlite3_finalize(statement);
	return errno_of(code);
}
