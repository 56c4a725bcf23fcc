/* tests/unit/control/access.c: the door, asked by HTTP and on the websocket: who gets in, and what
 * the others are told. */
#include "control/access.h"
#include "control/conversation.h"
#include "control/router.h"

#include "fake_session.h"
#include "offers.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define START  INT64_C(1800000000)
#define SECRET "0123456789abcdef0123456789abcdef"

static int64_t unix_now;

static int64_t fake_clock(void)
{
	return unix_now;
}

static const struct dm_token_key key = { .algorithm = DM_TOKEN_HS256,
					 .bytes = SECRET,
					 .count = sizeof(SECRET) - 1,
					 .event = "test-event" };

struct fixture {
	struct dm_event *event;
	struct dm_metrics *metrics;
	struct dm_access *access;
	struct dm_router *router;
	struct dm_hub *hub;
	struct dm_response response;
	char *offer;
	size_t offer_bytes;
	char location[128];
};

static struct dm_security_options settings(bool closed)
{
	return (struct dm_security_options){ .algorithm = DM_TOKEN_HS256,
					     .key = SECRET,
					     .key_bytes = sizeof(SECRET) - 1,
					     .closed = closed,
					     .metrics = DM_METRICS_LOCAL };
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const struct dm_security_options security = settings(true);

	unix_now = START;
	f->event = fake_event_create();
	assert_int_equal(dm_metrics_create(&f->metrics), 0);

	const struct dm_access_options access = { .security = &security,
						  .event = "test-event",
						  .metrics = f->metrics,
						  .clock = fake_clock };

	assert_int_equal(dm_access_create(&f->access, &access), 0);

	const struct dm_router_options router = { .event = f->event,
						  .metrics = f->metrics,
						  .access = f->access };
	const struct dm_hub_options hub = { .event = f->event,
					    .access = f->access,
					    .grace_ms = 1000 };

	assert_int_equal(dm_router_create(&f->router, &router), 0);
	assert_int_equal(dm_hub_create(&f->hub, &hub), 0);
	f->offer = offer_read("chromium-sign.sdp", &f->offer_bytes);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	dm_response_finish(&f->response);
	dm_hub_destroy(f->hub);
	dm_router_destroy(f->router);
	dm_access_destroy(f->access);
	assert_int_equal(fake_event_subscriber_count(f->event), 0);
	dm_metrics_destroy(f->metrics);
	fake_event_destroy(f->event);
	free(f->offer);
	free(f);
	return 0;
}

/* A token of the event; NULL leaves a claim out. The caller's (g_free). */
static char *make(enum dm_role role, const char *room, const char *channel, int64_t expires_at)
{
	struct dm_token token = { .grant.role = role, .expires_at = expires_at };
	char *text;

	if (room)
		strcpy(token.grant.rooms.text[token.grant.rooms.count++], room);
	if (channel)
		strcpy(token.grant.channels.text[token.grant.channels.count++], channel);
	assert_int_equal(dm_token_sign(&key, &token, START, &text), 0);
	return text;
}

static unsigned ask(struct fixture *f, enum dm_method method, const char *path, const char *type,
		    const char *body, const char *token, const char *lang)
{
	char *authorization = token ? g_strconcat("Bearer ", token, NULL) : NULL;
	struct dm_request request = {
		.method = method,
		.path = path,
		.content_type = type ? type : "",
		.accept = "",
		.if_match = "*",
		.if_none_match = "",
		.authorization = authorization,
		.body = body ? body : "",
		.body_bytes = body ? strlen(body) : 0,
	};

	if (lang)
		request.parameters[request.parameter_count++] = (struct dm_parameter){ "lang",
										       lang };
	dm_response_finish(&f->response);
	dm_response_init(&f->response);
	dm_router_handle(f->router, &request, &f->response);
	g_free(authorization);
	return f->response.status;
}

static const char *header(const struct fixture *f, const char *name)
{
	for (size_t i = 0; i < f->response.header_count; i++) {
		if (!strcmp(f->response.headers[i].name, name))
			return f->response.headers[i].value;
	}
	return "";
}

