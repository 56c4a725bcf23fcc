#include "monitor/webhook_call.h"

#include "base/log.h"
#include "monitor/webhook_signature.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CONNECT_MS 5000  /* choice */
#define WHOLE_MS   15000 /* choice: who takes longer should answer first and work then */

/* What the receiver writes back is of no interest. */
static size_t ignore(char *bytes, size_t size, size_t count, void *user)
{
	(void)bytes;
	(void)user;
	return size * count;
}

/* Redirects are not followed: a post leads to where the configuration says, or nowhere. */
static CURLcode set_up(CURL *easy, struct dm_webhook_call *call)
{
	CURLcode code = curl_easy_setopt(easy, CURLOPT_URL, call->options->url);

	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_USERAGENT, "dragoman/" DM_VERSION);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)WHOLE_MS);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
	return code;
}

int dm_webhook_call_init(struct dm_webhook_call *call, const struct dm_webhook_options *options,
			 size_t number)
{
	dm_webhook_queue_init(&call->queue);
	call->options = options;
	call->number = number;
	call->headers = NULL;
	call->away = false;
	call->easy = curl_easy_init();
	return call->easy && set_up(call->easy, call) == CURLE_OK ? 0 : -ENOMEM;
}

void dm_webhook_call_finish(struct dm_webhook_call *call)
{
	curl_easy_cleanup(call->easy);
	curl_slist_free_all(call->headers);
	dm_webhook_queue_finish(&call->queue);
}

static bool add_header(struct dm_webhook_call *call, const char *header)
{
	struct curl_slist *longer = curl_slist_append(call->headers, header);

	if (longer)
		call->headers = longer;
	return longer != NULL;
}

int dm_webhook_call_prepare(struct dm_webhook_call *call, const char *body, int64_t wall)
{
	const struct dm_webhook_options *options = call->options;
	const size_t bytes = strlen(body);
	char signature[DM_WEBHOOK_SIGNATURE_SIZE];
	char header[DM_WEBHOOK_SIGNATURE_SIZE + sizeof(DM_WEBHOOK_SIGNATURE_HEADER) + 2];

	dm_webhook_sign(options->secret, options->secret_bytes, wall, body, bytes, signature);
	snprintf(header, sizeof(header), DM_WEBHOOK_SIGNATURE_HEADER ": %s", signature);
	curl_slist_free_all(call->headers);
	call->headers = NULL;
	/* An empty "Expect" keeps libcurl from waiting for 100 (Continue). */
	if (!add_header(call, "Content-Type: application/json") || !add_header(call, "Expect:") ||
	    !add_header(call, header))
		return -ENOMEM;
	curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
	curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE, (long)bytes);
	return 0;
}

/* RFC 9110, 15: 408 (too slow), 425, 429 (too many) and every 5xx may be otherwise next time. */
static enum dm_webhook_answer answer_of(CURLcode code, long status)
{
	if (code != CURLE_OK)
		return DM_WEBHOOK_AWAY;
	if (status >= 200 && status < 300)
		return DM_WEBHOOK_TAKEN;
	return status == 408 || status == 425 || status == 429 || status >= 500
		       ? DM_WEBHOOK_AWAY
		       : DM_WEBHOOK_REFUSED;
}

static void tell(struct dm_webhook_call *call, enum dm_webhook_answer answer, CURLcode code,
		 long status)
{
	if (answer == DM_WEBHOOK_REFUSED)
		dm_log(DM_LOG_WARN, "webhook.refused", "webhook=%zu status=%ld redirect=%d",
		       call->number, status, status >= 300 && status < 400);
	else if (answer == DM_WEBHOOK_AWAY && code == CURLE_OK)
		dm_log(call->away ? DM_LOG_INFO : DM_LOG_WARN, "webhook.failed",
		       "webhook=%zu status=%ld", call->number, status);
	else if (answer == DM_WEBHOOK_AWAY)
		dm_log(call->away ? DM_LOG_INFO : DM_LOG_WARN, "webhook.failed",
		       "webhook=%zu error=%s", call->number, curl_easy_strerror(code));
	else if (call->away)
		dm_log(DM_LOG_INFO, "webhook.recovered", "webhook=%zu", call->number);
	call->away = answer == DM_WEBHOOK_AWAY;
}

void dm_webhook_call_conclude(struct dm_webhook_call *call, CURLcode code, dm_usec now,
			      double chance)
{
	curl_off_t after = 0;
	long status = 0;

	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(call->easy, CURLINFO_RETRY_AFTER, &after); /* RFC 9110, 10.2.3 */

	const enum dm_webhook_answer answer = answer_of(code, status);

	tell(call, answer, code, status);
	/* More than a day, or less than nothing, is not believed. */
	dm_webhook_queue_answer(&call->queue, answer,
				after > 0 && after < 86400 ? DM_SEC(after) : 0, now, chance);
}
