/* tests/unit/control/control.c: the whole of control over loopback, with a client on a thread of
 * its own and the fake session. */
#include "control/control.h"

#include "fake_session.h"
#include "http_client.h"
#include "offers.h"

#include <errno.h>
#include <glib.h>
#include <jansson.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	struct dm_event *event;
	struct dm_metrics *metrics;
	struct dm_control *control;
	uint16_t port;
	char root[64];
	char *offer;
	GMainLoop *loop;
	void (*client)(struct fixture *f); /* runs on the thread; its checks abort */
};

/* cmocka's assertions belong to its own thread. */
#define check(condition)                                                                \
	do {                                                                            \
		if (!(condition)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                        \
		}                                                                       \
	} while (0)

#define BIG_BYTES 3000000 /* more than any socket buffers */

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char path[128];
	char *big = malloc(BIG_BYTES);
	size_t bytes;

	strcpy(f->root, "/tmp/dragoman-web-XXXXXX");
	assert_non_null(mkdtemp(f->root));
	for (size_t i = 0; i < BIG_BYTES; i++)
		big[i] = (char)(i * 7 >> 3);
	snprintf(path, sizeof(path), "%s/big.bin", f->root);
	assert_true(g_file_set_contents(path, big, BIG_BYTES, NULL));
	snprintf(path, sizeof(path), "%s/index.html", f->root);
	assert_true(g_file_set_contents(path, "<!doctype html>", -1, NULL));
	free(big);
	f->event = fake_event_create();
	assert_int_equal(dm_metrics_create(&f->metrics), 0);

	/* Every change is told at once, so that a test can fill a queue with them. */
	const struct dm_control_options options = { .web_root = f->root, .room_ms = -1 };

	assert_int_equal(dm_control_create(&f->control, &options, f->event, NULL, f->metrics), 0);
	f->port = dm_control_port(f->control);
	assert_true(f->port > 0);
	f->offer = offer_read("chromium-sign.sdp", &bytes);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char path[128];

	dm_control_destroy(f->control);
	assert_int_equal(fake_event_subscriber_count(f->event), 0);
	dm_metrics_destroy(f->metrics);
	fake_event_destroy(f->event);
	snprintf(path, sizeof(path), "%s/big.bin", f->root);
	unlink(path);
	snprintf(path, sizeof(path), "%s/index.html", f->root);
	unlink(path);
	rmdir(f->root);
	free(f->offer);
	free(f);
	return 0;
}

static gboolean on_client_done(void *user)
{
	g_main_loop_quit(((struct fixture *)user)->loop);
	return G_SOURCE_REMOVE;
}

static void *client_main(void *user)
{
	struct fixture *f = user;

	f->client(f);
	g_idle_add(on_client_done, f);
	return NULL;
}

static void run(void **state, void (*client)(struct fixture *f))
{
	struct fixture *f = *state;
	GThread *thread;

	f->client = client;
	f->loop = g_main_loop_new(NULL, FALSE);
	thread = g_thread_new("client", client_main, f);
	g_main_loop_run(f->loop);
	g_thread_join(thread);
	g_main_loop_unref(f->loop);
}

static unsigned status_of(struct fixture *f, const char *method, const char *path,
			  const char *headers, const char *body)
{
	struct reply reply = client_request(f->port, method, path, headers, body);

	reply_finish(&reply);
	return reply.status;
}

static void client_whep(struct fixture *f)
{
	struct reply reply = client_request(f->port, "POST", "/whep/plenary?lang=FR&video=low",
					    "Content-Type: application/sdp\r\n", f->offer);
	char location[128];
	char etag[64];
	char path[160];
	char headers[256];

	check(reply.status == 201);
	check(strstr(reply.body, "a=sendonly"));
	reply_header(&reply, "Location", location, sizeof(location));
	reply_header(&reply, "ETag", etag, sizeof(etag));
	check(!strncmp(location, "/whep/plenary/", 14) && strlen(etag) > 2);
	reply_finish(&reply);

	snprintf(path, sizeof(path), "%s/select", location);
	reply = client_request(f->port, "POST", path, "Content-Type: application/json\r\n",
			       "{\"video\":\"none\"}");
	check(reply.status == 200);
	check(!strcmp(reply.body,
		      "{\"room\":\"plenary\",\"lang\":\"fr\",\"video\":\"none\",\"sign\":true}"));
	reply_finish(&reply);

	snprintf(headers, sizeof(headers),
		 "Content-Type: application/trickle-ice-sdpfrag\r\nIf-Match: %s\r\n", etag);
	check(status_of(f, "PATCH", location, headers, "a=end-of-candidates\r\n") == 204);
	check(status_of(f, "PATCH", location,
			"Content-Type: application/trickle-ice-sdpfrag\r\nIf-Match: *\r\n",
			"a=ice-ufrag:wxyz\r\na=ice-pwd:0123456789012345678901\r\n") == 200);
	check(status_of(f, "PATCH", location, headers, "a=end-of-candidates\r\n") == 412);
	check(status_of(f, "PATCH", location,
			"Content-Type: application/trickle-ice-sdpfrag\r\nContent-Length: 0\r\n",
			NULL) == 428);
	check(status_of(f, "OPTIONS", location, "", NULL) == 204);
	check(status_of(f, "DELETE", location, "", "a body that nobody asked for") == 200);
	check(status_of(f, "DELETE", location, "", NULL) == 404);
	check(status_of(f, "POST", "/whep/plenary?lang=%74%6c%68",
			"Content-Type: application/sdp\r\n", f->offer) == 404);
	check(status_of(f, "POST", "/whep/plenary", "Content-Type: application/sdp\r\n", "") ==
	      400);
}

