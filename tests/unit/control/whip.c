/* tests/unit/control/whip.c: WHIP as a state machine (RFC 9725), and who may publish what. */
#include "fake_publisher.h"
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

#include <cmocka.h>

#define SDP      "application/sdp"
#define FRAGMENT "application/trickle-ice-sdpfrag"
#define START    INT64_C(1800000000)
#define SECRET   "0123456789abcdef0123456789abcdef"
#define FLOOR    "/whip/plenary/floor"
#define FRENCH   "/whip/plenary/channels/fr"

static int64_t unix_now;

static int64_t fake_clock(void)
{
	return unix_now;
}

static const struct dm_token_key key = { .algorithm = DM_TOKEN_HS256,
					 .bytes = SECRET,
					 .count = sizeof(SECRET) - 1 };

struct fixture {
	struct dm_event *event;
	struct dm_metrics *metrics;
	struct dm_access *access;
	struct router_client client;
	char *offer;
	size_t offer_bytes;
	char authorization[1024];
	char token_id[DM_TOKEN_NAME_SIZE];
	char location[160];
	char etag[32];
};

static struct dm_security_options settings(void)
{
	return (struct dm_security_options){ .algorithm = DM_TOKEN_HS256,
					     .key = SECRET,
					     .key_bytes = sizeof(SECRET) - 1 };
}

/* From now on the client shows such a token; NULL for a name leaves the limit out. */
static void be(struct fixture *f, enum dm_role role, const char *room, const char *channel)
{
	struct dm_token token = { .grant.role = role, .expires_at = unix_now + 60 };
	char *text;

	snprintf(token.name, sizeof(token.name), "%s", "Anna");
	if (room)
		snprintf(token.grant.rooms.text[token.grant.rooms.count++], DM_GRANT_NAME_SIZE,
			 "%s", room);
	if (channel)
		snprintf(token.grant.channels.text[token.grant.channels.count++],
			 DM_GRANT_NAME_SIZE, "%s", channel);
	assert_int_equal(dm_token_sign(&key, &token, unix_now, &text), 0);
	snprintf(f->authorization, sizeof(f->authorization), "Bearer %s", text);
	assert_int_equal(dm_token_verify(&key, text, unix_now, &token), DM_TOKEN_FINE);
	snprintf(f->token_id, sizeof(f->token_id), "%s", token.id);
	g_free(text);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const struct dm_security_options security = settings();

	unix_now = START;
	f->event = fake_event_create();
	assert_int_equal(dm_metrics_create(&f->metrics), 0);

	const struct dm_access_options access = { .security = &security, .clock = fake_clock };

	assert_int_equal(dm_access_create(&f->access, &access), 0);

	const struct dm_router_options options = { .event = f->event,
						   .metrics = f->metrics,
						   .access = f->access };

	assert_int_equal(dm_router_create(&f->client.router, &options), 0);
	f->offer = offer_read("obs-whip.sdp", &f->offer_bytes);
	be(f, DM_ROLE_FEED, NULL, NULL);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	dm_response_finish(&f->client.response);
	dm_router_destroy(f->client.router);
	assert_int_equal(fake_publisher_count(), 0);
	dm_access_destroy(f->access);
	dm_metrics_destroy(f->metrics);
	fake_event_destroy(f->event);
	free(f->offer);
	free(f);
	return 0;
}

static unsigned ask(struct fixture *f, struct dm_request request)
{
	request.authorization = f->authorization;
	return client_ask(&f->client, request);
}

static const char *header(const struct fixture *f, const char *name)
{
	return client_header(&f->client, name);
}

static unsigned post(struct fixture *f, const char *path)
{
	const unsigned status = ask(f, (struct dm_request){ .method = DM_METHOD_POST,
							    .path = path,
							    .content_type = SDP,
							    .body = f->offer,
							    .body_bytes = f->offer_bytes });

	if (status == 201) {
		snprintf(f->location, sizeof(f->location), "%s", header(f, "Location"));
		snprintf(f->etag, sizeof(f->etag), "%s", header(f, "ETag"));
	}
	return status;
}

static const char *id_of(const struct fixture *f)
{
	return strrchr(f->location, '/') + 1;
}

static unsigned patch(struct fixture *f, const char *if_match, const char *fragment)
{
	return ask(f, (struct dm_request){ .method = DM_METHOD_PATCH,
					   .path = f->location,
					   .content_type = FRAGMENT,
					   .if_match = if_match,
					   .body = fragment });
}

