#include "monitor/history_writer.h"
#include "base/log.h"

#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Powers of two. Choices: a storm of 1,000 joins and leaves between two turns; 8 rooms with 40
 * channels and booths, ten figures each, every second, for two seconds and a half. Apart from
 * one another, so that a flood of figures does not cost events. 1.4 MB and 1.7 MB. */
#define EVENT_QUEUE  1024
#define SAMPLE_QUEUE 8192

/* Rows of minutes that are held. Choice: two minutes of the 3,200 figures above; 10 MB at worst. */
#define MINUTES_MAX 8192

/* So long after its end a minute is written: what was observed in it has come. Choice. */
#define GRACE ((dm_wall_usec)5 * 1000000)

#define DAY ((dm_wall_usec)24 * 3600 * 1000000)

/* A full disk is not filled sooner by trying, and an organiser who made room need not wait. */
#define RETRY_EVERY DM_SEC(60)

/* What is too old is looked for so often, and removed in steps of so many rows of each table, so
 * that a step takes some milliseconds and records do not wait behind it. Choices. */
#define PRUNE_EVERY DM_SEC(3600)
#define PRUNE_PAUSE DM_SEC(1)
#define PRUNE_ROWS  500

/* --- life --- */

static bool is_day_count(int32_t days)
{
	return days >= 1 && days <= 36500;
}

int dm_history_writer_init(struct dm_history_writer *writer,
			   const struct dm_history_options *options)
{
	memset(writer, 0, sizeof(*writer));
	if (!options->path || !options->path[0] || !options->event ||
	    !is_day_count(options->keep_events_days) || !is_day_count(options->keep_minutes_days))
		return -EINVAL;
	writer->options = *options;
	writer->options.path = g_strdup(options->path);
	writer->options.event = g_strdup(options->event);
	writer->options.vfs = g_strdup(options->vfs);
	writer->key_path = g_strconcat(options->path, ".key", NULL);
	writer->batch = calloc(DM_HISTORY_BATCH, sizeof(*writer->batch));
	writer->rows = calloc(DM_HISTORY_BATCH, sizeof(*writer->rows));

	int error = writer->batch && writer->rows ? 0 : -ENOMEM;

	if (!error)
		error = dm_queue_create(&writer->events, EVENT_QUEUE,
					sizeof(struct dm_history_event));
	if (!error)
		error = dm_queue_create(&writer->samples, SAMPLE_QUEUE,
					sizeof(struct dm_history_sample));
	if (!error)
		error = dm_history_minutes_create(&writer->minutes, MINUTES_MAX);
	if (error)
		dm_history_writer_finish(writer);
	return error;
}

void dm_history_writer_finish(struct dm_history_writer *writer)
{
	dm_history_store_close(writer->store);
	dm_history_minutes_destroy(writer->minutes);
	dm_queue_destroy(writer->samples);
	dm_queue_destroy(writer->events);
	free(writer->rows);
	free(writer->batch);
	g_free(writer->key_path);
	g_free((char *)(uintptr_t)writer->options.path);
	g_free((char *)(uintptr_t)writer->options.event);
	g_free((char *)(uintptr_t)writer->options.vfs);
	explicit_bzero(writer->key, sizeof(writer->key));
	memset(writer, 0, sizeof(*writer));
}

/* --- stopping and going on --- */

static enum dm_history_state state_of(int error)
{
	switch (error) {
	case -ENOSPC:
	case -EDQUOT:
		return DM_HISTORY_STOPPED_FULL;
	case -EBUSY:
		return DM_HISTORY_STOPPED_LOCKED;
	case -EBADMSG:
		return DM_HISTORY_STOPPED_DAMAGED;
	case -EPROTO:
		return DM_HISTORY_STOPPED_NEWER;
	default:
		return DM_HISTORY_STOPPED_ERROR;
	}
}

/* The file is closed: nobody knows what a connection is worth after an error of its disk. */
static void stop(struct dm_history_writer *writer, int error, dm_usec now)
{
	const enum dm_history_state state = state_of(error);

	dm_history_store_close(writer->store);
	writer->store = NULL;
	writer->retry_at = now + RETRY_EVERY;
	if (atomic_exchange(&writer->state, (int)state) != (int)state)
		dm_log(DM_LOG_WARN, "history.stopped", "state=%s error=%s file=%s",
		       dm_history_state_name(state), strerror(-error), writer->options.path);
	dm_metric_set(&writer->stopped, 1);
}

static bool open_store(struct dm_history_writer *writer, dm_usec now)
{
	int error = 0;

	if (!writer->options.keep_names && !writer->has_key) {
		error = dm_pseudonym_key_load(writer->key_path, writer->key);
		writer->has_key = !error;
	}
	if (!error)
		error = dm_history_store_open(&writer->store, writer->options.path,
					      writer->options.vfs);
	if (error)
		stop(writer, error, now);
	return !error;
}

