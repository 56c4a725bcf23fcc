#include "history_file.h"
#include "monitor/history_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define MINUTE ((dm_wall_usec)60 * 1000000)
#define DAY    (24 * 60 * MINUTE)
#define START  (20000 * DAY) /* the wall clock at the start: October 2024 */

struct room {
	struct history_file file;
	struct dm_history_writer writer;
};

static struct dm_history_options options_of(const struct room *room)
{
	return (struct dm_history_options){ .path = room->file.path,
					    .event = "wsis",
					    .keep_events_days = 30,
					    .keep_minutes_days = 60,
					    .vfs = TEST_DISK_VFS };
}

static int setup(void **state)
{
	struct room *room = calloc(1, sizeof(*room));

	assert_non_null(room);
	history_file_init(&room->file);
	test_disk_set(TEST_DISK_FINE);

	const struct dm_history_options options = options_of(room);

	assert_int_equal(dm_history_writer_init(&room->writer, &options), 0);
	*state = room;
	return 0;
}

static int teardown(void **state)
{
	struct room *room = *state;

	dm_history_writer_finish(&room->writer);
	history_file_finish(&room->file);
	free(room);
	return 0;
}

static bool push_event(struct room *room, dm_wall_usec at, const char *who, const char *detail)
{
	struct dm_history_event event = { .at = at, .kind = "join", .room = "hall" };

	snprintf(event.who, sizeof(event.who), "%s", who);
	snprintf(event.detail, sizeof(event.detail), "%s", detail);
	return dm_queue_push(room->writer.events, &event);
}

static bool push_sample(struct room *room, dm_wall_usec at, double value)
{
	struct dm_history_sample sample = {
		.at = at, .value = value, .room = "hall", .channel = "fr", .figure = "loss"
	};

	return dm_queue_push(room->writer.samples, &sample);
}

static int64_t events_in(const struct room *room)
{
	return history_file_number(&room->file, "SELECT COUNT(*) FROM events");
}

static void writes_events_and_minutes(void **state)
{
	struct room *room = *state;

	assert_int_equal(room->writer.state, DM_HISTORY_STARTING);
	push_event(room, START, "Ana", "");
	push_sample(room, START, 1);
	push_sample(room, START + 1, 3);
	assert_false(dm_history_writer_turn(&room->writer, 0, START));
	assert_int_equal(room->writer.state, DM_HISTORY_RUNNING);
	assert_int_equal(events_in(room), 1);
	assert_int_equal(history_file_number(&room->file, "SELECT COUNT(*) FROM minutes"), 0);

	/* Five seconds after its end, the minute is written. */
	dm_history_writer_turn(&room->writer, DM_SEC(64), START + MINUTE + 4000000);
	assert_int_equal(history_file_number(&room->file, "SELECT COUNT(*) FROM minutes"), 0);
	dm_history_writer_turn(&room->writer, DM_SEC(65), START + MINUTE + 5000000);
	assert_string_equal(
		history_file_text(&room->file, "SELECT count || '/' || sum FROM minutes"), "2/4.0");

	/* The last turn waits for no minute's end. */
	push_sample(room, START + MINUTE, 7);
	dm_history_writer_flush(&room->writer, DM_SEC(66));
	assert_int_equal(history_file_number(&room->file, "SELECT COUNT(*) FROM minutes"), 2);
	assert_int_equal(dm_metric_get(&room->writer.minute_count), 2);
}

static void writes_batches(void **state)
{
	struct room *room = *state;
	int turns = 1;

	for (int n = 0; n < 1024; n++)
		assert_true(push_event(room, START, "", ""));
	assert_false(push_event(room, START, "", "")); /* full */
	while (dm_history_writer_turn(&room->writer, 0, START))
		turns++;
	assert_int_equal(turns, 3);
	assert_int_equal(events_in(room), 1024);
	assert_int_equal(dm_metric_get(&room->writer.event_count), 1024);
}

static void writes_no_name(void **state)
{
	struct room *room = *state;

	push_event(room, START, "Ana", "");
	push_event(room, START, "Ana", "");
	push_event(room, START, "Bo", "");
	push_event(room, START, "", "");
	dm_history_writer_turn(&room->writer, 0, START);
	assert_int_equal(history_file_number(&room->file, "SELECT COUNT(DISTINCT who) FROM events"),
			 3);
	assert_int_equal(history_file_number(&room->file,
					     "SELECT COUNT(*) FROM events"
					     " WHERE who GLOB 'p-*' AND length(who) = 18"),
			 3);
	assert_int_equal(
		history_file_number(&room->file, "SELECT COUNT(*) FROM events WHERE who = ''"), 1);
}

