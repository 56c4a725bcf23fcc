/* relay/transport/worker_metrics.h
 *
 * Puts a worker's counters into the registry under their public names.
 *
 * Thread: the control thread.
 */
#ifndef DM_TRANSPORT_WORKER_METRICS_H
#define DM_TRANSPORT_WORKER_METRICS_H

struct dm_worker;

/* The worker's options name a registry. Returns 0 or what dm_metrics_add says. */
int dm_worker_metrics_register(struct dm_worker *worker);
void dm_worker_metrics_unregister(struct dm_worker *worker);

#endif
