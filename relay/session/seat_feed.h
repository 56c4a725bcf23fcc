/* relay/session/seat_feed.h
 *
 * Where the microphone of a seat comes in, and which engine has it: what is to be measured of it.
 *
 * Thread: the control thread.
 */
#ifndef DM_SESSION_SEAT_FEED_H
#define DM_SESSION_SEAT_FEED_H

#include "session/level.h"

struct dm_seat_feed {
	int number;         /* of the ticker's channel whose engine has it; -1: none has */
	uint8_t microphone; /* there */
	int worker;         /* that receives it; -1: it has no peer now */
	struct dm_intake_reception reception;
	struct dm_microphone_stats stats; /* while an engine has it, else zeros */
	struct dm_microphone_level level;
};

/* False: nobody sits there. */
bool dm_room_seat_feed(const struct dm_room *room, uint8_t booth, uint8_t seat,
		       struct dm_seat_feed *feed);

#endif