static void writes_names_where_it_may(void **state)
{
	struct room *room = *state;

	room->writer.options.keep_names = true;
	push_event(room, START, "Ana", "");
	dm_history_writer_turn(&room->writer, 0, START);
	assert_string_equal(history_file_text(&room->file, "SELECT who FROM events"), "Ana");
	assert_int_equal(access(room->file.key_path, F_OK), -1);
}

static void counts_what_is_no_json(void **state)
{
	struct room *room = *state;

	push_event(room, START, "", "{oops");
	push_event(room, START, "", "{\"a\":[1]}");
	dm_history_writer_turn(&room->writer, 0, START);
	assert_int_equal(room->writer.state, DM_HISTORY_RUNNING);
	assert_int_equal(dm_metric_get(&room->writer.rejected), 1);
	assert_int_equal(dm_metric_get(&room->writer.event_count), 1);
	assert_int_equal(events_in(room), 1);
}

/* --- a disk that fails --- */

static void waits_for_a_disk_with_room(void **state)
{
	struct room *room = *state;
	struct dm_history_writer *writer = &room->writer;
	int taken = 0;

	push_event(room, START, "", "");
	dm_history_writer_turn(writer, 0, START);
	test_disk_set(TEST_DISK_FULL);
	push_event(room, START, "", "");
	push_sample(room, START, 1);
	assert_false(dm_history_writer_turn(writer, DM_SEC(1), START));
	assert_int_equal(writer->state, DM_HISTORY_STOPPED_FULL);
	assert_string_equal(dm_history_state_name(DM_HISTORY_STOPPED_FULL), "stopped: disk full");
	assert_int_equal(dm_metric_get(&writer->stopped), 1);

	/* Who records goes on; what does not fit is refused. */
	for (int n = 0; n < 2000; n++)
		taken += push_event(room, START, "", "");
	assert_int_equal(taken, 1024);
	assert_false(dm_history_writer_turn(writer, DM_SEC(61), START)); /* in vain */
	assert_int_equal(writer->state, DM_HISTORY_STOPPED_FULL);

	/* Room again: not tried before the minute is over, and nothing that was held is lost. */
	test_disk_set(TEST_DISK_FINE);
	assert_false(dm_history_writer_turn(writer, DM_SEC(120), START));
	assert_int_equal(writer->state, DM_HISTORY_STOPPED_FULL);
	while (dm_history_writer_turn(writer, DM_SEC(121), START + 2 * MINUTE))
		;
	assert_int_equal(writer->state, DM_HISTORY_RUNNING);
	assert_int_equal(dm_metric_get(&writer->stopped), 0);
	assert_int_equal(events_in(room), 1026);
	assert_int_equal(history_file_number(&room->file, "SELECT COUNT(*) FROM minutes"), 1);
	assert_string_equal(history_file_text(&room->file, "PRAGMA integrity_check"), "ok");
}

static void starts_on_a_full_disk(void **state)
{
	struct room *room = *state;

	test_disk_set(TEST_DISK_FULL);
	push_event(room, START, "", "");
	dm_history_writer_turn(&room->writer, 0, START);
	assert_int_equal(room->writer.state, DM_HISTORY_STOPPED_FULL);
	test_disk_set(TEST_DISK_FINE);
	dm_history_writer_turn(&room->writer, DM_SEC(60), START);
	assert_int_equal(room->writer.state, DM_HISTORY_RUNNING);
	assert_int_equal(events_in(room), 1);
}

static void tells_why_it_stopped(void **state)
{
	struct room *room = *state;
	const struct {
		const char *sql;
		enum dm_history_state state;
	} cases[] = { { "PRAGMA user_version = 99", DM_HISTORY_STOPPED_NEWER },
		      { "PRAGMA user_version = 2; DROP TABLE events", DM_HISTORY_STOPPED_ERROR } };

	dm_history_writer_turn(&room->writer, 0, START);
	for (size_t n = 0; n < 2; n++) {
		dm_history_writer_finish(&room->writer);
		history_file_run(&room->file, cases[n].sql);

		const struct dm_history_options options = options_of(room);

		assert_int_equal(dm_history_writer_init(&room->writer, &options), 0);
		dm_history_writer_turn(&room->writer, 0, START);
		assert_int_equal(room->writer.state, cases[n].state);
	}
	dm_history_writer_finish(&room->writer);
	assert_true(g_file_set_contents(room->file.key_path, "short", -1, NULL));

	const struct dm_history_options options = options_of(room);

	assert_int_equal(dm_history_writer_init(&room->writer, &options), 0);
	dm_history_writer_turn(&room->writer, 0, START);
	assert_int_equal(room->writer.state, DM_HISTORY_STOPPED_DAMAGED);
}