static void test_whep(void **state)
{
	run(state, client_whep);
}

static void client_pages(struct fixture *f)
{
	struct reply reply = client_request(f->port, "GET", "/big.bin", "", NULL);
	const int fd = client_connect(f->port, true);
	char length[32];
	char date[64];

	check(reply.status == 200 && reply.body_bytes == BIG_BYTES);
	for (size_t i = 0; i < BIG_BYTES; i++)
		check(reply.body[i] == (char)(i * 7 >> 3));
	reply_header(&reply, "Date", date, sizeof(date));
	check(strlen(date) == 29 && !strcmp(date + 26, "GMT"));
	reply_finish(&reply);

	reply = client_request(f->port, "HEAD", "/big.bin", "", NULL);
	reply_header(&reply, "Content-Length", length, sizeof(length));
	check(reply.status == 200 && !strcmp(length, "3000000"));
	reply_finish(&reply);

	/* One connection, IPv6, several requests, the last two at once. */
	for (int i = 0; i < 3; i++) {
		static const char twice[] = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
					    "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

		client_send(fd, twice, i < 2 ? 34 : strlen(twice));
		reply = client_read_reply(fd, false);
		check(reply.status == 200 && !strcmp(reply.body, "{\"status\":\"ok\"}"));
		reply_finish(&reply);
	}
	reply = client_read_reply(fd, false);
	check(reply.status == 200 && !strcmp(reply.body, "<!doctype html>"));
	reply_finish(&reply);
	close(fd);

	check(status_of(f, "GET", "/../../../etc/passwd", "", NULL) == 404);
	check(status_of(f, "GET", "/%2e%2e/%2e%2e/etc/passwd", "", NULL) == 404);
	check(status_of(f, "GET", "/..%2f..%2fetc%2fpasswd", "", NULL) == 404);
	check(status_of(f, "GET", "/index.html%00.js", "", NULL) != 200);
	check(status_of(f, "GET", "/?room=plenary&lang=fr&token=abc", "", NULL) == 200);
	check(status_of(f, "PUT", "/index.html", "", "x") == 405);
}

static void test_pages(void **state)
{
	run(state, client_pages);
}

/* Requests sent before the answer to the one before: those without a body are answered, the others
 * may find the connection closed. Whatever comes, nobody else waits. */
static void client_pipeline(struct fixture *f)
{
	static const char get[] = "GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n";
	static const char post[] =
		"POST /whep/nowhere HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\nContent-Length: 3\r\n\r\nv=0";
	static const char empty[] =
		"POST /whep/plenary HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\nContent-Length: 0\r\n\r\n";
	static const char large[] = "PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n";
	static const char chunked[] = "POST /whep/plenary HTTP/1.1\r\nHost: x\r\n"
				      "Transfer-Encoding: chunked\r\n\r\n3\r\nv=0\r\n0\r\n\r\n";
	static const struct {
		const char *requests[5];
		unsigned answers[5]; /* those that must come */
	} cases[] = {
		{ { get, get, get, get, get }, { 200, 200, 200, 200, 200 } },
		{ { get, post, get }, { 200 } },
		{ { post, post, post, post, post }, { 404 } },
		{ { post, get }, { 404 } },
		{ { empty, empty, get }, { 400 } },
		{ { large, post, get }, { 413 } },
		{ { chunked, get }, { 411 } },
		{ { get, chunked }, { 200 } },
		{ { get, large, large }, { 200 } },
	};
	char *body = calloc(1, 70000);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const int fd = client_connect(f->port, false);
		char *text = g_strjoin("", "", NULL);

		for (size_t n = 0; n < 5 && cases[i].requests[n]; n++) {
			char *longer = g_strconcat(text, cases[i].requests[n], NULL);

			g_free(text);
			text = longer;
		}
		client_send(fd, text, strlen(text)); /* all in one segment */
		g_free(text);
		if (cases[i].requests[0] == large)
			client_send(fd, body, 70000);
		check(status_of(f, "GET", "/healthz", "", NULL) == 200);
		for (size_t n = 0; n < 5 && cases[i].answers[n]; n++) {
			struct reply reply = client_read_reply(fd, false);

			if (reply.status != cases[i].answers[n]) {
				fprintf(stderr, "case %zu, reply %zu is %u\n", i, n, reply.status);
				abort();
			}
			check(reply.status != 200 || reply.body_bytes == BIG_BYTES);
			reply_finish(&reply);
		}
		close(fd);
	}
	free(body);
}

