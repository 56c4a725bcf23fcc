#include "session/slow_down.h"

#include "session/interpretation_private.h"

#include <string.h>

/* Only the number is told, never who or from where. */
static void tell(struct dm_interpretation *interpretation)
{
	dm_interpretation_tell(interpretation, DM_CHANGE_SLOW_DOWN, NULL, DM_NOBODY,
			       interpretation->slow_down.count);
}

struct dm_ruling dm_slow_down_ask(struct dm_interpretation *interpretation, const char *participant,
				  dm_usec now)
{
	struct dm_slow_down *slow_down = &interpretation->slow_down;
	struct dm_seating seating;
	uint8_t n = 0;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	while (n < slow_down->count && strcmp(slow_down->list[n].participant, participant) != 0)
		n++;
	if (n < slow_down->count && now - slow_down->list[n].at < DM_SLOW_DOWN_AGAIN)
		return dm_ruling_of(DM_REASON_TOO_SOON);
	if (n == DM_SLOW_DOWN_MAX)
		return dm_ruling_of(DM_REASON_TOO_MANY);
	if (n == slow_down->count)
		slow_down->count++;
	strcpy(slow_down->list[n].participant, seating.seat->who.id);
	slow_down->list[n].at = now;
	tell(interpretation);
	return dm_ruling_of(DM_REASON_DONE);
}

uint8_t dm_slow_down_count(const struct dm_interpretation *interpretation)
{
	return interpretation->slow_down.count;
}

void dm_slow_down_run(struct dm_interpretation *interpretation)
{
	struct dm_slow_down *slow_down = &interpretation->slow_down;
	const uint8_t before = slow_down->count;

	for (uint8_t n = slow_down->count; n-- > 0;) {
		if (interpretation->now - slow_down->list[n].at >= DM_SLOW_DOWN_SHOWN)
			slow_down->list[n] = slow_down->list[--slow_down->count];
	}
	if (slow_down->count != before)
		tell(interpretation);
}

dm_usec dm_slow_down_next(const struct dm_slow_down *slow_down)
{
	dm_usec next = DM_USEC_NEVER;

	for (uint8_t n = 0; n < slow_down->count; n++) {
		if (slow_down->list[n].at + DM_SLOW_DOWN_SHOWN < next)
			next = slow_down->list[n].at + DM_SLOW_DOWN_SHOWN;
	}
	return next;
}
