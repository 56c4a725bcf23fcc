/* relay/control/event_json.h
 *
 * The public JSON about the event: what GET /api/event answers and what the websocket pushes.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_EVENT_JSON_H
#define DM_CONTROL_EVENT_JSON_H

#include "session/event.h"

#include <glib.h>
#include <jansson.h>

/* {"id", "title", "rooms": […]}; the caller owns the reference. NULL when memory is out. */
json_t *dm_event_json(struct dm_event *event);

/* One room of it. */
json_t *dm_room_json(const struct dm_room *room);

/* Compact text of `json`, whose reference is taken. Never NULL: "{}" when memory is out. */
GBytes *dm_json_text(json_t *json);

#endif
