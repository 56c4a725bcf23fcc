/* A report on a made-up day with known answers; and how long one on a large day takes. */
#include "monitor/report.h"
#include "base/time.h"
#include "history_file.h"
#include "monitor/history_store.h"
#include "monitor/spread.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define START 1795334400LL /* 2026-11-22T08:00:00Z */
#define DAY   86400

static dm_wall_usec at(double seconds)
{
	return (START * 1000000) + (dm_wall_usec)(seconds * 1000000);
}

/* --- writing --- */

static struct dm_history_store *open_store(const struct history_file *file)
{
	struct dm_history_store *store;

	assert_int_equal(dm_history_store_open(&store, file->path, NULL), 0);
	assert_int_equal(dm_history_store_begin(store), 0);
	return store;
}

static void close_store(struct dm_history_store *store)
{
	assert_int_equal(dm_history_store_commit(store), 0);
	dm_history_store_close(store);
}

static void put_event(struct dm_history_store *store, double second, const char *kind,
		      const char *room, const char *place, const char *who, const char *detail)
{
	struct dm_history_event event = { .at = at(second) };

	snprintf(event.kind, sizeof(event.kind), "%s", kind);
	snprintf(event.room, sizeof(event.room), "%s", room);
	snprintf(event.channel, sizeof(event.channel), "%s", place);
	snprintf(event.who, sizeof(event.who), "%s", who);
	snprintf(event.detail, sizeof(event.detail), "%s", detail);
	assert_int_equal(dm_history_store_put_event(store, &event), 0);
}

/* Least, median, 95 % and most of so many observations; the mean is the median. */
static void put_minute(struct dm_history_store *store, int number, const char *room,
		       const char *channel, const char *figure, int count, const double values[4])
{
	struct dm_history_minute minute = {
		.at = at(60.0 * number),
		.count = count,
		.sum = values[1] * count,
		.min = values[0],
		.p50 = values[1],
		.p95 = values[2],
		.max = values[3],
		.has_percentiles = true,
	};

	snprintf(minute.room, sizeof(minute.room), "%s", room);
	snprintf(minute.channel, sizeof(minute.channel), "%s", channel);
	snprintf(minute.figure, sizeof(minute.figure), "%s", figure);
	assert_int_equal(dm_history_store_put_minute(store, &minute), 0);
}

static void put_value(struct dm_history_store *store, int number, const char *room,
		      const char *channel, const char *figure, double value)
{
	const double values[] = { value, value, value, value };

	put_minute(store, number, room, channel, figure, 60, values);
}

/* --- reading --- */

static json_t *report_on(const struct history_file *file, const struct dm_report_filter *filter)
{
	struct dm_history_reader *reader;
	char *text = NULL;

	assert_int_equal(dm_history_reader_open(&reader, file->path), 0);
	assert_int_equal(dm_report_make(reader, filter, &text), 0);

	json_t *report = json_loads(text, 0, NULL);

	assert_non_null(report);
	free(text);
	dm_history_reader_close(reader);
	return report;
}

static json_t *whole(const struct history_file *file)
{
	const struct dm_report_filter filter = {
		.from = INT64_MIN,
		.until = INT64_MAX,
		.event = "forum",
	};

	return report_on(file, &filter);
}

/* "rooms[0].channels[1].peak": a borrowed value. */
static json_t *get(json_t *value, const char *path)
{
	char *copy = strdup(path);
	char *rest = copy;

	for (char *step; (step = strsep(&rest, ".")) != NULL;) {
		char *bracket = strchr(step, '[');

		if (bracket)
			*bracket = '\0';
		value = *step ? json_object_get(value, step) : value;
		if (bracket)
			value = json_array_get(value, (size_t)atoi(bracket + 1));
		if (!value)
			fail_msg("no %s at %s", path, step);
	}
	free(copy);
	return value;
}

static void expect_number(json_t *report, const char *path, double wanted)
{
	const double value = json_number_value(get(report, path));

	if (!json_is_number(get(report, path)) || fabs(value - wanted) > 1e-9)
		fail_msg("%s is %g, expected %g", path, value, wanted);
}

static void expect_text(json_t *report, const char *path, const char *wanted)
{
	const char *text = json_string_value(get(report, path));

	if (!text || strcmp(text, wanted) != 0)
		fail_msg("%s is %s, expected %s", path, text, wanted);
}

