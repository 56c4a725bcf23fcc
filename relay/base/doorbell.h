/* relay/base/doorbell.h
 *
 * Wakes one event loop from other threads: an eventfd that is written only when the loop has
 * not been rung since it last answered, so that a thousand rings cost one system call.
 *
 * Thread: ring from any; answer only from the loop that waits on the descriptor.
 */
#ifndef DM_BASE_DOORBELL_H
#define DM_BASE_DOORBELL_H

#include <stdatomic.h>
#include <stdbool.h>

struct dm_doorbell {
	int fd; /* owned; readable after a ring until the answer */
	_Atomic bool rung;
};

/* Returns 0 or -errno of eventfd(2). */
int dm_doorbell_init(struct dm_doorbell *doorbell);
void dm_doorbell_finish(struct dm_doorbell *doorbell);

void dm_doorbell_ring(struct dm_doorbell *doorbell);

/* Call on waking, before looking for work: what is rung after this wakes again. */
void dm_doorbell_answer(struct dm_doorbell *doorbell);

#endif
