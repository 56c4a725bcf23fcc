#include "transport/xdp_ring.h"

#include <errno.h>
#include <linux/if_xdp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SOL_XDP
#define SOL_XDP 283 /* linux/socket.h; not in every libc */
#endif

#define FRAMES       1024 /* choice: a batch of the sender's, twice; 2 MB, below RLIMIT_MEMLOCK */
#define UMEM_BYTES   ((size_t)FRAMES * DM_XDP_FRAME_BYTES)
#define SOCKET_BYTES (8 * 1024 * 1024) /* frames on their way count against it; choice */
#define FUTILE_CALLS 2                 /* without progress; then others have their turn */

/* A ring shared with the kernel (Documentation/networking/af_xdp.rst). */
struct shared {
	void *map; /* owned; NULL until mapped */
	size_t map_bytes;
	_Atomic uint32_t *producer;
	_Atomic uint32_t *consumer;
	void *entries;
};

struct dm_xdp_ring {
	int fd;        /* owned */
	uint8_t *umem; /* owned; the frames */
	struct shared transmit;
	struct shared completed;
	uint32_t head; /* of transmit: entries filled in, told to the kernel or not */
	uint32_t free_count;
	uint64_t free[FRAMES]; /* addresses in umem */
};

static int map_ring(const struct dm_xdp_ring *ring, struct shared *shared,
		    const struct xdp_ring_offset *at, size_t entry_bytes, off_t page)
{
	const size_t bytes = (size_t)at->desc + FRAMES * entry_bytes;
	uint8_t *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			    ring->fd, page);

	if (map == MAP_FAILED)
		return -errno;
	shared->map = map;
	shared->map_bytes = bytes;
	shared->producer = (_Atomic uint32_t *)(void *)(map + at->producer);
	shared->consumer = (_Atomic uint32_t *)(void *)(map + at->consumer);
	shared->entries = map + at->desc;
	return 0;
}

static int set(int fd, int option, const void *value, socklen_t bytes)
{
	return setsockopt(fd, SOL_XDP, option, value, bytes) < 0 ? -errno : 0;
}

