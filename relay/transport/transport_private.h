/* relay/transport/transport_private.h
 *
 * What transport.c lets the rest of this module see, and nobody else.
 *
 * Thread: the control thread.
 */
#ifndef DM_TRANSPORT_TRANSPORT_PRIVATE_H
#define DM_TRANSPORT_TRANSPORT_PRIVATE_H

#include "transport/transport.h"
#include "transport/worker.h"

/* Borrowed until destroy. `n` is below dm_transport_worker_count. */
const struct dm_worker *dm_transport_worker(const struct dm_transport *transport, unsigned n);

#endif