/* Told after a write, not after an opening: a full disk can be opened. */
static void note_running(struct dm_history_writer *writer)
{
	if (atomic_exchange(&writer->state, DM_HISTORY_RUNNING) == DM_HISTORY_RUNNING)
		return;
	dm_metric_set(&writer->stopped, 0);
	dm_log(DM_LOG_INFO, "history.running", "file=%s dropped=%" PRId64, writer->options.path,
	       dm_metric_get(&writer->dropped) + dm_metric_get(&writer->unfolded));
}

/* --- batches --- */

static void fold_samples(struct dm_history_writer *writer)
{
	struct dm_history_sample sample;

	for (size_t n = 0; n < SAMPLE_QUEUE && dm_queue_pop(writer->samples, &sample); n++) {
		if (!dm_history_minutes_add(writer->minutes, &sample))
			dm_metric_add(&writer->unfolded, 1);
	}
}

/* From here on nothing in this process holds the name. */
static void take_events(struct dm_history_writer *writer)
{
	while (writer->batch_count < DM_HISTORY_BATCH) {
		struct dm_history_event *event = &writer->batch[writer->batch_count];
		char pseudonym[DM_PSEUDONYM_SIZE];

		if (!dm_queue_pop(writer->events, event))
			break;
		writer->batch_count++;
		if (writer->options.keep_names || !event->who[0])
			continue;
		dm_pseudonym(writer->key, writer->options.event, event->who, pseudonym);
		memset(event->who, 0, sizeof(event->who));
		memcpy(event->who, pseudonym, sizeof(pseudonym));
	}
}

static int put_rows(struct dm_history_writer *writer, size_t row_count, int64_t *rejected)
{
	int error = dm_history_store_begin(writer->store);

	for (size_t n = 0; n < writer->batch_count && !error; n++) {
		error = dm_history_store_put_event(writer->store, &writer->batch[n]);
		if (error == -EINVAL) {
			(*rejected)++;
			error = 0;
		}
	}
	for (size_t n = 0; n < row_count && !error; n++)
		error = dm_history_store_put_minute(writer->store, &writer->rows[n]);
	return error ? error : dm_history_store_commit(writer->store);
}

/* One transaction of what is there. Returns how many rows it had, or -errno: they are kept. */
static int write_batch(struct dm_history_writer *writer, dm_wall_usec minutes_until)
{
	take_events(writer);

	const size_t row_count = dm_history_minutes_due(writer->minutes, minutes_until,
							writer->rows,
							DM_HISTORY_BATCH - writer->batch_count);
	const size_t event_count = writer->batch_count;
	int64_t rejected = 0;

	if (event_count + row_count == 0)
		return 0;

	const int error = put_rows(writer, row_count, &rejected);

	if (error)
		return error;
	dm_history_minutes_drop(writer->minutes, writer->rows, row_count);
	writer->batch_count = 0;
	dm_metric_add(&writer->event_count, (int64_t)event_count - rejected);
	dm_metric_add(&writer->rejected, rejected);
	dm_metric_add(&writer->minute_count, (int64_t)row_count);
	return (int)(event_count + row_count);
}

static int prune(struct dm_history_writer *writer, dm_usec now, dm_wall_usec wall)
{
	int deleted;

	if (now < writer->prune_at)
		return 0;

	const int error = dm_history_store_prune(
		writer->store, wall - writer->options.keep_events_days * DAY,
		wall - writer->options.keep_minutes_days * DAY, PRUNE_ROWS, &deleted);

	if (!error)
		writer->prune_at = now + (deleted >= PRUNE_ROWS ? PRUNE_PAUSE : PRUNE_EVERY);
	return error;
}

bool dm_history_writer_turn(struct dm_history_writer *writer, dm_usec now, dm_wall_usec wall)
{
	fold_samples(writer);
	if (!writer->store && (now < writer->retry_at || !open_store(writer, now)))
		return false;

	const int written = write_batch(writer, wall - GRACE);
	const int error = written < 0 ? written : prune(writer, now, wall);

	if (error) {
		stop(writer, error, now);
		return false;
	}
	note_running(writer);
	return written == DM_HISTORY_BATCH;
}

void dm_history_writer_flush(struct dm_history_writer *writer, dm_usec now)
{
	int written = 0;

	fold_samples(writer);
	if (!writer->store && !open_store(writer, now))
		return;
	do {
		written = write_batch(writer, INT64_MAX);
	} while (written > 0);
	if (written < 0)
		stop(writer, written, now);
}
