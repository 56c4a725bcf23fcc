#include "history_file.h"

#include <errno.h>
#include <glib.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

void history_file_init(struct history_file *file)
{
	snprintf(file->folder, sizeof(file->folder), "%s", "/tmp/dragoman-history-XXXXXX");
	assert_non_null(mkdtemp(file->folder));
	snprintf(file->path, sizeof(file->path), "%s/history.db", file->folder);
	snprintf(file->key_path, sizeof(file->key_path), "%s.key", file->path);
}

void history_file_finish(struct history_file *file)
{
	GDir *folder = g_dir_open(file->folder, 0, NULL);
	const char *name;

	while (folder && (name = g_dir_read_name(folder))) {
		char *path = g_build_filename(file->folder, name, NULL);

		unlink(path);
		g_free(path);
	}
	if (folder)
		g_dir_close(folder);
	rmdir(file->folder);
}

int history_file_setup(void **state)
{
	struct history_file *file = calloc(1, sizeof(*file));

	assert_non_null(file);
	history_file_init(file);
	*state = file;
	return 0;
}

int history_file_teardown(void **state)
{
	history_file_finish(*state);
	free(*state);
	return 0;
}

/* --- SQL --- */

static sqlite3_stmt *ask(const struct history_file *file, const char *sql, sqlite3 **db)
{
	sqlite3_stmt *statement;

	assert_int_equal(sqlite3_open(file->path, db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(*db, sql, -1, &statement, NULL), SQLITE_OK);
	return statement;
}

int64_t history_file_number(const struct history_file *file, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *statement = ask(file, sql, &db);

	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);

	const int64_t number = sqlite3_column_int64(statement, 0);

	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}

const char *history_file_text(const struct history_file *file, const char *sql)
{
	static char answer[256];
	sqlite3 *db;
	sqlite3_stmt *statement = ask(file, sql, &db);

	answer[0] = '\0';
	if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0))
		snprintf(answer, sizeof(answer), "%s",
			 (const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return answer;
}

void history_file_run(const struct history_file *file, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(file->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* --- a disk that can be full --- */

static enum test_disk the_disk;
static sqlite3_vfs the_vfs, *real_vfs;

/* The methods of one kind of file: SQLite's own, but for writing. */
static struct methods {
	sqlite3_io_methods ours; /* first: a file points here */
	const sqlite3_io_methods *real;
} kinds[8];

static int write_file(sqlite3_file *file, const void *data, int bytes, sqlite3_int64 offset)
{
	const struct methods *methods = (const struct methods *)(const void *)file->pMethods;

	switch (the_disk) {
	case TEST_DISK_FULL:
		return SQLITE_FULL;
	case TEST_DISK_BROKEN:
		errno = EIO;
		return SQLITE_IOERR_WRITE;
	case TEST_DISK_FINE:
		break;
	}
	return methods->real->xWrite(file, data, bytes, offset);
}

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	const int code = real_vfs->xOpen(real_vfs, name, file, flags, out);
	size_t n = 0;

	(void)vfs;
	if (code != SQLITE_OK || !file->pMethods)
		return code;
	while (kinds[n].real && kinds[n].real != file->pMethods)
		n++;
	assert_true(n < sizeof(kinds) / sizeof(kinds[0]) - 1);
	kinds[n].real = file->pMethods;
	kinds[n].ours = *file->pMethods;
	kinds[n].ours.xWrite = write_file;
	file->pMethods = &kinds[n].ours;
	return code;
}

void test_disk_set(enum test_disk disk)
{
	the_disk = disk;
	if (real_vfs)
		return;
	real_vfs = sqlite3_vfs_find(NULL);
	the_vfs = *real_vfs;
	the_vfs.zName = TEST_DISK_VFS;
	the_vfs.xOpen = open_file;
	assert_int_equal(sqlite3_vfs_register(&the_vfs, 0), SQLITE_OK);
}
