#include "base/doorbell.h"

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

int dm_doorbell_init(struct dm_doorbell *doorbell)
{
	atomic_init(&doorbell->rung, false);
	doorbell->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return doorbell->fd < 0 ? -errno : 0;
}

void dm_doorbell_finish(struct dm_doorbell *doorbell)
{
	if (doorbell->fd >= 0)
		close(doorbell->fd);
	doorbell->fd = -1;
}

void dm_doorbell_ring(struct dm_doorbell *doorbell)
{
	const uint64_t one = 1;

	/* Release: the answer that clears this ring sees the work it was rung for. */
	if (atomic_exchange_explicit(&doorbell->rung, true, memory_order_acq_rel))
		return;

	/* Only EAGAIN could come of it, at 2^64 - 1 rings: the descriptor is readable then too. */
	ssize_t written = write(doorbell->fd, &one, sizeof(one));

	(void)written;
}

void dm_doorbell_answer(struct dm_doorbell *doorbell)
{
	uint64_t count;

	/* First empty the descriptor, then clear the flag. The other way round, a ring between the
	 * two would leave the flag set and the descriptor empty: nobody would ever write again. */
	ssize_t got = read(doorbell->fd, &count, sizeof(count));

	(void)got; /* EAGAIN when nobody rang */
	atomic_exchange_explicit(&doorbell->rung, false, memory_order_acq_rel);
}
