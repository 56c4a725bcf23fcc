#include "session/booth.h"

#include "session/interlock.h"

#include <string.h>

static struct dm_ruling done(struct dm_interpretation *interpretation)
{
	dm_interpretation_settle(interpretation);
	return dm_ruling_of(DM_REASON_DONE);
}

static bool is_name(const struct dm_participant *who)
{
	return who->id[0] && memchr(who->id, '\0', sizeof(who->id)) &&
	       memchr(who->name, '\0', sizeof(who->name));
}

struct dm_ruling dm_booth_sit(struct dm_interpretation *interpretation, uint8_t booth,
			      const struct dm_participant *who, dm_usec now)
{
	struct dm_seating seating;

	dm_interpretation_advance(interpretation, now);
	if (booth >= interpretation->booth_count)
		return dm_ruling_of(DM_REASON_NO_SUCH_BOOTH);
	if (!is_name(who))
		return dm_ruling_of(DM_REASON_BAD_PARTICIPANT);
	if (dm_interpretation_seat(interpretation, who->id, &seating)) {
		return dm_ruling_about(DM_REASON_ALREADY_SEATED, seating.booth_number,
				       seating.seat_number, DM_NOBODY);
	}
	for (uint8_t s = 0; s < DM_SEATS_MAX; s++) {
		seating = dm_interpretation_seating(interpretation, booth, s);
		if (dm_seat_is_taken(seating.seat))
			continue;
		seating.seat->who = *who;
		seating.seat->mic_since = interpretation->now;
		dm_interpretation_tell(interpretation, DM_CHANGE_SEATED, &seating, DM_NOBODY, 0);
		return done(interpretation);
	}
	return dm_ruling_about(DM_REASON_BOOTH_FULL, booth, DM_NOBODY, DM_NOBODY);
}

struct dm_ruling dm_booth_leave(struct dm_interpretation *interpretation, const char *participant,
				dm_usec now)
{
	struct dm_seating seating;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	dm_handover_release(interpretation, &seating);
	dm_seat_set_mic(interpretation, &seating, DM_MIC_OFF);
	dm_interpretation_tell(interpretation, DM_CHANGE_LEFT, &seating, DM_NOBODY, 0);
	dm_seat_empty(seating.seat);
	if (seating.booth->shift.seat == seating.seat_number)
		dm_shift_init(&seating.booth->shift); /* the next one here has not worked yet */
	return done(interpretation);
}

struct dm_ruling dm_booth_link_alive(struct dm_interpretation *interpretation,
				     const char *participant, dm_usec now)
{
	struct dm_seating seating;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	if (seating.seat->link == DM_LINK_ALIVE)
		return dm_ruling_of(DM_REASON_DONE);
	seating.seat->link = DM_LINK_ALIVE;
	seating.seat->fallen = false;
	dm_interpretation_tell(interpretation, DM_CHANGE_LINK, &seating, DM_NOBODY, DM_LINK_ALIVE);
	return done(interpretation);
}

/* The hot stand-by has the microphone at once instead of the one whose link has died. */
static void take_over(struct dm_interpretation *interpretation, const struct dm_seating *lost)
{
	if (!dm_seat_is_open(lost->seat) || lost->seat->hold != DM_HOLD_NONE ||
	    !lost->seat->consents)
		return;
	for (uint8_t s = 0; s < DM_SEATS_MAX; s++) {
		const struct dm_seating standby = dm_interpretation_seating(interpretation,
									    lost->booth_number, s);

		if (standby.seat->mic != DM_MIC_STANDBY)
			continue;
		standby.seat->output = lost->seat->output;
		dm_seat_set_mic(interpretation, lost, DM_MIC_OFF);
		dm_seat_set_mic(interpretation, &standby, DM_MIC_ON_AIR);
		dm_interpretation_tell(interpretation, DM_CHANGE_TOOK_OVER, &standby,
				       dm_seat_channel(standby.booth, standby.seat), 0);
		return;
	}
}

struct dm_ruling dm_booth_link_lost(struct dm_interpretation *interpretation,
				    const char *participant, dm_usec silent_since, dm_usec now)
{
	struct dm_seating seating;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	if (seating.seat->link == DM_LINK_LOST)
		return dm_ruling_of(DM_REASON_DONE);
	seating.seat->link = DM_LINK_LOST;
	seating.seat->lost_at = interpretation->now;
	seating.seat->silent_since = silent_since < interpretation->now ? silent_since
									: interpretation->now;
	dm_interpretation_tell(interpretation, DM_CHANGE_LINK, &seating, DM_NOBODY, DM_LINK_LOST);
	dm_handover_release(interpretation, &seating);
	take_over(interpretation, &seating);
	dm_booth_run(interpretation, seating.booth_number);
	return done(interpretation);
}

