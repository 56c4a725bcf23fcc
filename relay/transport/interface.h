/* relay/transport/interface.h
 *
 * The network interfaces that raw frames leave by, a few at most: each with its MAC address and
 * its ring, opened when first needed and closed when the interface goes away.
 *
 * Thread: the worker's.
 */
#ifndef DM_TRANSPORT_INTERFACE_H
#define DM_TRANSPORT_INTERFACE_H

#include "base/time.h"
#include "transport/netlink.h"
#include "transport/wire.h"
#include "transport/xdp_ring.h"

#define DM_INTERFACES_MAX 4 /* choice: 2 MB each */

struct dm_interface {
	int index;                /* 0: this place is free */
	struct dm_xdp_ring *ring; /* owned; NULL: does not take frames */
	uint8_t mac[DM_MAC_BYTES];
	bool refused; /* not tried again before retry_at */
	bool told;    /* the log knows that it was refused */
	dm_usec retry_at;
	dm_usec retry_after; /* the last pause; 0: none yet */
	dm_usec stuck_since; /* frames queued and not taken; DM_USEC_NEVER: none */
	/* In the ring since the last kick, so that they can go by UDP when it fails. */
	struct dm_wire_message pending[DM_XDP_CALL_FRAMES];
	uint32_t pending_count;
};

struct dm_interfaces {
	struct dm_interface list[DM_INTERFACES_MAX];
	int fd; /* any socket, to ask about interfaces; borrowed */
	unsigned queue;
	struct dm_metric *open; /* how many have a ring; borrowed */
};

/* The interface with a ring; NULL when it takes no frames, or there is no place. */
struct dm_interface *dm_interface_get(struct dm_interfaces *interfaces, int index, dm_usec now);

/* The kernel says that it changed: takes its new MAC, closes it when it is down, or allows another
 * try. An index that is not held is ignored. */
void dm_interface_refresh(struct dm_interfaces *interfaces, int index);

/* No frames any more, and no try for a while; what is in the ring is gone. `error` for the log. */
void dm_interface_refuse(struct dm_interfaces *interfaces, struct dm_interface *interface,
			 int error, dm_usec now);

void dm_interfaces_finish(struct dm_interfaces *interfaces);

/* Why frames cannot be had, for the log: a short text that lasts. */
const char *dm_interface_reason(int error);

#endif