/* --- retention --- */

static void forgets_in_small_steps(void **state)
{
	struct room *room = *state;
	dm_usec now = 0;

	for (int n = 0; n < 1000; n++)
		push_event(room, START - 31 * DAY, "", "");
	push_event(room, START - 29 * DAY, "", "");
	push_sample(room, START - 61 * DAY, 1);
	push_sample(room, START - 59 * DAY, 1);
	room->writer.prune_at = DM_SEC(10);
	while (dm_history_writer_turn(&room->writer, now, START))
		;
	assert_int_equal(events_in(room), 1001);
	dm_history_writer_turn(&room->writer, DM_SEC(10), START);
	assert_int_equal(events_in(room), 501);
	assert_int_equal(history_file_number(&room->file, "SELECT COUNT(*) FROM minutes"), 1);
	dm_history_writer_turn(&room->writer, DM_SEC(10) + 1, START); /* one step a second */
	assert_int_equal(events_in(room), 501);
	dm_history_writer_turn(&room->writer, DM_SEC(11), START);
	dm_history_writer_turn(&room->writer, DM_SEC(12), START);
	assert_int_equal(events_in(room), 1);

	/* Then each hour. */
	push_event(room, START - 31 * DAY, "", "");
	dm_history_writer_turn(&room->writer, DM_SEC(3600), START);
	assert_int_equal(events_in(room), 2);
	dm_history_writer_turn(&room->writer, DM_SEC(3612), START);
	assert_int_equal(events_in(room), 1);
}

/* --- kill -9 --- */

#define ROWS_A_TURN 100

/* Writes batches of numbered events for ever, and tells each that was committed. */
static void write_until_killed(struct room *room, int64_t next, int told)
{
	for (;;) {
		for (int n = 0; n < ROWS_A_TURN; n++)
			push_event(room, next++, "Ana", "{\"language\":\"fr\"}");
		dm_history_writer_turn(&room->writer, 0, START);
		if (write(told, &next, sizeof(next)) != sizeof(next))
			_exit(1);
	}
}

/* Kills a writer after `batches` batches, somewhere in the next ones. Returns how many events it
 * told before it died. */
static int64_t kill_one(struct room *room, int64_t next, int batches, unsigned spin)
{
	int ends[2], status;
	int64_t told = next, last = next;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);

	const pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		write_until_killed(room, next, ends[1]);
	close(ends[1]);
	for (int n = 0; n < batches; n++)
		assert_int_equal(read(ends[0], &last, sizeof(last)), sizeof(last));
	for (volatile unsigned n = 0; n < spin; n++)
		; /* into the middle of a batch */
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	do {
		told = last;
	} while (read(ends[0], &last, sizeof(last)) == sizeof(last));
	close(ends[0]);
	return told;
}

static void survives_kill_9(void **state)
{
	struct room *room = *state;
	const unsigned seed = (unsigned)time(NULL);
	unsigned random = seed;
	int64_t next = 0;

	print_message("seed %u\n", seed);
	room->writer.options.keep_events_days = 36500;
	for (int round = 0; round < 20; round++) {
		const int64_t told = kill_one(room, next, 1 + rand_r(&random) % 6,
					      (unsigned)rand_r(&random) % 2000000);

		assert_string_equal(history_file_text(&room->file, "PRAGMA integrity_check"), "ok");

		const int64_t has = events_in(room);

		/* Whole batches; at most the one that was not told yet is there or missing. */
		assert_true(has == told || has == told + ROWS_A_TURN);
		assert_int_equal(history_file_number(&room->file, "SELECT MAX(at) + 1 FROM events"),
				 has);
		next = has;
	}
}

#define WITH_ROOM(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROOM(writes_events_and_minutes),
		WITH_ROOM(writes_batches),
		WITH_ROOM(writes_no_name),
		WITH_ROOM(writes_names_where_it_may),
		WITH_ROOM(counts_what_is_no_json),
		WITH_ROOM(waits_for_a_disk_with_room),
		WITH_ROOM(starts_on_a_full_disk),
		WITH_ROOM(tells_why_it_stopped),
		WITH_ROOM(forgets_in_small_steps),
		WITH_ROOM(survives_kill_9),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