static void expect_null(json_t *report, const char *path)
{
	if (!json_is_null(get(report, path)))
		fail_msg("%s is not null", path);
}

/* --- attendance and quality --- */

/* French: 10 listeners for twelve hours, then 30, at one moment 35; interpreted for six. */
static void put_day(struct dm_history_store *store)
{
	static const double peak[] = { 30, 30, 30, 35 };
	static const double loss[] = { 0, 0.01, 0.05, 0.1 };

	for (int m = 0; m < DAY / 60; m++) {
		if (m == 1000)
			put_minute(store, m, "plenary", "fr", "listeners", 60, peak);
		else
			put_value(store, m, "plenary", "fr", "listeners", m < 720 ? 10 : 30);
		put_value(store, m, "plenary", "fr", "served", m < 360);
		put_value(store, m, "plenary", "fr", "lufs", m % 10 == 9 ? -18 : -23.1);
		put_minute(store, m, "plenary", "fr", "loss", 60, loss);
		put_value(store, m, "plenary", "fr", "round_trip", m % 2 ? 0.02 : 0.3);
		put_value(store, m, "plenary", "floor", "listeners", 2);
		put_value(store, m, "plenary", "", "listeners", m < 720 ? 12 : 32);
		put_value(store, m, "", "", "cpu", 0.5);
		put_value(store, m, "room-a", "ar", "listeners", 0);
	}
}

static void test_attendance(void **state)
{
	const struct history_file *file = *state;
	struct dm_history_store *store = open_store(file);

	put_day(store);
	close_store(store);

	json_t *report = whole(file);

	expect_text(report, "event", "forum");
	expect_number(report, "from", START);
	expect_number(report, "until", START + DAY);
	assert_int_equal(json_array_size(get(report, "rooms")), 2);
	expect_text(report, "rooms[0].id", "plenary");
	expect_number(report, "rooms[0].peak", 32);
	expect_number(report, "rooms[0].hours_listened", 12 * 12 + 12 * 32);
	expect_text(report, "rooms[0].channels[0].lang", "floor");
	expect_text(report, "rooms[0].channels[1].lang", "fr");
	expect_number(report, "rooms[0].channels[1].peak", 35);
	expect_number(report, "rooms[0].channels[1].hours_listened", 480);
	expect_number(report, "rooms[0].channels[1].served_hours", 6);
	expect_number(report, "rooms[0].channels[1].listeners.step", 300);
	expect_number(report, "rooms[0].channels[1].listeners.start", START);
	assert_int_equal(json_array_size(get(report, "rooms[0].channels[1].listeners.points")),
			 288);
	expect_number(report, "rooms[0].channels[1].listeners.points[0]", 10);
	expect_number(report, "rooms[0].channels[1].listeners.points[143]", 10);
	expect_number(report, "rooms[0].channels[1].listeners.points[144]", 30);
	expect_number(report, "rooms[0].channels[1].listeners.points[287]", 30);
	expect_text(report, "rooms[1].id", "room-a");
	expect_number(report, "rooms[1].channels[0].hours_listened", 0);
	json_decref(report);
}

static void test_quality(void **state)
{
	const struct history_file *file = *state;
	struct dm_history_store *store = open_store(file);

	put_day(store);
	close_store(store);

	json_t *report = whole(file);

	/* A tenth of the minutes is at -18 LUFS; half of the round trips are 20 ms. */
	expect_number(report, "rooms[0].channels[1].lufs.p50", -23.1);
	expect_number(report, "rooms[0].channels[1].lufs.p95", -18);
	expect_number(report, "rooms[0].channels[1].loss.p50", 0.01);
	expect_number(report, "rooms[0].channels[1].loss.p95", 0.05);
	expect_number(report, "rooms[0].channels[1].round_trip_ms.p50", 20);
	expect_number(report, "rooms[0].channels[1].round_trip_ms.p95", 300);
	expect_null(report, "rooms[0].channels[0].lufs.p50"); /* nobody measured the floor */
	expect_null(report, "rooms[0].channels[0].round_trip_ms.p95");
	json_decref(report);
}

