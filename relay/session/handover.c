#include "session/handover.h"

#include "session/interlock.h"

static struct dm_ruling done(struct dm_interpretation *interpretation)
{
	dm_interpretation_settle(interpretation);
	return dm_ruling_of(DM_REASON_DONE);
}

static struct dm_ruling about(enum dm_reason reason, const struct dm_seating *seating, uint8_t seat)
{
	return dm_ruling_about(reason, seating->booth_number, seat, DM_NOBODY);
}

/* Could have the microphone from a partner. */
static bool is_eligible(const struct dm_seat *seat)
{
	return dm_seat_is_taken(seat) && !dm_seat_is_open(seat) &&
	       dm_seat_unfit(seat) == DM_REASON_DONE;
}

/* The other one of those whom the handover is between, for sentences. */
static uint8_t other_party(const struct dm_handover *handover, uint8_t seat)
{
	if (seat != handover->from)
		return handover->from;
	if (handover->to != DM_NOBODY)
		return handover->to;
	return handover->invited ? (uint8_t)__builtin_ctz(handover->invited) : DM_NOBODY;
}

static void tell_state(struct dm_interpretation *interpretation, uint8_t booth)
{
	const struct dm_handover *handover = &interpretation->booths[booth].handover;
	const struct dm_seating from = dm_interpretation_seating(interpretation, booth,
								 handover->from);

	dm_interpretation_tell(interpretation, DM_CHANGE_HANDOVER, &from, DM_NOBODY,
			       (uint8_t)handover->state);
}

static void begin(struct dm_interpretation *interpretation, const struct dm_seating *seating,
		  const struct dm_handover *handover)
{
	seating->booth->handover = *handover;
	tell_state(interpretation, seating->booth_number);
}

static void count_down(struct dm_interpretation *interpretation, const struct dm_seating *seating,
		       uint8_t to)
{
	struct dm_handover *handover = &seating->booth->handover;

	handover->state = DM_HANDOVER_COUNTING;
	handover->to = to;
	handover->invited = 0;
	handover->ends_at = interpretation->now + DM_HANDOVER_LIMIT;
	tell_state(interpretation, seating->booth_number);
}

static void end(struct dm_interpretation *interpretation, uint8_t booth, enum dm_handover_end how)
{
	struct dm_handover *handover = &interpretation->booths[booth].handover;
	const struct dm_seating from = dm_interpretation_seating(interpretation, booth,
								 handover->from);

	*handover = (struct dm_handover){ .state = DM_HANDOVER_NONE };
	dm_interpretation_tell(interpretation, DM_CHANGE_HANDOVER_ENDED, &from, DM_NOBODY,
			       (uint8_t)how);
}

/* One microphone off and the other on, in one step: the channel's engine crossfades. */
static void cut(struct dm_interpretation *interpretation, const struct dm_seating *from,
		const struct dm_seating *to)
{
	const enum dm_output output = from->seat->output;

	dm_seat_set_mic(interpretation, from, DM_MIC_OFF);
	dm_interlock_put_on_air(interpretation, to, output);
}

static void finish(struct dm_interpretation *interpretation, uint8_t booth,
		   enum dm_handover_end how)
{
	const struct dm_handover *handover = &interpretation->booths[booth].handover;
	const struct dm_seating from = dm_interpretation_seating(interpretation, booth,
								 handover->from);
	const struct dm_seating to = dm_interpretation_seating(interpretation, booth, handover->to);

	end(interpretation, booth, how);
	cut(interpretation, &from, &to);
}

/* Who has the microphone in the booth and can be heard: of several who has had it longest. */
static uint8_t find_open(const struct dm_booth *booth, uint8_t besides)
{
	uint8_t found = DM_NOBODY;

	for (uint8_t s = 0; s < DM_SEATS_MAX; s++) {
		if (s == besides || !dm_seat_is_open(&booth->seats[s]) ||
		    booth->seats[s].link != DM_LINK_ALIVE)
			continue;
		if (found == DM_NOBODY || booth->seats[s].opened_at < booth->seats[found].opened_at)
			found = s;
	}
	return found;
}

/* What every wish for a microphone needs: DONE when somebody else of the booth has it. */
static enum dm_reason may_want(const struct dm_seating *seating)
{
	if (dm_seat_is_open(seating->seat))
		return DM_REASON_HAS_MICROPHONE;
	if (dm_seat_unfit(seating->seat) != DM_REASON_DONE)
		return dm_seat_unfit(seating->seat);
	return find_open(seating->booth, seating->seat_number) == DM_NOBODY
		       ? DM_REASON_NOBODY_ON_AIR
		       : DM_REASON_DONE;
}

