/* tests/unit/control/router.c: HTTP without a network: pages, the API, WHEP as a state machine. */
#include "fake_session.h"
#include "offers.h"
#include "router_client.h"

#include <errno.h>
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
	struct router_client client;
	char root[64];
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

	assert_int_equal(dm_router_create(&f->client.router, &options), 0);
	f->offer = offer_read("chromium-sign.sdp", &f->offer_bytes);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	dm_response_finish(&f->client.response);
	dm_router_destroy(f->client.router);
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

static unsigned get(struct fixture *f, const char *path)
{
	return client_ask(&f->client, (struct dm_request){ .path = path });
}

static void test_pages(void **state)
{
	struct fixture *f = *state;
	char etag[64];

	assert_int_equal(get(f, "/"), 200);
	assert_string_equal(f->client.response.content_type, "text/html; charset=utf-8");
	client_assert_has(&f->client, "<!doctype html>");
	assert_non_null(
		strstr(client_header(&f->client, "Content-Security-Policy"), "default-src 'self'"));
	assert_string_equal(client_header(&f->client, "X-Content-Type-Options"), "nosniff");
	assert_string_equal(client_header(&f->client, "Referrer-Policy"), "no-referrer");
	assert_string_equal(client_header(&f->client, "Cache-Control"), "no-cache");
	snprintf(etag, sizeof(etag), "%s", client_header(&f->client, "ETag"));
	assert_int_equal(
		client_ask(&f->client, (struct dm_request){ .path = "/", .if_none_match = etag }),
		304);
	assert_null(f->client.response.body);
	assert_int_equal(get(f, "/js/main.js"), 200);
	assert_string_equal(f->client.response.content_type, "text/javascript; charset=utf-8");
	assert_int_equal(client_ask(&f->client,
				    (struct dm_request){ .method = DM_METHOD_HEAD, .path = "/" }),
			 200);
}

static void test_page_that_changes(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(get(f, "/new.html"), 404);
	write_file(f->root, "new.html", "one");
	assert_int_equal(get(f, "/new.html"), 200);
	client_assert_has(&f->client, "one");
	write_file(f->root, "new.html", "other");
	assert_int_equal(get(f, "/new.html"), 200);
	client_assert_has(&f->client, "other");
	remove_file(f->root, "new.html");
	assert_int_equal(get(f, "/new.html"), 404);
}

/* Pages that people are told of by name. */
static void test_named_page(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(get(f, "/interpreter"), 404);
	write_file(f->root, "interpreter.html", "<!doctype html>booth");
	assert_int_equal(get(f, "/interpreter"), 200);
	assert_string_equal(f->client.response.content_type, "text/html; charset=utf-8");
	client_assert_has(&f->client, "booth");
	assert_int_equal(get(f, "/interpreter.html"), 200);
	assert_int_equal(get(f, "/interpreter/"), 404);
	assert_int_equal(get(f, "/js/interpreter"), 404);
	assert_int_equal(get(f, "/index"), 404);
	remove_file(f->root, "interpreter.html");
}

static void test_no_page(void **state)
{
	static const char *const none[] = {
		"/speaker",     "/organiser",        "/.secret", "/js",  "/js/",
		"/index.html/", "/js/../index.html", "/x/y",     "/api", "/api/",
		"/healthz/",    "relative",          "/%2e%2e/"
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		get(f, none[i]);
		client_assert_problem(&f->client, 404, NULL);
	}
	client_ask(&f->client, (struct dm_request){ .method = DM_METHOD_POST, .path = "/" });
	client_assert_problem(&f->client, 405, NULL);
	assert_string_equal(client_header(&f->client, "Allow"), "GET, HEAD");
	get(f, "/ws");
	client_assert_problem(&f->client, 426, NULL);
	assert_string_equal(client_header(&f->client, "Upgrade"), "websocket");
}

