#include "session/interlock.h"

/* Another booth on the channel that can be heard there, or soon again. */
static bool find_holder(struct dm_interpretation *interpretation, uint8_t channel,
			uint8_t not_booth, struct dm_seating *holder)
{
	for (size_t b = 0; b < interpretation->booth_count; b++) {
		if (b == not_booth)
			continue;
		for (uint8_t s = 0; s < DM_SEATS_MAX; s++) {
			*holder = dm_interpretation_seating(interpretation, (uint8_t)b, s);
			if (dm_seat_is_open(holder->seat) && !holder->seat->fallen &&
			    dm_seat_channel(holder->booth, holder->seat) == channel)
				return true;
		}
	}
	return false;
}

static void clear_channel(struct dm_interpretation *interpretation, uint8_t channel,
			  uint8_t for_booth)
{
	for (size_t b = 0; b < interpretation->booth_count; b++) {
		if (b == for_booth)
			continue;
		for (uint8_t s = 0; s < DM_SEATS_MAX; s++) {
			const struct dm_seating other = dm_interpretation_seating(interpretation,
										  (uint8_t)b, s);

			if (dm_seat_is_open(other.seat) &&
			    dm_seat_channel(other.booth, other.seat) == channel)
				dm_seat_set_mic(interpretation, &other, DM_MIC_OFF);
		}
	}
}

/* Of those above the limit: whose link is lost; else who opened first, or last. */
static uint8_t pick_surplus(const struct dm_booth *booth, uint8_t opening)
{
	uint8_t picked = DM_NOBODY;

	for (uint8_t s = 0; s < DM_SEATS_MAX; s++) {
		const struct dm_seat *seat = &booth->seats[s];

		if (s == opening || !dm_seat_is_open(seat))
			continue;
		if (seat->link == DM_LINK_LOST)
			return s;
		if (picked == DM_NOBODY ||
		    (opening == DM_NOBODY ? seat->opened_at >= booth->seats[picked].opened_at
					  : seat->opened_at < booth->seats[picked].opened_at))
			picked = s;
	}
	return picked;
}

static unsigned count_open(const struct dm_booth *booth, uint8_t besides, bool alive_only)
{
	unsigned count = 0;

	for (uint8_t s = 0; s < DM_SEATS_MAX; s++) {
		if (s != besides && dm_seat_is_open(&booth->seats[s]) &&
		    (!alive_only || booth->seats[s].link == DM_LINK_ALIVE))
			count++;
	}
	return count;
}

void dm_interlock_thin_out(struct dm_interpretation *interpretation, uint8_t booth, uint8_t opening)
{
	const struct dm_booth *b = &interpretation->booths[booth];
	const unsigned limit = b->on_air_max - (opening == DM_NOBODY ? 0U : 1U);

	while (count_open(b, opening, false) > limit) {
		const struct dm_seating surplus = dm_interpretation_seating(
			interpretation, booth, pick_surplus(b, opening));

		dm_seat_set_mic(interpretation, &surplus, DM_MIC_OFF);
	}
}

struct dm_ruling dm_interlock_check(struct dm_interpretation *interpretation,
				    const struct dm_seating *seating, uint8_t channel)
{
	const struct dm_booth *booth = seating->booth;
	struct dm_seating holder;

	if (count_open(booth, seating->seat_number, true) >= booth->on_air_max) {
		uint8_t s = 0;

		while (s == seating->seat_number || !dm_seat_is_open(&booth->seats[s]) ||
		       booth->seats[s].link != DM_LINK_ALIVE)
			s++;
		return dm_ruling_about(DM_REASON_PARTNER_ON_AIR, seating->booth_number, s, channel);
	}
	if (find_holder(interpretation, channel, seating->booth_number, &holder)) {
		return dm_ruling_about(DM_REASON_CHANNEL_TAKEN, holder.booth_number,
				       holder.seat_number, channel);
	}
	return dm_ruling_of(DM_REASON_DONE);
}

void dm_interlock_put_on_air(struct dm_interpretation *interpretation,
			     const struct dm_seating *seating, enum dm_output output)
{
	const uint8_t channel = seating->booth->options->outputs[output];

	clear_channel(interpretation, channel, seating->booth_number);
	dm_interlock_thin_out(interpretation, seating->booth_number, seating->seat_number);
	if (seating->seat->output != output) {
		/* Two channels are two openings, for whoever reads the changes. */
		dm_seat_set_mic(interpretation, seating, DM_MIC_OFF);
		seating->seat->output = output;
	}
	dm_seat_set_mic(interpretation, seating, DM_MIC_ON_AIR);
}
