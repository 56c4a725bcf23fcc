#include "history_file.h"
#include "monitor/history.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define THREADS 4
#define EACH    2000

static struct dm_history_options options_of(const struct history_file *file)
{
	return (struct dm_history_options){ .path = file->path,
					    .event = "wsis",
					    .keep_events_days = 36500,
					    .keep_minutes_days = 36500 };
}

static void keeps_what_was_recorded(void **state)
{
	const struct history_file *file = *state;
	const struct dm_history_options options = options_of(file);
	struct dm_history *history;

	assert_int_equal(dm_history_create(&history, &options), 0);
	assert_int_equal(dm_history_record(history, 1, "join", "hall", NULL, "Ana", NULL), 0);
	assert_int_equal(dm_history_sample(history, 1, "hall", "fr", "loss", 0.5), 0);
	dm_history_destroy(history);
	assert_int_equal(history_file_number(file, "SELECT COUNT(*) FROM events"), 1);
	assert_int_equal(history_file_number(file, "SELECT COUNT(*) FROM minutes"), 1);
	dm_history_destroy(NULL);
}

static void refuses_and_counts(void **state)
{
	const struct history_file *file = *state;
	const struct dm_history_options options = options_of(file);
	struct dm_history *history;
	char name[DM_HISTORY_NAME_SIZE + 1];

	memset(name, 'x', sizeof(name));
	name[DM_HISTORY_NAME_SIZE] = '\0';
	assert_int_equal(dm_history_create(&history, &options), 0);
	assert_int_equal(dm_history_record(history, 1, "", "hall", "", "", ""), -EINVAL);
	assert_int_equal(dm_history_record(history, 1, NULL, "hall", "", "", ""), -EINVAL);
	assert_int_equal(dm_history_record(history, 1, "join", name, "", "", ""), -EMSGSIZE);
	assert_int_equal(dm_history_sample(history, 1, "hall", "", "loss", (double)NAN), -EINVAL);
	assert_int_equal(dm_history_sample(history, 1, "hall", "", NULL, 1), -EINVAL);
	assert_int_equal(dm_history_sample(history, 1, "hall", name, "loss", 1), -EMSGSIZE);
	assert_int_equal(dm_history_count(history).dropped, 6);
	name[DM_HISTORY_NAME_SIZE - 1] = '\0';
	assert_int_equal(dm_history_record(history, 1, "join", name, "", "", ""), 0);
	dm_history_destroy(history);
}

static void refuses_wrong_options(void **state)
{
	const struct history_file *file = *state;
	struct dm_history_options options = options_of(file);
	struct dm_history *history;

	options.keep_events_days = 0;
	assert_int_equal(dm_history_create(&history, &options), -EINVAL);
	assert_null(history);
	options = options_of(file);
	options.event = NULL;
	assert_int_equal(dm_history_create(&history, &options), -EINVAL);
}

struct recorder {
	struct dm_history *history;
	int taken;
};

static void *record_many(void *argument)
{
	struct recorder *recorder = argument;

	for (int n = 0; n < EACH; n++) {
		recorder->taken += dm_history_record(recorder->history, n, "join", "hall", "fr",
						     "Ana", "{\"n\":1}") == 0;
		dm_history_sample(recorder->history, n, "hall", "fr", "loss", n);
	}
	return NULL;
}

/* Everything is either in the file or counted. */
static void loses_nothing_uncounted(void **state)
{
	const struct history_file *file = *state;
	struct dm_history_options options = options_of(file);
	struct recorder recorders[THREADS];
	pthread_t threads[THREADS];
	struct dm_history *history;
	struct dm_metrics *metrics;
	int64_t taken = 0;

	assert_int_equal(dm_metrics_create(&metrics), 0);
	options.metrics = metrics;
	assert_int_equal(dm_history_create(&history, &options), 0);
	for (int n = 0; n < THREADS; n++) {
		recorders[n] = (struct recorder){ .history = history };
		assert_int_equal(pthread_create(&threads[n], NULL, record_many, &recorders[n]), 0);
	}
	for (int n = 0; n < THREADS; n++) {
		pthread_join(threads[n], NULL);
		taken += recorders[n].taken;
	}
	assert_true(dm_history_count(history).dropped >= (uint64_t)(THREADS * EACH - taken));

	char *text = dm_metrics_render(metrics, NULL);

	assert_non_null(strstr(text, "dragoman_history_stopped 0\n"));
	assert_non_null(strstr(text, "dragoman_history_dropped_total{reason=\"refused\"}"));
	free(text);

	const uint64_t dropped = dm_history_count(history).dropped;

	dm_history_destroy(history);
	dm_metrics_destroy(metrics);
	assert_int_equal(history_file_number(file, "SELECT COUNT(*) FROM events"), taken);
	assert_int_equal(history_file_number(file, "SELECT SUM(count) FROM minutes"),
			 2 * THREADS * EACH - taken - (int64_t)dropped);
}

static void a_file_that_cannot_be_is_a_state(void **state)
{
	const struct history_file *file = *state;
	struct dm_history_options options = options_of(file);
	struct dm_history *history;

	options.path = "/nowhere/at/all.db";
	assert_int_equal(dm_history_create(&history, &options), 0);
	for (int n = 0; n < 1100; n++) /* more than fit */
		dm_history_record(history, n, "join", "hall", "", "", "");
	assert_true(dm_history_count(history).dropped >= 1100 - 1024);
	assert_true(dm_history_state(history) == DM_HISTORY_STARTING ||
		    dm_history_state(history) == DM_HISTORY_STOPPED_ERROR);
	dm_history_destroy(history);
}

#define WITH_FILE(test) \
	cmocka_unit_test_setup_teardown(test, history_file_setup, history_file_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FILE(keeps_what_was_recorded),
		WITH_FILE(refuses_and_counts),
		WITH_FILE(refuses_wrong_options),
		WITH_FILE(loses_nothing_uncounted),
		WITH_FILE(a_file_that_cannot_be_is_a_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
