/* tests/unit/control/router.c: HTTP without a network: pages, the API, WHEP as a state machine. */
#include "control/router.h"

#include "fake_session.h"
#include "offers.h"

#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SDP      "application/sdp"
#define FRAGMENT "application/trickle-ice-sdpfrag"

struct fixture {
	struct dm_event *event;
	struct dm_metrics *metrics;
	struct dm_router *router;
	char root[64];
	struct dm_response response;
	char *offer;
	size_t offer_bytes;
	char location[128];
	char etag[32];
};

static void write_file(const char *root, const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", root, name);

	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void remove_file(const char *root, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	unlink(path);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char path[128];

	strcpy(f->root, "/tmp/dragoman-pages-XXXXXX");
	assert_non_null(mkdtemp(f->root));
	snprintf(path, sizeof(path), "%s/js", f->root);
	mkdir(path, 0755);
	write_file(f->root, "index.html", "<!doctype html>");
	write_file(f->root, "js/main.js", "export {};");
	write_file(f->root, ".secret", "no");
	f->event = fake_event_create();
	assert_int_equal(dm_metrics_create(&f->metrics), 0);

	const struct dm_router_options options = { .event = f->event,
						   .metrics = f->metrics,
						   .web_root = f->root };

	assert_int_equal(dm_router_create(&f->router, &options), 0);
	f->offer = offer_read("chromium-sign.sdp", &f->offer_bytes);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	dm_response_finish(&f->response);
	dm_router_destroy(f->router);
	assert_int_equal(fake_event_subscriber_count(f->event), 0);
	dm_metrics_destroy(f->metrics);
	fake_event_destroy(f->event);
	remove_file(f->root, "index.html");
	remove_file(f->root, "js/main.js");
	remove_file(f->root, ".secret");
	remove_file(f->root, "new.html");
	char path[128];

	snprintf(path, sizeof(path), "%s/js", f->root);
	rmdir(path);
	rmdir(f->root);
	free(f->offer);
	free(f);
	return 0;
}

/* Asks, with everything that `request` does not say empty; the response is in the fixture. */
static unsigned ask(struct fixture *f, struct dm_request request)
{
	const char **const texts[] = { &request.content_type, &request.accept, &request.if_match,
				       &request.if_none_match, &request.body };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = *texts[i] ? *texts[i] : "";
	if (!request.body_bytes)
		request.body_bytes = strlen(request.body);
	dm_response_finish(&f->response);
	dm_response_init(&f->response);
	dm_router_handle(f->router, &request, &f->response);
	return f->response.status;
}

static unsigned get(struct fixture *f, const char *path)
{
	return ask(f, (struct dm_request){ .path = path });
}

static const char *header(const struct fixture *f, const char *name)
{
	for (size_t i = 0; i < f->response.header_count; i++) {
		if (!strcmp(f->response.headers[i].name, name))
			return f->response.headers[i].value;
	}
	return NULL;
}

/* The body as JSON; the caller's. */
static json_t *body_json(const struct fixture *f)
{
	gsize bytes;
	const char *data = g_bytes_get_data(f->response.body, &bytes);
	json_t *json = json_loadb(data, bytes, 0, NULL);

	assert_non_null(json);
	return json;
}

static void assert_body_has(const struct fixture *f, const char *part)
{
	gsize bytes;
	const char *data = g_bytes_get_data(f->response.body, &bytes);

	assert_non_null(memmem(data, bytes, part, strlen(part)));
}

static void assert_problem(struct fixture *f, unsigned status, const char *code)
{
	assert_int_equal(f->response.status, status);
	assert_string_equal(f->response.content_type, "application/problem+json");

	json_t *json = body_json(f);

	assert_int_equal(json_integer_value(json_object_get(json, "status")), status);
	assert_string_equal(json_string_value(json_object_get(json, "type")), "about:blank");
	assert_true(strlen(json_string_value(json_object_get(json, "detail"))) > 15);
	if (code)
		assert_string_equal(json_string_value(json_object_get(json, "code")), code);
	json_decref(json);
}

static void test_pages(void **state)
{
	struct fixture *f = *state;
	char etag[64];

	assert_int_equal(get(f, "/"), 200);
	assert_string_equal(f->response.content_type, "text/html; charset=utf-8");
	assert_body_has(f, "<!doctype html>");
	assert_non_null(strstr(header(f, "Content-Security-Policy"), "default-src 'self'"));
	assert_string_equal(header(f, "X-Content-Type-Options"), "nosniff");
	assert_string_equal(header(f, "Referrer-Policy"), "no-referrer");
	assert_string_equal(header(f, "Cache-Control"), "no-cache");
	snprintf(etag, sizeof(etag), "%s", header(f, "ETag"));
	assert_int_equal(ask(f, (struct dm_request){ .path = "/", .if_none_match = etag }), 304);
	assert_null(f->response.body);
	assert_int_equal(get(f, "/js/main.js"), 200);
	assert_string_equal(f->response.content_type, "text/javascript; charset=utf-8");
	assert_int_equal(ask(f, (struct dm_request){ .method = DM_METHOD_HEAD, .path = "/" }), 200);
}

static void test_page_that_changes(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(get(f, "/new.html"), 404);
	write_file(f->root, "new.html", "one");
	assert_int_equal(get(f, "/new.html"), 200);
	assert_body_has(f, "one");
	write_file(f->root, "new.html", "other");
	assert_int_equal(get(f, "/new.html"), 200);
	assert_body_has(f, "other");
	remove_file(f->root, "new.html");
	assert_int_equal(get(f, "/new.html"), 404);
}

static void test_no_page(void **state)
{
	static const char *const none[] = {
		"/interpreter", "/organiser",        "/.secret", "/js",  "/js/",
		"/index.html/", "/js/../index.html", "/x/y",     "/api", "/api/",
		"/healthz/",    "relative",          "/%2e%2e/"
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		get(f, none[i]);
		assert_problem(f, 404, NULL);
	}
	ask(f, (struct dm_request){ .method = DM_METHOD_POST, .path = "/" });
	assert_problem(f, 405, NULL);
	assert_string_equal(header(f, "Allow"), "GET, HEAD");
	get(f, "/ws");
	assert_problem(f, 426, NULL);
	assert_string_equal(header(f, "Upgrade"), "websocket");
}

static void test_event(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(get(f, "/api/event"), 200);
	assert_string_equal(f->response.content_type, "application/json");

	json_t *json = body_json(f);
	const char *id;
	const char *title;
	const char *room;
	const char *language;
	const char *floor;
	const char *first;
	const char *first_state;
	int picture;
	int sign;

	assert_int_equal(
		json_unpack(json,
			    "{s:s, s:{s:s}, s:[{s:s, s:{s:s, s:s}, s:[{s:s, s:s}], s:b, s:b}]}",
			    "id", &id, "title", "ar", &title, "rooms", "id", &room, "floor",
			    "language", &language, "state", &floor, "channels", "lang", &first,
			    "state", &first_state, "picture", &picture, "sign", &sign),
		0);
	assert_string_equal(id, "test-event");
	assert_string_equal(title, "حدث");
	assert_string_equal(room, "plenary");
	assert_string_equal(language, "en");
	assert_string_equal(floor, "live");
	assert_string_equal(first, "floor");
	assert_true(picture && sign);
	json_decref(json);
}

static void test_health(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(get(f, "/healthz"), 200);
	assert_body_has(f, "\"ok\"");
	assert_int_equal(get(f, "/readyz"), 503);
	dm_router_set_ready(f->router, true, NULL);
	assert_int_equal(get(f, "/readyz"), 200);
	assert_body_has(f, "\"ready\"");
	dm_router_set_ready(f->router, false, "The relay is draining.");
	assert_int_equal(get(f, "/readyz"), 503);
	assert_body_has(f, "draining");
}

static void test_metrics(void **state)
{
	struct fixture *f = *state;

	get(f, "/healthz");
	get(f, "/nothing");
	assert_int_equal(get(f, "/metrics"), 200);
	assert_int_equal(strncmp(f->response.content_type, "text/plain; version=0.0.4", 25), 0);
	assert_body_has(f, "dragoman_http_responses_total{class=\"2xx\"} 1\n");
	assert_body_has(f, "dragoman_http_responses_total{class=\"4xx\"} 1\n");
	assert_body_has(f, "dragoman_whep_sessions 0\n");
}

static unsigned post_offer(struct fixture *f, const char *path,
			   const struct dm_parameter *parameters, size_t count)
{
	struct dm_request request = {
		.method = DM_METHOD_POST,
		.path = path,
		.content_type = SDP,
		.body = f->offer,
		.body_bytes = f->offer_bytes,
		.parameter_count = count,
	};

	for (size_t i = 0; i < count; i++)
		request.parameters[i] = parameters[i];
	if (ask(f, request) == 201) {
		snprintf(f->location, sizeof(f->location), "%s", header(f, "Location"));
		snprintf(f->etag, sizeof(f->etag), "%s", header(f, "ETag"));
	}
	return f->response.status;
}

static const char *id_of(const struct fixture *f)
{
	return strrchr(f->location, '/') + 1;
}

static void test_whep_create(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(post_offer(f, "/whep/plenary", NULL, 0), 201);
	assert_string_equal(f->response.content_type, SDP);
	assert_string_equal(header(f, "Access-Control-Allow-Origin"), "*");
	assert_non_null(strstr(header(f, "Access-Control-Expose-Headers"), "Location"));
	assert_non_null(strstr(header(f, "Access-Control-Expose-Headers"), "ETag"));
	assert_string_equal(header(f, "Accept-Patch"), FRAGMENT);
	assert_int_equal(strncmp(f->location, "/whep/plenary/", 14), 0);
	assert_int_equal(strlen(id_of(f)), 32);
	assert_body_has(f, "a=sendonly");
	assert_true(fake_subscriber_peer(f->event, id_of(f))->streams[DM_MEDIA_SIGN].wanted);

	assert_int_equal(
		ask(f, (struct dm_request){ .method = DM_METHOD_DELETE, .path = f->location }),
		200);
	assert_int_equal(fake_event_subscriber_count(f->event), 0);
	ask(f, (struct dm_request){ .method = DM_METHOD_DELETE, .path = f->location });
	assert_problem(f, 404, NULL);
}

static void test_whep_sound_alone(void **state)
{
	const struct dm_parameter parameters[] = {
		{ "lang", "FR" }, { "video", "none" }, { "cachebuster", "1" }, { "token", "x" }
	};
	struct fixture *f = *state;

	assert_int_equal(post_offer(f, "/whep/plenary", parameters, 4), 201);
	assert_body_has(f, "m=video 0 ");
	assert_false(fake_subscriber_peer(f->event, id_of(f))->streams[DM_MEDIA_PICTURE].wanted);
}

static void test_whep_refused(void **state)
{
	static const struct {
		const char *path;
		struct dm_parameter parameter;
		unsigned status;
		const char *code;
	} cases[] = {
		{ "/whep/nowhere", { "lang", "fr" }, 404, "unknown-room" },
		{ "/whep/plenary", { "lang", "tlh" }, 404, "unknown-language" },
		{ "/whep/plenary", { "lang", "\xff\xfe" }, 404, "unknown-language" },
		{ "/whep/plenary", { "video", "best" }, 400, "bad-message" },
		{ "/whep/plenary", { "sign", "1" }, 400, "bad-message" },
		{ "/whep", { "lang", "fr" }, 404, NULL },
		{ "/whep/", { "lang", "fr" }, 404, NULL },
		{ "/whep/plenary/x/select/y", { "lang", "fr" }, 404, NULL },
		{ "/whep/plenary/x/choose", { "lang", "fr" }, 404, NULL },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		post_offer(f, cases[i].path, &cases[i].parameter, 1);
		assert_problem(f, cases[i].status, cases[i].code);
	}
	ask(f, (struct dm_request){ .method = DM_METHOD_POST,
				    .path = "/whep/plenary",
				    .content_type = "text/plain",
				    .body = f->offer });
	assert_problem(f, 415, NULL);
	assert_string_equal(header(f, "Accept-Post"), SDP);
	ask(f, (struct dm_request){ .method = DM_METHOD_POST,
				    .path = "/whep/plenary",
				    .content_type = SDP,
				    .accept = "text/html",
				    .body = f->offer });
	assert_problem(f, 406, NULL);
	ask(f, (struct dm_request){ .method = DM_METHOD_POST,
				    .path = "/whep/plenary",
				    .content_type = SDP,
				    .body = "" });
	assert_problem(f, 400, "bad-offer");
	fake_event_fail_next(f->event, -EAGAIN);
	post_offer(f, "/whep/plenary", NULL, 0);
	assert_problem(f, 503, "busy");
	assert_non_null(header(f, "Retry-After"));
	ask(f, (struct dm_request){ .method = DM_METHOD_GET, .path = "/whep/plenary" });
	assert_problem(f, 405, NULL);
	assert_string_equal(header(f, "Allow"), "OPTIONS, POST");
	assert_int_equal(fake_event_subscriber_count(f->event), 0);
}

static void test_whep_options(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		ask(f, (struct dm_request){ .method = DM_METHOD_OPTIONS, .path = "/whep/plenary" }),
		204);
	assert_non_null(strstr(header(f, "Access-Control-Allow-Methods"), "POST"));
	assert_non_null(strstr(header(f, "Access-Control-Allow-Headers"), "Content-Type"));
	assert_string_equal(header(f, "Accept-Post"), SDP);
	assert_int_equal(ask(f, (struct dm_request){ .method = DM_METHOD_OPTIONS,
						     .path = "/whep/plenary/0123" }),
			 204);
	assert_non_null(strstr(header(f, "Access-Control-Allow-Methods"), "PATCH"));
	assert_non_null(strstr(header(f, "Access-Control-Allow-Headers"), "If-Match"));
	assert_string_equal(header(f, "Accept-Patch"), FRAGMENT);
}