static unsigned end(struct fixture *f, const char *path)
{
	return ask(f, (struct dm_request){ .method = DM_METHOD_DELETE, .path = path });
}

/* RFC 9725, 4.2 */
static void test_floor(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(post(f, FLOOR), 201);
	assert_string_equal(f->client.response.content_type, SDP);
	assert_string_equal(header(f, "Access-Control-Allow-Origin"), "*");
	assert_non_null(strstr(header(f, "Access-Control-Expose-Headers"), "Location"));
	assert_non_null(strstr(header(f, "Access-Control-Expose-Headers"), "ETag"));
	assert_non_null(strstr(header(f, "Access-Control-Expose-Headers"), "Link"));
	assert_string_equal(header(f, "Accept-Patch"), FRAGMENT);
	assert_int_equal(strncmp(f->location, FLOOR "/", strlen(FLOOR) + 1), 0);
	assert_int_equal(strlen(id_of(f)), 32);
	client_assert_has(&f->client, "a=recvonly\r\n");
	client_assert_has(&f->client, "a=setup:passive\r\n");
	client_assert_has(&f->client, "a=ice-lite\r\n");

	const struct dm_publisher_options *options = fake_publisher_options(id_of(f));
	const struct dm_peer_options *peer = fake_publisher_peer(id_of(f));

	assert_string_equal(options->channel->lang, "floor");
	assert_string_equal(options->name, "Anna");
	assert_true(options->machine);
	assert_true(peer->uplinks[DM_UPLINK_SOUND].wanted);
	assert_true(peer->uplinks[DM_UPLINK_PICTURE].wanted);
	assert_int_equal(peer->uplinks[DM_UPLINK_PICTURE].codec, DM_CODEC_H264);
	for (size_t media = 0; media < DM_MEDIA_COUNT; media++)
		assert_false(peer->streams[media].wanted);

	assert_int_equal(end(f, f->location), 200);
	assert_int_equal(fake_publisher_count(), 0);
	end(f, f->location);
	client_assert_problem(&f->client, 404, NULL);
}

/* Software sends its picture in any case: into a channel the sound alone is taken. */
static void test_channel(void **state)
{
	struct fixture *f = *state;

	be(f, DM_ROLE_INTERPRETER, "plenary", "fr");
	assert_int_equal(post(f, "/whip/plenary/channels/FR"), 201);
	client_assert_has(&f->client, "m=video 0 ");

	const struct dm_publisher_options *options = fake_publisher_options(id_of(f));
	const struct dm_peer_options *peer = fake_publisher_peer(id_of(f));

	assert_string_equal(options->channel->lang, "fr");
	assert_false(options->machine);
	assert_true(peer->uplinks[DM_UPLINK_SOUND].wanted);
	assert_true(peer->uplinks[DM_UPLINK_SOUND].nack);
	assert_false(peer->uplinks[DM_UPLINK_PICTURE].wanted);
	assert_int_equal(end(f, f->location), 200);
}

/* A room without a picture takes the floor's sound alone. */
static void test_floor_without_picture(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(post(f, "/whip/side/floor"), 201);
	client_assert_has(&f->client, "m=video 0 ");
	assert_false(fake_publisher_peer(id_of(f))->uplinks[DM_UPLINK_PICTURE].wanted);
}

static void test_nameless(void **state)
{
	struct fixture *f = *state;
	const struct dm_router_options options = { .event = f->event };
	struct dm_router *guarded = f->client.router;

	/* Where everybody may do everything, nobody has a name, and machines come most. */
	assert_int_equal(dm_router_create(&f->client.router, &options), 0);
	assert_int_equal(post(f, FRENCH), 201);
	assert_string_equal(fake_publisher_options(id_of(f))->name, "WHIP");
	assert_true(fake_publisher_options(id_of(f))->machine);
	dm_router_destroy(f->client.router);
	f->client.router = guarded;
}

