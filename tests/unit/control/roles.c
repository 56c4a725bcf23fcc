/* tests/unit/control/roles.c: the matrix of roles: each role × each action × the right and the
 * wrong room, channel, signature and time, a revoked token, and none. What is expected is written
 * here once more, by hand, apart from the table of relay/session/role.c. */
#include "control/conversation.h"

#include "fake_publisher.h"
#include "fake_session.h"
#include "fake_watch.h"
#include "offers.h"
#include "router_client.h"
#include "websocket_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define START  INT64_C(1800000000)
#define SECRET "0123456789abcdef0123456789abcdef"
#define OTHER  "fedcba9876543210fedcba9876543210"

/* Where whoever acts is before they show the token; everything there is theirs. */
enum stage { NOWHERE, LISTENING, SEATED, ON_AIR, CALLING, WATCHING, CALLED };

/* How far a role's right goes: '-' no, 'c' its rooms and channels, 'r' its rooms, 'e' if its token
 * is for everything, 'w' for all rooms, 'a' for some room, '*' always, whatever is shown; 'p'
 * likewise, and needs no token to be good for anything, because it is public. The columns: no
 * token, delegate, interpreter, organiser, feed. */
static const struct action {
	const char *name;
	const char *reach;
	const char *channel; /* what the right token is for; the wrong one is for zh-Hans */
	enum stage stage;
	const char *says; /* on the websocket; NULL: by HTTP */
	enum dm_method method;
	const char *path;
	const char *offer; /* as body; NULL: none */
} actions[] = {
	/* clang-format off */
	{ "join", "ccrr-", "fr", NOWHERE, "{'type':'join','room':'plenary','lang':'fr','offer':'$listen'}", 0, NULL, NULL },
	{ "join the floor", "ccrr-", "floor", NOWHERE, "{'type':'join','room':'plenary','offer':'$listen'}", 0, NULL, NULL },
	{ "select a language", "ccrr-", "fr", LISTENING, "{'type':'select','lang':'fr'}", 0, NULL, NULL },
	{ "select a picture", "ccrr-", "fr", LISTENING, "{'type':'select','video':'none'}", 0, NULL, NULL },
	{ "my languages", "ccrr-", "floor", LISTENING, "{'type':'languages','understood':['en']}", 0, NULL, NULL },
	{ "no languages", "*****", "fr", LISTENING, "{'type':'languages','understood':[]}", 0, NULL, NULL },
	{ "leave", "*****", "fr", LISTENING, "{'type':'leave'}", 0, NULL, NULL },
	{ "ping", "*****", "fr", NOWHERE, "{'type':'ping'}", 0, NULL, NULL },
	{ "watch", "ccrr-", NULL, NOWHERE, "{'type':'watch','room':'plenary'}", 0, NULL, NULL },
	{ "sit", "--c--", "fr", NOWHERE, "{'type':'join','room':'plenary','booth':'fr','name':'Anna','offer':'$speak'}", 0, NULL, NULL },
	{ "sit, channel B alone", "--e--", "en", NOWHERE, "{'type':'join','room':'plenary','booth':'fr','name':'Anna','offer':'$speak'}", 0, NULL, NULL },
	{ "on air", "--c--", "fr", SEATED, "{'type':'microphone','state':'on'}", 0, NULL, NULL },
	{ "on air on B", "--c--", "en", SEATED, "{'type':'microphone','state':'on','output':'B'}", 0, NULL, NULL },
	{ "mute", "*****", "fr", ON_AIR, "{'type':'microphone','state':'muted'}", 0, NULL, NULL },
	{ "off", "*****", "fr", ON_AIR, "{'type':'microphone','state':'off'}", 0, NULL, NULL },
	{ "leave the booth", "*****", "fr", ON_AIR, "{'type':'leave'}", 0, NULL, NULL },
	{ "stand-by", "--c--", "fr", SEATED, "{'type':'standby','consent':true}", 0, NULL, NULL },
	{ "offer a handover", "--c--", "fr", ON_AIR, "{'type':'handover','do':'offer'}", 0, NULL, NULL },
	{ "incoming", "--c--", "fr", SEATED, "{'type':'incoming','lang':'zh-Hans'}", 0, NULL, NULL },
	{ "preset", "--c--", "fr", SEATED, "{'type':'preset','preset':0,'lang':'floor'}", 0, NULL, NULL },
	{ "pivots", "--c--", "fr", SEATED, "{'type':'pivots','langs':['en']}", 0, NULL, NULL },
	{ "monitor", "--c--", "fr", SEATED, "{'type':'monitor','output':'B'}", 0, NULL, NULL },
	{ "slower", "--c--", "fr", SEATED, "{'type':'slow-down'}", 0, NULL, NULL },
	{ "call", "--c--", "fr", SEATED, "{'type':'call'}", 0, NULL, NULL },
	{ "call no more", "--c--", "fr", CALLING, "{'type':'call-done','call':1}", 0, NULL, NULL },
	{ "chat in the booth", "--c--", "fr", SEATED, "{'type':'chat','to':'booth','text':'hello'}", 0, NULL, NULL },
	{ "chat to the technician", "--c--", "fr", SEATED, "{'type':'chat','to':'technician','text':'hello'}", 0, NULL, NULL },
	{ "floor's language, seated", "--rr-", "fr", SEATED, "{'type':'floor-language','lang':'ru'}", 0, NULL, NULL },
	{ "floor's language", "--rr-", "fr", NOWHERE, "{'type':'floor-language','room':'plenary','lang':'ru'}", 0, NULL, NULL },
	{ "hold off", "---r-", NULL, WATCHING, "{'type':'override','booth':'fr','seat':0,'do':'off'}", 0, NULL, NULL },
	{ "hold on air", "---r-", NULL, WATCHING, "{'type':'override','booth':'fr','seat':0,'do':'on'}", 0, NULL, NULL },
	{ "move", "---r-", NULL, WATCHING, "{'type':'override','booth':'fr','seat':0,'do':'move','to':'fr-2'}", 0, NULL, NULL },
	{ "limit", "---r-", NULL, WATCHING, "{'type':'on-air-max','booth':'fr','count':2}", 0, NULL, NULL },
	{ "take a call", "---r-", NULL, CALLED, "{'type':'call-take','call':1}", 0, NULL, NULL },
	{ "end a call", "---r-", NULL, CALLED, "{'type':'call-done','call':1}", 0, NULL, NULL },
	{ "chat as technician", "---r-", NULL, NOWHERE, "{'type':'chat','to':'booth','room':'plenary','booth':'fr','text':'hello'}", 0, NULL, NULL },
	{ "oversee", "---r-", NULL, NOWHERE, "{'type':'oversee','room':'plenary'}", 0, NULL, NULL },
	{ "oversee what there is", "---a-", NULL, NOWHERE, "{'type':'oversee'}", 0, NULL, NULL },
	{ "acknowledge a room's alarm", "---r-", NULL, NOWHERE, "{'type':'acknowledge','alarm':1}", 0, NULL, NULL },
	{ "acknowledge the relay's alarm", "---w-", NULL, NOWHERE, "{'type':'acknowledge','alarm':2}", 0, NULL, NULL },
	{ "sitting", "---r-", NULL, NOWHERE, "{'type':'sitting','room':'plenary','state':'paused'}", 0, NULL, NULL },
	{ "source", "---r-", NULL, NOWHERE, "{'type':'source','room':'plenary','use':1}", 0, NULL, NULL },
	{ "restart a booth", "---r-", NULL, NOWHERE, "{'type':'booth-restart','room':'plenary','booth':'fr'}", 0, NULL, NULL },
	{ "notify a room", "---r-", NULL, NOWHERE, "{'type':'notify','to':'room','room':'plenary','text':'hello'}", 0, NULL, NULL },
	{ "notify everyone", "---w-", NULL, NOWHERE, "{'type':'notify','to':'everyone','text':'hello'}", 0, NULL, NULL },
	{ "listen to all", "---r-", "fr", NOWHERE, "{'type':'join','room':'plenary','organiser':true,'lang':'fr','offer':'$listen'}", 0, NULL, NULL },
	{ "still", "---r-", NULL, NOWHERE, NULL, DM_METHOD_GET, "/api/rooms/plenary/still", NULL },
	{ "play", "ccrr-", "fr", NOWHERE, NULL, DM_METHOD_POST, "/whep/plenary?fr", "chromium-sign.sdp" },
	{ "publish the floor", "----c", "floor", NOWHERE, NULL, DM_METHOD_POST, "/whip/plenary/floor", "obs-whip.sdp" },
	{ "publish a channel", "--c-c", "fr", NOWHERE, NULL, DM_METHOD_POST, "/whip/plenary/channels/fr", "obs-whip.sdp" },
	{ "metrics", "---e-", NULL, NOWHERE, NULL, DM_METHOD_GET, "/metrics", NULL },
	{ "the event", "ppppp", NULL, NOWHERE, NULL, DM_METHOD_GET, "/api/event", NULL },
	/* clang-format on */
};

