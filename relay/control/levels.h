/* relay/control/levels.h
 *
 * Level meters for those in booths, 10 a second from one timer, and what else changes too quietly
 * to be a change of the rules: whether a channel's engine sends what it is to send, and how many
 * listen. Private to this module.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_LEVELS_H
#define DM_CONTROL_LEVELS_H

#include "control/hub_private.h"

#define DM_LEVELS_MS 100 /* choice: meters look smooth, and it is some 1.5 kB/s */

/* Somebody sits in a booth, or watches as an organiser; it stops by itself when nobody does. */
void dm_levels_start(struct dm_hub *hub);
void dm_levels_stop(struct dm_hub *hub);

/* One turn of the timer; for tests. */
void dm_levels_run(struct dm_hub *hub);

#endif
