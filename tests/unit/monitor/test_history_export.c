#include "history_file.h"
#include "monitor/history_export.h"
#include "monitor/history_store.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define HOUR ((dm_wall_usec)3600 * 1000000)

static const struct dm_history_filter everything = { .from = INT64_MIN,
						     .until = INT64_MAX,
						     .limit = 1000 };

static const struct dm_history_event events[] = {
	{ .at = 0, .kind = "join", .room = "hall", .channel = "fr", .who = "=1+1" },
	{ .at = HOUR, .kind = "join", .room = "b", .who = "a \"b\",\nc", .detail = "{\"n\":[1]}" },
	{ .at = 2 * HOUR + 1,
	  .kind = "leave",
	  .room = "hall",
	  .who = "\xef\xbc\x9d"
		 "1" },
	{ .at = -1, .kind = "boot", .room = "hall", .who = "@x", .detail = "-2" },
};

static const struct dm_history_minute minutes[] = {
	{ .at = 0,
	  .room = "hall",
	  .channel = "fr",
	  .figure = "loss",
	  .count = 3,
	  .sum = 0.5,
	  .min = -0.25,
	  .max = 0.75,
	  .has_percentiles = true,
	  .p50 = 0,
	  .p95 = 0.75 },
	{ .at = HOUR, .room = "b", .figure = "loss", .count = 1, .sum = 1, .min = 1, .max = 1 },
};

static struct dm_history_reader *fill(const struct history_file *file)
{
	struct dm_history_store *store;
	struct dm_history_reader *reader;

	assert_int_equal(dm_history_store_open(&store, file->path, NULL), 0);
	assert_int_equal(dm_history_store_begin(store), 0);
	for (size_t n = 0; n < 4; n++)
		assert_int_equal(dm_history_store_put_event(store, &events[n]), 0);
	for (size_t n = 0; n < 2; n++)
		assert_int_equal(dm_history_store_put_minute(store, &minutes[n]), 0);
	assert_int_equal(dm_history_store_commit(store), 0);
	dm_history_store_close(store);
	assert_int_equal(dm_history_reader_open(&reader, file->path), 0);
	return reader;
}

static void check_export(struct dm_history_reader *reader, bool of_events,
			 enum dm_history_format format, const char *expected, int64_t rows)
{
	char *text;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_int_equal(of_events ? dm_history_export_events(reader, &everything, format, stream)
				   : dm_history_export_minutes(reader, &everything, format, stream),
			 rows);
	fclose(stream);
	assert_string_equal(text, expected);
	free(text);
}

static void writes_csv(void **state)
{
	struct dm_history_reader *reader = fill(*state);

	check_export(reader, true, DM_HISTORY_CSV,
		     "at,kind,room,channel,who,detail\r\n"
		     "1969-12-31T23:59:59.999999Z,\"boot\",\"hall\",\"\",\"'@x\",\"'-2\"\r\n"
		     "1970-01-01T00:00:00.000000Z,\"join\",\"hall\",\"fr\",\"'=1+1\",\"\"\r\n"
		     "1970-01-01T01:00:00.000000Z,\"join\",\"b\",\"\",\"a \"\"b\"\",\nc\","
		     "\"{\"\"n\"\":[1]}\"\r\n"
		     "1970-01-01T02:00:00.000001Z,\"leave\",\"hall\",\"\",\"'\xef\xbc\x9d"
		     "1\",\"\"\r\n",
		     4);
	check_export(
		reader, false, DM_HISTORY_CSV,
		"at,room,channel,figure,count,sum,min,max,p50,p95\r\n"
		"1970-01-01T00:00:00.000000Z,\"hall\",\"fr\",\"loss\",3,0.5,-0.25,0.75,0,0.75\r\n"
		"1970-01-01T01:00:00.000000Z,\"b\",\"\",\"loss\",1,1,1,1,,\r\n",
		2);
	dm_history_reader_close(reader);
}