enum variant {
	RIGHT,
	UNLIMITED,
	WRONG_ROOM,
	WRONG_CHANNEL,
	EXPIRED,
	NOT_YET,
	WRONG_SIGNATURE,
	REVOKED,
	VARIANTS
};
static const char *const variant_names[VARIANTS] = { "right",           "unlimited", "wrong room",
						     "wrong channel",   "expired",   "not yet",
						     "wrong signature", "revoked" };

static int64_t fake_clock(void)
{
	return START;
}

struct fixture {
	struct dm_event *event;
	struct dm_room *room;
	struct dm_watch *watch;
	struct dm_metrics *metrics;
	struct dm_access *access;
	struct dm_hub *hub;
	struct router_client client;
	struct dm_conversation *actor;
	struct dm_conversation *partner;
	char token[1024]; /* "": none */
	char id[DM_TOKEN_NAME_SIZE];
};

static void on_wake(void *user)
{
	(void)user;
}

/* Of any offer, as it stands in JSON; kept for all cases. */
static const char *offer_of(bool speaks)
{
	static char *texts[2];
	size_t bytes;

	if (!texts[speaks]) {
		char *offer = offer_read("chromium-sign.sdp", &bytes);
		char *other = text_replace(offer, "a=recvonly",
					   speaks ? "a=sendrecv" : "a=recvonly");
		json_t *json = json_string(other);

		texts[speaks] = json_dumps(json, JSON_ENCODE_ANY);
		texts[speaks][strlen(texts[speaks]) - 1] = '\0';
		json_decref(json);
		free(other);
		free(offer);
	}
	return texts[speaks] + 1;
}

