#include "audio/metronome.h"
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* Further behind, ticks are left out rather than made up: the process was stopped. Choice. */
#define BEHIND_MOST DM_SEC(5)

/* On a busy machine the beat goes before decoding and encoding. Without the right to it
 * (CAP_SYS_NICE) the beat only has less protection. */
#define TICKER_NICE (-10)

/* A gauge of the worst over so long; choice: no scrape misses it by much. */
#define LATEST_WINDOW DM_SEC(10)

struct dm_metronome {
	struct dm_metronome_options options;
	struct dm_metric latest; /* microseconds */
	struct dm_metric busy;   /* microseconds that making ticks took */
	dm_usec latest_since;
	pthread_t thread;
	bool has_thread;
	_Atomic bool stopping;
};

static int add_metrics(struct dm_metronome *metronome)
{
	struct dm_metrics *metrics = metronome->options.metrics;
	int error = 0;

	if (metrics)
		error = dm_metrics_add(metrics, DM_METRIC_GAUGE,
				       "dragoman_ingest_tick_late_seconds",
				       "The latest beat of sound in ten seconds.", "",
				       &metronome->latest, 1000000);
	if (metrics && !error)
		error = dm_metrics_add(
			metrics, DM_METRIC_COUNTER, "dragoman_ingest_tick_busy_seconds_total",
			"Time that beats of sound took; a second each second is too much.", "",
			&metronome->busy, 1000000);
	return error;
}

int dm_metronome_create(struct dm_metronome **out, const struct dm_metronome_options *options)
{
	struct dm_metronome *metronome = calloc(1, sizeof(*metronome));

	*out = NULL;
	if (!metronome)
		return -ENOMEM;
	metronome->options = *options;

	const int error = add_metrics(metronome);

	if (error) {
		dm_metronome_destroy(metronome);
		return error;
	}
	*out = metronome;
	return 0;
}

void dm_metronome_destroy(struct dm_metronome *metronome)
{
	if (!metronome)
		return;
	dm_metronome_stop(metronome);
	if (metronome->options.metrics)
		dm_metrics_remove(metronome->options.metrics, metronome, sizeof(*metronome));
	free(metronome);
}

int64_t dm_metronome_due(const struct dm_metronome *metronome, dm_usec now)
{
	const dm_usec since = now - metronome->options.first;

	return since > 0 ? since / metronome->options.period : 0;
}

static void note_lateness(struct dm_metronome *metronome, dm_usec now, dm_usec late)
{
	if (now - metronome->latest_since >= LATEST_WINDOW ||
	    late > dm_metric_get(&metronome->latest)) {
		dm_metric_set(&metronome->latest, late);
		metronome->latest_since = now;
	}
}

static void sleep_until(dm_usec at)
{
	const struct timespec until = {
		.tv_sec = at / DM_SEC(1),
		.tv_nsec = at % DM_SEC(1) * 1000,
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

static void *run(void *user)
{
	struct dm_metronome *metronome = user;
	const struct dm_metronome_options *options = &metronome->options;
	int64_t tick = dm_metronome_due(metronome, dm_time_now());

	pthread_setname_np(pthread_self(), "dm-ticker");
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), TICKER_NICE);
	while (!atomic_load(&metronome->stopping)) {
		const dm_usec due = options->first + tick * options->period;

		sleep_until(due);

		const dm_usec now = dm_time_now();

		if (now - due > BEHIND_MOST) {
			const int64_t latest = dm_metronome_due(metronome, now);

			dm_log(DM_LOG_WARN, "audio.ticks_left_out", "ticks=%lld",
			       (long long)(latest - tick));
			tick = latest;
		}
		note_lateness(metronome, now, now - due);
		options->make(options->user, tick);

		const dm_usec made = dm_time_now();

		options->publish(options->user, tick++, made);
		dm_metric_add(&metronome->busy, made - now);
	}
	return NULL;
}

int dm_metronome_start(struct dm_metronome *metronome)
{
	atomic_store(&metronome->stopping, false);
	if (pthread_create(&metronome->thread, NULL, run, metronome) != 0)
		return -EAGAIN;
	metronome->has_thread = true;
	return 0;
}

void dm_metronome_stop(struct dm_metronome *metronome)
{
	if (!metronome->has_thread)
		return;
	atomic_store(&metronome->stopping, true);
	pthread_join(metronome->thread, NULL);
	metronome->has_thread = false;
}
