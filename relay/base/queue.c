#include "base/queue.h"

#include <errno.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_LINE_BYTES  64 /* x86-64 and most arm64 */
#define CAPACITY_MAX      65536
#define MESSAGE_BYTES_MAX 4096

/* D. Vyukov's bounded queue: each cell carries a ticket. A cell at position p is free for the
 * producer of turn t when its ticket is t (t mod capacity = p), and full for the consumer when it
 * is t + 1. Only the ticket says who may touch the message, so the copy needs no atomics. */
struct cell {
	_Atomic size_t ticket;
	unsigned char message[];
};

struct dm_queue {
	/* What only one side writes has a cache line of its own. */
	alignas(CACHE_LINE_BYTES) _Atomic size_t tail; /* next turn to push */
	alignas(CACHE_LINE_BYTES) size_t head;         /* next turn to pop; consumer only */
	alignas(CACHE_LINE_BYTES) _Atomic uint64_t refused;
	alignas(CACHE_LINE_BYTES) size_t mask; /* capacity - 1 */
	size_t message_bytes;
	size_t cell_bytes;
	unsigned char *cells; /* owned */
};

static struct cell *cell_at(const struct dm_queue *queue, size_t turn)
{
	return (struct cell *)(void *)(queue->cells + (turn & queue->mask) * queue->cell_bytes);
}

static bool is_power_of_two(size_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

int dm_queue_create(struct dm_queue **out, size_t capacity, size_t message_bytes)
{
	*out = NULL;
	if (!is_power_of_two(capacity) || capacity < 2 || capacity > CAPACITY_MAX)
		return -EINVAL;
	if (message_bytes < 1 || message_bytes > MESSAGE_BYTES_MAX)
		return -EINVAL;

	struct dm_queue *queue = aligned_alloc(alignof(struct dm_queue), sizeof(*queue));

	if (!queue)
		return -ENOMEM;
	memset(queue, 0, sizeof(*queue));
	queue->mask = capacity - 1;
	queue->message_bytes = message_bytes;

	const size_t unit = alignof(struct cell);

	queue->cell_bytes = (sizeof(struct cell) + message_bytes + unit - 1) / unit * unit;
	queue->cells = calloc(capacity, queue->cell_bytes);
	if (!queue->cells) {
		free(queue);
		return -ENOMEM;
	}
	for (size_t turn = 0; turn < capacity; turn++)
		atomic_init(&cell_at(queue, turn)->ticket, turn);
	*out = queue;
	return 0;
}

void dm_queue_destroy(struct dm_queue *queue)
{
	if (!queue)
		return;
	free(queue->cells);
	free(queue);
}

bool dm_queue_push(struct dm_queue *queue, const void *message)
{
	size_t turn = atomic_load_explicit(&queue->tail, memory_order_relaxed);

	for (;;) {
		struct cell *cell = cell_at(queue, turn);
		const size_t ticket = atomic_load_explicit(&cell->ticket, memory_order_acquire);
		const ptrdiff_t ahead = (ptrdiff_t)(ticket - turn);

		if (ahead < 0) { /* still holds the message of one round ago: full */
			atomic_fetch_add_explicit(&queue->refused, 1, memory_order_relaxed);
			return false;
		}
		if (ahead > 0) { /* another producer took this turn */
			turn = atomic_load_explicit(&queue->tail, memory_order_relaxed);
			continue;
		}
		if (!atomic_compare_exchange_weak_explicit(&queue->tail, &turn, turn + 1,
							   memory_order_relaxed,
							   memory_order_relaxed))
			continue; /* `turn` is now the newer tail */

		memcpy(cell->message, message, queue->message_bytes);
		atomic_store_explicit(&cell->ticket, turn + 1, memory_order_release);
		return true;
	}
}

bool dm_queue_pop(struct dm_queue *queue, void *message)
{
	struct cell *cell = cell_at(queue, queue->head);

	if (atomic_load_explicit(&cell->ticket, memory_order_acquire) != queue->head + 1)
		return false; /* empty, or its producer is still copying */

	memcpy(message, cell->message, queue->message_bytes);

	/* Free for the producer of the next round. */
	atomic_store_explicit(&cell->ticket, queue->head + queue->mask + 1, memory_order_release);
	queue->head++;
	return true;
}

uint64_t dm_queue_refused(const struct dm_queue *queue)
{
	return atomic_load_explicit(&queue->refused, memory_order_relaxed);
}