static void writes_json_lines(void **state)
{
	struct dm_history_reader *reader = fill(*state);

	check_export(reader, true, DM_HISTORY_JSON_LINES,
		     "{\"at\":\"1969-12-31T23:59:59.999999Z\",\"kind\":\"boot\",\"room\":\"hall\","
		     "\"channel\":\"\",\"who\":\"@x\",\"detail\":-2}\n"
		     "{\"at\":\"1970-01-01T00:00:00.000000Z\",\"kind\":\"join\",\"room\":\"hall\","
		     "\"channel\":\"fr\",\"who\":\"=1+1\",\"detail\":null}\n"
		     "{\"at\":\"1970-01-01T01:00:00.000000Z\",\"kind\":\"join\",\"room\":\"b\","
		     "\"channel\":\"\",\"who\":\"a \\\"b\\\",\\nc\",\"detail\":{\"n\":[1]}}\n"
		     "{\"at\":\"1970-01-01T02:00:00.000001Z\",\"kind\":\"leave\",\"room\":\"hall\","
		     "\"channel\":\"\",\"who\":\"\xef\xbc\x9d"
		     "1\",\"detail\":null}\n",
		     4);
	check_export(reader, false, DM_HISTORY_JSON_LINES,
		     "{\"at\":\"1970-01-01T00:00:00.000000Z\",\"room\":\"hall\",\"channel\":\"fr\","
		     "\"figure\":\"loss\",\"count\":3,\"sum\":0.5,\"min\":-0.25,\"max\":0.75,"
		     "\"p50\":0.0,\"p95\":0.75}\n"
		     "{\"at\":\"1970-01-01T01:00:00.000000Z\",\"room\":\"b\",\"channel\":\"\","
		     "\"figure\":\"loss\",\"count\":1,\"sum\":1.0,\"min\":1.0,\"max\":1.0}\n",
		     2);
	dm_history_reader_close(reader);
}

static bool ignore_event(void *context, const struct dm_history_event *event)
{
	(void)event;
	return --*(int *)context > 0;
}

static int64_t count(struct dm_history_reader *reader, struct dm_history_filter filter)
{
	int most = 100;

	return dm_history_reader_events(reader, &filter, ignore_event, &most);
}

static void filters(void **state)
{
	struct dm_history_reader *reader = fill(*state);
	struct dm_history_filter filter = everything;
	int most = 2;

	assert_int_equal(count(reader, filter), 4);
	filter.room = "hall";
	assert_int_equal(count(reader, filter), 3);
	filter.name = "join";
	assert_int_equal(count(reader, filter), 1);
	filter.channel = "";
	assert_int_equal(count(reader, filter), 0);
	filter = (struct dm_history_filter){ .from = 0, .until = HOUR, .limit = 9 };
	assert_int_equal(count(reader, filter), 1);
	filter.until++;
	assert_int_equal(count(reader, filter), 2);
	filter.limit = 1;
	assert_int_equal(count(reader, filter), 1);
	filter.limit = 0;
	assert_int_equal(count(reader, filter), -EINVAL);
	assert_int_equal(dm_history_reader_events(reader, &everything, ignore_event, &most), 2);
	dm_history_reader_close(reader);
}

static void tells_a_stream_that_is_full(void **state)
{
	struct dm_history_reader *reader = fill(*state);
	FILE *full = fopen("/dev/full", "w");

	assert_non_null(full);
	assert_int_equal(dm_history_export_events(reader, &everything, DM_HISTORY_CSV, full),
			 -ENOSPC);
	fclose(full);
	dm_history_reader_close(reader);
}

static void tells_a_file_that_it_cannot_read(void **state)
{
	const struct history_file *file = *state;
	struct dm_history_reader *reader;

	assert_int_equal(dm_history_reader_open(&reader, file->path), -ENOENT);
	history_file_run(file, "PRAGMA user_version = 1");
	assert_int_equal(dm_history_reader_open(&reader, file->path), -EPROTO);
	assert_null(reader);
	dm_history_reader_close(NULL);
}

#define WITH_FILE(test) \
	cmocka_unit_test_setup_teardown(test, history_file_setup, history_file_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FILE(writes_csv),
		WITH_FILE(writes_json_lines),
		WITH_FILE(filters),
		WITH_FILE(tells_a_stream_that_is_full),
		WITH_FILE(tells_a_file_that_it_cannot_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