/* The message with its offer. The caller's (g_free). */
static char *filled(const char *says)
{
	char **parts = g_strsplit(says, "$listen", 2);
	char *once = g_strjoinv(offer_of(false), parts);
	char **others = g_strsplit(once, "$speak", 2);
	char *text = g_strjoinv(offer_of(true), others);

	g_strfreev(parts);
	g_strfreev(others);
	g_free(once);
	return text;
}

static void say(struct dm_conversation *conversation, const char *expected, const char *says)
{
	char *text = filled(says);

	ws_expect(conversation, expected, "%s", text);
	g_free(text);
}

static void sit(struct fixture *f, struct dm_conversation *conversation, const char *name)
{
	char *text = filled(
		"{'type':'join','room':'plenary','booth':'fr','offer':'$speak','name':");
	json_t *joined = ws_say(conversation, "%s'%s'}", text, name);

	assert_string_equal(ws_text(joined, "type"), "joined");
	fake_interpreter_link(f->room, ws_text(joined, "key"), true);
	json_decref(joined);
	g_free(text);
}

static void set_stage(struct fixture *f, enum stage stage)
{
	if (stage == LISTENING)
		say(f->actor, "joined",
		    "{'type':'join','room':'plenary','lang':'fr','offer':'$listen'}");
	if (stage == SEATED || stage == ON_AIR || stage == CALLING) {
		sit(f, f->actor, "Anna");
		sit(f, f->partner, "Bert");
	}
	if (stage == ON_AIR)
		say(f->actor, "microphone", "{'type':'microphone','state':'on'}");
	if (stage == CALLING)
		say(f->actor, "call", "{'type':'call'}");
	if (stage == WATCHING || stage == CALLED) {
		sit(f, f->partner, "Bert");
		say(f->actor, "watching", "{'type':'watch','room':'plenary'}");
	}
	if (stage == CALLED)
		say(f->partner, "call", "{'type':'call'}");
}

static void make_token(struct fixture *f, const struct action *action, enum dm_role role,
		       enum variant variant)
{
	const struct dm_token_key key = { .algorithm = DM_TOKEN_HS256,
					  .bytes = variant == WRONG_SIGNATURE ? OTHER : SECRET,
					  .count = sizeof(SECRET) - 1 };
	struct dm_token token = { .grant.role = role, .expires_at = START + 3600 };
	const char *channel = action->channel ? action->channel : "fr";
	char *text;

	if (variant == EXPIRED)
		token.expires_at = START - 60;
	if (variant == NOT_YET)
		token.not_before = START + 60;
	if (variant != UNLIMITED) {
		strcpy(token.grant.rooms.text[token.grant.rooms.count++],
		       variant == WRONG_ROOM ? "side" : "plenary");
		strcpy(token.grant.channels.text[token.grant.channels.count++],
		       variant == WRONG_CHANNEL ? "zh-Hans" : channel);
	}
	assert_int_equal(dm_token_sign(&key, &token, START - 7200, &text), 0);
	dm_token_verify(&key, text, START - 7200, &token);
	strcpy(f->token, text);
	strcpy(f->id, token.id);
	g_free(text);
}