struct dm_ruling dm_booth_on(struct dm_interpretation *interpretation, const char *participant,
			     enum dm_output output, dm_usec now)
{
	struct dm_seating seating;
	struct dm_ruling ruling;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	if (dm_seat_unfit(seating.seat) != DM_REASON_DONE)
		return dm_ruling_of(dm_seat_unfit(seating.seat));
	if (seating.booth->options->outputs[output] == 0)
		return dm_ruling_about(DM_REASON_NO_OUTPUT, seating.booth_number, DM_NOBODY,
				       DM_NOBODY);
	if (seating.seat->mic == DM_MIC_ON_AIR && seating.seat->output == output)
		return dm_ruling_of(DM_REASON_ALREADY_ON_AIR);

	ruling = dm_interlock_check(interpretation, &seating,
				    seating.booth->options->outputs[output]);
	if (ruling.reason != DM_REASON_DONE)
		return ruling;
	dm_interlock_put_on_air(interpretation, &seating, output);
	return done(interpretation);
}

struct dm_ruling dm_booth_mute(struct dm_interpretation *interpretation, const char *participant,
			       dm_usec now)
{
	struct dm_seating seating;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	if (seating.seat->mic == DM_MIC_MUTED)
		return dm_ruling_of(DM_REASON_ALREADY_MUTED);
	if (seating.seat->mic != DM_MIC_ON_AIR)
		return dm_ruling_of(DM_REASON_MICROPHONE_OFF);
	dm_seat_set_mic(interpretation, &seating, DM_MIC_MUTED);
	return done(interpretation);
}

struct dm_ruling dm_booth_off(struct dm_interpretation *interpretation, const char *participant,
			      dm_usec now)
{
	struct dm_seating seating;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	if (seating.seat->mic == DM_MIC_STANDBY)
		return dm_booth_consent(interpretation, participant, false, now);
	if (seating.seat->mic == DM_MIC_OFF)
		return dm_ruling_of(DM_REASON_ALREADY_OFF);
	dm_handover_release(interpretation, &seating);
	dm_seat_set_mic(interpretation, &seating, DM_MIC_OFF);
	return done(interpretation);
}

struct dm_ruling dm_booth_consent(struct dm_interpretation *interpretation, const char *participant,
				  bool consents, dm_usec now)
{
	struct dm_seating seating;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	if (seating.seat->consents == consents)
		return dm_ruling_of(DM_REASON_DONE);
	seating.seat->consents = consents;
	dm_interpretation_tell(interpretation, DM_CHANGE_CONSENT, &seating, DM_NOBODY, consents);
	return done(interpretation);
}

static bool can_stand_by(const struct dm_booth *booth, uint8_t number)
{
	const struct dm_seat *seat = &booth->seats[number];

	if (!seat->consents || dm_seat_unfit(seat) != DM_REASON_DONE)
		return false;
	for (uint8_t s = 0; s < DM_SEATS_MAX; s++) {
		if (s != number && dm_seat_is_open(&booth->seats[s]) && booth->seats[s].consents)
			return true;
	}
	return false;
}

void dm_booth_arm_standby(struct dm_interpretation *interpretation, uint8_t booth)
{
	for (uint8_t s = 0; s < DM_SEATS_MAX; s++) {
		const struct dm_seating seating = dm_interpretation_seating(interpretation, booth,
									    s);

		if (!dm_seat_is_open(seating.seat)) {
			dm_seat_set_mic(interpretation, &seating,
					can_stand_by(seating.booth, s) ? DM_MIC_STANDBY
								       : DM_MIC_OFF);
		}
	}
}

/* Microphones whose link died: the channel falls back, and later they go off. */
void dm_booth_run(struct dm_interpretation *interpretation, uint8_t booth)
{
	for (uint8_t s = 0; s < DM_SEATS_MAX; s++) {
		const struct dm_seating seating = dm_interpretation_seating(interpretation, booth,
									    s);
		struct dm_seat *seat = seating.seat;

		if (!dm_seat_is_open(seat) || seat->link != DM_LINK_LOST)
			continue;
		if (interpretation->now >= seat->lost_at + DM_LINK_KEPT)
			dm_seat_set_mic(interpretation, &seating, DM_MIC_OFF);
		else if (interpretation->now >= seat->silent_since + DM_LINK_GRACE)
			seat->fallen = true;
	}
}

dm_usec dm_booth_next(const struct dm_booth *booth)
{
	dm_usec next = DM_USEC_NEVER;

	for (uint8_t s = 0; s < DM_SEATS_MAX; s++) {
		const struct dm_seat *seat = &booth->seats[s];
		dm_usec at;

		if (!dm_seat_is_open(seat) || seat->link != DM_LINK_LOST)
			continue;
		at = seat->fallen ? seat->lost_at + DM_LINK_KEPT
				  : seat->silent_since + DM_LINK_GRACE;
		if (at < next)
			next = at;
	}
	return next;
}