static void test_pipeline(void **state)
{
	run(state, client_pipeline);
}

/* Whatever is wrong with a request, the answer says so and the next client is served. */
static void client_bad_requests(struct fixture *f)
{
	static const struct {
		const char *text;
		unsigned status; /* 0: the connection may be closed without a word */
	} cases[] = {
		{ "POST /whep/plenary HTTP/1.1\r\nHost: x\r\n\r\n", 411 },
		{ "POST /whep/plenary HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
		  "5\r\nhello\r\n0\r\n\r\n",
		  411 },
		{ "POST /whep/plenary HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\nx", 413 },
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999\r\n\r\nx", 413 },
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999999999999\r\n\r\nx",
		  400 },
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
		  400 },
		{ "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n", 400 },
		{ "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 0 },
		{ "CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n", 0 },
		{ "\r\n\r\n", 0 },
		{ "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 0 },
		{ "\x16\x03\x01\x02\x01\x01\xfc\x03\x03", 0 }, /* a TLS hello */
		{ "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n",
		  400 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const int fd = client_connect(f->port, false);
		struct reply reply;

		client_send(fd, cases[i].text, strlen(cases[i].text));
		shutdown(fd, SHUT_WR);
		reply = client_read_reply(fd, false);
		if (cases[i].status && reply.status != cases[i].status) {
			fprintf(stderr, "%u for: %s\n", reply.status, cases[i].text);
			abort();
		}
		reply_finish(&reply);
		close(fd);
		check(status_of(f, "GET", "/healthz", "", NULL) == 200);
	}
}

static void test_bad_requests(void **state)
{
	run(state, client_bad_requests);
}

/* A head without end, and a body too long that is sent all the same. */
static void client_floods(struct fixture *f)
{
	static const char large[] =
		"POST /whep/plenary HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\nContent-Length: 1000000\r\n\r\n";
	char *junk = malloc(1000000);
	int fd = client_connect(f->port, false);
	struct reply reply;

	memset(junk, 'a', 1000000);
	client_send(fd, "GET /", 5);
	client_send(fd, junk, 100000);
	check(client_wait_closed(fd, 5000));
	close(fd);

	fd = client_connect(f->port, false);
	client_send(fd, large, strlen(large));
	client_send(fd, junk, 1000000);
	reply = client_read_reply(fd, false);
	check(reply.status == 413);
	reply_finish(&reply);
	close(fd);
	free(junk);
	check(status_of(f, "GET", "/healthz", "", NULL) == 200);
}

static void test_floods(void **state)
{
	run(state, client_floods);
}

static void say(int fd, const char *text)
{
	client_send_frame(fd, 1, true, text, strlen(text));
}

/* The next text message of this type; others are passed over. The caller's. */
static json_t *hear(int fd, const char *type)
{
	for (;;) {
		struct frame frame = client_read_frame(fd);
		json_t *json;
		const char *got;

		check(frame.opcode == 1);
		json = json_loadb(frame.data, frame.bytes, 0, NULL);
		free(frame.data);
		got = json_string_value(json_object_get(json, "type"));
		check(got);
		if (!strcmp(got, type))
			return json;
		json_decref(json);
	}
}

static void hear_and_forget(int fd, const char *type)
{
	json_decref(hear(fd, type));
}

static unsigned hear_close(int fd)
{
	struct frame frame = client_read_frame(fd);
	unsigned code = 0;

	if (frame.opcode == 8 && frame.bytes >= 2)
		code = (unsigned)((uint8_t)frame.data[0] << 8 | (uint8_t)frame.data[1]);
	free(frame.data);
	return code;
}

static int open_websocket(struct fixture *f)
{
	const int fd = client_connect(f->port, false);

	check(client_upgrade(fd, "/ws", "other, dragoman.v1") == 101);
	hear_and_forget(fd, "welcome");
	return fd;
}

static char *join_message(const struct fixture *f)
{
	json_t *json = json_pack("{s:s, s:i, s:s, s:s, s:s}", "type", "join", "id", 1, "room",
				 "plenary", "lang", "fr", "offer", f->offer);
	char *text = json_dumps(json, 0);

	json_decref(json);
	return text;
}

static void client_websocket(struct fixture *f)
{
	char *join = join_message(f);
	int fd = open_websocket(f);
	char resume[128];
	struct frame frame;
	json_t *joined;

	say(fd, join);
	joined = hear(fd, "joined");
	check(strstr(json_string_value(json_object_get(joined, "answer")), "a=ice-lite"));
	say(fd, "{\"type\":\"select\",\"id\":2,\"lang\":\"en\"}");
	hear_and_forget(fd, "selected");

	/* Three frames of one message, a ping between them (RFC 6455, 5.4). */
	client_send_frame(fd, 1, false, "{\"type\"", 7);
	client_send_frame(fd, 0, false, ":\"ping\"", 7);
	client_send_frame(fd, 9, true, "hello", 5);
	frame = client_read_frame(fd);
	check(frame.opcode == 10 && !strcmp(frame.data, "hello"));
	free(frame.data);
	client_send_frame(fd, 0, true, ",\"id\":3}", 8);
	hear_and_forget(fd, "pong");
	client_send_frame(fd, 1, true, "", 0);
	hear_and_forget(fd, "error");

	/* The socket drops; the media stays, and another socket takes it up. */
	close(fd);
	fd = open_websocket(f);
	snprintf(resume, sizeof(resume), "{\"type\":\"resume\",\"id\":9,\"peer\":\"%s\"}",
		 json_string_value(json_object_get(joined, "peer")));
	json_decref(joined);
	say(fd, resume);
	joined = hear(fd, "resumed");
	check(!strcmp(json_string_value(json_object_get(joined, "lang")), "en"));
	json_decref(joined);
	say(fd, "{\"type\":\"leave\"}");
	hear_and_forget(fd, "left");
	client_send_frame(fd, 8, true, "\x03\xe8", 2);
	check(hear_close(fd) == 1000);
	close(fd);
	free(join);
}

static void test_websocket(void **state)
{
	run(state, client_websocket);
}

static void client_websocket_refused(struct fixture *f)
{
	static const struct {
		const char *path;
		const char *protocol;
		unsigned status;
	} cases[] = {
		{ "/ws", NULL, 400 },
		{ "/ws", "chat", 400 },
		{ "/ws", "http", 400 },
		{ "/", "dragoman.v1", 404 },
		{ "/ws/x", "dragoman.v1", 404 },
	};
	char *large = malloc(70000);
	int fd;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fd = client_connect(f->port, false);
		check(client_upgrade(fd, cases[i].path, cases[i].protocol) == cases[i].status);
		close(fd);
	}

	memset(large, ' ', 70000);
	fd = open_websocket(f);
	client_send_frame(fd, 1, true, large, 70000);
	hear_and_forget(fd, "error");
	check(hear_close(fd) == 1009);
	close(fd);

	fd = open_websocket(f); /* the same in pieces that never end */
	for (int i = 0; i < 20; i++)
		client_send_frame(fd, i ? 0 : 1, false, large, 7000);
	hear_and_forget(fd, "error");
	check(hear_close(fd) == 1009);
	close(fd);

	fd = open_websocket(f);
	client_send_frame(fd, 2, true, "\0\1\2", 3);
	hear_and_forget(fd, "error");
	check(hear_close(fd) == 1003);
	close(fd);

	fd = open_websocket(f);
	client_send_frame(fd, 1, true, "\xc3\x28", 2); /* no UTF-8: RFC 6455, 8.1 */
	check(hear_close(fd) == 1007);
	close(fd);
	free(large);
	check(status_of(f, "GET", "/healthz", "", NULL) == 200);
}

