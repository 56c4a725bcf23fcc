/* relay/transport/load.h
 *
 * How hard a worker works, for whoever watches over the relay.
 *
 * Thread: the control thread, one reader.
 */
#ifndef DM_TRANSPORT_LOAD_H
#define DM_TRANSPORT_LOAD_H

#include "transport/options.h"
#include "transport/transport.h"

struct dm_worker_load {
	uint64_t sent;        /* packets, since the start */
	uint64_t dropped;     /* packets that could not be sent, since the start */
	dm_usec busy;         /* time spent in turns of the loop, since the start */
	dm_usec longest_turn; /* since this was last asked, the present one included */
	uint64_t connections;
};

/* False when there is no such worker: *load is then zeros. */
bool dm_transport_load(const struct dm_transport *transport, unsigned worker, dm_usec now,
		       struct dm_worker_load *load);

/* Which worker has this peer: its id tells. */
static inline unsigned dm_transport_worker_of(dm_peer_id peer)
{
	return peer % DM_WORKERS_MAX;
}

#endif
