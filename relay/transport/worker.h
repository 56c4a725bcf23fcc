/* relay/transport/worker.h
 *
 * A worker: one thread, one UDP port, and the connections that were given to it. Each turn of its
 * loop sends what the tracks have new, takes what the socket and the control thread have for it,
 * and looks after a slice of its connections. Handshakes are done beside it: see handshaker.h.
 *
 * Thread: create, start, stop and destroy on the control thread; push commands there too. The rest
 * happens on the worker's own thread, which waits for nobody.
 */
#ifndef DM_TRANSPORT_WORKER_H
#define DM_TRANSPORT_WORKER_H

#include "base/doorbell.h"
#include "base/metric.h"
#include "base/queue.h"
#include "rtp/timeline.h"
#include "transport/command.h"
#include "transport/load.h"

/* Connections of one worker: beyond what one core can feed. Choice. */
#define DM_WORKER_CONNECTIONS_MAX 16384

struct dm_worker;

/* From a worker to the control thread. */
struct dm_worker_event {
	dm_peer_id peer;
	enum dm_peer_state state;
	struct dm_connection *ended; /* changes hands, to be destroyed; NULL: still alive */
	bool tell;                   /* false: the control thread itself ended it */
};

struct dm_worker_options {
	unsigned number;
	int fd;                             /* bound UDP socket; owned by the worker */
	enum dm_transport_way way;          /* how packets leave */
	struct dm_certificate *certificate; /* borrowed until destroy, like all below */
	const struct dm_timeline *timeline;
	struct dm_metrics *metrics; /* nullable */
	struct dm_queue *events;    /* struct dm_worker_event */
	struct dm_doorbell *events_doorbell;
};

/* Returns 0, -ENOMEM or -errno of epoll and the like; on failure *out is NULL and fd is closed. */
int dm_worker_create(struct dm_worker **out, const struct dm_worker_options *options);

/* Starts the thread, named "dm-worker-N". Returns 0 or -errno of pthread_create. */
int dm_worker_start(struct dm_worker *worker);

/* Says goodbye to the peers, ends the thread, frees every connection. NULL is allowed. */
void dm_worker_destroy(struct dm_worker *worker);

/* Copies the command in and wakes the worker. False when the queue is full: nothing has changed
 * hands. */
bool dm_worker_push(struct dm_worker *worker, const struct dm_command *command);

/* See load.h; takes the longest turn since the last call. On the control thread. */
void dm_worker_load(struct dm_worker *worker, dm_usec now, struct dm_worker_load *load);

/* For reading, on any thread. */
const struct dm_network_table *dm_worker_networks(const struct dm_worker *worker);

/* What publishers ring. */
struct dm_doorbell *dm_worker_doorbell(struct dm_worker *worker);

#endif
