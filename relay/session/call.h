/* relay/session/call.h
 *
 * Calls for the technician from a booth: open until somebody takes one, over when it is done.
 *
 * Pure. Thread: the control thread.
 */
#ifndef DM_SESSION_CALL_H
#define DM_SESSION_CALL_H

#include "session/interpretation.h"

#define DM_CALLS_MAX 64 /* open at once in a room; choice */

enum dm_call_state { DM_CALL_OPEN, DM_CALL_TAKEN, DM_CALL_DONE, DM_CALL_STATES };

struct dm_call {
	uint32_t id; /* counts from 1 */
	enum dm_call_state state;
	uint8_t booth;                    /* where the caller sat */
	struct dm_participant caller;     /* stays when the caller leaves */
	struct dm_participant technician; /* TAKEN: who comes */
	dm_usec since;                    /* in that state */
};

struct dm_calls {
	struct dm_call list[DM_CALLS_MAX]; /* oldest first, none of them DONE */
	uint8_t count;
	uint32_t last_id;
};

/* One call a person. On DONE *id (nullable) is the call's. NOT_SEATED, ALREADY_CALLED, TOO_MANY. */
struct dm_ruling dm_call_open(struct dm_interpretation *interpretation, const char *participant,
			      uint32_t *id, dm_usec now);

/* By a technician; again by the same one changes nothing. NO_SUCH_CALL, CALL_TAKEN,
 * BAD_PARTICIPANT. */
struct dm_ruling dm_call_take(struct dm_interpretation *interpretation, uint32_t id,
			      const struct dm_participant *technician, dm_usec now);

/* By the caller, or by whoever may moderate. NO_SUCH_CALL. */
struct dm_ruling dm_call_done(struct dm_interpretation *interpretation, uint32_t id, dm_usec now);

const struct dm_calls *dm_interpretation_calls(const struct dm_interpretation *interpretation);

#endif