static int set_up_memory(struct dm_xdp_ring *ring)
{
	const int frames = FRAMES;
	const int bytes = SOCKET_BYTES;

	ring->umem = mmap(NULL, UMEM_BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (ring->umem == MAP_FAILED) {
		ring->umem = NULL;
		return -ENOMEM;
	}

	const struct xdp_umem_reg memory = { .addr = (uintptr_t)ring->umem,
					     .len = UMEM_BYTES,
					     .chunk_size = DM_XDP_FRAME_BYTES };
	int error = set(ring->fd, XDP_UMEM_REG, &memory, sizeof(memory));

	/* Nothing is received, but a umem is not complete without a fill ring. */
	if (error == 0)
		error = set(ring->fd, XDP_UMEM_FILL_RING, &frames, sizeof(frames));
	if (error == 0)
		error = set(ring->fd, XDP_UMEM_COMPLETION_RING, &frames, sizeof(frames));
	if (error == 0)
		error = set(ring->fd, XDP_TX_RING, &frames, sizeof(frames));
	if (setsockopt(ring->fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)) < 0)
		(void)setsockopt(ring->fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	return error;
}

static int set_up_rings(struct dm_xdp_ring *ring)
{
	struct xdp_mmap_offsets offsets;
	socklen_t bytes = sizeof(offsets);

	if (getsockopt(ring->fd, SOL_XDP, XDP_MMAP_OFFSETS, &offsets, &bytes) < 0)
		return -errno;
	if (bytes != sizeof(offsets)) /* without the flags of Linux 5.4 */
		return -EAFNOSUPPORT;

	const int error = map_ring(ring, &ring->transmit, &offsets.tx, sizeof(struct xdp_desc),
				   XDP_PGOFF_TX_RING);

	return error < 0 ? error
			 : map_ring(ring, &ring->completed, &offsets.cr, sizeof(uint64_t),
				    (off_t)XDP_UMEM_PGOFF_COMPLETION_RING);
}

/* In copy mode every send needs its call, so XDP_USE_NEED_WAKEUP would save none. */
static int bind_to(const struct dm_xdp_ring *ring, int interface, uint32_t queue)
{
	const struct sockaddr_xdp address = { .sxdp_family = AF_XDP,
					      .sxdp_flags = XDP_COPY,
					      .sxdp_ifindex = (uint32_t)interface,
					      .sxdp_queue_id = queue };

	return bind(ring->fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
}

/* All but the interface. */
static int prepare(struct dm_xdp_ring **out)
{
	struct dm_xdp_ring *ring = calloc(1, sizeof(*ring));
	int error;

	*out = NULL;
	if (!ring)
		return -ENOMEM;
	ring->fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	error = ring->fd < 0 ? -errno : set_up_memory(ring);
	if (error == 0)
		error = set_up_rings(ring);
	if (error < 0) {
		dm_xdp_ring_close(ring);
		return error;
	}
	*out = ring;
	return 0;
}

int dm_xdp_ring_probe(void)
{
	struct dm_xdp_ring *ring;
	const int error = prepare(&ring);

	dm_xdp_ring_close(ring);
	return error;
}

int dm_xdp_ring_open(struct dm_xdp_ring **out, int interface, uint32_t queue)
{
	struct dm_xdp_ring *ring;
	int error = prepare(&ring);

	*out = NULL;
	if (error < 0)
		return error;
	error = bind_to(ring, interface, queue);
	if (error < 0) {
		dm_xdp_ring_close(ring);
		return error;
	}
	while (ring->free_count < FRAMES) {
		ring->free[ring->free_count] = (uint64_t)ring->free_count * DM_XDP_FRAME_BYTES;
		ring->free_count++;
	}
	*out = ring;
	return 0;
}

void dm_xdp_ring_close(struct dm_xdp_ring *ring)
{
	if (!ring)
		return;
	if (ring->transmit.map)
		munmap(ring->transmit.map, ring->transmit.map_bytes);
	if (ring->completed.map)
		munmap(ring->completed.map, ring->completed.map_bytes);
	if (ring->fd >= 0)
		close(ring->fd);
	if (ring->umem)
		munmap(ring->umem, UMEM_BYTES);
	free(ring);
}

/* Takes back the frames that have left. */
static void reclaim(struct dm_xdp_ring *ring)
{
	const uint64_t *const done = ring->completed.entries;
	const uint32_t end = atomic_load_explicit(ring->completed.producer, memory_order_acquire);
	uint32_t at = atomic_load_explicit(ring->completed.consumer, memory_order_relaxed);

	while (at != end && ring->free_count < FRAMES)
		ring->free[ring->free_count++] = done[at++ % FRAMES];
	atomic_store_explicit(ring->completed.consumer, at, memory_order_release);
}

uint8_t *dm_xdp_ring_reserve(struct dm_xdp_ring *ring)
{
	if (ring->free_count == 0)
		reclaim(ring);
	return ring->free_count == 0 ? NULL : ring->umem + ring->free[ring->free_count - 1];
}

void dm_xdp_ring_commit(struct dm_xdp_ring *ring, uint32_t bytes)
{
	struct xdp_desc *const entries = ring->transmit.entries;

	/* As many entries as frames: there is always room. */
	entries[ring->head++ % FRAMES] = (struct xdp_desc){ .addr = ring->free[--ring->free_count],
							    .len = bytes };
	atomic_store_explicit(ring->transmit.producer, ring->head, memory_order_release);
}

uint32_t dm_xdp_ring_queued(const struct dm_xdp_ring *ring)
{
	return ring->head - atomic_load_explicit(ring->transmit.consumer, memory_order_acquire);
}

int dm_xdp_ring_kick(struct dm_xdp_ring *ring, int64_t *calls, int64_t *lost)
{
	int futile = 0;

	for (uint32_t left = dm_xdp_ring_queued(ring); left > 0 && futile < FUTILE_CALLS;) {
		const int error = sendto(ring->fd, NULL, 0, MSG_DONTWAIT, NULL, 0) < 0 ? errno : 0;
		const uint32_t before = left;

		++*calls;
		left = dm_xdp_ring_queued(ring);
		futile = left < before ? 0 : futile + 1;
		/* EBUSY: the frame it took last was dropped. EAGAIN: more than one call's worth, or
		 * the driver is full; ENOBUFS: the socket's memory or the completion ring is. */
		if (error == EBUSY)
			++*lost;
		else if (error && error != EAGAIN && error != ENOBUFS && error != EINTR)
			return -error;
		reclaim(ring);
	}
	return 0;
}
