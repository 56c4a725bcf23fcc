#include "rota.h"

#include <errno.h>
#include <stdlib.h>

int dm_rota_init(struct dm_rota *rota, size_t capacity)
{
	*rota = (struct dm_rota){
		.slots = calloc(capacity, sizeof(*rota->slots)),
		.storms = calloc(capacity, sizeof(struct dm_member *)),
	};
	return rota->slots && rota->storms ? 0 : -ENOMEM;
}

void dm_rota_finish(struct dm_rota *rota)
{
	free(rota->slots);
	free(rota->storms);
}

void dm_rota_add(struct dm_rota *rota, struct dm_member *member)
{
	rota->slots[rota->count++] = (struct dm_rota_slot){ .member = member };
	if (member->manner == DM_MANNER_STORM)
		rota->storms[rota->storm_count++] = member;
}

void dm_rota_remove(struct dm_rota *rota, const struct dm_member *member)
{
	for (size_t i = 0; i < rota->count; i++)
		if (rota->slots[i].member == member)
			rota->slots[i] = rota->slots[--rota->count];
	for (size_t i = 0; i < rota->storm_count; i++)
		if (rota->storms[i] == member)
			rota->storms[i] = rota->storms[--rota->storm_count];
}

void dm_rota_turn(struct dm_rota *rota, size_t count, dm_usec now, dm_rota_cb *on_ticked,
		  void *user)
{
	for (size_t i = 0; i < count && rota->count; i++) {
		rota->cursor %= rota->count;

		struct dm_rota_slot *slot = &rota->slots[rota->cursor++];

		if (now < slot->due)
			continue;
		dm_receiver_tick(slot->member->receiver, now);
		slot->due = dm_receiver_due(slot->member->receiver);
		on_ticked(user, slot->member);
	}
}

void dm_rota_storm(struct dm_rota *rota, dm_usec now)
{
	for (size_t i = 0; i < rota->storm_count; i++)
		dm_receiver_tick(rota->storms[i]->receiver, now);
}
