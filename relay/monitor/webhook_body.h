/* relay/monitor/webhook_body.h
 *
 * What is posted: one JSON object.
 *
 * Pure. Thread: any.
 */
#ifndef DM_MONITOR_WEBHOOK_BODY_H
#define DM_MONITOR_WEBHOOK_BODY_H

#include <stdint.h>

#define DM_WEBHOOK_BODY_MAX 65536 /* bytes; choice: a page of detail has 2,000 */

/* {"id": …, "time": seconds since 1970, "event": …, "type": …} and the members of the object `json`
 * (nullable), which cannot take the place of these four. *out is owned by the caller (free(3)).
 * Returns 0, -EINVAL (`json` is no object), -EMSGSIZE or -ENOMEM. */
int dm_webhook_body(char **out, const char *id, int64_t time_ms, const char *event,
		    const char *type, const char *json);

#endif
