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

#include "base/metric.h"
#include "control/access.h"
#include "control/request.h"
#include "session/event.h"

struct dm_whip;

/* All are borrowed until destroy; `access` and `metrics` may be NULL. Returns 0 or -ENOMEM. */
int dm_whip_create(struct dm_whip **out, struct dm_event *event, struct dm_access *access,
		   struct dm_metrics *metrics);

/* Ends every session. NULL is allowed. */
void dm_whip_destroy(struct dm_whip *whip);

/* Ends the sessions whose token has been revoked. */
void dm_whip_review(struct dm_whip *whip);

/* Answers for every path whose first segment is "whip". */
void dm_whip_handle(struct dm_whip *whip, const struct dm_request *request,
		    const struct dm_path *path, struct dm_response *response);

#endif
