/* relay/transport/replay.h
 *
 * Which packets of one SSRC were taken already, so that none is taken twice (RFC 3711, 3.3.2): a
 * bit for each of the last indices, in a ring of words.
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_TRANSPORT_REPLAY_H
#define DM_TRANSPORT_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dm_replay {
	uint64_t next;  /* one past the highest index taken; 0: none was */
	uint32_t words; /* a power of two, at least 2, set by the owner; the rest starts as zeros */
	uint64_t seen[]; /* that many */
};

/* What comes up to so many indices behind the highest is still told from a repetition. */
static inline uint64_t dm_replay_window(const struct dm_replay *replay)
{
	return 64 * ((uint64_t)replay->words - 1);
}

/* False for a repetition, and for what is too old to know. Below 2^63. */
bool dm_replay_is_fresh(const struct dm_replay *replay, uint64_t index);

/* Only what is fresh, and only once its tag has proven it. */
void dm_replay_take(struct dm_replay *replay, uint64_t index);

#endif
