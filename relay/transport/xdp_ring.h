/* relay/transport/xdp_ring.h
 *
 * Raw Ethernet frames out of one queue of one interface, by AF_XDP in copy mode: any driver, no
 * BPF program, no receiving. Frames pass by the queueing discipline, netfilter and the kernel's
 * routing. A queue takes one such socket of the whole machine.
 *
 * Thread: one at a time. Opening and closing may wait some ms for the kernel's network
 * configuration; nothing else does.
 */
#ifndef DM_TRANSPORT_XDP_RING_H
#define DM_TRANSPORT_XDP_RING_H

#include <stdint.h>

struct dm_xdp_ring;

#define DM_XDP_FRAME_BYTES 2048 /* room in a frame: the kernel's least */
/* Frames that the kernel takes in one call (its TX_BATCH_SIZE, net/xdp/xsk.c). */
#define DM_XDP_CALL_FRAMES 32

/* Whether the system would give one: 0, or as from open, but for what is about the interface. */
int dm_xdp_ring_probe(void);

/* Returns 0, -ENOMEM, -ENOBUFS (locked memory), -EPERM (needs CAP_NET_RAW), -EBUSY (the queue is
 * taken), -EINVAL (no such queue), -EAFNOSUPPORT (no AF_XDP), -ENODEV and what else bind(2) says;
 * on failure *out is NULL. */
int dm_xdp_ring_open(struct dm_xdp_ring **out, int interface, uint32_t queue);

/* Frames not yet sent are dropped. NULL is allowed. */
void dm_xdp_ring_close(struct dm_xdp_ring *ring);

/* Where to write the next frame; NULL when all are under way. */
uint8_t *dm_xdp_ring_reserve(struct dm_xdp_ring *ring);

/* Queues what was written into the reserved place. */
void dm_xdp_ring_commit(struct dm_xdp_ring *ring, uint32_t bytes);

/* Frames queued that the kernel has not taken yet; they are the last ones committed. */
uint32_t dm_xdp_ring_queued(const struct dm_xdp_ring *ring);

/* Has the kernel send what is queued, as far as it takes it. Returns 0 (see queued), or -errno
 * when the interface is down or gone: close the ring. Adds to *calls, and to *lost the frames that
 * the kernel took but dropped. */
int dm_xdp_ring_kick(struct dm_xdp_ring *ring, int64_t *calls, int64_t *lost);

#endif
