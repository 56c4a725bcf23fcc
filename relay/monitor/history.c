#include "monitor/history.h"
#include "base/doorbell.h"
#include "monitor/history_writer.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* How often the thread looks; what a kill -9 costs at most. */
#define TURN_MS 1000

struct dm_history {
	struct dm_history_writer writer;
	struct dm_doorbell doorbell;
	_Atomic uint32_t waiting; /* events recorded since the latest turn */
	_Atomic bool stopping;
	pthread_t thread;
	bool has_thread;
};

const char *dm_history_state_name(enum dm_history_state state)
{
	static const char *const names[] = {
		[DM_HISTORY_STARTING] = "starting",
		[DM_HISTORY_RUNNING] = "running",
		[DM_HISTORY_STOPPED_FULL] = "stopped: disk full",
		[DM_HISTORY_STOPPED_LOCKED] = "stopped: another program keeps the file locked",
		[DM_HISTORY_STOPPED_DAMAGED] = "stopped: the file or its key is damaged",
		[DM_HISTORY_STOPPED_NEWER] = "stopped: the file is of a newer release",
		[DM_HISTORY_STOPPED_ERROR] = "stopped: the file cannot be written",
	};

	return names[state];
}

/* --- the thread --- */

/* Unix time from NTP's, whose 32 bits of seconds wrap in 2036: the difference is right until
 * 2106 (RFC 5905, 6: 2,208,988,800 s lie between the epochs). */
static dm_wall_usec wall_now(void)
{
	const uint64_t ntp = dm_time_ntp_now();
	const uint32_t seconds = (uint32_t)(ntp >> 32) - 2208988800U;
	const uint64_t fraction = (ntp & UINT32_MAX) * 1000000 >> 32;

	return (dm_wall_usec)seconds * 1000000 + (dm_wall_usec)fraction;
}

static void *run(void *argument)
{
	struct dm_history *history = argument;
	struct pollfd poller = { .fd = history->doorbell.fd, .events = POLLIN };

	while (!atomic_load(&history->stopping)) {
		atomic_store(&history->waiting, 0);
		if (dm_history_writer_turn(&history->writer, dm_time_now(), wall_now()))
			continue;
		if (poll(&poller, 1, TURN_MS) == 1)
			dm_doorbell_answer(&history->doorbell);
	}
	dm_history_writer_flush(&history->writer, dm_time_now());
	return NULL;
}

/* --- life --- */

static int add_metrics(struct dm_history_writer *writer)
{
	const struct {
		enum dm_metric_type type;
		const char *name, *help, *labels;
		const struct dm_metric *metric;
	} samples[] = {
		{ DM_METRIC_GAUGE, "dragoman_history_stopped",
		  "1 while nothing can be written to the history: the disk is full, mostly.", "",
		  &writer->stopped },
		{ DM_METRIC_COUNTER, "dragoman_history_rows_total", "Rows written to the history.",
		  "table=\"events\"", &writer->event_count },
		{ DM_METRIC_COUNTER, "dragoman_history_rows_total", "Rows written to the history.",
		  "table=\"minutes\"", &writer->minute_count },
		{ DM_METRIC_COUNTER, "dragoman_history_dropped_total",
		  "Records that the history did not take.", "reason=\"refused\"",
		  &writer->dropped },
		{ DM_METRIC_COUNTER, "dragoman_history_dropped_total",
		  "Records that the history did not take.", "reason=\"not_json\"",
		  &writer->rejected },
		{ DM_METRIC_COUNTER, "dragoman_history_dropped_total",
		  "Records that the history did not take.", "reason=\"too_many_figures\"",
		  &writer->unfolded },
	};
	struct dm_metrics *metrics = writer->options.metrics;
	int error = 0;

	for (size_t n = 0; metrics && n < sizeof(samples) / sizeof(samples[0]) && !error; n++)
		error = dm_metrics_add(metrics, samples[n].type, samples[n].name, samples[n].help,
				       samples[n].labels, samples[n].metric, 1);
	return error;
}