static void test_refused_offers(void **state)
{
	static const struct {
		const char *type;
		const char *accept;
		const char *from; /* of the offer; NULL: the offer is empty */
		const char *to;
		unsigned status;
		const char *code;
	} cases[] = {
		{ "text/plain", "", "", "", 415, NULL },
		{ SDP, "text/html", "", "", 406, NULL },
		{ SDP, "", NULL, NULL, 400, "bad-offer" },
		{ SDP, "", "a=sendonly", "a=recvonly", 400, "bad-offer" },
		{ SDP, "", "a=sendonly", "a=inactive", 400, "bad-offer" },
		{ SDP, "", "opus/48000/2", "PCMU/8000", 400, "bad-offer" },
		{ SDP, "", "H264/90000", "AV1/90000", 400, "bad-offer" },
		{ SDP, "", "a=group:BUNDLE", "a=group:LS", 400, "bad-offer" },
		{ SDP, "", "a=ice-ufrag:", "a=no-ufrag:", 400, "bad-offer" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *offer = strdup("");

		if (cases[i].from) {
			free(offer);
			offer = text_replace(f->offer, cases[i].from, cases[i].to);
		}
		print_message("%zu\n", i);
		ask(f, (struct dm_request){ .method = DM_METHOD_POST,
					    .path = FLOOR,
					    .content_type = cases[i].type,
					    .accept = cases[i].accept,
					    .body = offer });
		client_assert_problem(&f->client, cases[i].status, cases[i].code);
		free(offer);
	}
	assert_int_equal(fake_publisher_count(), 0);
}

static void test_no_such_place(void **state)
{
	static const struct {
		const char *path;
		const char *code;
	} cases[] = {
		{ "/whip", NULL },
		{ "/whip/plenary", NULL },
		{ "/whip/plenary/", NULL },
		{ "/whip/plenary/floor/", NULL },
		{ "/whip/plenary/stage", NULL },
		{ "/whip/plenary/channels", NULL },
		{ "/whip/plenary/channels/Floor", NULL },
		{ "/whip/plenary/channels/fr/0/1", NULL },
		{ "/whip/nowhere/floor", "unknown-room" },
		{ "/whip/nowhere/channels/fr", "unknown-room" },
		{ "/whip/plenary/channels/tlh", "unknown-language" },
		{ "/whip/side/channels/fr", "unknown-language" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		post(f, cases[i].path);
		client_assert_problem(&f->client, 404, cases[i].code);
	}
	assert_int_equal(fake_publisher_count(), 0);
}

static void test_conflicts(void **state)
{
	static const struct {
		const char *path;
		int error;
		enum dm_reason reason;
		unsigned status;
		const char *code;
	} cases[] = {
		{ FLOOR, -EBUSY, DM_REASON_DONE, 409, "floor-taken" },
		{ FLOOR, -ENOTSUP, DM_REASON_DONE, 409, "floor-elsewhere" },
		{ FRENCH, -EPERM, DM_REASON_BOOTH_FULL, 409, "booth-full" },
		{ FRENCH, -EPERM, DM_REASON_NO_SUCH_BOOTH, 409, "no-such-booth" },
		{ FRENCH, -EAGAIN, DM_REASON_DONE, 503, "busy" },
		{ FRENCH, -ENOMEM, DM_REASON_DONE, 503, "busy" },
	};
	static const struct dm_interpreted_channel channels[] = { { .lang = "floor" },
								  { .lang = "fr" } };
	static const struct dm_booth_options booths[] = { { .id = "french", .outputs = { 1 } } };
	const struct dm_interpretation_options options = { .channels = channels,
							   .channel_count = 2,
							   .booths = booths,
							   .booth_count = 1,
							   .floor_language = "en" };
	struct fixture *f = *state;
	struct dm_room *room = dm_event_find_room(f->event, "plenary");

	dm_interpretation_destroy(room->interpretation); /* the room's usual one */
	assert_int_equal(dm_interpretation_create(&room->interpretation, &options, 0), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fake_publisher_fail_next(cases[i].error,
					 dm_ruling_about(cases[i].reason, 0, DM_NOBODY, DM_NOBODY));
		post(f, cases[i].path);
		client_assert_problem(&f->client, cases[i].status, cases[i].code);
		if (cases[i].reason == DM_REASON_BOOTH_FULL)
			client_assert_has(&f->client, "All seats of booth french are taken.");
		assert_int_equal(header(f, "Retry-After") != NULL, cases[i].status == 503);
	}
	dm_interpretation_destroy(room->interpretation);
	room->interpretation = NULL;
}

static void test_methods(void **state)
{
	static const char *const endpoints[] = { FLOOR, FRENCH };
	struct fixture *f = *state;

	f->authorization[0] = '\0'; /* browsers ask without */
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(ask(f, (struct dm_request){ .method = DM_METHOD_OPTIONS,
							     .path = endpoints[i] }),
				 204);
		assert_string_equal(header(f, "Accept-Post"), SDP);
		assert_string_equal(header(f, "Allow"), "OPTIONS, POST");
		assert_string_equal(header(f, "Access-Control-Allow-Methods"), "OPTIONS, POST");
		assert_non_null(strstr(header(f, "Access-Control-Allow-Headers"), "Authorization"));
		assert_non_null(strstr(header(f, "Access-Control-Expose-Headers"), "Location"));
		/* RFC 9725, 4.1 keeps the other methods for later. */
		ask(f, (struct dm_request){ .method = DM_METHOD_GET, .path = endpoints[i] });
		client_assert_problem(&f->client, 405, NULL);
		assert_string_equal(header(f, "Allow"), "OPTIONS, POST");
	}
	assert_int_equal(
		ask(f, (struct dm_request){ .method = DM_METHOD_OPTIONS, .path = FLOOR "/0123" }),
		204);
	assert_string_equal(header(f, "Accept-Patch"), FRAGMENT);
	assert_string_equal(header(f, "Allow"), "DELETE, OPTIONS, PATCH");
	assert_non_null(strstr(header(f, "Access-Control-Allow-Headers"), "If-Match"));

	be(f, DM_ROLE_FEED, NULL, NULL);
	post(f, FLOOR);
	ask(f, (struct dm_request){ .method = DM_METHOD_GET, .path = f->location });
	client_assert_problem(&f->client, 405, NULL);
	assert_string_equal(header(f, "Allow"), "DELETE, OPTIONS, PATCH");
}

/* RFC 9725, 4.3 */
static void test_patch(void **state)
{
	struct fixture *f = *state;
	char first[32];

	post(f, FRENCH);
	snprintf(first, sizeof(first), "%s", f->etag);
	assert_int_equal(patch(f, f->etag, FRAGMENT_TRICKLE), 204);
	assert_int_equal(patch(f, "*", FRAGMENT_TRICKLE), 204);
	patch(f, "", FRAGMENT_TRICKLE);
	client_assert_problem(&f->client, 428, NULL);
	patch(f, "\"other\"", FRAGMENT_TRICKLE);
	client_assert_problem(&f->client, 412, NULL);
	patch(f, f->etag, "nonsense");
	client_assert_problem(&f->client, 400, "bad-offer");
	ask(f, (struct dm_request){ .method = DM_METHOD_PATCH,
				    .path = f->location,
				    .content_type = SDP,
				    .if_match = "*",
				    .body = FRAGMENT_TRICKLE });
	client_assert_problem(&f->client, 415, NULL);
	assert_string_equal(header(f, "Accept-Patch"), FRAGMENT);

	assert_int_equal(patch(f, "*", FRAGMENT_RESTART), 200);
	assert_string_equal(f->client.response.content_type, FRAGMENT);
	client_assert_has(&f->client, "a=ice-ufrag:");
	assert_string_not_equal(header(f, "ETag"), first);
	snprintf(f->etag, sizeof(f->etag), "%s", header(f, "ETag"));
	assert_string_equal(fake_publisher_peer(id_of(f))->remote_ufrag, "ysXw");
	patch(f, first, FRAGMENT_TRICKLE);
	client_assert_problem(&f->client, 412, NULL);
	assert_int_equal(patch(f, f->etag, FRAGMENT_RESTART), 204);

	fake_publisher_fail_next(-EAGAIN, dm_ruling_of(DM_REASON_DONE));
	patch(f, "*", "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:third\r\n");
	client_assert_problem(&f->client, 503, "busy");
}

static void test_peer_gone(void **state)
{
	struct fixture *f = *state;

	post(f, FRENCH);
	fake_publisher_become(id_of(f), DM_PEER_CONNECTED);
	assert_int_equal(patch(f, "*", "a=end-of-candidates\r\n"), 204);
	fake_publisher_become(id_of(f), DM_PEER_EXPIRED);
	patch(f, "*", "a=end-of-candidates\r\n");
	client_assert_problem(&f->client, 404, NULL);
	end(f, f->location);
	client_assert_problem(&f->client, 404, NULL);
}

/* A session is found where it was made, and nowhere else. */
static void test_wrong_place(void **state)
{
	static const char *const others[] = { FLOOR, "/whip/plenary/channels/en",
					      "/whip/side/channels/en", "/whip/side/floor" };
	struct fixture *f = *state;

	post(f, FRENCH);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		char path[160];

		snprintf(path, sizeof(path), "%s/%s", others[i], id_of(f));
		end(f, path);
		client_assert_problem(&f->client, 404, NULL);
	}
	assert_int_equal(fake_publisher_count(), 1);
}