/* A part of the day, and one room; what was not measured is null. */
static void test_part(void **state)
{
	const struct history_file *file = *state;
	const struct dm_report_filter filter = {
		.from = at(6 * 3600),
		.until = at(8 * 3600),
		.room = "plenary",
	};
	struct dm_history_store *store = open_store(file);

	for (int m = 0; m < 24 * 60; m++) {
		if (m / 60 != 7) /* the relay was off from 7 to 8 */
			put_value(store, m, "plenary", "fr", "listeners", m / 60);
		put_value(store, m, "room-a", "fr", "listeners", 7);
	}
	put_event(store, 6.5 * 3600, "override", "plenary", "fr", "p-o", "{}");
	put_event(store, 6.5 * 3600, "override", "room-a", "fr", "p-o", "{}");
	close_store(store);

	json_t *report = report_on(file, &filter);

	expect_null(report, "event");
	expect_number(report, "from", START + 6 * 3600);
	expect_number(report, "until", START + 8 * 3600);
	assert_int_equal(json_array_size(get(report, "rooms")), 1);
	expect_number(report, "rooms[0].channels[0].listeners.step", 60);
	assert_int_equal(json_array_size(get(report, "rooms[0].channels[0].listeners.points")),
			 120);
	expect_number(report, "rooms[0].channels[0].listeners.points[59]", 6);
	expect_null(report, "rooms[0].channels[0].listeners.points[60]");
	expect_number(report, "rooms[0].channels[0].hours_listened", 6);
	expect_number(report, "actions[0].count", 1);
	json_decref(report);
}

/* However long the span, the points fit a plot, and none is left over. */
static void test_long_spans(void **state)
{
	static const int days[] = { 1, 2, 7, 31, 400, 3650, 36500 };

	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		struct dm_history_store *store = open_store(*state);

		put_value(store, 0, "plenary", "fr", "listeners", 5);
		put_value(store, days[i] * 1440 - 1, "plenary", "fr", "listeners", 9);
		close_store(store);

		json_t *report = whole(*state);
		json_t *points = get(report, "rooms[0].channels[0].listeners.points");
		const size_t count = json_array_size(points);

		assert_in_range(count, 2, DM_REPORT_POINTS_MAX);
		assert_true(json_number_value(json_array_get(points, 0)) == 5);
		assert_true(json_number_value(json_array_get(points, count - 1)) == 9);
		expect_number(report, "rooms[0].channels[0].peak", 9);
		json_decref(report);
		history_file_run(*state, "DELETE FROM minutes");
	}
}

/* --- incidents --- */

#define ALARM(id, kind, severity, news) \
	"{\"id\":" #id ",\"kind\":\"" kind "\",\"severity\":\"" severity "\",\"news\":\"" news "\"}"

static void test_incidents(void **state)
{
	struct dm_history_store *store = open_store(*state);

	put_event(store, 0, "alarm", "plenary", "zh", "",
		  ALARM(4, "channel-silent", "warning", "cleared"));
	put_event(store, 10, "alarm", "plenary", "fr", "",
		  ALARM(17, "channel-silent", "warning", "raised"));
	put_event(store, 20, "alarm", "", "worker 0", "",
		  ALARM(18, "worker-drops", "warning", "raised"));
	put_event(store, 25, "alarm", "plenary", "fr", "",
		  ALARM(17, "channel-silent", "critical", "changed"));
	put_event(store, 30, "acknowledge", "plenary", "fr", "p-ana", "{\"alarm\":17}");
	put_event(store, 40.25, "alarm", "plenary", "fr", "",
		  ALARM(17, "channel-silent", "critical", "cleared"));
	put_event(store, 50, "alarm", "", "worker 0", "p-ben",
		  ALARM(18, "worker-drops", "warning", "changed"));
	/* The relay is started anew, and counts from one again. */
	put_event(store, 60, "start", "", "", "", "");
	put_event(store, 70, "alarm", "room-a", "floor", "",
		  ALARM(18, "source-lost", "critical", "raised"));
	put_event(store, 80, "alarm", "room-a", "floor", "",
		  ALARM(18, "source-lost", "critical", "cleared"));
	close_store(store);

	json_t *report = whole(*state);

	assert_int_equal(json_array_size(get(report, "incidents")), 4);
	expect_number(report, "incidents_left_out", 0);
	expect_text(report, "incidents[0].place", "zh"); /* stood when the history began */
	expect_null(report, "incidents[0].raised");
	expect_number(report, "incidents[0].cleared", START);
	expect_null(report, "incidents[0].seconds");
	expect_text(report, "incidents[1].kind", "channel-silent");
	expect_text(report, "incidents[1].severity", "critical");
	expect_text(report, "incidents[1].room", "plenary");
	expect_text(report, "incidents[1].place", "fr");
	expect_number(report, "incidents[1].raised", START + 10);
	expect_number(report, "incidents[1].cleared", START + 40.25);
	expect_number(report, "incidents[1].seconds", 30.25);
	expect_text(report, "incidents[1].acknowledged_by", "p-ana");
	expect_null(report, "incidents[2].room");
	expect_null(report, "incidents[2].cleared");
	expect_text(report, "incidents[2].acknowledged_by", "p-ben");
	expect_text(report, "incidents[3].kind", "source-lost");
	expect_number(report, "incidents[3].seconds", 10);
	expect_null(report, "incidents[3].acknowledged_by");
	json_decref(report);
}