struct dm_ruling dm_handover_ask(struct dm_interpretation *interpretation, const char *participant,
				 dm_usec now)
{
	struct dm_seating seating;
	const struct dm_handover *handover;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	if (may_want(&seating) != DM_REASON_DONE)
		return dm_ruling_of(may_want(&seating));

	handover = &seating.booth->handover;
	if (handover->state == DM_HANDOVER_OFFERED &&
	    (handover->invited & 1U << seating.seat_number)) {
		count_down(interpretation, &seating, seating.seat_number); /* they crossed */
		return done(interpretation);
	}
	if (handover->state != DM_HANDOVER_NONE) {
		return about(DM_REASON_HANDOVER_RUNNING, &seating,
			     other_party(handover, seating.seat_number));
	}
	begin(interpretation, &seating,
	      &(struct dm_handover){
		      .state = DM_HANDOVER_ASKED,
		      .from = find_open(seating.booth, seating.seat_number),
		      .to = seating.seat_number,
		      .ends_at = interpretation->now + DM_HANDOVER_EXPIRES,
	      });
	return done(interpretation);
}

/* Who of the booth could take it; only `to` if that is not NULL. */
static uint8_t find_invited(struct dm_interpretation *interpretation,
			    const struct dm_seating *seating, const char *to)
{
	struct dm_seating partner;
	uint8_t invited = 0;

	if (to) {
		const bool here = dm_interpretation_seat(interpretation, to, &partner) &&
				  partner.booth == seating->booth && is_eligible(partner.seat);

		return here ? (uint8_t)(1U << partner.seat_number) : 0;
	}
	for (uint8_t s = 0; s < DM_SEATS_MAX; s++) {
		if (is_eligible(&seating->booth->seats[s]))
			invited |= (uint8_t)(1U << s);
	}
	return invited;
}

struct dm_ruling dm_handover_offer(struct dm_interpretation *interpretation,
				   const char *participant, const char *to, dm_usec now)
{
	struct dm_seating seating;
	const struct dm_handover *handover;
	uint8_t invited;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	if (!dm_seat_is_open(seating.seat))
		return dm_ruling_of(DM_REASON_MICROPHONE_OFF);
	if (seating.seat->link != DM_LINK_ALIVE)
		return dm_ruling_of(DM_REASON_NO_LINK);

	handover = &seating.booth->handover;
	invited = find_invited(interpretation, &seating, to);
	if (handover->state == DM_HANDOVER_ASKED && handover->from == seating.seat_number &&
	    (invited & 1U << handover->to)) {
		count_down(interpretation, &seating, handover->to); /* they crossed */
		return done(interpretation);
	}
	if (handover->state != DM_HANDOVER_NONE) {
		return about(DM_REASON_HANDOVER_RUNNING, &seating,
			     other_party(handover, seating.seat_number));
	}
	if (invited == 0)
		return dm_ruling_of(DM_REASON_NO_PARTNER);
	begin(interpretation, &seating,
	      &(struct dm_handover){
		      .state = DM_HANDOVER_OFFERED,
		      .from = seating.seat_number,
		      .to = DM_NOBODY,
		      .invited = invited,
		      .ends_at = interpretation->now + DM_HANDOVER_EXPIRES,
	      });
	return done(interpretation);
}

/* Whether the question is for this seat to answer. */
static struct dm_ruling may_answer(const struct dm_seating *seating)
{
	const struct dm_handover *handover = &seating->booth->handover;
	const bool asked = handover->state == DM_HANDOVER_ASKED &&
			   handover->from == seating->seat_number;
	const bool offered = handover->state == DM_HANDOVER_OFFERED &&
			     (handover->invited & 1U << seating->seat_number);

	if (handover->state == DM_HANDOVER_NONE)
		return dm_ruling_of(DM_REASON_NO_HANDOVER);
	if (!asked && !offered)
		return about(DM_REASON_NOT_YOURS, seating,
			     other_party(handover, seating->seat_number));
	return dm_ruling_of(DM_REASON_DONE);
}

struct dm_ruling dm_handover_accept(struct dm_interpretation *interpretation,
				    const char *participant, dm_usec now)
{
	struct dm_seating seating;
	struct dm_ruling ruling;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	ruling = may_answer(&seating);
	if (ruling.reason != DM_REASON_DONE)
		return ruling;
	count_down(interpretation, &seating,
		   seating.booth->handover.state == DM_HANDOVER_ASKED ? seating.booth->handover.to
								      : seating.seat_number);
	return done(interpretation);
}

struct dm_ruling dm_handover_decline(struct dm_interpretation *interpretation,
				     const char *participant, dm_usec now)
{
	struct dm_seating seating;
	struct dm_ruling ruling;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	ruling = may_answer(&seating);
	if (ruling.reason != DM_REASON_DONE)
		return ruling;
	seating.booth->handover.invited &= (uint8_t) ~(1U << seating.seat_number);
	if (seating.booth->handover.invited == 0)
		end(interpretation, seating.booth_number, DM_HANDOVER_DECLINED);
	return done(interpretation);
}