/* From here on tokens count, and the one that is tried is shown. */
static void close_doors(struct fixture *f, bool revoked)
{
	const char *const ids[] = { f->id };
	const struct dm_security_options security = { .algorithm = DM_TOKEN_HS256,
						      .key = SECRET,
						      .key_bytes = sizeof(SECRET) - 1,
						      .revoked = ids,
						      .revoked_count = revoked,
						      .metrics = DM_METRICS_TOKEN };

	dm_access_update(f->access, &security);
	dm_conversation_identify(f->actor, f->token);
}

static void begin(struct fixture *f)
{
	const struct dm_security_options open = { .algorithm = DM_TOKEN_ALGORITHM_NONE };
	const struct dm_access_options access = { .security = &open, .clock = fake_clock };

	memset(f, 0, sizeof(*f));
	f->event = fake_event_create();
	f->room = dm_event_find_room(f->event, "plenary");
	f->room->picture.still = g_bytes_new_static("JPEG", 4);
	f->watch = fake_watch_create(f->event);
	fake_watch_raise(f->watch, DM_ALARM_CHANNEL_SILENT, "plenary", "fr");
	fake_watch_raise(f->watch, DM_ALARM_DISK_FULL, NULL, "");
	assert_int_equal(dm_metrics_create(&f->metrics), 0);
	assert_int_equal(dm_access_create(&f->access, &access), 0);

	const struct dm_router_options router = { .event = f->event,
						  .metrics = f->metrics,
						  .access = f->access };
	const struct dm_hub_options hub = {
		.event = f->event, .watch = f->watch, .access = f->access, .grace_ms = 1000
	};

	assert_int_equal(dm_router_create(&f->client.router, &router), 0);
	assert_int_equal(dm_hub_create(&f->hub, &hub), 0);
	f->actor = dm_conversation_open(f->hub, 0, on_wake, NULL);
	f->partner = dm_conversation_open(f->hub, 0, on_wake, NULL);
}

static void end(struct fixture *f)
{
	dm_conversation_close(f->actor);
	dm_conversation_close(f->partner);
	dm_hub_destroy(f->hub);
	dm_response_finish(&f->client.response);
	dm_router_destroy(f->client.router);
	dm_access_destroy(f->access);
	assert_int_equal(fake_event_subscriber_count(f->event), 0);
	assert_int_equal(fake_publisher_count(), 0);
	dm_metrics_destroy(f->metrics);
	fake_watch_destroy(f->watch);
	g_bytes_unref(f->room->picture.still);
	fake_event_destroy(f->event);
}

/* 200 for what was granted, 401 and 403, or 500 for any other trouble. */
static unsigned by_websocket(struct fixture *f, const struct action *action)
{
	char *text = filled(action->says);
	json_t *reply = ws_say(f->actor, "%s", text);
	const char *code = ws_text(reply, "code");
	unsigned status = 500;

	if (strcmp(ws_text(reply, "type"), "error") != 0)
		status = 200;
	else if (!strcmp(code, "unauthorized"))
		status = 401;
	else if (!strcmp(code, "forbidden"))
		status = 403;
	else
		print_message("%s: %s\n", action->name, ws_text(reply, "message"));
	json_decref(reply);
	g_free(text);
	return status;
}

static unsigned by_http(struct fixture *f, const struct action *action)
{
	char *authorization = f->token[0] ? g_strconcat("Bearer ", f->token, NULL) : NULL;
	const char *query = strchr(action->path, '?');
	char *path = g_strndup(action->path,
			       query ? (size_t)(query - action->path) : strlen(action->path));
	struct dm_request request = { .method = action->method,
				      .path = path,
				      .content_type = action->offer ? "application/sdp" : "",
				      .authorization = authorization };
	size_t bytes;
	char *offer = action->offer ? offer_read(action->offer, &bytes) : NULL;
	unsigned status;

	if (query)
		request.parameters[request.parameter_count++] = (struct dm_parameter){ "lang",
										       query + 1 };
	request.body = offer;
	request.body_bytes = offer ? bytes : 0;
	status = client_ask(&f->client, request);
	free(offer);
	g_free(path);
	g_free(authorization);
	return status == 201 ? 200 : status;
}

