#include "session/call.h"

#include "session/interpretation_private.h"

#include <string.h>

static void tell(struct dm_interpretation *interpretation, const struct dm_call *call)
{
	dm_changes_put(&interpretation->changes, &(struct dm_change){
							 .kind = DM_CHANGE_CALL,
							 .booth = call->booth,
							 .seat = DM_NOBODY,
							 .channel = DM_NOBODY,
							 .detail = (uint8_t)call->state,
							 .at = interpretation->now,
							 .who = call->caller,
						 });
}

struct dm_ruling dm_call_open(struct dm_interpretation *interpretation, const char *participant,
			      uint32_t *id, dm_usec now)
{
	struct dm_calls *calls = &interpretation->calls;
	struct dm_seating seating;
	struct dm_call *call;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	for (uint8_t n = 0; n < calls->count; n++) {
		if (strcmp(calls->list[n].caller.id, participant) == 0)
			return dm_ruling_of(DM_REASON_ALREADY_CALLED);
	}
	if (calls->count == DM_CALLS_MAX)
		return dm_ruling_of(DM_REASON_TOO_MANY);
	call = &calls->list[calls->count++];
	*call = (struct dm_call){
		.id = ++calls->last_id,
		.state = DM_CALL_OPEN,
		.booth = seating.booth_number,
		.caller = seating.seat->who,
		.since = now,
	};
	if (id)
		*id = call->id;
	tell(interpretation, call);
	return dm_ruling_of(DM_REASON_DONE);
}

static struct dm_call *find(struct dm_calls *calls, uint32_t id)
{
	for (uint8_t n = 0; n < calls->count; n++) {
		if (calls->list[n].id == id)
			return &calls->list[n];
	}
	return NULL;
}

struct dm_ruling dm_call_take(struct dm_interpretation *interpretation, uint32_t id,
			      const struct dm_participant *technician, dm_usec now)
{
	struct dm_call *call = find(&interpretation->calls, id);

	dm_interpretation_advance(interpretation, now);
	if (!call)
		return dm_ruling_of(DM_REASON_NO_SUCH_CALL);
	if (!technician->id[0])
		return dm_ruling_of(DM_REASON_BAD_PARTICIPANT);
	if (call->state == DM_CALL_TAKEN) {
		return dm_ruling_of(strcmp(call->technician.id, technician->id) == 0
					    ? DM_REASON_DONE
					    : DM_REASON_CALL_TAKEN);
	}
	call->state = DM_CALL_TAKEN;
	call->technician = *technician;
	call->since = now;
	tell(interpretation, call);
	return dm_ruling_of(DM_REASON_DONE);
}

struct dm_ruling dm_call_done(struct dm_interpretation *interpretation, uint32_t id, dm_usec now)
{
	struct dm_calls *calls = &interpretation->calls;
	struct dm_call *call = find(calls, id);

	dm_interpretation_advance(interpretation, now);
	if (!call)
		return dm_ruling_of(DM_REASON_NO_SUCH_CALL);
	call->state = DM_CALL_DONE;
	tell(interpretation, call);
	calls->count--;
	memmove(call, call + 1, (size_t)(&calls->list[calls->count] - call) * sizeof(*call));
	return dm_ruling_of(DM_REASON_DONE);
}

const struct dm_calls *dm_interpretation_calls(const struct dm_interpretation *interpretation)
{
	return &interpretation->calls;
}