struct attempt {
	enum dm_role role;
	const char *room;
	const char *channel;
	const char *path;
	unsigned status;
};

static void test_who_may(void **state)
{
	static const struct attempt attempts[] = {
		{ DM_ROLE_FEED, NULL, NULL, FLOOR, 201 },
		{ DM_ROLE_FEED, "plenary", "floor", FLOOR, 201 },
		{ DM_ROLE_FEED, "plenary", "fr", FLOOR, 403 },
		{ DM_ROLE_FEED, "side", NULL, FLOOR, 403 },
		{ DM_ROLE_FEED, "plenary", "fr", FRENCH, 201 },
		{ DM_ROLE_FEED, "plenary", "FR", FRENCH, 201 },
		{ DM_ROLE_FEED, "plenary", "en", FRENCH, 403 },
		{ DM_ROLE_FEED, "plenary", "floor", FRENCH, 403 },
		{ DM_ROLE_INTERPRETER, NULL, NULL, FLOOR, 403 },
		{ DM_ROLE_INTERPRETER, NULL, NULL, FRENCH, 201 },
		{ DM_ROLE_INTERPRETER, "plenary", "en", FRENCH, 403 },
		{ DM_ROLE_INTERPRETER, "side", "fr", FRENCH, 403 },
		{ DM_ROLE_ORGANISER, NULL, NULL, FLOOR, 403 },
		{ DM_ROLE_ORGANISER, NULL, NULL, FRENCH, 403 },
		{ DM_ROLE_DELEGATE, NULL, NULL, FLOOR, 403 },
		{ DM_ROLE_DELEGATE, NULL, NULL, FRENCH, 403 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		const struct attempt *attempt = &attempts[i];

		be(f, attempt->role, attempt->room, attempt->channel);
		print_message("%zu: %s\n", i, attempt->path);
		assert_int_equal(post(f, attempt->path), attempt->status);
		if (attempt->status == 201) {
			assert_int_equal(end(f, f->location), 200);
			continue;
		}
		client_assert_problem(&f->client, 403, "forbidden");
		assert_non_null(strstr(header(f, "WWW-Authenticate"), "insufficient_scope"));
	}
}

static void test_tokens(void **state)
{
	struct fixture *f = *state;

	post(f, FRENCH);
	f->authorization[0] = '\0';
	post(f, FLOOR);
	client_assert_problem(&f->client, 401, "unauthorized");
	assert_string_equal(header(f, "WWW-Authenticate"), "Bearer realm=\"dragoman\"");
	patch(f, "*", "a=end-of-candidates\r\n");
	client_assert_problem(&f->client, 401, "unauthorized");
	end(f, f->location);
	client_assert_problem(&f->client, 401, "unauthorized");
	snprintf(f->authorization, sizeof(f->authorization), "Bearer e30.e30.e30");
	post(f, FLOOR);
	client_assert_problem(&f->client, 401, "unauthorized");
	assert_non_null(strstr(header(f, "WWW-Authenticate"), "invalid_token"));

	/* Another's token, for another channel. */
	be(f, DM_ROLE_FEED, "plenary", "en");
	end(f, f->location);
	client_assert_problem(&f->client, 403, "forbidden");
	/* What has expired may end what it began, and do nothing more. */
	be(f, DM_ROLE_FEED, "plenary", "fr");
	unix_now += 600;
	patch(f, "*", "a=end-of-candidates\r\n");
	client_assert_problem(&f->client, 401, "unauthorized");
	assert_int_equal(end(f, f->location), 200);
}

static void test_revoked(void **state)
{
	struct fixture *f = *state;
	const char *revoked[1];
	struct dm_security_options security = settings();

	post(f, FLOOR);
	revoked[0] = f->token_id;
	security.revoked = revoked;
	security.revoked_count = 1;
	dm_access_update(f->access, &security);
	dm_router_review(f->client.router);
	assert_int_equal(fake_publisher_count(), 0);
	be(f, DM_ROLE_FEED, NULL, NULL);
	patch(f, "*", "a=end-of-candidates\r\n");
	client_assert_problem(&f->client, 404, NULL);
	client_ask(&f->client, (struct dm_request){ .path = "/metrics", .local = true });
	client_assert_has(&f->client, "dragoman_whip_sessions 0\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_floor),     TEST(test_channel),        TEST(test_floor_without_picture),
		TEST(test_nameless),  TEST(test_refused_offers), TEST(test_no_such_place),
		TEST(test_conflicts), TEST(test_methods),        TEST(test_patch),
		TEST(test_peer_gone), TEST(test_wrong_place),    TEST(test_who_may),
		TEST(test_tokens),    TEST(test_revoked),
	};

	return cmocka_run_group_tests_name("control/whip", tests, NULL, NULL);
}
