#include "app/watchdog.h"

#include "base/doorbell.h"
#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define STALL_AFTER   DM_SEC(1) /* choice: people notice */
#define LOOK_EVERY_MS 250       /* choice */

struct dm_watchdog {
	struct dm_metrics *metrics; /* borrowed */
	struct dm_metric stalls;
	struct dm_doorbell stop;
	_Atomic int64_t last_beat;
	pthread_t thread;
};

enum dm_pulse dm_pulse_look(struct dm_pulse_watch *watch, dm_usec last_beat, dm_usec now,
			    dm_usec *silence)
{
	const bool late = now - last_beat > watch->stall_after;

	if (late && !watch->stalled) {
		watch->stalled = true;
		watch->stalled_at = last_beat;
		*silence = now - last_beat;
		return DM_PULSE_STALLED;
	}
	/* Between two looks it may have come back and stalled again: that is one long stall. */
	if (!late && watch->stalled) {
		watch->stalled = false;
		*silence = last_beat - watch->stalled_at;
		return DM_PULSE_BACK;
	}
	return DM_PULSE_STEADY;
}

static void look(struct dm_watchdog *watchdog, struct dm_pulse_watch *watch)
{
	dm_usec silence = 0;
	const dm_usec last_beat = atomic_load_explicit(&watchdog->last_beat, memory_order_relaxed);

	switch (dm_pulse_look(watch, last_beat, dm_time_now(), &silence)) {
	case DM_PULSE_STALLED:
		dm_metric_add(&watchdog->stalls, 1);
		dm_log(DM_LOG_WARN, "control.stalled", "silent_ms=%" PRId64, silence / DM_MSEC(1));
		break;
	case DM_PULSE_BACK:
		dm_log(DM_LOG_WARN, "control.back", "silent_ms=%" PRId64, silence / DM_MSEC(1));
		break;
	case DM_PULSE_STEADY:
		break;
	}
}

static void *watch_control(void *argument)
{
	struct dm_watchdog *watchdog = argument;
	struct dm_pulse_watch watch = { .stall_after = STALL_AFTER };
	struct pollfd stop = { .fd = watchdog->stop.fd, .events = POLLIN };

	pthread_setname_np(pthread_self(), "watchdog");
	while (poll(&stop, 1, LOOK_EVERY_MS) <= 0)
		look(watchdog, &watch);
	return NULL;
}

int dm_watchdog_create(struct dm_watchdog **out, struct dm_metrics *metrics)
{
	struct dm_watchdog *watchdog = calloc(1, sizeof(*watchdog));

	*out = NULL;
	if (!watchdog)
		return -ENOMEM;
	watchdog->metrics = metrics;
	dm_watchdog_beat(watchdog, dm_time_now());

	int error = dm_doorbell_init(&watchdog->stop);

	if (error)
		goto free_watchdog;
	error = dm_metrics_add(metrics, DM_METRIC_COUNTER, "dragoman_control_stalls_total",
			       "Times that the control thread was silent for over a second.", "",
			       &watchdog->stalls, 1);
	if (error)
		goto finish_doorbell;
	error = -pthread_create(&watchdog->thread, NULL, watch_control, watchdog);
	if (error)
		goto remove_metric;
	*out = watchdog;
	return 0;

remove_metric:
	dm_metrics_remove(metrics, watchdog, sizeof(*watchdog));
finish_doorbell:
	dm_doorbell_finish(&watchdog->stop);
free_watchdog:
	free(watchdog);
	return error;
}

void dm_watchdog_destroy(struct dm_watchdog *watchdog)
{
	if (!watchdog)
		return;
	dm_doorbell_ring(&watchdog->stop);
	pthread_join(watchdog->thread, NULL);
	dm_metrics_remove(watchdog->metrics, watchdog, sizeof(*watchdog));
	dm_doorbell_finish(&watchdog->stop);
	free(watchdog);
}

void dm_watchdog_beat(struct dm_watchdog *watchdog, dm_usec now)
{
	atomic_store_explicit(&watchdog->last_beat, now, memory_order_relaxed);
}
