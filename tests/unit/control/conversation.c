/* tests/unit/control/conversation.c: the websocket protocol without a network. */
#include "control/conversation.h"

#include "control/message.h"
#include "fake_session.h"
#include "offers.h"

#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
	struct dm_event *event;
	struct dm_hub *hub;
	struct dm_conversation *a;
	char *offer;
	unsigned wakes;
	dm_usec now;
};

static void on_wake(void *user)
{
	struct fixture *f = user;

	f->wakes++;
}

/* The next message as JSON; NULL when there is none. The caller's. */
static json_t *take(struct dm_conversation *conversation)
{
	GBytes *text = dm_conversation_take(conversation);
	json_t *json;
	gsize bytes;
	const char *data;

	if (!text)
		return NULL;
	data = g_bytes_get_data(text, &bytes);
	json = json_loadb(data, bytes, 0, NULL);
	assert_non_null(json);
	g_bytes_unref(text);
	return json;
}

static const char *text_of(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	return text ? text : "";
}

/* Says one thing and takes the one reply. */
static json_t *say(struct fixture *f, struct dm_conversation *conversation, json_t *message)
{
	char *text = json_dumps(message, 0);
	json_t *reply;

	f->now += DM_SEC(1);
	dm_conversation_receive(conversation, text, strlen(text), f->now);
	free(text);
	json_decref(message);
	reply = take(conversation);
	assert_non_null(reply);
	assert_null(take(conversation));
	return reply;
}

static void expect_type(json_t *reply, const char *type)
{
	assert_string_equal(text_of(reply, "type"), type);
	json_decref(reply);
}

static void expect_error(json_t *reply, const char *code, int id)
{
	assert_string_equal(text_of(reply, "type"), "error");
	assert_string_equal(text_of(reply, "code"), code);
	assert_true(strlen(text_of(reply, "message")) > 15);
	if (id)
		assert_int_equal(json_integer_value(json_object_get(reply, "id")), id);
	else
		assert_true(json_is_null(json_object_get(reply, "id")));
	json_decref(reply);
}

static struct dm_conversation *open_one(struct fixture *f)
{
	struct dm_conversation *conversation = dm_conversation_open(f->hub, f->now, on_wake, f);

	expect_type(take(conversation), "welcome");
	return conversation;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	size_t bytes;

	f->event = fake_event_create();
	f->now = DM_SEC(1000);

	const struct dm_hub_options options = { .event = f->event, .grace_ms = 1 };

