#include "base/log.h"

#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char captured[8192];

/* Standard error goes into a pipe from begin to end. */
static int saved_stderr;
static int pipe_end;

static void capture_begin(void)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	saved_stderr = dup(STDERR_FILENO);
	pipe_end = ends[0];
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	close(ends[1]);
}

static const char *capture_end(void)
{
	const ssize_t bytes = read(pipe_end, captured, sizeof(captured) - 1);

	captured[bytes > 0 ? bytes : 0] = '\0';
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	close(pipe_end);
	return captured;
}

#define CAPTURE(...) (capture_begin(), dm_log(__VA_ARGS__), capture_end())

/* The line behind its time, which differs. */
static const char *after_time(const char *line)
{
	const char *space = strchr(line, ' ');

	assert_int_equal(strncmp(line, "time=20", 7), 0);
	assert_non_null(space);
	assert_int_equal(space - line, (int)strlen("time=2025-11-21T18:46:00.123456Z"));
	return space + 1;
}

static json_t *parse_json(const char *line)
{
	json_error_t error;
	const size_t bytes = strlen(line);

	assert_true(bytes > 0 && line[bytes - 1] == '\n');
	assert_ptr_equal(strchr(line, '\n'), line + bytes - 1);

	json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, &error);

	if (!object)
		print_error("%s in: %s\n", error.text, line);
	assert_non_null(object);
	return object;
}

static void writes_pairs(void **state)
{
	(void)state;
	const char *volatile nothing = NULL; /* hidden from the compiler's own check */

	dm_log_setup(DM_LOG_DEBUG, DM_LOG_KEY_VALUE);
	assert_string_equal(
		after_time(CAPTURE(DM_LOG_INFO, "worker.start",
				   "worker=%u peer=%s bytes=%" PRIu64 " loss=%.2f big=%zu id=%08x",
				   3U, "p-1", UINT64_MAX, 0.125, (size_t)7, 0xBEEFU)),
		"level=info event=worker.start worker=3 peer=p-1 bytes=18446744073709551615 loss=0.12 big=7 id=0000beef\n");
	assert_string_equal(after_time(CAPTURE(DM_LOG_ERROR, "x.y", " ")),
			    "level=error event=x.y\n");
	assert_string_equal(
		after_time(CAPTURE(DM_LOG_WARN, "x.y",
				   "a=%s:%u part=%.*s none=%s width=%*d rate=%d%% c=%c n=%ld",
				   "::1", 5004U, 2, "abcdef", nothing, 4, 7, 50, 'q', -3L)),
		"level=warn event=x.y a=::1:5004 part=ab none=(null) width=\"   7\" rate=50% c=q n=-3\n");
}

static void quotes_only_what_needs_it(void **state)
{
	(void)state;
	const struct {
		const char *value;
		const char *written;
	} cases[] = {
		{ "plain", "plain" },
		{ "", "\"\"" },
		{ "two words", "\"two words\"" },
		{ "say \"hi\"", "\"say \\\"hi\\\"\"" },
		{ "a=b", "\"a=b\"" },
		{ "back\\slash", "\"back\\\\slash\"" },
		{ "tab\there", "\"tab\\u0009here\"" },
		{ "\x1b[2J", "\"\\u001b[2J\"" },
		{ "قاعة", "\"قاعة\"" },
	};

	dm_log_setup(DM_LOG_INFO, DM_LOG_KEY_VALUE);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char expected[128];

		snprintf(expected, sizeof(expected), "level=info event=e v=%s after=1\n",
			 cases[i].written);
		assert_string_equal(
			after_time(CAPTURE(DM_LOG_INFO, "e", "v=%s after=%d", cases[i].value, 1)),
			expected);
	}
}

/* Whatever a peer puts into a name, it makes no second line and no second pair. */
static void cannot_be_injected_into(void **state)
{
	(void)state;
	const char *hostile = "x\n2025 level=error event=forged\r\nkey=\"v\" \xc2\x85 \xe2\x80\xa8 "
			      "\xe2\x80\xae \x7f \xff\xfe \xc0\x80 \xed\xa0\x80 %s%n";

	dm_log_setup(DM_LOG_INFO, DM_LOG_KEY_VALUE);

	const char *line = after_time(CAPTURE(DM_LOG_INFO, "e", "name=%s id=%d", hostile, 5));

	assert_string_equal(line, "level=info event=e "
				  "name=\"x\\u000a2025 level=error event=forged\\u000d\\u000akey="
				  "\\\"v\\\" \\u0085 \\u2028 \\u202e \\u007f \\ufffd\\ufffd "
				  "\\ufffd\\ufffd \\ufffd\\ufffd\\ufffd %s%n\" id=5\n");
}

static void writes_json(void **state)
{
	(void)state;
	dm_log_setup(DM_LOG_INFO, DM_LOG_JSON);

	json_t *object = parse_json(CAPTURE(DM_LOG_WARN, "peer.lost",
					    "peer=%s count=%d ratio=%.3f hex=%x text=%s neg=%lld",
					    "p \"1\"\n", 42, 0.5, 255U, "7", -9LL));

	assert_string_equal(json_string_value(json_object_get(object, "level")), "warn");
	assert_string_equal(json_string_value(json_object_get(object, "event")), "peer.lost");
	assert_string_equal(json_string_value(json_object_get(object, "peer")), "p \"1\"\n");
	assert_int_equal(json_integer_value(json_object_get(object, "count")), 42);
	assert_true(json_is_real(json_object_get(object, "ratio")));
	assert_string_equal(json_string_value(json_object_get(object, "hex")), "ff");
	assert_string_equal(json_string_value(json_object_get(object, "text")), "7");
	assert_int_equal(json_integer_value(json_object_get(object, "neg")), -9);
	json_decref(object);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525U + 1013904223U;
	return *seed >> 8;
}