static unsigned play(struct fixture *f, const char *room, const char *lang, const char *token)
{
	char path[64];

	snprintf(path, sizeof(path), "/whep/%s", room);

	const unsigned status = ask(f, DM_METHOD_POST, path, "application/sdp", f->offer, token,
				    lang);

	if (status == 201)
		snprintf(f->location, sizeof(f->location), "%s", header(f, "Location"));
	return status;
}

/* The status, the challenge, and a part of the sentence; and the token is not repeated. */
static void expect_refused(struct fixture *f, unsigned status, const char *challenge,
			   const char *part, const char *token)
{
	gsize bytes;
	const char *body = g_bytes_get_data(f->response.body, &bytes);
	char *text = g_strndup(body, bytes);

	assert_int_equal(f->response.status, status);
	assert_string_equal(f->response.content_type, "application/problem+json");
	if (!strstr(text, part) ||
	    !strstr(text, status == 401 ? "\"unauthorized\"" : "\"forbidden\""))
		fail_msg("no '%s' in %s", part, text);
	assert_true(g_str_has_prefix(header(f, "WWW-Authenticate"), "Bearer realm=\"dragoman\""));
	assert_true(g_str_has_suffix(header(f, "WWW-Authenticate"), "\""));
	if (!strstr(header(f, "WWW-Authenticate"), challenge))
		fail_msg("no '%s' in %s", challenge, header(f, "WWW-Authenticate"));
	if (token && *token) {
		assert_null(strstr(text, token));
		assert_null(strstr(header(f, "WWW-Authenticate"), token));
	}
	g_free(text);
}

/* Role × room × channel × expiry, all with the right signature. */
static const struct {
	const char *name;
	enum dm_role role;
	const char *token_room;
	const char *token_channel;
	int64_t ttl;
	const char *room;
	const char *lang;
	unsigned status;
	const char *challenge;
	const char *part;
} plays[] = {
	{ "delegate", DM_ROLE_DELEGATE, NULL, NULL, 60, "plenary", "fr", 201, "", "" },
	{ "the room", DM_ROLE_DELEGATE, "plenary", NULL, 60, "plenary", NULL, 201, "", "" },
	{ "another room", DM_ROLE_DELEGATE, "plenary", NULL, 60, "side", NULL, 403,
	  "error=\"insufficient_scope\"", "for the room 'plenary', not for 'side'" },
	{ "the channel", DM_ROLE_DELEGATE, "plenary", "fr", 60, "plenary", "FR", 201, "", "" },
	{ "another channel", DM_ROLE_DELEGATE, "plenary", "fr", 60, "plenary", "en", 403,
	  "insufficient_scope", "for the channel 'fr', not for 'en'" },
	{ "the floor by default", DM_ROLE_DELEGATE, "plenary", "fr", 60, "plenary", NULL, 403,
	  "insufficient_scope", "not for 'floor'" },
	{ "no such room", DM_ROLE_DELEGATE, NULL, NULL, 60, "cellar", NULL, 404, NULL, NULL },
	{ "interpreter, relay", DM_ROLE_INTERPRETER, "plenary", "fr", 60, "plenary", "en", 201, "",
	  "" },
	{ "interpreter, another room", DM_ROLE_INTERPRETER, "side", "fr", 60, "plenary", "fr", 403,
	  "insufficient_scope", "for the room 'side'" },
	{ "organiser", DM_ROLE_ORGANISER, NULL, NULL, 60, "side", "en", 201, "", "" },
	{ "feed", DM_ROLE_FEED, NULL, NULL, 60, "plenary", NULL, 403, "insufficient_scope",
	  "yours is of the role feed" },
	{ "expired", DM_ROLE_DELEGATE, NULL, NULL, -7200, "plenary", NULL, 401,
	  "error=\"invalid_token\"", "expired on 2027-01-15 at 06:00 UTC (2 hours ago)" },
};

static void test_plays(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(plays); i++) {
		char *token = make(plays[i].role, plays[i].token_room, plays[i].token_channel,
				   START + plays[i].ttl);
		const unsigned status = play(f, plays[i].room, plays[i].lang, token);

		if (status != plays[i].status)
			fail_msg("%s: %u, not %u", plays[i].name, status, plays[i].status);
		if (status == 201)
			assert_int_equal(
				ask(f, DM_METHOD_DELETE, f->location, NULL, NULL, token, NULL),
				200);
		else if (status != 404)
			expect_refused(f, status, plays[i].challenge, plays[i].part, token);
		g_free(token);
	}
}