	assert_int_equal(dm_hub_create(&f->hub, &options), 0);
	f->offer = offer_read("chromium-sign.sdp", &bytes);
	f->a = open_one(f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	dm_conversation_close(f->a);
	dm_hub_destroy(f->hub);
	assert_int_equal(fake_event_subscriber_count(f->event), 0);
	fake_event_destroy(f->event);
	free(f->offer);
	free(f);
	return 0;
}

static json_t *join(struct fixture *f, struct dm_conversation *conversation, const char *room)
{
	return say(f, conversation,
		   json_pack("{s:s, s:i, s:s, s:s, s:s}", "type", "join", "id", 1, "room", room,
			     "lang", "floor", "offer", f->offer));
}

static void test_join_select_leave(void **state)
{
	struct fixture *f = *state;
	json_t *reply = join(f, f->a, "plenary");

	assert_string_equal(text_of(reply, "type"), "joined");
	assert_int_equal(json_integer_value(json_object_get(reply, "id")), 1);
	assert_string_equal(text_of(reply, "room"), "plenary");
	assert_string_equal(text_of(reply, "lang"), "floor");
	assert_string_equal(text_of(reply, "video"), "auto");
	assert_true(json_is_false(json_object_get(reply, "sign")));
	assert_int_equal(strlen(text_of(reply, "peer")), 32);
	assert_non_null(strstr(text_of(reply, "answer"), "a=sendonly"));
	json_decref(reply);

	expect_error(join(f, f->a, "plenary"), "already-joined", 1);

	reply = say(f, f->a,
		    json_pack("{s:s, s:i, s:s, s:s, s:b}", "type", "select", "id", 2, "lang",
			      "ZH-hans", "video", "none", "sign", 1));
	assert_string_equal(text_of(reply, "type"), "selected");
	assert_string_equal(text_of(reply, "lang"), "zh-Hans");
	assert_string_equal(text_of(reply, "video"), "none");
	assert_true(json_is_true(json_object_get(reply, "sign")));
	json_decref(reply);

	expect_error(say(f, f->a,
			 json_pack("{s:s, s:i, s:s}", "type", "select", "id", 3, "lang", "tlh")),
		     "unknown-language", 3);
	expect_type(say(f, f->a, json_pack("{s:s}", "type", "leave")), "left");
	assert_int_equal(fake_event_subscriber_count(f->event), 0);
	expect_error(say(f, f->a, json_pack("{s:s, s:i}", "type", "leave", "id", 9)), "not-joined",
		     9);
	expect_type(join(f, f->a, "side"), "joined");
}

/* video none still negotiates the pictures, so that select can bring them back. */
static void test_join_without_picture(void **state)
{
	struct fixture *f = *state;
	json_t *reply = say(f, f->a,
			    json_pack("{s:s, s:s, s:s, s:s}", "type", "join", "room", "plenary",
				      "video", "none", "offer", f->offer));
	const struct dm_peer_options *peer = fake_subscriber_peer(f->event, text_of(reply, "peer"));

	assert_true(peer->streams[DM_MEDIA_PICTURE].wanted);
	assert_string_equal(text_of(reply, "video"), "none");
	assert_null(json_object_get(reply, "id"));
	json_decref(reply);
}

static void test_refused_joins(void **state)
{
	struct fixture *f = *state;

	expect_error(join(f, f->a, "nowhere"), "unknown-room", 1);
	expect_error(say(f, f->a,
			 json_pack("{s:s, s:s, s:s}", "type", "join", "room", "plenary", "offer",
				   "v=1\r\n")),
		     "bad-offer", 0);
	fake_event_fail_next(f->event, -EAGAIN);
	expect_error(join(f, f->a, "plenary"), "busy", 1);
	expect_error(say(f, f->a, json_pack("{s:s, s:s}", "type", "restart", "offer", "x")),
		     "not-joined", 0);
	expect_error(say(f, f->a, json_pack("{s:s, s:s}", "type", "resume", "peer", "x")),
		     "not-joined", 0);
	expect_error(say(f, f->a, json_pack("{s:s, s:i}", "type", "dance", "id", 4)), "bad-message",
		     4);
	expect_type(join(f, f->a, "plenary"), "joined");
}

static void test_restart(void **state)
{
	struct fixture *f = *state;
	char *offer = strdup(f->offer);

	expect_type(join(f, f->a, "plenary"), "joined");
	expect_error(say(f, f->a,
			 json_pack("{s:s, s:i, s:s}", "type", "restart", "id", 5, "offer", offer)),
		     "bad-offer", 5);
	for (char *at = offer; (at = strstr(at, "a=ice-ufrag:")); at++)
		memcpy(at + 12, "NEWU", 4);

	json_t *reply = say(
		f, f->a, json_pack("{s:s, s:i, s:s}", "type", "restart", "id", 6, "offer", offer));

	assert_string_equal(text_of(reply, "type"), "restarted");
	assert_non_null(strstr(text_of(reply, "answer"), " 1 IN IP4 127.0.0.1\r\n"));
	json_decref(reply);

	/* Other streams than those running are no restart. */
	char *less = text_replace(offer, "NEWU", "OTHR");
	char *other = text_replace(less, "a=recvonly", "a=inactive");

	expect_error(say(f, f->a,
			 json_pack("{s:s, s:i, s:s}", "type", "restart", "id", 7, "offer", other)),
		     "bad-offer", 7);
	free(other);
	free(less);
	free(offer);
}

static void test_ping(void **state)
{
	struct fixture *f = *state;
	json_t *reply = say(f, f->a,
			    json_pack("{s:s, s:i, s:f}", "type", "ping", "id", 5, "time", 123.4));

	assert_true(json_real_value(json_object_get(reply, "time")) == 123.4);
	expect_type(reply, "pong");
	expect_type(say(f, f->a, json_pack("{s:s}", "type", "ping")), "pong");
}

static void test_peer_states(void **state)
{
	struct fixture *f = *state;
	json_t *reply = join(f, f->a, "plenary");
	char *peer = strdup(text_of(reply, "peer"));

	json_decref(reply);
	fake_subscriber_become(f->event, peer, DM_PEER_CONNECTED);
	reply = take(f->a);
	assert_string_equal(text_of(reply, "state"), "connected");
	expect_type(reply, "peer");
	fake_subscriber_become(f->event, peer, DM_PEER_FAILED);
	reply = take(f->a);
	assert_string_equal(text_of(reply, "state"), "failed");
	json_decref(reply);
	expect_error(say(f, f->a, json_pack("{s:s}", "type", "select")), "not-joined", 0);
	expect_error(say(f, f->a, json_pack("{s:s, s:s}", "type", "resume", "peer", peer)),
		     "not-joined", 0);
	expect_type(join(f, f->a, "plenary"), "joined");
	free(peer);
}

/* Those in the room and those in none are told. */
static void test_room_push(void **state)
{
	struct fixture *f = *state;
	struct dm_conversation *b = open_one(f);
	struct dm_conversation *c = open_one(f);
	json_t *push;

	expect_type(join(f, f->a, "plenary"), "joined");
	expect_type(join(f, b, "side"), "joined");
	fake_room_become(f->event, "plenary", DM_FEED_LOST);
	push = take(f->a);
	assert_string_equal(text_of(json_object_get(push, "room"), "id"), "plenary");
	assert_string_equal(
		text_of(json_object_get(json_object_get(push, "room"), "floor"), "state"), "lost");
	expect_type(push, "room");
	assert_null(take(b));
	expect_type(take(c), "room");
	dm_conversation_close(b);
	dm_conversation_close(c);
}

/* What follows soon is told of once, as it is then. */
static void test_room_pace(void **state)
{
	struct fixture *f = *state;
	const struct dm_hub_options options = { .event = f->event, .grace_ms = 1, .room_ms = 1 };
	struct dm_conversation *b;
	struct dm_hub *hub;
	json_t *push;

	assert_int_equal(dm_hub_create(&hub, &options), 0);
	b = dm_conversation_open(hub, f->now, on_wake, f);
	expect_type(take(b), "welcome");
	for (int i = 0; i < 5; i++)
		fake_room_become(f->event, "plenary", i % 2 ? DM_FEED_LIVE : DM_FEED_LOST);
	push = take(b);
	expect_type(push, "room");
	assert_null(take(b));
	while (!(push = take(b)))
		g_main_context_iteration(NULL, TRUE); /* waits for the timer of 1 ms */
	assert_string_equal(
		text_of(json_object_get(json_object_get(push, "room"), "floor"), "state"), "lost");
	expect_type(push, "room");
	assert_null(take(b));
	fake_room_become(f->event, "side", DM_FEED_LOST);
	expect_type(take(b), "room"); /* another room keeps its own pace */
	dm_conversation_close(b);
	dm_hub_destroy(hub);
}

static char *join_for_peer(struct fixture *f, struct dm_conversation *conversation)
{
	json_t *reply = join(f, conversation, "plenary");
	char *peer = strdup(text_of(reply, "peer"));

	json_decref(reply);
	return peer;
}

static void test_resume(void **state)
{
	struct fixture *f = *state;
	char *peer = join_for_peer(f, f->a);
	struct dm_conversation *b;
	json_t *reply;

	dm_conversation_close(f->a);
	assert_int_equal(fake_event_subscriber_count(f->event), 1);
	b = f->a = open_one(f);
	reply = say(f, b, json_pack("{s:s, s:i, s:s}", "type", "resume", "id", 9, "peer", peer));
	assert_string_equal(text_of(reply, "type"), "resumed");
	assert_string_equal(text_of(reply, "peer"), peer);
	assert_string_equal(text_of(reply, "room"), "plenary");
	assert_string_equal(text_of(reply, "lang"), "floor");
	assert_null(json_object_get(reply, "answer"));
	json_decref(reply);
	expect_error(say(f, b, json_pack("{s:s, s:s}", "type", "resume", "peer", peer)),
		     "already-joined", 0);
	/* The grace is over for good once taken up again. */
	while (g_main_context_iteration(NULL, FALSE))
		;
	assert_int_equal(fake_event_subscriber_count(f->event), 1);
	expect_type(say(f, b, json_pack("{s:s, s:s}", "type", "select", "lang", "en")), "selected");
	free(peer);
}

/* A socket that is dead without knowing it loses its place to the new one. */
static void test_resume_takes_over(void **state)
{
	struct fixture *f = *state;
	char *peer = join_for_peer(f, f->a);
	struct dm_conversation *b = open_one(f);

	expect_type(say(f, b, json_pack("{s:s, s:s}", "type", "resume", "peer", peer)), "resumed");
	expect_error(say(f, f->a, json_pack("{s:s}", "type", "select")), "not-joined", 0);
	dm_conversation_close(f->a);
	f->a = b;
	assert_int_equal(fake_event_subscriber_count(f->event), 1);
	fake_subscriber_become(f->event, peer, DM_PEER_CLOSED);
	expect_type(take(b), "peer");
	free(peer);
}

static void test_grace_ends(void **state)
{
	struct fixture *f = *state;

	free(join_for_peer(f, f->a));
	dm_conversation_close(f->a);
	f->a = NULL;
	while (fake_event_subscriber_count(f->event))
		g_main_context_iteration(NULL, TRUE); /* waits for the timer of 1 ms */
}

static void test_peer_ends_while_away(void **state)
{
	struct fixture *f = *state;
	char *peer = join_for_peer(f, f->a);

	dm_conversation_close(f->a);
	f->a = NULL;
	fake_subscriber_become(f->event, peer, DM_PEER_EXPIRED);
	free(peer);
}

static void test_rate(void **state)
{
	static const char ping[] = "{\"type\":\"ping\",\"id\":1}";
	struct fixture *f = *state;

	for (int i = 0; i < DM_CONVERSATION_BURST; i++) {
		dm_conversation_receive(f->a, ping, strlen(ping), f->now);
		expect_type(take(f->a), "pong");
	}
	dm_conversation_receive(f->a, ping, strlen(ping), f->now);
	expect_error(take(f->a), "busy", 0);
	/* One message's worth of time later there is one more. */
	dm_conversation_receive(f->a, ping, strlen(ping),
				f->now + DM_SEC(1) / DM_CONVERSATION_RATE_HZ);
	expect_type(take(f->a), "pong");
	dm_conversation_receive(f->a, ping, strlen(ping),
				f->now + DM_SEC(1) / DM_CONVERSATION_RATE_HZ);
	expect_error(take(f->a), "busy", 0);
}

static void test_slow_reader(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 100000 && !dm_conversation_close_code(f->a); i++)
		fake_room_become(f->event, "plenary", i % 2 ? DM_FEED_LIVE : DM_FEED_LOST);
	assert_int_equal(dm_conversation_close_code(f->a), DM_CONVERSATION_CLOSE_SLOW);
	assert_null(take(f->a));