static void json_is_valid_for_hostile_strings(void **state)
{
	(void)state;
	uint32_t seed = 20251121;

	print_message("seed %" PRIu32 "\n", seed);
	dm_log_setup(DM_LOG_INFO, DM_LOG_JSON);
	for (int round = 0; round < 2000; round++) {
		char value[1500];
		const size_t bytes = next_random(&seed) % sizeof(value);

		for (size_t i = 0; i < bytes; i++)
			value[i] = (char)(1 + next_random(&seed) % 255);
		value[bytes] = '\0';

		const char *line = CAPTURE(DM_LOG_INFO, "e", "id=%d v=%s w=%s", round, value,
					   value);

		assert_true(strlen(line) <= 1000);

		json_t *object = parse_json(line);

		assert_int_equal(json_integer_value(json_object_get(object, "id")), round);
		json_decref(object);
	}
}

static void cuts_long_lines_and_keeps_them_whole(void **state)
{
	(void)state;
	char words[3000];
	char word[3000];

	memset(word, 'w', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	for (size_t i = 0; i + 1 < sizeof(words); i++)
		words[i] = i % 2 ? ' ' : 'e';
	words[sizeof(words) - 1] = '\0';

	dm_log_setup(DM_LOG_INFO, DM_LOG_KEY_VALUE);

	const char *line = CAPTURE(DM_LOG_INFO, "e", "v=%s last=%d", words, 1);

	assert_true(strlen(line) <= 1000 && strlen(line) > 990);
	assert_string_equal(line + strlen(line) - 2, "\"\n");
	line = CAPTURE(DM_LOG_INFO, "e", "v=%s last=%d", word, 1);
	assert_true(strlen(line) <= 1000 && strlen(line) > 990);
	assert_non_null(strstr(line, " v=\"www"));
	assert_string_equal(line + strlen(line) - 2, "\"\n");
}

static void writes_nothing_below_the_least_level(void **state)
{
	(void)state;
	dm_log_setup(DM_LOG_WARN, DM_LOG_KEY_VALUE);
	assert_string_equal(CAPTURE(DM_LOG_INFO, "e", "a=%d", 1), "");
	assert_string_not_equal(CAPTURE(DM_LOG_WARN, "e", "a=%d", 1), "");
}

static void limit_allows_a_burst_then_one_each_interval(void **state)
{
	(void)state;
	struct dm_log_limit limit = { .burst = 3, .interval = DM_SEC(1) };
	const dm_usec start = DM_SEC(1000);
	uint64_t suppressed;

	for (int i = 0; i < 3; i++) {
		assert_true(dm_log_allow(&limit, start, &suppressed));
		assert_int_equal(suppressed, 0);
	}
	for (int i = 0; i < 10; i++)
		assert_false(dm_log_allow(&limit, start + DM_MSEC(500), &suppressed));
	assert_true(dm_log_allow(&limit, start + DM_SEC(1), &suppressed));
	assert_int_equal(suppressed, 10);
	assert_false(dm_log_allow(&limit, start + DM_MSEC(1999), &suppressed));
	assert_true(dm_log_allow(&limit, start + DM_SEC(2), &suppressed));
	assert_int_equal(suppressed, 1);

	/* A long rest brings the burst back, and no more than that. */
	for (int i = 0; i < 3; i++)
		assert_true(dm_log_allow(&limit, start + DM_SEC(100), &suppressed));
	assert_false(dm_log_allow(&limit, start + DM_SEC(100), &suppressed));
}

struct talker {
	struct dm_log_limit *limit;
	uint64_t allowed;
	uint64_t suppressed;
};

static void *talk(void *user)
{
	struct talker *talker = user;

	for (dm_usec now = 0; now < DM_SEC(20); now += DM_MSEC(1)) {
		uint64_t suppressed;

		if (dm_log_allow(talker->limit, DM_SEC(50) + now, &suppressed))
			talker->allowed++;
		talker->suppressed += suppressed;
	}
	return NULL;
}

/* However the threads race, what was allowed and what was held back add up to what was asked. */
static void limit_counts_over_threads(void **state)
{
	(void)state;
	struct dm_log_limit limit = { .burst = 5, .interval = DM_SEC(1) };
	struct talker talkers[3];
	pthread_t threads[3];
	uint64_t allowed = 0;
	uint64_t suppressed = 0;

	for (int i = 0; i < 3; i++) {
		talkers[i] = (struct talker){ .limit = &limit };
		assert_int_equal(pthread_create(&threads[i], NULL, talk, &talkers[i]), 0);
	}
	for (int i = 0; i < 3; i++) {
		pthread_join(threads[i], NULL);
		allowed += talkers[i].allowed;
		suppressed += talkers[i].suppressed;
	}
	suppressed += atomic_load(&limit.suppressed);
	assert_int_equal(allowed + suppressed, 3 * 20000);
	/* Twice the burst: the first refill may race with the first uses. */
	assert_in_range(allowed, 5, 2 * 5 + 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_pairs),
		cmocka_unit_test(quotes_only_what_needs_it),
		cmocka_unit_test(cannot_be_injected_into),
		cmocka_unit_test(writes_json),
		cmocka_unit_test(json_is_valid_for_hostile_strings),
		cmocka_unit_test(cuts_long_lines_and_keeps_them_whole),
		cmocka_unit_test(writes_nothing_below_the_least_level),
		cmocka_unit_test(limit_allows_a_burst_then_one_each_interval),
		cmocka_unit_test(limit_counts_over_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
