/* relay/monitor/webhook.h
 *
 * Posts news of alarms and sessions to the addresses of the configuration: signed, in order, tried
 * again for up to an hour. A thread of its own does it (libcurl); who posts never waits.
 *
 * Thread: the control thread.
 */
#ifndef DM_MONITOR_WEBHOOK_H
#define DM_MONITOR_WEBHOOK_H

#include "base/metric.h"
#include "monitor/options.h"

struct dm_webhooks;

/* Which webhooks are told. */
enum dm_webhook_sort { DM_WEBHOOK_ALARM, DM_WEBHOOK_SESSION };

/* `options` is borrowed until destroy; `event` is the event's id, copied; `metrics` is nullable.
 * Without webhooks in the options nothing is started, and posting does nothing. Returns 0, -ENOMEM,
 * -EEXIST (a second one with metrics), -EIO (libcurl) or -errno of pthread_create(3); on failure
 * *out is NULL. */
int dm_webhooks_create(struct dm_webhooks **out, const struct dm_monitor_options *options,
		       const char *event, struct dm_metrics *metrics);

/* Tries to deliver what waits, for two seconds at most. NULL is allowed. */
void dm_webhooks_destroy(struct dm_webhooks *webhooks);

/* `type` is such as "alarm.raised"; `json` is an object whose members are added to the post's own
 * (id, time, event, type; see README.md), nullable. NULL for `webhooks` is allowed: nobody is told.
 * Returns 0, -EINVAL (no object), -ENOMEM or -ENOBUFS; all but 0 are counted as dropped. */
int dm_webhooks_post(struct dm_webhooks *webhooks, enum dm_webhook_sort sort, const char *type,
		     const char *json);

#endif
