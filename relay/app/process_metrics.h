/* relay/app/process_metrics.h
 *
 * What the process itself uses, under the names that every Prometheus client library gives.
 *
 * Thread: the control thread.
 */
#ifndef DM_APP_PROCESS_METRICS_H
#define DM_APP_PROCESS_METRICS_H

#include "base/metric.h"

struct dm_process_metrics;

/* `metrics` is borrowed until destroy. Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_process_metrics_create(struct dm_process_metrics **out, struct dm_metrics *metrics);
void dm_process_metrics_destroy(struct dm_process_metrics *process); /* NULL is allowed */

/* Reads the kernel's figures: some system calls, and one for each open descriptor. */
void dm_process_metrics_sample(struct dm_process_metrics *process);

#endif
