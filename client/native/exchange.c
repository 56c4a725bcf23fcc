#include "exchange.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_SECONDS 10L
#define ANSWER_SECONDS  20L
#define BODY_MAX        65536 /* bytes; an answer is some 2,000 */
#define PROBLEM_MAX     400

struct dm_exchange {
	CURL *curl;
	char *authorization; /* header line, nullable */
	char *url;
	struct curl_slist *headers;
	dm_usec posted_at;
	dm_usec answered_at;
	char problem[PROBLEM_MAX];
	char body[BODY_MAX + 1];
	size_t body_bytes;
	char location[1024];
	bool sdp; /* Content-Type says so */
};

static size_t on_body(char *data, size_t size, size_t count, void *user)
{
	struct dm_exchange *exchange = user;
	const size_t bytes = size * count;

	if (bytes > BODY_MAX - exchange->body_bytes)
		return 0;
	memcpy(exchange->body + exchange->body_bytes, data, bytes);
	exchange->body_bytes += bytes;
	exchange->body[exchange->body_bytes] = '\0';
	return bytes;
}

static size_t on_header(char *data, size_t size, size_t count, void *user)
{
	struct dm_exchange *exchange = user;
	const size_t bytes = size * count;
	char line[1200];

	if (bytes >= sizeof(line))
		return bytes;
	memcpy(line, data, bytes);
	line[bytes] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	if (strncasecmp(line, "location:", 9) == 0)
		snprintf(exchange->location, sizeof(exchange->location), "%s",
			 line + 9 + strspn(line + 9, " "));
	else if (strncasecmp(line, "content-type:", 13) == 0)
		exchange->sdp = strstr(line, "application/sdp") != NULL;
	return bytes;
}

int dm_exchange_create(struct dm_exchange **out, const char *token)
{
	struct dm_exchange *exchange = calloc(1, sizeof(*exchange));

	*out = NULL;
	if (!exchange)
		return -ENOMEM;
	exchange->curl = curl_easy_init();
	if (!exchange->curl)
		goto fail;
	if (token && asprintf(&exchange->authorization, "Authorization: Bearer %s", token) < 0) {
		exchange->authorization = NULL;
		goto fail;
	}
	*out = exchange;
	return 0;

fail:
	dm_exchange_destroy(exchange);
	return -ENOMEM;
}

void dm_exchange_destroy(struct dm_exchange *exchange)
{
	if (!exchange)
		return;
	curl_easy_cleanup(exchange->curl);
	curl_slist_free_all(exchange->headers);
	free(exchange->authorization);
	free(exchange->url);
	free(exchange);
}

void dm_session_finish(struct dm_session *session)
{
	free(session->answer);
	free(session->resource);
	*session = (struct dm_session){ 0 };
}

/* False when memory is out. */
static bool add_header(struct dm_exchange *exchange, const char *line)
{
	struct curl_slist *longer = curl_slist_append(exchange->headers, line);

	if (longer)
		exchange->headers = longer;
	return longer != NULL;
}

static void forget_last(struct dm_exchange *exchange)
{
	curl_easy_reset(exchange->curl); /* keeps the connection */
	curl_slist_free_all(exchange->headers);
	exchange->headers = NULL;
	free(exchange->url);
	exchange->url = NULL;
	exchange->body_bytes = 0;
	exchange->body[0] = '\0';
	exchange->location[0] = '\0';
	exchange->sdp = false;
}

int dm_exchange_prepare(struct dm_exchange *exchange, const char *method, const char *url,
			const char *type, const char *body)
{
	char content_type[64];
	CURL *curl = exchange->curl;

	forget_last(exchange);
	exchange->url = strdup(url);
	if (type) {
		snprintf(content_type, sizeof(content_type), "Content-Type: %s", type);
		if (!add_header(exchange, content_type))
			return -ENOMEM;
		curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, body);
	}
	if (!exchange->url || !add_header(exchange, "Expect:") || /* no 100-continue round trip */
	    (exchange->authorization && !add_header(exchange, exchange->authorization)))
		return -ENOMEM;
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, exchange->headers);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, ANSWER_SECONDS);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, exchange);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, exchange);
	curl_easy_setopt(curl, CURLOPT_PRIVATE, exchange);
	exchange->posted_at = dm_time_now();
	return 0;
}

CURL *dm_exchange_curl(struct dm_exchange *exchange)
{
	return exchange->curl;
}

