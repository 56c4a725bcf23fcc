/* relay/session/interpretation_private.h
 *
 * What the nouns of interpretation share with one another, and nobody else.
 *
 * Thread: the control thread.
 */
#ifndef DM_SESSION_INTERPRETATION_PRIVATE_H
#define DM_SESSION_INTERPRETATION_PRIVATE_H

#include "session/booth.h"
#include "session/call.h"
#include "session/programme.h"
#include "session/slow_down.h"

struct dm_interpretation {
	const struct dm_interpretation_options *options; /* borrowed */
	struct dm_booth *booths;                         /* owned array; NULL when there is none */
	size_t booth_count;
	struct dm_programme programmes[DM_CHANNELS_MAX]; /* by channel */
	char floor_language[DM_LANGUAGE_SIZE];
	uint8_t depth_max;
	dm_usec shift;
	dm_usec now; /* the latest that was told */
	struct dm_slow_down slow_down;
	struct dm_calls calls;
	struct dm_changes changes;
};

/* A seat in its booth, and where that is. */
struct dm_seating {
	struct dm_booth *booth;
	struct dm_seat *seat;
	uint8_t booth_number;
	uint8_t seat_number;
};

/* False when the participant sits nowhere. */
bool dm_interpretation_seat(struct dm_interpretation *interpretation, const char *participant,
			    struct dm_seating *seating);
/* How an action of a participant begins: brings the room up to `now`, and finds their seat. False
 * when they sit nowhere. */
bool dm_interpretation_enter(struct dm_interpretation *interpretation, const char *participant,
			     dm_usec now, struct dm_seating *seating);
struct dm_seating dm_interpretation_seating(struct dm_interpretation *interpretation, uint8_t booth,
					    uint8_t seat);

/* Brings everything that follows from the booths up to date; the end of every action. */
void dm_interpretation_settle(struct dm_interpretation *interpretation);

/* Tells a change. `seating` and its person may be NULL. */
void dm_interpretation_tell(struct dm_interpretation *interpretation, enum dm_change_kind kind,
			    const struct dm_seating *seating, uint8_t channel, uint8_t detail);

/* Why somebody's seat cannot go on air, whatever the others do; DONE: it can. */
enum dm_reason dm_seat_unfit(const struct dm_seat *seat);

/* The only places where a microphone, or what the organiser holds it to, changes. */
void dm_seat_set_mic(struct dm_interpretation *interpretation, const struct dm_seating *seating,
		     enum dm_mic mic);
void dm_seat_set_hold(struct dm_interpretation *interpretation, const struct dm_seating *seating,
		      enum dm_hold hold);

/* Empties the seat, telling nobody. */
void dm_seat_empty(struct dm_seat *seat);

uint8_t dm_seat_channel(const struct dm_booth *booth, const struct dm_seat *seat);

/* The parts of settle, and of what is due, in their order. */
void dm_booth_run(struct dm_interpretation *interpretation, uint8_t booth);
void dm_booth_arm_standby(struct dm_interpretation *interpretation, uint8_t booth);
void dm_handover_run(struct dm_interpretation *interpretation, uint8_t booth);
void dm_programme_settle(struct dm_interpretation *interpretation);
void dm_incoming_settle(struct dm_interpretation *interpretation);
void dm_slow_down_run(struct dm_interpretation *interpretation);

dm_usec dm_booth_next(const struct dm_booth *booth);
dm_usec dm_handover_next(const struct dm_handover *handover);
dm_usec dm_incoming_next(const struct dm_interpretation *interpretation);
dm_usec dm_slow_down_next(const struct dm_slow_down *slow_down);

/* Agreed, and `from`'s microphone is gone: `to` has it now, if it can. */
void dm_handover_release(struct dm_interpretation *interpretation, const struct dm_seating *from);

#endif
