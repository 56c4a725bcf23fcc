#include "http.h"

#include <curl/curl.h>
#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_SECONDS 10L
#define ANSWER_SECONDS  20L
#define BODY_MAX        65536 /* bytes; an answer is some 2,000 */
#define PROBLEM_MAX     400

struct dm_http {
	CURL *curl;
	char *base;
	char *authorization; /* header line, nullable */
	char problem[PROBLEM_MAX];
	char body[BODY_MAX + 1];
	size_t body_bytes;
	char location[1024];
	bool sdp; /* Content-Type says so */
};

static size_t on_body(char *data, size_t size, size_t count, void *user)
{
	struct dm_http *http = user;
	const size_t bytes = size * count;

	if (bytes > BODY_MAX - http->body_bytes)
		return 0;
	memcpy(http->body + http->body_bytes, data, bytes);
	http->body_bytes += bytes;
	http->body[http->body_bytes] = '\0';
	return bytes;
}

static size_t on_header(char *data, size_t size, size_t count, void *user)
{
	struct dm_http *http = user;
	const size_t bytes = size * count;
	char line[1200];

	if (bytes >= sizeof(line))
		return bytes;
	memcpy(line, data, bytes);
	line[bytes] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	if (strncasecmp(line, "location:", 9) == 0)
		snprintf(http->location, sizeof(http->location), "%s",
			 line + 9 + strspn(line + 9, " "));
	else if (strncasecmp(line, "content-type:", 13) == 0)
		http->sdp = strstr(line, "application/sdp") != NULL;
	return bytes;
}

int dm_http_create(struct dm_http **out, const char *base, const char *token)
{
	struct dm_http *http = calloc(1, sizeof(*http));

	*out = NULL;
	if (!http)
		return -ENOMEM;
	http->base = strdup(base);
	http->curl = curl_easy_init();
	if (!http->base || !http->curl)
		goto fail;
	while (strlen(http->base) > 0 && http->base[strlen(http->base) - 1] == '/')
		http->base[strlen(http->base) - 1] = '\0';
	if (token && asprintf(&http->authorization, "Authorization: Bearer %s", token) < 0) {
		http->authorization = NULL;
		goto fail;
	}
	*out = http;
	return 0;

fail:
	dm_http_destroy(http);
	return -ENOMEM;
}

void dm_http_destroy(struct dm_http *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->curl);
	free(http->authorization);
	free(http->base);
	free(http);
}

void dm_session_finish(struct dm_session *session)
{
	free(session->answer);
	free(session->resource);
	*session = (struct dm_session){ 0 };
}

const char *dm_http_problem(const struct dm_http *http)
{
	return http->problem;
}

/* The relay answers errors as problem+json (RFC 9457): its detail is meant for people. */
static void note_problem(struct dm_http *http, const char *url, long status)
{
	json_t *problem = json_loadb(http->body, http->body_bytes, 0, NULL);
	const char *detail = json_string_value(json_object_get(problem, "detail"));

	if (!detail)
		detail = json_string_value(json_object_get(problem, "title"));
	snprintf(http->problem, sizeof(http->problem), "%s answered %ld%s%s", url, status,
		 detail ? ": " : "", detail ? detail : "");
	json_decref(problem);
}

/* Sends and waits. Returns the status, or -ECONNREFUSED. */
static long perform(struct dm_http *http, const char *method, const char *url, const char *type,
		    const char *body)
{
	struct curl_slist *headers = NULL;
	char content_type[64];
	long status = 0;

	curl_easy_reset(http->curl); /* keeps the connection */
	http->body_bytes = 0;
	http->body[0] = '\0';
	http->location[0] = '\0';
	http->sdp = false;
	if (type) {
		snprintf(content_type, sizeof(content_type), "Content-Type: %s", type);
		headers = curl_slist_append(headers, content_type);
		curl_easy_setopt(http->curl, CURLOPT_POSTFIELDS, body);
	}
	headers = curl_slist_append(headers, "Expect:"); /* no 100-continue round trip */
	if (http->authorization)
		headers = curl_slist_append(headers, http->authorization);
	curl_easy_setopt(http->curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(http->curl, CURLOPT_URL, url);
	curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(http->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(http->curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	curl_easy_setopt(http->curl, CURLOPT_TIMEOUT, ANSWER_SECONDS);
	curl_easy_setopt(http->curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(http->curl, CURLOPT_WRITEDATA, http);
	curl_easy_setopt(http->curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(http->curl, CURLOPT_HEADERDATA, http);

	const CURLcode result = curl_easy_perform(http->curl);

	curl_slist_free_all(headers);
	if (result != CURLE_OK) {
		snprintf(http->problem, sizeof(http->problem), "%s: %s", url,
			 curl_easy_strerror(result));
		return -ECONNREFUSED;
	}
	curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static char *join_url(struct dm_http *http, const char *room, const char *lang, const char *video)
{
	char *escaped_room = curl_easy_escape(http->curl, room, 0);
	char *escaped_lang = lang ? curl_easy_escape(http->curl, lang, 0) : NULL;
	char *url = NULL;

	if (asprintf(&url, "%s/whep/%s%s%s%s%s%s%s", http->base, escaped_room,
		     lang || video ? "?" : "", lang ? "lang=" : "", lang ? escaped_lang : "",
		     lang && video ? "&" : "", video ? "video=" : "", video ? video : "") < 0)
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

int dm_http_join(struct dm_http *http, const char *room, const char *lang, const char *video,
		 const char *offer, struct dm_session *session)
{
	char *url = join_url(http, room, lang, video);
	char *address = NULL;
	int error = -ENOMEM;

	*session = (struct dm_session){ 0 };
	if (!url)
		return -ENOMEM;
	session->posted_at = dm_time_now();

	const long status = perform(http, "POST", url, "application/sdp", offer);

	session->answered_at = dm_time_now();
	if (status < 0) {
		error = (int)status;
		goto free_url;
	}
	if (status != 201 || !http->sdp || !http->location[0]) {
		note_problem(http, url, status);
		error = -EPROTO;
		goto free_url;
	}
	if (curl_easy_getinfo(http->curl, CURLINFO_PRIMARY_IP, &address) == CURLE_OK && address)
		snprintf(session->server, sizeof(session->server), "%s", address);
	session->answer = strdup(http->body);
	session->resource = resolve(url, http->location);
	if (session->answer && session->resource)
		error = 0;
	else
		dm_session_finish(session);

free_url:
	free(url);
	return error;
}

static int expect_success(struct dm_http *http, const char *url, long status)
{
	if (status < 0)
		return (int)status;
	if (status / 100 == 2)
		return 0;
	note_problem(http, url, status);
	return -EPROTO;
}

int dm_http_select(struct dm_http *http, const char *resource, const char *lang)
{
	char *url = NULL;
	json_t *choice = json_pack("{s:s}", "lang", lang);
	char *body = choice ? json_dumps(choice, JSON_COMPACT) : NULL;
	int error = -ENOMEM;

	if (body && asprintf(&url, "%s/select", resource) >= 0)
		error = expect_success(http, url,
				       perform(http, "POST", url, "application/json", body));
	free(url);
	free(body);
	json_decref(choice);
	return error;
}

int dm_http_leave(struct dm_http *http, const char *resource)
{
	return expect_success(http, resource, perform(http, "DELETE", resource, NULL, NULL));
}
