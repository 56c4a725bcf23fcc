/* client/native/rota.h
 *
 * Whose turn it is: looks after the members of a crowd one slice at a time, so that their reports
 * and checks are spread over time and those with nothing due cost next to nothing.
 *
 * Pure but for what members send. Thread: the one that owns the members' receivers.
 */
#ifndef DM_CLIENT_ROTA_H
#define DM_CLIENT_ROTA_H

#include "member.h"

struct dm_rota_slot {
	struct dm_member *member; /* borrowed until removed */
	dm_usec due;
};

struct dm_rota {
	struct dm_rota_slot *slots; /* owned */
	size_t count;
	size_t cursor;             /* the next one */
	struct dm_member **storms; /* owned: those that are due in every tick */
	size_t storm_count;
};

/* Returns 0 or -ENOMEM. Finish is for failed ones too. */
int dm_rota_init(struct dm_rota *rota, size_t capacity);
void dm_rota_finish(struct dm_rota *rota);

/* Within the capacity. */
void dm_rota_add(struct dm_rota *rota, struct dm_member *member);
void dm_rota_remove(struct dm_rota *rota, const struct dm_member *member);

/* Ticks those of the next `count` members that are due; `on_ticked` looks at each of them. */
typedef void dm_rota_cb(void *user, struct dm_member *member);
void dm_rota_turn(struct dm_rota *rota, size_t count, dm_usec now, dm_rota_cb *on_ticked,
		  void *user);

/* Ticks those that send storms of NACKs. */
void dm_rota_storm(struct dm_rota *rota, dm_usec now);

#endif