static unsigned patch(struct fixture *f, const char *if_match, const char *fragment)
{
	return ask(f, (struct dm_request){ .method = DM_METHOD_PATCH,
					   .path = f->location,
					   .content_type = FRAGMENT,
					   .if_match = if_match,
					   .body = fragment });
}

/* RFC 9725, 4.3 */
static void test_whep_patch(void **state)
{
	static const char restart[] =
		"a=ice-options:trickle ice2\r\na=group:BUNDLE 0 1\r\n"
		"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"
		"a=ice-ufrag:ysXw\r\na=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k\r\n"
		"a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag ysXw network-id 1\r\n";
	static const char trickle[] =
		"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"
		"a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0\r\na=end-of-candidates\r\n";
	struct fixture *f = *state;
	char first[32];

	post_offer(f, "/whep/plenary", NULL, 0);
	snprintf(first, sizeof(first), "%s", f->etag);

	assert_int_equal(patch(f, f->etag, trickle), 204);
	assert_int_equal(patch(f, "*", trickle), 204);
	patch(f, "", trickle);
	assert_problem(f, 428, NULL);
	patch(f, "\"other\"", trickle);
	assert_problem(f, 412, NULL);
	patch(f, f->etag, "nonsense");
	assert_problem(f, 400, "bad-offer");
	patch(f, f->etag, "");
	assert_problem(f, 400, "bad-offer");
	ask(f, (struct dm_request){ .method = DM_METHOD_PATCH,
				    .path = f->location,
				    .content_type = SDP,
				    .if_match = "*",
				    .body = trickle });
	assert_problem(f, 415, NULL);
	assert_string_equal(header(f, "Accept-Patch"), FRAGMENT);

	assert_int_equal(patch(f, "*", restart), 200);
	assert_string_equal(f->response.content_type, FRAGMENT);
	assert_string_not_equal(header(f, "ETag"), first);
	snprintf(f->etag, sizeof(f->etag), "%s", header(f, "ETag"));
	assert_body_has(f, "a=ice-ufrag:");
	assert_string_equal(fake_subscriber_peer(f->event, id_of(f))->remote_ufrag, "ysXw");
	/* What was trickled for the time before comes too late; the new credentials again change
	 * nothing. */
	patch(f, first, trickle);
	assert_problem(f, 412, NULL);
	assert_int_equal(patch(f, f->etag, restart), 204);

	fake_event_fail_next(f->event, -EAGAIN);
	patch(f, "*", "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:third\r\n");
	assert_problem(f, 503, "busy");
}

