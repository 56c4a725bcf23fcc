#include "history_file.h"
#include "monitor/history_schema.h"
#include "monitor/history_store.h"

#include <errno.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

static const struct dm_history_event an_event = {
	.at = 5, .kind = "join", .room = "hall", .channel = "fr", .detail = "{\"n\":1}"
};
static const struct dm_history_minute a_minute = { .at = 60000000,
						   .room = "hall",
						   .channel = "fr",
						   .figure = "listeners",
						   .count = 2,
						   .sum = 30,
						   .min = 10,
						   .max = 20,
						   .has_percentiles = true,
						   .p50 = 10,
						   .p95 = 20 };

static struct dm_history_store *open_store(const struct history_file *file)
{
	struct dm_history_store *store;

	assert_int_equal(dm_history_store_open(&store, file->path, NULL), 0);
	return store;
}

static void keeps_a_batch_or_nothing_of_it(void **state)
{
	const struct history_file *file = *state;
	struct dm_history_store *store = open_store(file);

	assert_int_equal(dm_history_store_begin(store), 0);
	assert_int_equal(dm_history_store_put_event(store, &an_event), 0);
	assert_int_equal(dm_history_store_commit(store), 0);
	assert_int_equal(dm_history_store_begin(store), 0);
	assert_int_equal(dm_history_store_put_event(store, &an_event), 0);
	dm_history_store_rollback(store);
	assert_int_equal(dm_history_store_begin(store), 0);
	assert_int_equal(dm_history_store_put_event(store, &an_event), 0);
	dm_history_store_close(store);
	assert_int_equal(history_file_number(file, "SELECT COUNT(*) FROM events"), 1);
}

static void is_for_its_owner_alone(void **state)
{
	const struct history_file *file = *state;
	struct dm_history_store *store = open_store(file);
	const char *const suffixes[] = { "", "-wal", "-shm" };

	for (size_t n = 0; n < 3; n++) {
		char *path = g_strconcat(file->path, suffixes[n], NULL);
		struct stat info;

		assert_int_equal(stat(path, &info), 0);
		assert_int_equal(info.st_mode & 0777, 0600);
		g_free(path);
	}
	dm_history_store_close(store);
}

static void refuses_a_bad_row_alone(void **state)
{
	const struct history_file *file = *state;
	struct dm_history_store *store = open_store(file);
	struct dm_history_event bad = an_event;

	snprintf(bad.detail, sizeof(bad.detail), "{not json");
	assert_int_equal(dm_history_store_begin(store), 0);
	assert_int_equal(dm_history_store_put_event(store, &an_event), 0);
	assert_int_equal(dm_history_store_put_event(store, &bad), -EINVAL);
	assert_int_equal(dm_history_store_put_event(store, &an_event), 0);
	assert_int_equal(dm_history_store_commit(store), 0);
	dm_history_store_close(store);
	assert_int_equal(history_file_number(file, "SELECT COUNT(*) FROM events"), 2);
}

static void repairs_what_is_no_utf8(void **state)
{
	const struct history_file *file = *state;
	struct dm_history_store *store = open_store(file);
	struct dm_history_event event = an_event;

	snprintf(event.who, sizeof(event.who), "J\xf6rg");
	assert_int_equal(dm_history_store_begin(store), 0);
	assert_int_equal(dm_history_store_put_event(store, &event), 0);
	assert_int_equal(dm_history_store_commit(store), 0);
	dm_history_store_close(store);
	assert_string_equal(history_file_text(file, "SELECT who FROM events"), "J\xef\xbf\xbdrg");
}

static void adds_to_a_minute_that_is_there(void **state)
{
	const struct history_file *file = *state;
	struct dm_history_store *store = open_store(file);
	struct dm_history_minute more = a_minute;

	more.count = 1;
	more.sum = more.min = more.max = 40;
	assert_int_equal(dm_history_store_begin(store), 0);
	assert_int_equal(dm_history_store_put_minute(store, &a_minute), 0);
	assert_int_equal(dm_history_store_put_minute(store, &more), 0);
	assert_int_equal(dm_history_store_commit(store), 0);
	dm_history_store_close(store);
	assert_string_equal(history_file_text(file,
					      "SELECT printf('%d %g %g %g %s', count, sum, min,"
					      " max, p50 IS NULL) FROM minutes"),
			    "3 70 10 40 1");
}

static void prunes_in_steps(void **state)
{
	const struct history_file *file = *state;
	struct dm_history_store *store = open_store(file);
	struct dm_history_event event = an_event;
	int deleted;

	assert_int_equal(dm_history_store_begin(store), 0);
	for (event.at = 0; event.at < 100; event.at++)
		assert_int_equal(dm_history_store_put_event(store, &event), 0);
	assert_int_equal(dm_history_store_put_minute(store, &a_minute), 0);
	assert_int_equal(dm_history_store_commit(store), 0);
	assert_int_equal(dm_history_store_prune(store, 50, 0, 30, &deleted), 0);
	assert_int_equal(deleted, 30);
	assert_int_equal(history_file_number(file, "SELECT MIN(at) FROM events"), 30);
	assert_int_equal(dm_history_store_prune(store, 50, a_minute.at + 1, 30, &deleted), 0);
	assert_int_equal(deleted, 21);
	assert_int_equal(dm_history_store_prune(store, 50, a_minute.at + 1, 30, &deleted), 0);
	assert_int_equal(deleted, 0);
	dm_history_store_close(store);
	assert_int_equal(history_file_number(file, "SELECT MIN(at) FROM events"), 50);
	assert_int_equal(history_file_number(file, "SELECT COUNT(*) FROM minutes"), 0);
}