static void test_websocket_refused(void **state)
{
	run(state, client_websocket_refused);
}

#define FLAPS 50

static gboolean flap(void *user)
{
	struct fixture *f = user;

	for (int i = 0; i < FLAPS; i++)
		fake_room_become(f->event, "plenary", i % 2 ? DM_FEED_LIVE : DM_FEED_LOST);
	return G_SOURCE_REMOVE;
}

static bool metric_is(struct fixture *f, const char *line)
{
	struct reply reply = client_request(f->port, "GET", "/metrics", "", NULL);
	const bool is = reply.body && strstr(reply.body, line);

	reply_finish(&reply);
	return is;
}

/* One reads and one does not: only the one that does not is closed. */
static void client_slow(struct fixture *f)
{
	const int slow = open_websocket(f);
	const int quick = open_websocket(f);

	while (!metric_is(f, "dragoman_websockets_slow_total 1\n")) {
		for (int round = 0; round < 20; round++) {
			g_idle_add(flap, f);
			for (int i = 0; i < FLAPS; i++)
				hear_and_forget(quick, "room");
		}
	}
	say(quick, "{\"type\":\"ping\"}");
	hear_and_forget(quick, "pong");
	close(quick);
	close(slow);
}

static void test_slow_websocket(void **state)
{
	run(state, client_slow);
}

