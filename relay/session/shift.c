#include "session/shift.h"

#include "session/ruling.h"

void dm_shift_init(struct dm_shift *shift)
{
	*shift = (struct dm_shift){
		.seat = DM_NOBODY,
		.off_since = DM_USEC_NEVER,
		.remind_at = DM_USEC_NEVER,
	};
}

void dm_shift_set(struct dm_shift *shift, uint8_t seat, dm_usec length, dm_usec now)
{
	if (seat == DM_NOBODY) {
		if (shift->seat != DM_NOBODY && shift->off_since == DM_USEC_NEVER)
			shift->off_since = now;
		return;
	}
	if (seat == shift->seat) {
		shift->off_since = DM_USEC_NEVER;
		return;
	}
	*shift = (struct dm_shift){
		.seat = seat,
		.started_at = now,
		.off_since = DM_USEC_NEVER,
		.remind_at = now + length,
	};
}

bool dm_shift_run(struct dm_shift *shift, dm_usec now)
{
	if (shift->off_since != DM_USEC_NEVER) {
		if (now - shift->off_since >= DM_SHIFT_REST)
			dm_shift_init(shift);
		return false;
	}
	if (now < shift->remind_at)
		return false;
	shift->remind_at = now + DM_SHIFT_AGAIN;
	if (shift->reminders < UINT8_MAX)
		shift->reminders++;
	return true;
}

dm_usec dm_shift_next(const struct dm_shift *shift)
{
	if (shift->off_since != DM_USEC_NEVER)
		return shift->off_since + DM_SHIFT_REST;
	return shift->remind_at;
}