static void test_event(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(get(f, "/api/event"), 200);
	assert_string_equal(f->client.response.content_type, "application/json");

	json_t *json = client_json(&f->client);
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
	client_assert_has(&f->client, "\"ok\"");
	assert_int_equal(get(f, "/readyz"), 503);
	dm_router_set_ready(f->client.router, true, NULL);
	assert_int_equal(get(f, "/readyz"), 200);
	client_assert_has(&f->client, "\"ready\"");
	dm_router_set_ready(f->client.router, false, "The relay is draining.");
	assert_int_equal(get(f, "/readyz"), 503);
	client_assert_has(&f->client, "draining");
}

static void test_metrics(void **state)
{
	struct fixture *f = *state;

	get(f, "/healthz");
	get(f, "/nothing");
	assert_int_equal(get(f, "/metrics"), 200);
	assert_int_equal(strncmp(f->client.response.content_type, "text/plain; version=0.0.4", 25),
			 0);
	client_assert_has(&f->client, "dragoman_http_responses_total{class=\"2xx\"} 1\n");
	client_assert_has(&f->client, "dragoman_http_responses_total{class=\"4xx\"} 1\n");
	client_assert_has(&f->client, "dragoman_whep_sessions 0\n");
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
	if (client_ask(&f->client, request) == 201) {
		snprintf(f->location, sizeof(f->location), "%s",
			 client_header(&f->client, "Location"));
		snprintf(f->etag, sizeof(f->etag), "%s", client_header(&f->client, "ETag"));
	}
	return f->client.response.status;
}

static const char *id_of(const struct fixture *f)
{
	return strrchr(f->location, '/') + 1;
}

static void test_whep_create(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(post_offer(f, "/whep/plenary", NULL, 0), 201);
	assert_string_equal(f->client.response.content_type, SDP);
	assert_string_equal(client_header(&f->client, "Access-Control-Allow-Origin"), "*");
	assert_non_null(
		strstr(client_header(&f->client, "Access-Control-Expose-Headers"), "Location"));
	assert_non_null(strstr(client_header(&f->client, "Access-Control-Expose-Headers"), "ETag"));
	assert_string_equal(client_header(&f->client, "Accept-Patch"), FRAGMENT);
	assert_int_equal(strncmp(f->location, "/whep/plenary/", 14), 0);
	assert_int_equal(strlen(id_of(f)), 32);
	client_assert_has(&f->client, "a=sendonly");
	assert_true(fake_subscriber_peer(f->event, id_of(f))->streams[DM_MEDIA_SIGN].wanted);

	assert_int_equal(client_ask(&f->client, (struct dm_request){ .method = DM_METHOD_DELETE,
								     .path = f->location }),
			 200);
	assert_int_equal(fake_event_subscriber_count(f->event), 0);
	client_ask(&f->client,
		   (struct dm_request){ .method = DM_METHOD_DELETE, .path = f->location });
	client_assert_problem(&f->client, 404, NULL);
}

static void test_whep_sound_alone(void **state)
{
	const struct dm_parameter parameters[] = {
		{ "lang", "FR" }, { "video", "none" }, { "cachebuster", "1" }, { "token", "x" }
	};
	struct fixture *f = *state;

	assert_int_equal(post_offer(f, "/whep/plenary", parameters, 4), 201);
	client_assert_has(&f->client, "m=video 0 ");
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
		client_assert_problem(&f->client, cases[i].status, cases[i].code);
	}
	client_ask(&f->client, (struct dm_request){ .method = DM_METHOD_POST,
						    .path = "/whep/plenary",
						    .content_type = "text/plain",
						    .body = f->offer });
	client_assert_problem(&f->client, 415, NULL);
	assert_string_equal(client_header(&f->client, "Accept-Post"), SDP);
	client_ask(&f->client, (struct dm_request){ .method = DM_METHOD_POST,
						    .path = "/whep/plenary",
						    .content_type = SDP,
						    .accept = "text/html",
						    .body = f->offer });
	client_assert_problem(&f->client, 406, NULL);
	client_ask(&f->client, (struct dm_request){ .method = DM_METHOD_POST,
						    .path = "/whep/plenary",
						    .content_type = SDP,
						    .body = "" });
	client_assert_problem(&f->client, 400, "bad-offer");
	fake_event_fail_next(f->event, -EAGAIN);
	post_offer(f, "/whep/plenary", NULL, 0);
	client_assert_problem(&f->client, 503, "busy");
	assert_non_null(client_header(&f->client, "Retry-After"));
	client_ask(&f->client,
		   (struct dm_request){ .method = DM_METHOD_GET, .path = "/whep/plenary" });
	client_assert_problem(&f->client, 405, NULL);
	assert_string_equal(client_header(&f->client, "Allow"), "OPTIONS, POST");
	assert_int_equal(fake_event_subscriber_count(f->event), 0);
}

