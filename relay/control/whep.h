/* relay/control/whep.h
 *
 * WHEP (draft-ietf-wish-whep-03): players that join with one POST. Sessions are resources below
 * /whep/{room}; trickle ICE and ICE restart by PATCH follow RFC 9725, 4.3, which WHEP shares; a
 * select sub-resource of our own changes language or pictures on the running session.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_WHEP_H
#define DM_CONTROL_WHEP_H

#include "control/resource.h"

/* The kind of its sessions. */
extern const struct dm_resource_kind dm_whep_kind;

/* Answers for every path whose first segment is "whep". */
void dm_whep_handle(struct dm_resources *players, const struct dm_request *request,
		    const struct dm_path *path, struct dm_response *response);

#endif
