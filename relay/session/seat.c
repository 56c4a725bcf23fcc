#include "session/seat.h"

#include "session/interpretation_private.h"

#include <string.h>

bool dm_seat_is_taken(const struct dm_seat *seat)
{
	return seat->who.id[0] != '\0';
}

bool dm_seat_is_open(const struct dm_seat *seat)
{
	return seat->mic == DM_MIC_MUTED || seat->mic == DM_MIC_ON_AIR;
}

bool dm_booth_find(const struct dm_interpretation *interpretation, const char *participant,
		   uint8_t *booth, uint8_t *seat)
{
	if (participant[0] == '\0')
		return false; /* as a free seat */
	for (size_t b = 0; b < interpretation->booth_count; b++) {
		for (uint8_t s = 0; s < DM_SEATS_MAX; s++) {
			if (strcmp(interpretation->booths[b].seats[s].who.id, participant) == 0) {
				*booth = (uint8_t)b;
				*seat = s;
				return true;
			}
		}
	}
	return false;
}

struct dm_seating dm_interpretation_seating(struct dm_interpretation *interpretation, uint8_t booth,
					    uint8_t seat)
{
	return (struct dm_seating){
		.booth = &interpretation->booths[booth],
		.seat = &interpretation->booths[booth].seats[seat],
		.booth_number = booth,
		.seat_number = seat,
	};
}

bool dm_interpretation_seat(struct dm_interpretation *interpretation, const char *participant,
			    struct dm_seating *seating)
{
	uint8_t booth;
	uint8_t seat;

	if (!dm_booth_find(interpretation, participant, &booth, &seat))
		return false;
	*seating = dm_interpretation_seating(interpretation, booth, seat);
	return true;
}

bool dm_interpretation_enter(struct dm_interpretation *interpretation, const char *participant,
			     dm_usec now, struct dm_seating *seating)
{
	dm_interpretation_advance(interpretation, now);
	return dm_interpretation_seat(interpretation, participant, seating);
}

uint8_t dm_seat_channel(const struct dm_booth *booth, const struct dm_seat *seat)
{
	return booth->options->outputs[seat->output];
}

enum dm_reason dm_seat_unfit(const struct dm_seat *seat)
{
	if (seat->hold == DM_HOLD_OFF)
		return DM_REASON_FORCED_OFF;
	if (seat->hold == DM_HOLD_MUTED)
		return DM_REASON_FORCED_MUTED;
	return seat->link == DM_LINK_ALIVE ? DM_REASON_DONE : DM_REASON_NO_LINK;
}

void dm_seat_set_mic(struct dm_interpretation *interpretation, const struct dm_seating *seating,
		     enum dm_mic mic)
{
	struct dm_seat *seat = seating->seat;
	const bool was_open = dm_seat_is_open(seat);

	if (seat->mic == mic)
		return;
	seat->mic = mic;
	seat->mic_since = interpretation->now;
	if (!dm_seat_is_open(seat))
		seat->fallen = false;
	else if (!was_open)
		seat->opened_at = interpretation->now;
	dm_interpretation_tell(interpretation, DM_CHANGE_MICROPHONE, seating,
			       dm_seat_channel(seating->booth, seat), (uint8_t)mic);
}

void dm_seat_set_hold(struct dm_interpretation *interpretation, const struct dm_seating *seating,
		      enum dm_hold hold)
{
	if (seating->seat->hold == hold)
		return;
	seating->seat->hold = hold;
	dm_interpretation_tell(interpretation, DM_CHANGE_HELD, seating, DM_NOBODY, (uint8_t)hold);
}

void dm_seat_empty(struct dm_seat *seat)
{
	*seat = (struct dm_seat){ .mic = DM_MIC_OFF };
}