/* --- schema --- */

static void make_schema_1(const struct history_file *file)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(file->path, &db), SQLITE_OK);
	assert_int_equal(dm_history_schema_migrate(db, 1), SQLITE_OK);
	sqlite3_close(db);
	history_file_run(file,
			 "INSERT INTO events VALUES (1, 7, 'join', 'hall', 'fr', 'p-1', NULL);"
			 "INSERT INTO minutes VALUES (0, 'hall', 'fr', 'listeners', 2, 9, 4, 5)");
}

static void migrates_from_schema_1_with_its_data(void **state)
{
	const struct history_file *file = *state;

	make_schema_1(file);
	assert_int_equal(history_file_number(file, "PRAGMA user_version"), 1);

	struct dm_history_store *store = open_store(file);

	assert_int_equal(dm_history_store_begin(store), 0);
	assert_int_equal(dm_history_store_put_minute(store, &a_minute), 0);
	assert_int_equal(dm_history_store_commit(store), 0);
	dm_history_store_close(store);
	assert_int_equal(history_file_number(file, "PRAGMA user_version"), DM_HISTORY_SCHEMA);
	assert_string_equal(history_file_text(file, "SELECT kind || at || who FROM events"),
			    "join7p-1");
	assert_string_equal(history_file_text(file, "SELECT group_concat(printf('%g:%s', sum, p95))"
						    " FROM minutes"),
			    "9:,30:20.0");
	assert_string_equal(history_file_text(file, "PRAGMA integrity_check"), "ok");
}

/* A migration that fails midway (a table of its name is there) changes nothing. */
static void migrates_wholly_or_not(void **state)
{
	const struct history_file *file = *state;
	struct dm_history_store *store;

	make_schema_1(file);
	history_file_run(file, "CREATE TABLE events_room_at (x)");
	assert_int_equal(dm_history_store_open(&store, file->path, NULL), -EIO);
	assert_null(store);
	assert_int_equal(history_file_number(file, "PRAGMA user_version"), 1);
	assert_int_equal(history_file_number(file, "SELECT COUNT(*) FROM"
						   " pragma_table_info('minutes')"),
			 8);
}

static void leaves_a_newer_file_alone(void **state)
{
	const struct history_file *file = *state;
	struct dm_history_store *store;

	dm_history_store_close(open_store(file));
	history_file_run(file, "PRAGMA user_version = 99");
	assert_int_equal(dm_history_store_open(&store, file->path, NULL), -EPROTO);
	assert_null(store);
	assert_int_equal(history_file_number(file, "PRAGMA user_version"), 99);
}

static void tells_a_damaged_file(void **state)
{
	const struct history_file *file = *state;
	struct dm_history_store *store;
	char text[4096];

	memset(text, 'x', sizeof(text));
	assert_true(g_file_set_contents(file->path, text, sizeof(text), NULL));
	assert_int_equal(dm_history_store_open(&store, file->path, NULL), -EBADMSG);
	assert_int_equal(dm_history_store_open(&store, "/nowhere/at/all.db", NULL), -EIO);
}

/* --- disk --- */

static void tells_a_full_disk_from_a_broken_one(void **state)
{
	const struct history_file *file = *state;
	const struct {
		enum test_disk disk;
		int error;
	} cases[] = { { TEST_DISK_FULL, -ENOSPC }, { TEST_DISK_BROKEN, -EIO } };

	for (size_t n = 0; n < 2; n++) {
		struct dm_history_store *store;

		test_disk_set(TEST_DISK_FINE);
		assert_int_equal(dm_history_store_open(&store, file->path, TEST_DISK_VFS), 0);
		test_disk_set(cases[n].disk);
		assert_int_equal(dm_history_store_begin(store), 0);
		assert_int_equal(dm_history_store_put_event(store, &an_event), 0);
		assert_int_equal(dm_history_store_commit(store), cases[n].error);
		dm_history_store_close(store);
	}
	test_disk_set(TEST_DISK_FINE);
	assert_string_equal(history_file_text(file, "PRAGMA integrity_check"), "ok");
	assert_int_equal(history_file_number(file, "SELECT COUNT(*) FROM events"), 0);
}

#define WITH_FILE(test) \
	cmocka_unit_test_setup_teardown(test, history_file_setup, history_file_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FILE(keeps_a_batch_or_nothing_of_it),
		WITH_FILE(is_for_its_owner_alone),
		WITH_FILE(refuses_a_bad_row_alone),
		WITH_FILE(repairs_what_is_no_utf8),
		WITH_FILE(adds_to_a_minute_that_is_there),
		WITH_FILE(prunes_in_steps),
		WITH_FILE(migrates_from_schema_1_with_its_data),
		WITH_FILE(migrates_wholly_or_not),
		WITH_FILE(leaves_a_newer_file_alone),
		WITH_FILE(tells_a_damaged_file),
		WITH_FILE(tells_a_full_disk_from_a_broken_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