static void test_no_token(void **state)
{
	struct fixture *f = *state;
	char *token = make(DM_ROLE_DELEGATE, NULL, NULL, START + 60);

	play(f, "plenary", NULL, NULL);
	expect_refused(f, 401, "Bearer realm=\"dragoman\"", "takes a token", NULL);
	assert_null(strstr(header(f, "WWW-Authenticate"), "error")); /* RFC 6750, 3.1 */
	assert_non_null(strstr(header(f, "Access-Control-Expose-Headers"), "WWW-Authenticate"));
	play(f, "plenary", NULL, "");
	expect_refused(f, 401, "", "takes a token", NULL);

	/* Changed, of another secret, of another event, no token at all. */
	token[strlen(token) - 2] = token[strlen(token) - 2] == 'A' ? 'B' : 'A';
	play(f, "plenary", NULL, token);
	expect_refused(f, 401, "invalid_token", "not signed with this event's key", token);
	play(f, "plenary", NULL, "sesame");
	expect_refused(f, 401, "invalid_token", "not a whole token", "sesame");
	g_free(token);
	assert_int_equal(fake_event_subscriber_count(f->event), 0);

	/* Browsers ask before they send: no token is needed for that, nor for what is public. */
	assert_int_equal(ask(f, DM_METHOD_OPTIONS, "/whep/plenary", NULL, NULL, NULL, NULL), 204);
	assert_int_equal(ask(f, DM_METHOD_GET, "/api/event", NULL, NULL, NULL, NULL), 200);
	assert_int_equal(ask(f, DM_METHOD_GET, "/healthz", NULL, NULL, NULL, NULL), 200);
}

/* Each request of a session is judged for itself. */
static void test_session(void **state)
{
	struct fixture *f = *state;
	char *token = make(DM_ROLE_DELEGATE, "plenary", "fr", START + 60);
	char *other = make(DM_ROLE_DELEGATE, "side", NULL, START + 600);
	char select[160];
	static const char fragment[] = "application/trickle-ice-sdpfrag";

	assert_int_equal(play(f, "plenary", "fr", token), 201);
	snprintf(select, sizeof(select), "%s/select", f->location);
	assert_int_equal(ask(f, DM_METHOD_POST, select, "application/json", "{\"lang\":\"fr\"}",
			     token, NULL),
			 200);
	ask(f, DM_METHOD_POST, select, "application/json", "{\"lang\":\"en\"}", token, NULL);
	expect_refused(f, 403, "insufficient_scope", "for the channel 'fr'", token);
	assert_int_equal(ask(f, DM_METHOD_PATCH, f->location, fragment, "a=end-of-candidates\r\n",
			     token, NULL),
			 204);
	for (size_t i = 0; i < 2; i++) {
		const char *shown = i ? other : NULL;
		const unsigned status = i ? 403 : 401;

		assert_int_equal(
			ask(f, DM_METHOD_POST, select, "application/json", "{}", shown, NULL),
			status);
		assert_int_equal(ask(f, DM_METHOD_PATCH, f->location, fragment, "", shown, NULL),
				 status);
		assert_int_equal(ask(f, DM_METHOD_DELETE, f->location, NULL, NULL, shown, NULL),
				 status);
	}

	/* Once it has expired it is good for leaving only. */
	unix_now = START + 60 + DM_TOKEN_LEEWAY_SECONDS;
	ask(f, DM_METHOD_POST, select, "application/json", "{\"lang\":\"fr\"}", token, NULL);
	expect_refused(f, 401, "invalid_token", "expired", token);
	assert_int_equal(ask(f, DM_METHOD_DELETE, f->location, NULL, NULL, token, NULL), 200);
	g_free(other);
	g_free(token);
}

