/* relay/transport/wire_xdp.h
 *
 * Packets that travel alone as raw frames: written into the ring of their interface, with the
 * route and the neighbour that the kernel has (paths.h). One ring an interface, opened when first
 * needed. What cannot go this way is handed back.
 *
 * Thread: created on any, then only the worker's.
 */
#ifndef DM_TRANSPORT_WIRE_XDP_H
#define DM_TRANSPORT_WIRE_XDP_H

#include "transport/wire.h"

struct dm_wire_xdp;

struct dm_wire_xdp_options {
	int fd;                          /* the UDP socket that frames pass for; borrowed */
	unsigned queue;                  /* as in wire.h */
	struct dm_wire_metrics *metrics; /* borrowed */
};

/* Returns 0, -ENOMEM, -EPERM, -EAFNOSUPPORT or what socket(2) and getsockopt(2) say: raw frames
 * cannot be had at all. On failure *out is NULL. */
int dm_wire_xdp_create(struct dm_wire_xdp **out, const struct dm_wire_xdp_options *options);
void dm_wire_xdp_destroy(struct dm_wire_xdp *xdp); /* NULL is allowed */

/* Why frames cannot be had, for the log: a short text that lasts. */
const char *dm_wire_xdp_reason(int error);

/* As of dm_wire. */
int dm_wire_xdp_fd(const struct dm_wire_xdp *xdp);
void dm_wire_xdp_turn(struct dm_wire_xdp *xdp);

/* Sends what it can, and moves the rest to the front, in order. Returns how many those are: at most
 * `count`. */
size_t dm_wire_xdp_send(struct dm_wire_xdp *xdp, struct dm_wire_message *messages, size_t count);

#endif