long dm_exchange_done(struct dm_exchange *exchange, CURLcode result)
{
	long status = 0;

	exchange->answered_at = dm_time_now();
	if (result != CURLE_OK) {
		snprintf(exchange->problem, sizeof(exchange->problem), "%s: %s", exchange->url,
			 curl_easy_strerror(result));
		return -ECONNREFUSED;
	}
	curl_easy_getinfo(exchange->curl, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

/* The relay answers errors as problem+json (RFC 9457): its detail is meant for people. */
static void note_problem(struct dm_exchange *exchange, long status)
{
	json_t *problem = json_loadb(exchange->body, exchange->body_bytes, 0, NULL);
	const char *detail = json_string_value(json_object_get(problem, "detail"));

	if (!detail)
		detail = json_string_value(json_object_get(problem, "title"));
	snprintf(exchange->problem, sizeof(exchange->problem), "%s answered %ld%s%s", exchange->url,
		 status, detail ? ": " : "", detail ? detail : "");
	json_decref(problem);
}

const char *dm_exchange_problem(const struct dm_exchange *exchange)
{
	return exchange->problem;
}

char *dm_whep_url(const char *base, const char *room, const char *lang, const char *video)
{
	const size_t base_length = strlen(base);
	const bool slash = base_length > 0 && base[base_length - 1] == '/';
	char *escaped_room = curl_easy_escape(NULL, room, 0);
	char *escaped_lang = lang ? curl_easy_escape(NULL, lang, 0) : NULL;
	char *url = NULL;

	if (escaped_room && (!lang || escaped_lang) &&
	    asprintf(&url, "%s%swhep/%s%s%s%s%s%s%s", base, slash ? "" : "/", escaped_room,
		     lang || video ? "?" : "", lang ? "lang=" : "", lang ? escaped_lang : "",
		     lang && video ? "&" : "", video ? "video=" : "", video ? video : "") < 0)
		url = NULL;
	curl_free(escaped_room);
	curl_free(escaped_lang);
	return url;
}

char *dm_whip_url(const char *base, const char *room, const char *lang)
{
	const size_t base_length = strlen(base);
	const bool slash = base_length > 0 && base[base_length - 1] == '/';
	const bool floor = strcmp(lang, "floor") == 0;
	char *escaped_room = curl_easy_escape(NULL, room, 0);
	char *escaped_lang = curl_easy_escape(NULL, lang, 0);
	char *url = NULL;

	if (escaped_room && escaped_lang &&
	    asprintf(&url, "%s%swhip/%s/%s%s", base, slash ? "" : "/", escaped_room,
		     floor ? "" : "channels/", escaped_lang) < 0)
		url = NULL;
	curl_free(escaped_room);
	curl_free(escaped_lang);
	return url;
}

/* Location is relative to the request (RFC 9110, 10.2.2). */
static char *resolve(const char *url, const char *location)
{
	CURLU *parser = curl_url();
	char *resolved = NULL;
	char *copy = NULL;

	if (curl_url_set(parser, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_set(parser, CURLUPART_URL, location, 0) == CURLUE_OK &&
	    curl_url_get(parser, CURLUPART_URL, &resolved, 0) == CURLUE_OK)
		copy = strdup(resolved);
	curl_free(resolved);
	curl_url_cleanup(parser);
	return copy;
}

int dm_exchange_session(struct dm_exchange *exchange, long status, struct dm_session *session)
{
	char *address = NULL;

	*session = (struct dm_session){ .posted_at = exchange->posted_at,
					.answered_at = exchange->answered_at };
	if (status < 0)
		return (int)status;
	if (status != 201 || !exchange->sdp || !exchange->location[0]) {
		note_problem(exchange, status);
		return -EPROTO;
	}
	if (curl_easy_getinfo(exchange->curl, CURLINFO_PRIMARY_IP, &address) == CURLE_OK && address)
		snprintf(session->server, sizeof(session->server), "%s", address);
	session->answer = strdup(exchange->body);
	session->resource = resolve(exchange->url, exchange->location);
	if (session->answer && session->resource)
		return 0;
	dm_session_finish(session);
	return -ENOMEM;
}

int dm_exchange_success(struct dm_exchange *exchange, long status)
{
	if (status < 0)
		return (int)status;
	if (status / 100 == 2)
		return 0;
	note_problem(exchange, status);
	return -EPROTO;
}