/* Where everybody may listen: without a token, but who shows one is taken at their word. */
static void test_open(void **state)
{
	struct fixture *f = *state;
	const struct dm_security_options open = settings(false);
	char *expired = make(DM_ROLE_DELEGATE, NULL, NULL, START - 600);
	char *side = make(DM_ROLE_DELEGATE, "side", NULL, START + 600);

	dm_access_update(f->access, &open);
	assert_int_equal(play(f, "plenary", "en", NULL), 201);
	assert_int_equal(ask(f, DM_METHOD_DELETE, f->location, NULL, NULL, NULL, NULL), 200);
	assert_int_equal(play(f, "plenary", "en", expired), 401);
	assert_int_equal(play(f, "plenary", "en", side), 403);
	g_free(side);
	g_free(expired);

	/* And with no key at all tokens mean nothing. */
	dm_access_update(f->access, &(struct dm_security_options){ 0 });
	assert_int_equal(play(f, "plenary", "en", "sesame"), 201);
	assert_int_equal(ask(f, DM_METHOD_DELETE, f->location, NULL, NULL, "sesame", NULL), 200);
}

static unsigned measure(struct fixture *f, bool local, const char *token)
{
	char *authorization = token ? g_strconcat("bearer  ", token, NULL) : NULL;
	const struct dm_request request = {
		.path = "/metrics",
		.content_type = "",
		.accept = "",
		.if_match = "",
		.if_none_match = "",
		.authorization = authorization,
		.local = local,
		.body = "",
	};

	dm_response_finish(&f->response);
	dm_response_init(&f->response);
	dm_router_handle(f->router, &request, &f->response);
	g_free(authorization);
	return f->response.status;
}

static void test_metrics(void **state)
{
	struct fixture *f = *state;
	struct dm_security_options security = settings(true);
	char *organiser = make(DM_ROLE_ORGANISER, NULL, NULL, START + 60);
	char *of_a_room = make(DM_ROLE_ORGANISER, "plenary", NULL, START + 60);
	char *delegate = make(DM_ROLE_DELEGATE, NULL, NULL, START + 60);

	assert_int_equal(measure(f, true, NULL), 200);
	assert_int_equal(measure(f, false, NULL), 401);
	assert_int_equal(measure(f, false, organiser), 200);
	assert_int_equal(measure(f, false, of_a_room), 403);
	assert_int_equal(measure(f, false, delegate), 403);
	security.metrics = DM_METRICS_TOKEN;
	dm_access_update(f->access, &security);
	assert_int_equal(measure(f, true, NULL), 401);
	assert_int_equal(measure(f, true, organiser), 200);
	security.metrics = DM_METRICS_PUBLIC;
	security.closed = false;
	dm_access_update(f->access, &security);
	assert_int_equal(measure(f, false, NULL), 200);

	gsize bytes;
	const char *body = g_bytes_get_data(f->response.body, &bytes);
	char *text = g_strndup(body, bytes);

	assert_non_null(strstr(text, "dragoman_access_refused_total{reason=\"missing\"} 2\n"));
	assert_non_null(strstr(text, "dragoman_access_refused_total{reason=\"wrong-role\"} 1\n"));
	g_free(text);
	g_free(delegate);
	g_free(of_a_room);
	g_free(organiser);
}

static void on_wake(void *user)
{
	(void)user;
}

/* The next message's type, or the code of an error; the rest is forgotten. */
static const char *take(struct dm_conversation *conversation)
{
	static char words[64];
	GBytes *text = dm_conversation_take(conversation);
	gsize bytes;

	if (!text)
		return "";

	const char *data = g_bytes_get_data(text, &bytes);
	json_t *json = json_loadb(data, bytes, 0, NULL);
	const char *code = json_string_value(json_object_get(json, "code"));
	const char *state = json_string_value(json_object_get(json, "state"));
	const char *type = json_string_value(json_object_get(json, "type"));

	snprintf(words, sizeof(words), "%s", code ? code : state ? state : type);
	json_decref(json);
	g_bytes_unref(text);
	return words;
}

static const char *say(struct dm_conversation *conversation, json_t *message)
{
	char *text = json_dumps(message, 0);

	dm_conversation_receive(conversation, text, strlen(text), DM_SEC(1));
	free(text);
	json_decref(message);
	return take(conversation);
}

static const char *join(struct fixture *f, struct dm_conversation *conversation, const char *room,
			const char *lang, const char *token)
{
	return say(conversation, json_pack("{s:s, s:s, s:s, s:s, s:s*}", "type", "join", "room",
					   room, "lang", lang, "offer", f->offer, "token", token));
}

