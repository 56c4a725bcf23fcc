/* relay/base/metric.h
 *
 * The registry of counters and gauges behind /metrics: a writer owns a value and changes it
 * with one relaxed atomic operation; the control thread renders all of them as Prometheus text.
 *
 * Thread: register, unregister and render on the control thread (checked in debug builds);
 * dm_metric_add and dm_metric_set on any thread.
 */
#ifndef DM_BASE_METRIC_H
#define DM_BASE_METRIC_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum dm_metric_type { DM_METRIC_COUNTER, DM_METRIC_GAUGE, DM_METRIC_HISTOGRAM };

/* One value. Embed it in the owner's struct; zero-initialised. */
struct dm_metric {
	_Atomic int64_t value;
};

static inline void dm_metric_add(struct dm_metric *metric, int64_t amount)
{
	atomic_fetch_add_explicit(&metric->value, amount, memory_order_relaxed);
}

static inline void dm_metric_set(struct dm_metric *metric, int64_t value)
{
	atomic_store_explicit(&metric->value, value, memory_order_relaxed);
}

static inline int64_t dm_metric_get(const struct dm_metric *metric)
{
	return atomic_load_explicit(&((struct dm_metric *)(uintptr_t)metric)->value,
				    memory_order_relaxed);
}

#define DM_HISTOGRAM_BOUNDS_MAX 16

/* A distribution. Embed it in the owner's struct; set the bounds once, the rest zero. */
struct dm_histogram {
	const int64_t *bounds; /* ascending, each inclusive; borrowed for the owner's life */
	size_t bound_count;    /* 1..DM_HISTOGRAM_BOUNDS_MAX */
	struct dm_metric buckets[DM_HISTOGRAM_BOUNDS_MAX + 1]; /* not cumulative */
	struct dm_metric sum;
};

/* Counts `weight` observations of `value`. */
static inline void dm_histogram_add(struct dm_histogram *histogram, int64_t value, int64_t weight)
{
	size_t bucket = 0;

	while (bucket < histogram->bound_count && value > histogram->bounds[bucket])
		bucket++;
	dm_metric_add(&histogram->buckets[bucket], weight);
	dm_metric_add(&histogram->sum, value * weight);
}

struct dm_metrics;

/* Returns 0 or -ENOMEM. */
int dm_metrics_create(struct dm_metrics **out);
void dm_metrics_destroy(struct dm_metrics *metrics); /* NULL is allowed */

/* Adds one sample. `name` ("dragoman_worker_packets_sent_total") and `help` must outlive the
 * registry; `labels` ('worker="0",reason="x"', or "" for none; values already escaped) is
 * copied; `metric` is borrowed until dm_metrics_remove. Samples of one name must agree in type
 * and help. `scale` divides the integer on output (1000000 for microseconds shown in seconds).
 * Returns 0, -EINVAL (type differs, bad name, bad scale), -EEXIST (same name and labels) or
 * -ENOMEM. */
int dm_metrics_add(struct dm_metrics *metrics, enum dm_metric_type type, const char *name,
		   const char *help, const char *labels, const struct dm_metric *metric,
		   uint32_t scale);

/* The same for a histogram, rendered as cumulative `_bucket`s with `le`, `_sum` and `_count`. */
int dm_metrics_add_histogram(struct dm_metrics *metrics, const char *name, const char *help,
			     const char *labels, const struct dm_histogram *histogram,
			     uint32_t scale);

/* Takes every sample out whose value lies in [first, first + size): what a dying owner calls on
 * itself. */
void dm_metrics_remove(struct dm_metrics *metrics, const void *owner, size_t owner_bytes);

/* Prometheus text format 0.0.4, samples grouped by name under one HELP and TYPE. Returns a
 * malloc'd NUL-terminated string (owned by the caller; its length in *size_bytes unless NULL),
 * or NULL when memory is out. */
char *dm_metrics_render(const struct dm_metrics *metrics, size_t *size_bytes);

#endif