int dm_history_create(struct dm_history **out, const struct dm_history_options *options)
{
	struct dm_history *history = calloc(1, sizeof(*history));

	*out = NULL;
	if (!history)
		return -ENOMEM;
	history->doorbell.fd = -1;

	int error = dm_history_writer_init(&history->writer, options);

	if (!error)
		error = dm_doorbell_init(&history->doorbell);
	if (!error)
		error = add_metrics(&history->writer);
	if (!error)
		error = -pthread_create(&history->thread, NULL, run, history);
	history->has_thread = !error;
	if (error) {
		dm_history_destroy(history);
		return error;
	}
	pthread_setname_np(history->thread, "history");
	*out = history;
	return 0;
}

void dm_history_destroy(struct dm_history *history)
{
	if (!history)
		return;
	if (history->has_thread) {
		atomic_store(&history->stopping, true);
		dm_doorbell_ring(&history->doorbell);
		pthread_join(history->thread, NULL);
	}
	if (history->writer.options.metrics)
		dm_metrics_remove(history->writer.options.metrics, history, sizeof(*history));
	dm_doorbell_finish(&history->doorbell);
	dm_history_writer_finish(&history->writer);
	free(history);
}

/* --- recording --- */

/* The rest of the field stays zero. */
static bool copy_text(char *field, size_t size, const char *text)
{
	const size_t length = text ? strnlen(text, size) : 0;

	if (length >= size)
		return false;
	if (length)
		memcpy(field, text, length);
	return true;
}

static int counted(struct dm_history *history, int error)
{
	if (error)
		dm_metric_add(&history->writer.dropped, 1);
	return error;
}

int dm_history_record(struct dm_history *history, dm_wall_usec at, const char *kind,
		      const char *room, const char *channel, const char *who, const char *detail)
{
	struct dm_history_event event = { .at = at };

	if (!kind || !kind[0])
		return counted(history, -EINVAL);
	if (!copy_text(event.kind, sizeof(event.kind), kind) ||
	    !copy_text(event.room, sizeof(event.room), room) ||
	    !copy_text(event.channel, sizeof(event.channel), channel) ||
	    !copy_text(event.who, sizeof(event.who), who) ||
	    !copy_text(event.detail, sizeof(event.detail), detail))
		return counted(history, -EMSGSIZE);
	if (!dm_queue_push(history->writer.events, &event))
		return counted(history, -ENOBUFS);

	/* Half a second's flood does not wait for the second. */
	if (atomic_fetch_add_explicit(&history->waiting, 1, memory_order_relaxed) + 1 ==
	    DM_HISTORY_BATCH)
		dm_doorbell_ring(&history->doorbell);
	return 0;
}

int dm_history_sample(struct dm_history *history, dm_wall_usec at, const char *room,
		      const char *channel, const char *figure, double value)
{
	struct dm_history_sample sample = { .at = at, .value = value };

	if (!figure || !figure[0] || !isfinite(value))
		return counted(history, -EINVAL);
	if (!copy_text(sample.room, sizeof(sample.room), room) ||
	    !copy_text(sample.channel, sizeof(sample.channel), channel) ||
	    !copy_text(sample.figure, sizeof(sample.figure), figure))
		return counted(history, -EMSGSIZE);
	return dm_queue_push(history->writer.samples, &sample) ? 0 : counted(history, -ENOBUFS);
}

/* --- asking --- */

enum dm_history_state dm_history_state(const struct dm_history *history)
{
	return (enum dm_history_state)atomic_load(&history->writer.state);
}

struct dm_history_count dm_history_count(const struct dm_history *history)
{
	const struct dm_history_writer *writer = &history->writer;

	return (struct dm_history_count){
		.events = (uint64_t)dm_metric_get(&writer->event_count),
		.minutes = (uint64_t)dm_metric_get(&writer->minute_count),
		.dropped = (uint64_t)dm_metric_get(&writer->dropped),
		.rejected = (uint64_t)dm_metric_get(&writer->rejected),
		.unfolded = (uint64_t)dm_metric_get(&writer->unfolded),
	};
}