static void test_whep_options(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(client_ask(&f->client, (struct dm_request){ .method = DM_METHOD_OPTIONS,
								     .path = "/whep/plenary" }),
			 204);
	assert_non_null(strstr(client_header(&f->client, "Access-Control-Allow-Methods"), "POST"));
	assert_non_null(
		strstr(client_header(&f->client, "Access-Control-Allow-Headers"), "Content-Type"));
	assert_string_equal(client_header(&f->client, "Accept-Post"), SDP);
	assert_int_equal(
		client_ask(&f->client, (struct dm_request){ .method = DM_METHOD_OPTIONS,
							    .path = "/whep/plenary/0123" }),
		204);
	assert_non_null(strstr(client_header(&f->client, "Access-Control-Allow-Methods"), "PATCH"));
	assert_non_null(
		strstr(client_header(&f->client, "Access-Control-Allow-Headers"), "If-Match"));
	assert_string_equal(client_header(&f->client, "Accept-Patch"), FRAGMENT);
}

static unsigned patch(struct fixture *f, const char *if_match, const char *fragment)
{
	return client_ask(&f->client, (struct dm_request){ .method = DM_METHOD_PATCH,
							   .path = f->location,
							   .content_type = FRAGMENT,
							   .if_match = if_match,
							   .body = fragment });
}

/* RFC 9725, 4.3 */
static void test_whep_patch(void **state)
{
	struct fixture *f = *state;
	char first[32];

	post_offer(f, "/whep/plenary", NULL, 0);
	snprintf(first, sizeof(first), "%s", f->etag);

	assert_int_equal(patch(f, f->etag, FRAGMENT_TRICKLE), 204);
	assert_int_equal(patch(f, "*", FRAGMENT_TRICKLE), 204);
	patch(f, "", FRAGMENT_TRICKLE);
	client_assert_problem(&f->client, 428, NULL);
	patch(f, "\"other\"", FRAGMENT_TRICKLE);
	client_assert_problem(&f->client, 412, NULL);
	patch(f, f->etag, "nonsense");
	client_assert_problem(&f->client, 400, "bad-offer");
	patch(f, f->etag, "");
	client_assert_problem(&f->client, 400, "bad-offer");
	client_ask(&f->client, (struct dm_request){ .method = DM_METHOD_PATCH,
						    .path = f->location,
						    .content_type = SDP,
						    .if_match = "*",
						    .body = FRAGMENT_TRICKLE });
	client_assert_problem(&f->client, 415, NULL);
	assert_string_equal(client_header(&f->client, "Accept-Patch"), FRAGMENT);

	assert_int_equal(patch(f, "*", FRAGMENT_RESTART), 200);
	assert_string_equal(f->client.response.content_type, FRAGMENT);
	assert_string_not_equal(client_header(&f->client, "ETag"), first);
	snprintf(f->etag, sizeof(f->etag), "%s", client_header(&f->client, "ETag"));
	client_assert_has(&f->client, "a=ice-ufrag:");
	assert_string_equal(fake_subscriber_peer(f->event, id_of(f))->remote_ufrag, "ysXw");
	/* What was trickled for the time before comes too late; the new credentials again change
	 * nothing. */
	patch(f, first, FRAGMENT_TRICKLE);
	client_assert_problem(&f->client, 412, NULL);
	assert_int_equal(patch(f, f->etag, FRAGMENT_RESTART), 204);

	fake_event_fail_next(f->event, -EAGAIN);
	patch(f, "*", "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:third\r\n");
	client_assert_problem(&f->client, 503, "busy");
}

