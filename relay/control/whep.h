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

#include "base/metric.h"
#include "control/access.h"
#include "control/request.h"
#include "session/event.h"

struct dm_whep;

/* All are borrowed until destroy; `access` and `metrics` may be NULL. Returns 0 or -ENOMEM. */
int dm_whep_create(struct dm_whep **out, struct dm_event *event, struct dm_access *access,
		   struct dm_metrics *metrics);

/* Ends every session. NULL is allowed. */
void dm_whep_destroy(struct dm_whep *whep);

/* Ends the sessions whose token has been revoked. */
void dm_whep_review(struct dm_whep *whep);

/* Answers for every path whose first segment is "whep". */
void dm_whep_handle(struct dm_whep *whep, const struct dm_request *request,
		    const struct dm_path *path, struct dm_response *response);

#endif