static void test_too_many_incidents(void **state)
{
	struct dm_history_store *store = open_store(*state);
	char detail[128];

	for (int n = 0; n < DM_REPORT_INCIDENTS_MAX + 5; n++) {
		snprintf(detail, sizeof(detail),
			 "{\"id\":%d,\"kind\":\"k\",\"severity\":\"warning\",\"news\":\"raised\"}",
			 n);
		put_event(store, n, "alarm", "r", "p", "", detail);
	}
	close_store(store);

	json_t *report = whole(*state);

	assert_int_equal(json_array_size(get(report, "incidents")), DM_REPORT_INCIDENTS_MAX);
	expect_number(report, "incidents_left_out", 5);
	json_decref(report);
}

/* --- people --- */

#define MIC(state) "{\"state\":\"" state "\",\"output\":\"fr\"}"

static void put_people(struct dm_history_store *store)
{
	put_event(store, 0, "seated", "plenary", "fr", "p-ana", "");
	put_event(store, 100, "microphone", "plenary", "fr", "p-ana", MIC("on-air"));
	put_event(store, 400, "microphone", "plenary", "fr", "p-ana", MIC("muted")); /* a cough */
	put_event(store, 405, "microphone", "plenary", "fr", "p-ana", MIC("on-air"));
	put_event(store, 500, "seated", "plenary", "fr", "p-ben", "");
	put_event(store, 600, "microphone", "plenary", "fr", "p-ben", MIC("standby"));
	put_event(store, 700, "handover", "plenary", "fr", "p-ana", "{\"state\":\"done\"}");
	put_event(store, 700, "microphone", "plenary", "fr", "p-ben", MIC("on-air"));
	put_event(store, 700.5, "microphone", "plenary", "fr", "p-ana", MIC("off"));
	put_event(store, 900, "microphone", "plenary", "fr", "p-ana", MIC("on-air"));
	put_event(store, 1000, "left", "plenary", "fr", "p-ana", ""); /* with the lamp on */
	put_event(store, 1000, "seated", "room-a", "fr", "p-ana", "");
	put_event(store, 1100, "left", "room-a", "fr", "p-ana", "");
	/* The relay dies, and is back after five minutes; it was last seen at 1200. */
	put_value(store, 19, "plenary", "fr", "listeners", 1);
	put_event(store, 1500, "start", "", "", "", "");
	put_event(store, 1600, "seated", "plenary", "fr", "p-ben", "");
	put_event(store, 1700, "microphone", "plenary", "fr", "p-ben", MIC("on-air"));
	/* The history ends here, and he speaks on. */
	put_value(store, 31, "plenary", "fr", "listeners", 1);
}

