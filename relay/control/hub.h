/* relay/control/hub.h
 *
 * What all websockets share: who is connected, and the listeners and interpreters whose websocket
 * is away for a moment. Tells everybody whom it concerns of a room's changes, and of its booths'.
 *
 * Pure but for memory and GLib timers: one for each listener whose websocket is away, one for each
 * room that has just changed, and one for the levels while somebody sits in a booth.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_HUB_H
#define DM_CONTROL_HUB_H

#include "base/metric.h"
#include "control/access.h"
#include "session/event.h"

struct dm_hub;
struct dm_watch;

#define DM_HUB_GRACE_MS 30000 /* choice: a page reconnects within some seconds */
#define DM_HUB_ROOM_MS  500   /* choice: a cough is no reason to write twice to thousands */

struct dm_hub_options {
	struct dm_event *event;     /* borrowed until destroy */
	struct dm_watch *watch;     /* borrowed until destroy; NULL: nobody can oversee */
	struct dm_metrics *metrics; /* borrowed until destroy, nullable */
	struct dm_access *access;   /* borrowed until destroy; NULL: everybody may do everything */
	unsigned grace_ms;          /* how long media goes on without its websocket */
	unsigned room_ms;           /* between two messages about one room, at least */
};

/* Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_hub_create(struct dm_hub **out, const struct dm_hub_options *options);

/* Every conversation must be closed before. Ends the listeners that are away, and empties the seats
 * of interpreters who are. NULL is allowed. */
void dm_hub_destroy(struct dm_hub *hub);

/* Of the tokens of those in booths and of organisers, when the first ends: Unix seconds; 0: none.
 */
int64_t dm_hub_token_end(struct dm_hub *hub);

/* Ends the places whose token has been revoked; their websockets are told. */
void dm_hub_review(struct dm_hub *hub);

#endif
