/* relay/transport/wire_udp.h
 *
 * Messages as UDP sends: many in one sendmmsg(2), the packets of one message by UDP_SEGMENT. Where
 * the kernel or the path refuses that, this notices and goes on without.
 *
 * Thread: the worker's.
 */
#ifndef DM_TRANSPORT_WIRE_UDP_H
#define DM_TRANSPORT_WIRE_UDP_H

#include "transport/wire.h"

struct dm_wire_udp {
	int fd; /* borrowed */
	bool segmentation;
	struct dm_wire_metrics *metrics; /* borrowed */
};

/* Never waits: what the socket does not take is dropped and counted. */
void dm_wire_udp_send(struct dm_wire_udp *udp, const struct dm_wire_message *messages,
		      size_t count);

#endif