static unsigned post_select(struct fixture *f, const char *type, const char *json)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/select", f->location);
	return ask(f, (struct dm_request){ .method = DM_METHOD_POST,
					   .path = path,
					   .content_type = type,
					   .body = json });
}

static void test_whep_select(void **state)
{
	struct fixture *f = *state;

	post_offer(f, "/whep/plenary", NULL, 0);
	assert_int_equal(post_select(f, "application/json", "{\"lang\":\"en\"}"), 200);
	assert_body_has(f,
			"{\"room\":\"plenary\",\"lang\":\"en\",\"video\":\"auto\",\"sign\":true}");
	assert_int_equal(post_select(f, "application/json; charset=utf-8",
				     "{\"video\":\"low\",\"sign\":false}"),
			 200);
	assert_body_has(f, "\"lang\":\"en\",\"video\":\"low\",\"sign\":false");
	assert_int_equal(post_select(f, "application/json", "{}"), 200);
	post_select(f, "application/json", "{\"lang\":\"tlh\",\"video\":\"high\"}");
	assert_problem(f, 404, "unknown-language");
	post_select(f, "application/json", "{\"lang\":3}");
	assert_problem(f, 400, "bad-message");
	post_select(f, "application/json", "lang=en");
	assert_problem(f, 400, "bad-json");
	post_select(f, "text/plain", "{\"lang\":\"en\"}");
	assert_problem(f, 415, NULL);
	/* What failed changed nothing. */
	assert_int_equal(post_select(f, "application/json", "{}"), 200);
	assert_body_has(f, "\"lang\":\"en\",\"video\":\"low\"");
	fake_event_fail_next(f->event, -EAGAIN);
	post_select(f, "application/json", "{\"lang\":\"fr\"}");
	assert_problem(f, 503, "busy");
}

