#include "transport/replay.h"

static uint64_t *word_of(struct dm_replay *replay, uint64_t index)
{
	return &replay->seen[index / 64 & (replay->words - 1)];
}

bool dm_replay_is_fresh(const struct dm_replay *replay, uint64_t index)
{
	if (index >= replay->next)
		return true;
	if (replay->next - 1 - index >= dm_replay_window(replay))
		return false;
	return !(replay->seen[index / 64 & (replay->words - 1)] & UINT64_C(1) << index % 64);
}

void dm_replay_take(struct dm_replay *replay, uint64_t index)
{
	if (index >= replay->next) {
		/* The words that the window moves into; all of them after a long way. */
		const uint64_t newest = replay->next > 0 ? (replay->next - 1) / 64 : 0;
		const uint64_t steps = index / 64 - newest;

		for (uint64_t i = 1; i <= steps && i <= replay->words; i++)
			*word_of(replay, (newest + i) * 64) = 0;
		replay->next = index + 1;
	}
	*word_of(replay, index) |= UINT64_C(1) << index % 64;
}
