/* relay/control/still.h
 *
 * Stills of a room's pictures, for organisers: GET /api/rooms/{room}/still.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_STILL_H
#define DM_CONTROL_STILL_H

#include "control/access.h"
#include "control/request.h"
#include "session/event.h"

/* Whether the path is that of a still; then the request (GET or HEAD) is answered. */
bool dm_still_handle(struct dm_event *event, struct dm_access *access,
		     const struct dm_request *request, const struct dm_path *path,
		     struct dm_response *response);

#endif