struct dm_ruling dm_handover_cancel(struct dm_interpretation *interpretation,
				    const char *participant, dm_usec now)
{
	struct dm_seating seating;
	const struct dm_handover *handover;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	handover = &seating.booth->handover;
	if (handover->state == DM_HANDOVER_NONE)
		return dm_ruling_of(DM_REASON_NO_HANDOVER);
	if (!(handover->from == seating.seat_number && handover->state != DM_HANDOVER_ASKED) &&
	    !(handover->to == seating.seat_number && handover->state != DM_HANDOVER_OFFERED)) {
		return about(DM_REASON_NOT_YOURS, &seating,
			     other_party(handover, seating.seat_number));
	}
	end(interpretation, seating.booth_number, DM_HANDOVER_CANCELLED);
	return done(interpretation);
}

struct dm_ruling dm_handover_take(struct dm_interpretation *interpretation, const char *participant,
				  dm_usec now)
{
	struct dm_seating seating;
	struct dm_seating from;
	struct dm_handover *handover;
	bool agreed;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	if (may_want(&seating) != DM_REASON_DONE)
		return dm_ruling_of(may_want(&seating));

	handover = &seating.booth->handover;
	agreed = (handover->state == DM_HANDOVER_COUNTING && handover->to == seating.seat_number) ||
		 (handover->state == DM_HANDOVER_OFFERED &&
		  (handover->invited & 1U << seating.seat_number));
	from = dm_interpretation_seating(interpretation, seating.booth_number,
					 agreed ? handover->from
						: find_open(seating.booth, seating.seat_number));
	if (!agreed && from.seat->mic != DM_MIC_MUTED) /* nobody's word is cut off */
		return about(DM_REASON_NOT_AGREED, &seating, from.seat_number);
	if (handover->state != DM_HANDOVER_NONE) {
		const bool own = agreed || handover->to == seating.seat_number;

		end(interpretation, seating.booth_number,
		    own ? DM_HANDOVER_TAKEN : DM_HANDOVER_WITHDRAWN);
	}
	cut(interpretation, &from, &seating);
	return done(interpretation);
}

struct dm_ruling dm_handover_report(struct dm_interpretation *interpretation,
				    const char *participant, bool was_cut, dm_usec now)
{
	struct dm_seating seating;
	const struct dm_handover *handover;

	/* Before the time: what the engine did decides, not the backstop that may be due too. */
	if (!dm_interpretation_seat(interpretation, participant, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	handover = &seating.booth->handover;
	if (handover->state != DM_HANDOVER_COUNTING || handover->to != seating.seat_number) {
		dm_interpretation_advance(interpretation, now);
		return dm_ruling_of(DM_REASON_NO_HANDOVER);
	}
	if (now > interpretation->now)
		interpretation->now = now;
	if (!was_cut)
		end(interpretation, seating.booth_number, DM_HANDOVER_NO_SOUND);
	else
		finish(interpretation, seating.booth_number,
		       now < handover->ends_at ? DM_HANDOVER_AT_PAUSE : DM_HANDOVER_AT_LIMIT);
	dm_interpretation_settle(interpretation);
	dm_interpretation_advance(interpretation, now); /* what else is due */
	return dm_ruling_of(DM_REASON_DONE);
}

void dm_handover_release(struct dm_interpretation *interpretation, const struct dm_seating *from)
{
	const struct dm_handover *handover = &from->booth->handover;

	if (handover->state == DM_HANDOVER_COUNTING && handover->from == from->seat_number &&
	    is_eligible(&from->booth->seats[handover->to]))
		finish(interpretation, from->booth_number, DM_HANDOVER_RELEASED);
}

/* Whether both sides still are what they were when it began. */
static bool still_holds(struct dm_booth *booth)
{
	struct dm_handover *handover = &booth->handover;
	const struct dm_seat *from = &booth->seats[handover->from];

	if (!dm_seat_is_open(from) || from->link != DM_LINK_ALIVE)
		return false;
	if (handover->state != DM_HANDOVER_OFFERED)
		return is_eligible(&booth->seats[handover->to]);
	for (uint8_t s = 0; s < DM_SEATS_MAX; s++) {
		if (!is_eligible(&booth->seats[s]))
			handover->invited &= (uint8_t) ~(1U << s);
	}
	return handover->invited != 0;
}

void dm_handover_run(struct dm_interpretation *interpretation, uint8_t booth)
{
	const struct dm_handover *handover = &interpretation->booths[booth].handover;

	if (handover->state == DM_HANDOVER_NONE)
		return;
	if (!still_holds(&interpretation->booths[booth]))
		end(interpretation, booth, DM_HANDOVER_WITHDRAWN);
	else if (interpretation->now < dm_handover_next(handover))
		return;
	else if (handover->state == DM_HANDOVER_COUNTING)
		finish(interpretation, booth, DM_HANDOVER_AT_LIMIT);
	else
		end(interpretation, booth, DM_HANDOVER_EXPIRED);
}

dm_usec dm_handover_next(const struct dm_handover *handover)
{
	switch (handover->state) {
	case DM_HANDOVER_NONE:
		return DM_USEC_NEVER;
	case DM_HANDOVER_COUNTING:
		return handover->ends_at + DM_HANDOVER_BACKSTOP;
	default:
		return handover->ends_at;
	}
}
