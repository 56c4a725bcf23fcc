/* relay/session/patchbay.h
 *
 * The patchbay of a room: which booth's microphones are connected to which channel's engine, and
 * what the engines were told. Slot n of an engine is seat n of the booth; a microphone is connected
 * to one engine at a time. Private to this module.
 *
 * Thread: the control thread.
 */
#ifndef DM_SESSION_PATCHBAY_H
#define DM_SESSION_PATCHBAY_H

#include "audio/ticker.h"
#include "session/room.h"

/* A channel's engine. */
struct dm_patch {
	uint8_t booth; /* whose microphones it has; DM_NOBODY: none */
	struct dm_intake *slots[DM_ENGINE_MICROPHONES]; /* owned references; nullable */
	struct dm_engine_state told;
	bool in_doubt;      /* it may not be doing what it was told */
	dm_usec changed_at; /* when another booth got it */
};

struct dm_patchbay {
	struct dm_patch patches[DM_CHANNELS_MAX]; /* by channel; [0] is not used */
};

void dm_patchbay_init(struct dm_patchbay *patchbay);
void dm_patchbay_finish(struct dm_patchbay *patchbay);

/* Connects and tells what the rules say now. False when the ticker's queue was full: to be called
 * again. */
bool dm_patchbay_apply(struct dm_room *room, dm_usec now);

/* An engine is to have this microphone of that seat, or has it already. */
bool dm_patchbay_wants(const struct dm_room *room, const struct dm_intake *microphone,
		       uint8_t seat);

/* What an engine has found out, brought to the rules. */
void dm_patchbay_report(struct dm_room *room, uint8_t channel, const struct dm_engine_event *event,
			dm_usec now);

#endif