static void test_whep_peer_gone(void **state)
{
	struct fixture *f = *state;

	post_offer(f, "/whep/plenary", NULL, 0);
	fake_subscriber_become(f->event, id_of(f), DM_PEER_CONNECTED);
	assert_int_equal(post_select(f, "application/json", "{}"), 200);
	fake_subscriber_become(f->event, id_of(f), DM_PEER_EXPIRED);
	post_select(f, "application/json", "{}");
	assert_problem(f, 404, NULL);
	patch(f, "*", "a=end-of-candidates\r\n");
	assert_problem(f, 404, NULL);
}

static void test_whep_wrong_room(void **state)
{
	struct fixture *f = *state;
	char path[128];

	post_offer(f, "/whep/plenary", NULL, 0);
	snprintf(path, sizeof(path), "/whep/side/%s", id_of(f));
	ask(f, (struct dm_request){ .method = DM_METHOD_DELETE, .path = path });
	assert_problem(f, 404, NULL);
	assert_int_equal(fake_event_subscriber_count(f->event), 1);
	ask(f, (struct dm_request){ .method = DM_METHOD_GET, .path = f->location });
	assert_problem(f, 405, NULL);
	assert_string_equal(header(f, "Allow"), "DELETE, OPTIONS, PATCH");
}

static void test_no_web_root(void **state)
{
	struct fixture *f = *state;
	const struct dm_router_options options = { .event = f->event,
						   .web_root = "/nonexistent/pages" };
	struct dm_router *router;

	assert_int_equal(dm_router_create(&router, &options), -ENOENT);
	assert_null(router);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_pages),          TEST(test_page_that_changes),
		TEST(test_no_page),        TEST(test_event),
		TEST(test_health),         TEST(test_metrics),
		TEST(test_whep_create),    TEST(test_whep_sound_alone),
		TEST(test_whep_refused),   TEST(test_whep_options),
		TEST(test_whep_patch),     TEST(test_whep_select),
		TEST(test_whep_peer_gone), TEST(test_whep_wrong_room),
		TEST(test_no_web_root),
	};

	return cmocka_run_group_tests_name("control/router", tests, NULL, NULL);
}
