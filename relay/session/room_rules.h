/* relay/session/room_rules.h
 *
 * What the rules (interpretation.h) need to know of a room, out of its configuration: its channels
 * with what each falls back to, its booths, its limits.
 *
 * Thread: the control thread.
 */
#ifndef DM_SESSION_ROOM_RULES_H
#define DM_SESSION_ROOM_RULES_H

#include "session/event.h"
#include "session/interpretation.h"

struct dm_room_rules {
	struct dm_interpretation_options options; /* its channels are those below */
	struct dm_interpreted_channel *channels;  /* owned */
};

/* `room` has its channels; it and its options are borrowed until finish. */
void dm_room_rules_init(struct dm_room_rules *rules, const struct dm_room *room);
void dm_room_rules_finish(struct dm_room_rules *rules);

#endif