static void test_interpreters(void **state)
{
	struct dm_history_store *store = open_store(*state);

	put_people(store);
	close_store(store);

	json_t *report = whole(*state);

	assert_int_equal(json_array_size(get(report, "interpreters")), 3);
	expect_text(report, "interpreters[0].who", "p-ana");
	expect_text(report, "interpreters[0].room", "plenary");
	expect_text(report, "interpreters[0].booth", "fr");
	expect_number(report, "interpreters[0].on_air_seconds", 600.5 + 100);
	expect_number(report, "interpreters[0].seated_seconds", 1000);
	expect_number(report, "interpreters[0].turns", 2);
	expect_text(report, "interpreters[1].who", "p-ben");
	expect_number(report, "interpreters[1].on_air_seconds", (1200 - 700) + (1920 - 1700));
	expect_number(report, "interpreters[1].seated_seconds", (1200 - 500) + (1920 - 1600));
	expect_number(report, "interpreters[1].turns", 2);
	expect_text(report, "interpreters[2].room", "room-a");
	expect_number(report, "interpreters[2].seated_seconds", 100);
	expect_number(report, "interpreters[2].on_air_seconds", 0);
	json_decref(report);
}

/* Of one room alone, when the relay was off included. */
static void test_interpreters_of_a_room(void **state)
{
	const struct dm_report_filter filter = {
		.from = INT64_MIN,
		.until = at(1800),
		.room = "plenary",
	};
	struct dm_history_store *store = open_store(*state);

	put_people(store);
	close_store(store);

	json_t *report = report_on(*state, &filter);

	assert_int_equal(json_array_size(get(report, "interpreters")), 2);
	expect_number(report, "interpreters[1].on_air_seconds", 500 + 0);
	json_decref(report);
}

static void test_actions(void **state)
{
	struct dm_history_store *store = open_store(*state);

	for (int n = 0; n < 3; n++)
		put_event(store, n, "handover", "plenary", "fr", "p-a", "");
	for (int n = 0; n < 4; n++)
		put_event(store, n, "override", "plenary", "fr", "p-o", "");
	put_event(store, 5, "mint", "", "", "p-o", "{\"role\":\"delegate\"}");
	put_event(store, 6, "programme", "plenary", "fr", "", "{\"carries\":\"voice\"}");
	close_store(store);

	json_t *report = whole(*state);

	assert_int_equal(json_array_size(get(report, "actions")), 3);
	expect_text(report, "actions[0].kind", "override");
	expect_number(report, "actions[0].count", 4);
	expect_text(report, "actions[1].kind", "handover");
	expect_text(report, "actions[2].kind", "mint");
	json_decref(report);
}

/* --- what is odd --- */

static void test_empty(void **state)
{
	close_store(open_store(*state));

	json_t *report = whole(*state);

	assert_int_equal(json_array_size(get(report, "rooms")), 0);
	assert_int_equal(json_array_size(get(report, "incidents")), 0);
	assert_int_equal(json_array_size(get(report, "interpreters")), 0);
	assert_int_equal(json_array_size(get(report, "actions")), 0);
	json_decref(report);
}

/* Somebody else wrote into the file. */
static void test_strange_rows(void **state)
{
	static const char *const details[] = {
		"[]",
		"1",
		"\"x\"",
		"null",
		"{}",
		"{\"id\":\"a\",\"news\":\"raised\",\"kind\":7}",
		"{\"id\":-1,\"news\":\"cleared\",\"kind\":\"k\"}",
		"{\"state\":{}}",
		"{\"news\":1,\"kind\":[],\"id\":1e300}",
	};
	struct dm_history_store *store = open_store(*state);

	for (size_t n = 0; n < sizeof(details) / sizeof(details[0]); n++) {
		put_event(store, 10.0 - (double)n, "alarm", "r", "p", "w", details[n]);
		put_event(store, (double)n, "microphone", "r", "p", "w", details[n]);
		put_event(store, (double)n, "acknowledge", "r", "p", "w", details[n]);
		put_event(store, (double)n, "left", "r", "p", "w", details[n]);
	}
	put_value(store, -30000000, "r", "c", "listeners", 1e300);
	put_value(store, 0, "r", "c", "listeners", -1e300);
	put_value(store, 0, "r", "c", "lufs", 1e300);
	put_value(store, 0, "r", "c", "loss", -1e300);
	close_store(store);

	json_t *report = whole(*state);

	expect_number(report, "rooms[0].channels[0].lufs.p50", 10); /* the edge of what is told */
	expect_number(report, "rooms[0].channels[0].loss.p95", 0);
	json_decref(report);
}

/* --- the spread --- */

