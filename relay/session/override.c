#include "session/override.h"

#include "session/interlock.h"

static struct dm_ruling done(struct dm_interpretation *interpretation)
{
	dm_interpretation_settle(interpretation);
	return dm_ruling_of(DM_REASON_DONE);
}

struct dm_ruling dm_override_off(struct dm_interpretation *interpretation, const char *participant,
				 dm_usec now)
{
	struct dm_seating seating;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	if (seating.seat->hold == DM_HOLD_OFF)
		return dm_ruling_of(DM_REASON_ALREADY_FORCED);
	dm_seat_set_hold(interpretation, &seating, DM_HOLD_OFF);
	dm_seat_set_mic(interpretation, &seating, DM_MIC_OFF);
	return done(interpretation);
}

struct dm_ruling dm_override_mute(struct dm_interpretation *interpretation, const char *participant,
				  dm_usec now)
{
	struct dm_seating seating;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	if (seating.seat->hold == DM_HOLD_MUTED)
		return dm_ruling_of(DM_REASON_ALREADY_FORCED);
	if (!dm_seat_is_open(seating.seat))
		return dm_ruling_of(DM_REASON_MICROPHONE_OFF);
	dm_seat_set_hold(interpretation, &seating, DM_HOLD_MUTED);
	dm_seat_set_mic(interpretation, &seating, DM_MIC_MUTED);
	return done(interpretation);
}

struct dm_ruling dm_override_release(struct dm_interpretation *interpretation,
				     const char *participant, dm_usec now)
{
	struct dm_seating seating;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	if (seating.seat->hold == DM_HOLD_NONE)
		return dm_ruling_of(DM_REASON_NOT_FORCED);
	dm_seat_set_hold(interpretation, &seating, DM_HOLD_NONE);
	return done(interpretation);
}

struct dm_ruling dm_override_on(struct dm_interpretation *interpretation, const char *participant,
				enum dm_output output, dm_usec now)
{
	struct dm_seating seating;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	if (seating.seat->link != DM_LINK_ALIVE)
		return dm_ruling_of(DM_REASON_NO_LINK);
	if (seating.booth->options->outputs[output] == 0) {
		return dm_ruling_about(DM_REASON_NO_OUTPUT, seating.booth_number, DM_NOBODY,
				       DM_NOBODY);
	}
	if (seating.seat->mic == DM_MIC_ON_AIR && seating.seat->output == output)
		return dm_ruling_of(DM_REASON_ALREADY_ON_AIR);
	dm_seat_set_hold(interpretation, &seating, DM_HOLD_NONE);
	dm_interlock_put_on_air(interpretation, &seating, output);
	return done(interpretation);
}

/* A free seat; false when there is none. */
static bool find_free(struct dm_interpretation *interpretation, uint8_t booth,
		      struct dm_seating *seating)
{
	for (uint8_t s = 0; s < DM_SEATS_MAX; s++) {
		*seating = dm_interpretation_seating(interpretation, booth, s);
		if (!dm_seat_is_taken(seating->seat))
			return true;
	}
	return false;
}

struct dm_ruling dm_override_move(struct dm_interpretation *interpretation, const char *participant,
				  uint8_t booth, dm_usec now)
{
	struct dm_seating from;
	struct dm_seating to;

	dm_interpretation_advance(interpretation, now);
	if (!dm_interpretation_seat(interpretation, participant, &from))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	if (booth >= interpretation->booth_count)
		return dm_ruling_of(DM_REASON_NO_SUCH_BOOTH);
	if (booth == from.booth_number) {
		return dm_ruling_about(DM_REASON_SAME_BOOTH, booth, from.seat_number, DM_NOBODY);
	}
	if (!find_free(interpretation, booth, &to))
		return dm_ruling_about(DM_REASON_BOOTH_FULL, booth, DM_NOBODY, DM_NOBODY);

	dm_handover_release(interpretation, &from);
	dm_seat_set_mic(interpretation, &from, DM_MIC_OFF);
	dm_interpretation_tell(interpretation, DM_CHANGE_LEFT, &from, DM_NOBODY, 0);
	to.seat->who = from.seat->who;
	to.seat->link = from.seat->link;
	to.seat->silent_since = from.seat->silent_since;
	to.seat->lost_at = from.seat->lost_at;
	to.seat->mic_since = interpretation->now;
	dm_seat_empty(from.seat);
	if (from.booth->shift.seat == from.seat_number)
		dm_shift_init(&from.booth->shift);
	dm_interpretation_tell(interpretation, DM_CHANGE_SEATED, &to, DM_NOBODY, 0);
	return done(interpretation);
}

struct dm_ruling dm_override_on_air_max(struct dm_interpretation *interpretation, uint8_t booth,
					uint8_t count, dm_usec now)
{
	const struct dm_change change = {
		.kind = DM_CHANGE_ON_AIR_MAX,
		.booth = booth,
		.seat = DM_NOBODY,
		.channel = DM_NOBODY,
		.detail = count,
		.at = now,
	};

	dm_interpretation_advance(interpretation, now);
	if (booth >= interpretation->booth_count)
		return dm_ruling_of(DM_REASON_NO_SUCH_BOOTH);
	if (count == 0 || count > DM_SEATS_MAX)
		return dm_ruling_of(DM_REASON_BAD_LIMIT);
	if (interpretation->booths[booth].on_air_max == count)
		return dm_ruling_of(DM_REASON_DONE);
	interpretation->booths[booth].on_air_max = count;
	dm_changes_put(&interpretation->changes, &change);
	dm_interlock_thin_out(interpretation, booth, DM_NOBODY);
	return done(interpretation);
}