	const unsigned wakes = f->wakes;

	fake_room_become(f->event, "plenary", DM_FEED_LIVE);
	assert_int_equal(f->wakes, wakes);
}

static void test_refuse_and_close(void **state)
{
	struct fixture *f = *state;
	struct dm_conversation *b = open_one(f);

	dm_conversation_refuse_large(f->a);
	expect_error(take(f->a), "too-large", 0);
	assert_int_equal(dm_conversation_close_code(f->a), DM_CONVERSATION_CLOSE_LARGE);
	dm_conversation_receive(f->a, "{\"type\":\"ping\"}", 15, f->now);
	assert_null(take(f->a));
	dm_conversation_refuse_binary(b);
	expect_error(take(b), "bad-message", 0);
	assert_int_equal(dm_conversation_close_code(b), DM_CONVERSATION_CLOSE_BINARY);
	dm_conversation_close(b);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_join_select_leave),
		TEST(test_join_without_picture),
		TEST(test_refused_joins),
		TEST(test_restart),
		TEST(test_ping),
		TEST(test_peer_states),
		TEST(test_room_push),
		TEST(test_room_pace),
		TEST(test_resume),
		TEST(test_resume_takes_over),
		TEST(test_grace_ends),
		TEST(test_peer_ends_while_away),
		TEST(test_rate),
		TEST(test_slow_reader),
		TEST(test_refuse_and_close),
	};

	return cmocka_run_group_tests_name("control/conversation", tests, NULL, NULL);
}