static unsigned post_select(struct fixture *f, const char *type, const char *json)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/select", f->location);
	return client_ask(&f->client, (struct dm_request){ .method = DM_METHOD_POST,
							   .path = path,
							   .content_type = type,
							   .body = json });
}

static void test_whep_select(void **state)
{
	struct fixture *f = *state;

	post_offer(f, "/whep/plenary", NULL, 0);
	assert_int_equal(post_select(f, "application/json", "{\"lang\":\"en\"}"), 200);
	client_assert_has(
		&f->client,
		"{\"room\":\"plenary\",\"lang\":\"en\",\"video\":\"auto\",\"sign\":true}");
	assert_int_equal(post_select(f, "application/json; charset=utf-8",
				     "{\"video\":\"low\",\"sign\":false}"),
			 200);
	client_assert_has(&f->client, "\"lang\":\"en\",\"video\":\"low\",\"sign\":false");
	assert_int_equal(post_select(f, "application/json", "{}"), 200);
	post_select(f, "application/json", "{\"lang\":\"tlh\",\"video\":\"high\"}");
	client_assert_problem(&f->client, 404, "unknown-language");
	post_select(f, "application/json", "{\"lang\":3}");
	client_assert_problem(&f->client, 400, "bad-message");
	post_select(f, "application/json", "lang=en");
	client_assert_problem(&f->client, 400, "bad-json");
	post_select(f, "text/plain", "{\"lang\":\"en\"}");
	client_assert_problem(&f->client, 415, NULL);
	/* What failed changed nothing. */
	assert_int_equal(post_select(f, "application/json", "{}"), 200);
	client_assert_has(&f->client, "\"lang\":\"en\",\"video\":\"low\"");
	fake_event_fail_next(f->event, -EAGAIN);
	post_select(f, "application/json", "{\"lang\":\"fr\"}");
	client_assert_problem(&f->client, 503, "busy");
}

static void test_whep_peer_gone(void **state)
{
	struct fixture *f = *state;

	post_offer(f, "/whep/plenary", NULL, 0);
	fake_subscriber_become(f->event, id_of(f), DM_PEER_CONNECTED);
	assert_int_equal(post_select(f, "application/json", "{}"), 200);
	fake_subscriber_become(f->event, id_of(f), DM_PEER_EXPIRED);
	post_select(f, "application/json", "{}");
	client_assert_problem(&f->client, 404, NULL);
	patch(f, "*", "a=end-of-candidates\r\n");
	client_assert_problem(&f->client, 404, NULL);
}

static void test_whep_wrong_room(void **state)
{
	struct fixture *f = *state;
	char path[128];

	post_offer(f, "/whep/plenary", NULL, 0);
	snprintf(path, sizeof(path), "/whep/side/%s", id_of(f));
	client_ask(&f->client, (struct dm_request){ .method = DM_METHOD_DELETE, .path = path });
	client_assert_problem(&f->client, 404, NULL);
	assert_int_equal(fake_event_subscriber_count(f->event), 1);
	client_ask(&f->client, (struct dm_request){ .method = DM_METHOD_GET, .path = f->location });
	client_assert_problem(&f->client, 405, NULL);
	assert_string_equal(client_header(&f->client, "Allow"), "DELETE, OPTIONS, PATCH");
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
		TEST(test_pages),
		TEST(test_page_that_changes),
		TEST(test_named_page),
		TEST(test_no_page),
		TEST(test_event),
		TEST(test_health),
		TEST(test_metrics),
		TEST(test_whep_create),
		TEST(test_whep_sound_alone),
		TEST(test_whep_refused),
		TEST(test_whep_options),
		TEST(test_whep_patch),
		TEST(test_whep_select),
		TEST(test_whep_peer_gone),
		TEST(test_whep_wrong_room),
		TEST(test_no_web_root),
	};

	return cmocka_run_group_tests_name("control/router", tests, NULL, NULL);
}
