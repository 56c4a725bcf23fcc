#include "http.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASK_SECONDS 3L /* choice: who asks is doing something else meanwhile */

struct dm_http {
	struct dm_exchange *exchange;
	char *base;
};

int dm_http_create(struct dm_http **out, const char *base, const char *token)
{
	struct dm_http *http = calloc(1, sizeof(*http));

	*out = NULL;
	if (!http)
		return -ENOMEM;
	http->base = strdup(base);
	if (!http->base || dm_exchange_create(&http->exchange, token)) {
		dm_http_destroy(http);
		return -ENOMEM;
	}
	*out = http;
	return 0;
}

void dm_http_destroy(struct dm_http *http)
{
	if (!http)
		return;
	dm_exchange_destroy(http->exchange);
	free(http->base);
	free(http);
}

const char *dm_http_problem(const struct dm_http *http)
{
	return dm_exchange_problem(http->exchange);
}

/* Sends and waits. Returns the status, or a negative error. */
static long perform(struct dm_http *http, const char *method, const char *url, const char *type,
		    const char *body)
{
	const int error = dm_exchange_prepare(http->exchange, method, url, type, body);

	if (error)
		return error;
	return dm_exchange_done(http->exchange,
				curl_easy_perform(dm_exchange_curl(http->exchange)));
}

/* `url` is owned, NULL when memory is out. */
static int post_offer(struct dm_http *http, char *url, const char *offer,
		      struct dm_session *session)
{
	*session = (struct dm_session){ 0 };
	if (!url)
		return -ENOMEM;

	const long status = perform(http, "POST", url, "application/sdp", offer);

	free(url);
	return dm_exchange_session(http->exchange, status, session);
}

int dm_http_join(struct dm_http *http, const char *room, const char *lang, const char *video,
		 const char *offer, struct dm_session *session)
{
	return post_offer(http, dm_whep_url(http->base, room, lang, video), offer, session);
}

int dm_http_publish(struct dm_http *http, const char *room, const char *lang, const char *offer,
		    struct dm_session *session)
{
	return post_offer(http, dm_whip_url(http->base, room, lang), offer, session);
}

int dm_http_select(struct dm_http *http, const char *resource, const char *lang)
{
	char *url = NULL;
	json_t *choice = json_pack("{s:s}", "lang", lang);
	char *body = choice ? json_dumps(choice, JSON_COMPACT) : NULL;
	int error = -ENOMEM;

	if (body && asprintf(&url, "%s/select", resource) >= 0)
		error = dm_exchange_success(http->exchange,
					    perform(http, "POST", url, "application/json", body));
	free(url);
	free(body);
	json_decref(choice);
	return error;
}

int dm_http_leave(struct dm_http *http, const char *resource)
{
	return dm_exchange_success(http->exchange, perform(http, "DELETE", resource, NULL, NULL));
}

/* GET has no meaning on a session (RFC 9725, 4.6), but one that is gone answers 404 to it. */
int dm_http_ask(struct dm_http *http, const char *resource)
{
	CURL *curl = dm_exchange_curl(http->exchange);
	long status;

	if (dm_exchange_prepare(http->exchange, "GET", resource, NULL, NULL))
		return -ECONNREFUSED;
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, ASK_SECONDS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, ASK_SECONDS);
	status = dm_exchange_done(http->exchange, curl_easy_perform(curl));
	if (status < 0)
		return -ECONNREFUSED;
	return status == 404 || status == 410 ? -ENOENT : 0;
}