static unsigned expected(char reach, bool shown, enum variant variant)
{
	if (reach == 'p' || reach == '*')
		return 200;
	if (shown && variant >= EXPIRED)
		return 401;
	if (reach == '-')
		return shown ? 403 : 401;
	if (!shown || variant == UNLIMITED)
		return 200; /* without a token nothing limits it */
	if (reach == 'a')
		return 200;
	if (reach == 'e' || reach == 'w' || variant == WRONG_ROOM)
		return 403;
	return reach == 'c' && variant == WRONG_CHANNEL ? 403 : 200;
}

static unsigned attempt(const struct action *action, enum dm_role role, enum variant variant)
{
	struct fixture f;
	unsigned status;

	begin(&f);
	set_stage(&f, action->stage);
	if (role != DM_ROLE_ANONYMOUS)
		make_token(&f, action, role, variant);
	close_doors(&f, variant == REVOKED);
	status = action->says ? by_websocket(&f, action) : by_http(&f, action);
	end(&f);
	return status;
}

static void test_matrix(void **state)
{
	unsigned cases = 0, wrong = 0;

	(void)state;
	for (size_t a = 0; a < G_N_ELEMENTS(actions); a++) {
		for (enum dm_role role = 0; role < DM_ROLE_COUNT; role++) {
			const bool shown = role != DM_ROLE_ANONYMOUS;

			for (enum variant v = 0; v < (shown ? VARIANTS : 1); v++) {
				/* Where no channel matters there is no wrong one. */
				if (v == WRONG_CHANNEL && !actions[a].channel)
					continue;

				const unsigned want = expected(actions[a].reach[role], shown, v);
				const unsigned is = attempt(&actions[a], role, v);

				cases++;
				if (is == want)
					continue;
				wrong++;
				print_error("%s as %s, %s: %u, not %u\n", actions[a].name,
					    dm_role_name(role),
					    shown ? variant_names[v] : "no token", is, want);
			}
		}
	}
	print_message("%u cases\n", cases);
	assert_int_equal(wrong, 0);
}

/* Without a key in the configuration everybody may do everything. */
static void test_open_doors(void **state)
{
	(void)state;
	for (size_t a = 0; a < G_N_ELEMENTS(actions); a++) {
		struct fixture f;
		unsigned status;

		begin(&f);
		set_stage(&f, actions[a].stage);
		status = actions[a].says ? by_websocket(&f, &actions[a]) : by_http(&f, &actions[a]);
		if (status != 200)
			fail_msg("%s: %u", actions[a].name, status);
		end(&f);
	}
}

/* Revoked while it runs: the seat is left at once, and whoever sat there is told. */
static void test_revoked_seat(void **state)
{
	struct fixture f;
	json_t *news;

	(void)state;
	begin(&f);
	make_token(&f, &actions[0], DM_ROLE_INTERPRETER, RIGHT);
	close_doors(&f, false);
	sit(&f, f.actor, "Anna");
	ws_drain(f.actor);
	close_doors(&f, true);
	dm_hub_review(f.hub);
	news = ws_take(f.actor, "peer");
	assert_string_equal(ws_text(news, "state"), "closed");
	json_decref(news);
	assert_false(
		dm_seat_is_taken(&dm_interpretation_booth(f.room->interpretation, 1)->seats[0]));
	end(&f);
}

/* An organiser's view ends with the token. */
static void test_revoked_view(void **state)
{
	struct fixture f;
	json_t *chat;

	(void)state;
	begin(&f);
	sit(&f, f.partner, "Bert");
	make_token(&f, &actions[0], DM_ROLE_ORGANISER, RIGHT);
	close_doors(&f, false);
	say(f.actor, "watching", "{'type':'watch','room':'plenary'}");
	ws_drain(f.actor);
	dm_conversation_identify(f.partner, f.token);
	say(f.partner, "chat",
	    "{'type':'chat','to':'booth','room':'plenary','booth':'fr','text':'hello'}");
	chat = ws_take(f.actor, "chat");
	assert_non_null(chat);
	json_decref(chat);
	close_doors(&f, true);
	make_token(&f, &actions[0], DM_ROLE_ORGANISER, UNLIMITED);
	dm_conversation_identify(f.partner, f.token);
	say(f.partner, "chat",
	    "{'type':'chat','to':'booth','room':'plenary','booth':'fr','text':'hello'}");
	assert_null(ws_take(f.actor, "chat"));
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matrix),
		cmocka_unit_test(test_open_doors),
		cmocka_unit_test(test_revoked_seat),
		cmocka_unit_test(test_revoked_view),
	};

	return cmocka_run_group_tests_name("control/roles", tests, NULL, NULL);
}