#define MANY 100

static int many[MANY];

static void client_many(struct fixture *f)
{
	char *join = join_message(f);

	for (int i = 0; i < MANY; i++) {
		many[i] = open_websocket(f);
		say(many[i], join);
	}
	for (int i = 0; i < MANY; i++)
		hear_and_forget(many[i], "joined");
	free(join);
}

/* Websockets that are there when the relay goes: each hears 1001. */
static void test_destroy_with_many(void **state)
{
	struct fixture *f = *state;

	run(state, client_many);
	assert_int_equal(fake_event_subscriber_count(f->event), MANY);
	dm_control_destroy(f->control);
	f->control = NULL;
	assert_int_equal(fake_event_subscriber_count(f->event), 0);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(hear_close(many[i]), 1001);
		close(many[i]);
	}
}

/* The last test: the limit cannot be raised again. */
static int setup_few_descriptors(void **state)
{
	const struct rlimit few = { .rlim_cur = 1000, .rlim_max = 1000 };

	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	return setup(state);
}

static unsigned ask_on(int fd)
{
	static const char get[] = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
	struct reply reply;

	client_send(fd, get, strlen(get));
	reply = client_read_reply(fd, false);
	reply_finish(&reply);
	return reply.status;
}

/* Too many connections: those beyond are closed at once, those within are served. */
static void client_crowd(struct fixture *f)
{
	int crowd[500];
	size_t count = 0;

	/* Both ends of a connection are in this process. */
	for (; count < 500; count++) {
		crowd[count] = client_connect(f->port, false);
		if (ask_on(crowd[count]) != 200)
			break;
	}
	check(count > 300 && count < 500);
	check(ask_on(crowd[0]) == 200);
	for (size_t i = 0; i <= count; i++)
		close(crowd[i]);
	while (status_of(f, "GET", "/healthz", "", NULL) != 200)
		;
	check(!metric_is(f, "dragoman_connections_turned_away_total 0\n"));
}

static void test_few_descriptors(void **state)
{
	run(state, client_crowd);
}

static void test_errors(void **state)
{
	struct fixture *f = *state;
	struct dm_control *other;
	struct dm_control_options options = { .port = f->port, .web_root = f->root };

	assert_int_equal(dm_control_create(&other, &options, f->event, NULL, NULL), -EADDRINUSE);
	assert_null(other);
	options = (struct dm_control_options){ .web_root = "/nonexistent" };
	assert_int_equal(dm_control_create(&other, &options, f->event, NULL, NULL), -ENOENT);
	options = (struct dm_control_options){ .web_root = f->root,
					       .certificate = "/nonexistent.pem",
					       .private_key = "/nonexistent.key" };
	assert_int_equal(dm_control_create(&other, &options, f->event, NULL, NULL), -ENOENT);
	options = (struct dm_control_options){ .address = "192.0.2.99", .web_root = f->root };
	assert_int_equal(dm_control_create(&other, &options, f->event, NULL, NULL), -EADDRNOTAVAIL);
	options = (struct dm_control_options){ .address = "127.0.0.1", .web_root = f->root };
	assert_int_equal(dm_control_create(&other, &options, f->event, NULL, NULL), 0);
	dm_control_destroy(other);
	options.address = "::1";
	assert_int_equal(dm_control_create(&other, &options, f->event, NULL, NULL), 0);
	dm_control_destroy(other);
	dm_control_destroy(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_whep),
		TEST(test_pages),
		TEST(test_pipeline),
		TEST(test_bad_requests),
		TEST(test_floods),
		TEST(test_websocket),
		TEST(test_websocket_refused),
		TEST(test_slow_websocket),
		TEST(test_destroy_with_many),
		TEST(test_errors),
		cmocka_unit_test_setup_teardown(test_few_descriptors, setup_few_descriptors,
						teardown),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("control/control", tests, NULL, NULL);
}
