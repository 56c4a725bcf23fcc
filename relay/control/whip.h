/* relay/control/whip.h
 *
 * WHIP (RFC 9725): encoders, booths' machines and interpreters' software that send with one POST.
 * Endpoints are /whip/{room}/floor and /whip/{room}/channels/{lang}; sessions are resources below
 * them.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_WHIP_H
#define DM_CONTROL_WHIP_H

#include "control/resource.h"

/* The kind of its sessions. */
extern const struct dm_resource_kind dm_whip_kind;

/* Answers for every path whose first segment is "whip". */
void dm_whip_handle(struct dm_resources *publishers, const struct dm_request *request,
		    const struct dm_path *path, struct dm_response *response);

#endif
