/* relay/monitor/webhook_call.h
 *
 * One address that is posted to: its queue, and the HTTP request that is under way (libcurl).
 *
 * Thread: one at a time.
 */
#ifndef DM_MONITOR_WEBHOOK_CALL_H
#define DM_MONITOR_WEBHOOK_CALL_H

#include "monitor/options.h"
#include "monitor/webhook_queue.h"

#include <curl/curl.h>

struct dm_webhook_call {
	const struct dm_webhook_options *options; /* borrowed */
	struct dm_webhook_queue queue;
	size_t number;              /* as in the configuration; the address may be a secret */
	CURL *easy;                 /* owned */
	struct curl_slist *headers; /* owned; of the request under way */
	bool away;                  /* the latest attempt failed */
};

/* Returns 0 or -ENOMEM. */
int dm_webhook_call_init(struct dm_webhook_call *call, const struct dm_webhook_options *options,
			 size_t number);

/* Not while it is part of a multi handle. */
void dm_webhook_call_finish(struct dm_webhook_call *call);

/* Prepares the request for `body`, signed for `wall` (seconds since 1970). Returns 0 or -ENOMEM. */
int dm_webhook_call_prepare(struct dm_webhook_call *call, const char *body, int64_t wall);

/* The request came to an end: tells the queue, and the log. */
void dm_webhook_call_conclude(struct dm_webhook_call *call, CURLcode code, dm_usec now,
			      double chance);

#endif