static void test_spread(void **state)
{
	struct dm_spread spread = { .least = 0, .width = 1, .bins = 101 };
	const struct dm_history_minute even = {
		.count = 60,
		.sum = 3000,
		.min = 0,
		.p50 = 50,
		.p95 = 95,
		.max = 100,
		.has_percentiles = true,
	};
	const struct dm_history_minute unknown = { .count = 60, .sum = 3000, .min = 0, .max = 100 };
	const struct dm_history_minute none = { .count = 0 };

	(void)state;
	assert_true(isnan(dm_spread_at(&spread, 0.5)));
	dm_spread_add(&spread, &none, 1);
	assert_true(isnan(dm_spread_at(&spread, 0.5)));
	dm_spread_add(&spread, &even, 1);
	for (int percent = 10; percent < 100; percent += 10) {
		const double value = dm_spread_at(&spread, percent / 100.0);

		assert_true(fabs(value - percent) <= 3); /* a twentieth, and a half bin */
	}
	dm_spread_finish(&spread);
	dm_spread_add(&spread, &unknown, 1);
	assert_true(fabs(dm_spread_at(&spread, 0.5) - 50) <= 3);
	assert_true(fabs(dm_spread_at(&spread, 0.95) - 95) <= 3);
	dm_spread_finish(&spread);
}

/* --- how long it takes --- */

#define ROOMS    8
#define CHANNELS 7

static void put_large_day(struct dm_history_store *store)
{
	static const char *const langs[CHANNELS] = { "ar", "en", "es", "floor", "fr", "ru", "zh" };
	static const char *const figures[] = { "listeners", "loss", "lufs", "round_trip",
					       "served" };
	static const double values[] = { 0.001, 0.02, 0.2, 1.5 };

	for (int m = 0; m < DAY / 60; m++) {
		for (int r = 0; r < ROOMS; r++) {
			char room[24];

			snprintf(room, sizeof(room), "room-%d", r);
			put_value(store, m, room, "", "listeners", 100);
			put_value(store, m, room, "", "interpreters", 14);
			put_value(store, m, room, "", "frame_rate", 25);
			for (int c = 0; c < CHANNELS; c++) {
				for (size_t f = 0; f < sizeof(figures) / sizeof(figures[0]); f++)
					put_minute(store, m, room, langs[c], figures[f], 60,
						   values);
			}
		}
	}
	for (int n = 0; n < 20000; n++)
		put_event(store, n * 4, "microphone", "room-1", "fr", n % 2 ? "p-a" : "p-b",
			  n % 4 < 2 ? MIC("on-air") : MIC("off"));
}

/* 437,760 rows of minutes and 20,000 events; 0.4 s of work on the 2-core EPYC VM. The limit here is
 * for what hangs, on any machine and with any sanitizer. */
static void test_large_day(void **state)
{
	struct dm_history_store *store = open_store(*state);

	put_large_day(store);
	close_store(store);

	const dm_usec begun = dm_time_now();
	const clock_t worked = clock();
	json_t *report = whole(*state);
	const dm_usec spent = dm_time_now() - begun;

	print_message("a report on a day of %d rooms and %d channels: %.2f s, %.2f s of work\n",
		      ROOMS, CHANNELS, (double)spent / 1e6,
		      (double)(clock() - worked) / CLOCKS_PER_SEC);
	assert_int_equal(json_array_size(get(report, "rooms")), ROOMS);
	assert_int_equal(json_array_size(get(report, "rooms[7].channels")), CHANNELS);
	expect_number(report, "rooms[7].channels[0].loss.p95", 0.2);
	assert_true(spent < DM_SEC(30));
	json_decref(report);
}

#define FILE_TEST(f) cmocka_unit_test_setup_teardown(f, history_file_setup, history_file_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILE_TEST(test_attendance),   FILE_TEST(test_quality),
		FILE_TEST(test_part),         FILE_TEST(test_long_spans),
		FILE_TEST(test_incidents),    FILE_TEST(test_too_many_incidents),
		FILE_TEST(test_interpreters), FILE_TEST(test_interpreters_of_a_room),
		FILE_TEST(test_actions),      FILE_TEST(test_empty),
		FILE_TEST(test_strange_rows), cmocka_unit_test(test_spread),
		FILE_TEST(test_large_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