static struct dm_conversation *open_with(struct fixture *f, const char *token)
{
	struct dm_conversation *conversation = dm_conversation_open(f->hub, 0, on_wake, f);

	dm_conversation_identify(conversation, token);
	assert_string_equal(take(conversation), "welcome");
	return conversation;
}

static void test_websocket(void **state)
{
	struct fixture *f = *state;
	char *token = make(DM_ROLE_DELEGATE, "plenary", NULL, START + 60);
	struct dm_conversation *none = open_with(f, NULL);
	struct dm_conversation *one = open_with(f, token);

	assert_string_equal(join(f, none, "plenary", "fr", NULL), "unauthorized");
	assert_string_equal(join(f, none, "plenary", "fr", "sesame"), "unauthorized");
	assert_string_equal(join(f, none, "side", "en", token), "forbidden");
	assert_string_equal(join(f, none, "plenary", "fr", token), "joined");
	assert_string_equal(join(f, one, "side", "en", NULL), "forbidden");
	assert_string_equal(join(f, one, "plenary", "en", NULL), "joined");
	assert_string_equal(say(one, json_pack("{s:s, s:s}", "type", "select", "lang", "fr")),
			    "selected");
	unix_now += 600; /* what runs goes on, but nothing new is granted */
	assert_string_equal(say(one, json_pack("{s:s, s:s}", "type", "select", "lang", "en")),
			    "unauthorized");
	assert_string_equal(say(one, json_pack("{s:s}", "type", "ping")), "pong");
	assert_string_equal(say(one, json_pack("{s:s}", "type", "leave")), "left");
	assert_int_equal(fake_event_subscriber_count(f->event), 1);
	dm_conversation_close(one);
	dm_conversation_close(none);
	g_free(token);
}

static void test_revoked(void **state)
{
	struct fixture *f = *state;
	struct dm_security_options security = settings(true);
	char *token = make(DM_ROLE_DELEGATE, NULL, NULL, START + 60);
	char *other = make(DM_ROLE_DELEGATE, NULL, NULL, START + 60);
	struct dm_conversation *one = open_with(f, token);
	struct dm_conversation *two = open_with(f, other);
	struct dm_visitor visitor;

	assert_string_equal(join(f, one, "plenary", "fr", NULL), "joined");
	assert_string_equal(join(f, two, "plenary", "fr", NULL), "joined");
	assert_int_equal(play(f, "plenary", "fr", token), 201);
	assert_int_equal(fake_event_subscriber_count(f->event), 3);

	dm_access_recognise(f->access, token, &visitor);

	const char *const revoked[] = { "another", visitor.token.id };

	security.revoked = revoked;
	security.revoked_count = 2;
	dm_access_update(f->access, &security);
	dm_router_review(f->router);
	dm_hub_review(f->hub);
	assert_int_equal(fake_event_subscriber_count(f->event), 1);
	assert_string_equal(take(one), "closed");
	assert_string_equal(take(two), "");
	assert_string_equal(join(f, one, "plenary", "fr", NULL), "unauthorized");
	play(f, "plenary", "fr", token);
	expect_refused(f, 401, "invalid_token", "withdrawn", token);
	dm_conversation_close(one);
	dm_conversation_close(two);
	g_free(other);
	g_free(token);
}

static void test_bearer(void **state)
{
	(void)state;
	assert_string_equal(dm_access_bearer("Bearer abc"), "abc");
	assert_string_equal(dm_access_bearer("bEARER   abc"), "abc");
	assert_null(dm_access_bearer("Basic abc"));
	assert_null(dm_access_bearer("Bearer"));
	assert_null(dm_access_bearer(""));
	assert_null(dm_access_bearer(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_plays, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_token, setup, teardown),
		cmocka_unit_test_setup_teardown(test_session, setup, teardown),
		cmocka_unit_test_setup_teardown(test_open, setup, teardown),
		cmocka_unit_test_setup_teardown(test_metrics, setup, teardown),
		cmocka_unit_test_setup_teardown(test_websocket, setup, teardown),
		cmocka_unit_test_setup_teardown(test_revoked, setup, teardown),
		cmocka_unit_test(test_bearer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
