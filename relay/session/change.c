#include "session/change.h"

void dm_changes_put(struct dm_changes *changes, const struct dm_change *change)
{
	if (changes->count == DM_CHANGES_MAX) {
		changes->first = (changes->first + 1) % DM_CHANGES_MAX;
		changes->count--;
		changes->forgotten++;
	}
	changes->list[(changes->first + changes->count) % DM_CHANGES_MAX] = *change;
	changes->count++;
}

bool dm_changes_take(struct dm_changes *changes, struct dm_change *change)
{
	if (changes->count == 0)
		return false;
	*change = changes->list[changes->first];
	changes->first = (changes->first + 1) % DM_CHANGES_MAX;
	changes->count--;
	return true;
}

const char *dm_change_kind_name(enum dm_change_kind kind)
{
	static const char *const names[DM_CHANGE_KINDS] = {
		[DM_CHANGE_SEATED] = "seated",
		[DM_CHANGE_LEFT] = "left",
		[DM_CHANGE_LINK] = "link",
		[DM_CHANGE_MICROPHONE] = "microphone",
		[DM_CHANGE_HELD] = "held",
		[DM_CHANGE_CONSENT] = "consent",
		[DM_CHANGE_TOOK_OVER] = "took-over",
		[DM_CHANGE_ON_AIR_MAX] = "on-air-max",
		[DM_CHANGE_HANDOVER] = "handover",
		[DM_CHANGE_HANDOVER_ENDED] = "handover-ended",
		[DM_CHANGE_PROGRAMME] = "programme",
		[DM_CHANGE_INCOMING] = "incoming",
		[DM_CHANGE_FLOOR_LANGUAGE] = "floor-language",
		[DM_CHANGE_SHIFT] = "shift",
		[DM_CHANGE_SLOW_DOWN] = "slow-down",
		[DM_CHANGE_CALL] = "call",
	};

	return names[kind];
}
