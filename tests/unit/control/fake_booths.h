/* tests/unit/control/fake_booths.h
 *
 * The part of the fake session that is about booths, for fake_session.c.
 */
#ifndef FAKE_BOOTHS_H
#define FAKE_BOOTHS_H

#include "session/room.h"

/* Forgets who sits in the room's booths. */
void fake_booths_clear(struct dm_room *room);

/* fake_session.c: tells the event's observers. */
void fake_room_notify(struct dm_room *room);

#endif
