/* relay/base/queue.h
 *
 * A bounded queue of fixed-size messages between threads: many producers, one consumer,
 * lock-free, no allocation after create. A full queue refuses: the producer decides what a
 * refusal means, and it is counted.
 *
 * Thread: push from any; pop only from the consumer.
 */
#ifndef DM_BASE_QUEUE_H
#define DM_BASE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dm_queue;

/* `capacity` messages (a power of two, 2..65536) of `message_bytes` each (1..4096).
 * Returns 0, -EINVAL or -ENOMEM; on failure *out is NULL. */
int dm_queue_create(struct dm_queue **out, size_t capacity, size_t message_bytes);

/* NULL is allowed. Messages still inside are dropped; nobody may push any more. */
void dm_queue_destroy(struct dm_queue *queue);

/* Copies the message in. False when full. */
bool dm_queue_push(struct dm_queue *queue, const void *message);

/* Copies the oldest message out. False when empty. */
bool dm_queue_pop(struct dm_queue *queue, void *message);

/* How many pushes were refused since create. */
uint64_t dm_queue_refused(const struct dm_queue *queue);

#endif
