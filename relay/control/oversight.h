/* relay/control/oversight.h
 *
 * Tells those who oversee the event what the watch (monitor/watch.h) sees: all rooms in short once
 * a second, one in detail, alarms and the log as they come; and those in booths how fit their
 * sound is. Nothing is made while nobody oversees; a text is made once for all who see the same.
 * Private to this module.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_OVERSIGHT_H
#define DM_CONTROL_OVERSIGHT_H

#include "control/hub_private.h"

#define DM_OVERSIGHT_MS   250 /* choice: meters that move at 4 Hz look alive */
#define DM_OVERSIGHT_RARE 4   /* turns, so once a second: overview and measures; choice */

/* Observes the hub's watch until destroy. */
void dm_oversight_create(struct dm_oversight **out, struct dm_hub *hub);
void dm_oversight_destroy(struct dm_oversight *oversight); /* NULL is allowed */

/* Somebody begins to oversee, or has chosen another room: everything as it is now. */
void dm_oversight_begin(struct dm_conversation *conversation);

/* What the room's line-up has come to (it has one), to all who oversee the room. */
void dm_oversight_tell_line_up(struct dm_hub *hub, const struct dm_room *room);

/* One turn of the timer; for tests. */
void dm_oversight_run(struct dm_hub *hub);

#endif
