#include "rtp/rewriter.h"

#include <assert.h>
#include <stddef.h>

#define SEQUENCE_HALF 0x8000U /* half the circle of sequence numbers (RFC 1982, 3.2) */

void dm_rewriter_init(struct dm_rewriter *rewriter, uint16_t sequence, uint32_t timestamp_offset)
{
	assert(sequence < SEQUENCE_HALF);
	*rewriter = (struct dm_rewriter){
		.origin_sequence = sequence,
		.next_sequence = sequence,
		.timestamp_offset = timestamp_offset,
	};
}

unsigned dm_rewriter_bind(struct dm_rewriter *rewriter, uint64_t first_index)
{
	const struct dm_rewriter_binding *current = &rewriter->bindings[rewriter->current];

	if (rewriter->bound_count == 0) {
		rewriter->bound_count = 1;
	} else if (current->first_sequence != rewriter->next_sequence) {
		rewriter->current = (uint8_t)((rewriter->current + 1U) % DM_REWRITER_BINDINGS);
		if (rewriter->bound_count < DM_REWRITER_BINDINGS)
			rewriter->bound_count++;
	}
	rewriter->bindings[rewriter->current] = (struct dm_rewriter_binding){
		.first_index = first_index,
		.first_sequence = rewriter->next_sequence,
	};
	return rewriter->current;
}

uint64_t dm_rewriter_map(struct dm_rewriter *rewriter, uint64_t index)
{
	const struct dm_rewriter_binding *binding = &rewriter->bindings[rewriter->current];

	assert(rewriter->bound_count > 0 && index >= binding->first_index);

	const uint64_t sequence = binding->first_sequence + (index - binding->first_index);

	if (sequence >= rewriter->next_sequence)
		rewriter->next_sequence = sequence + 1;
	return sequence;
}

bool dm_rewriter_find(const struct dm_rewriter *rewriter, uint16_t sequence, unsigned *slot,
		      uint64_t *index, uint64_t *extended_sequence)
{
	/* How far behind the newest sent, 0 being that itself. */
	const uint64_t behind = (uint16_t)(rewriter->next_sequence - 1 - sequence);

	if (behind >= SEQUENCE_HALF ||
	    behind >= rewriter->next_sequence - rewriter->origin_sequence)
		return false;

	const uint64_t wanted = rewriter->next_sequence - 1 - behind;

	/* From the newest binding back: the first that begins early enough sent it. */
	for (unsigned age = 0; age < rewriter->bound_count; age++) {
		const unsigned candidate = (rewriter->current + DM_REWRITER_BINDINGS - age) %
					   DM_REWRITER_BINDINGS;
		const struct dm_rewriter_binding *binding = &rewriter->bindings[candidate];

		if (wanted < binding->first_sequence)
			continue;
		*slot = candidate;
		*index = binding->first_index + (wanted - binding->first_sequence);
		*extended_sequence = wanted;
		return true;
	}
	return false;
}
