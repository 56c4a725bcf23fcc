/* tests/unit/control/booths.c: those in booths, organisers and delegates with "my languages" on the
 * websocket, without a network. */
#include "control/conversation.h"
#include "control/event_json.h"
#include "control/levels.h"
#include "control/message.h"

#include "fake_session.h"
#include "offers.h"
#include "websocket_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
	struct dm_event *event;
	struct dm_room *room;
	struct dm_hub *hub;
	struct dm_conversation *anna; /* in no place yet, and so the others */
	struct dm_conversation *bert;
	struct dm_conversation *olga;
	char *listens; /* an offer as it stands in JSON */
	char *speaks;
	char anna_key[33];
	char bert_key[33];
	char anna_peer[33];
};

static void on_wake(void *user)
{
	(void)user;
}

/* As it stands between the quotes of a JSON text. */
static char *escaped(const char *offer)
{
	json_t *json = json_string(offer);
	char *quoted = json_dumps(json, JSON_ENCODE_ANY);
	char *inside = g_strndup(quoted + 1, strlen(quoted) - 2);

	free(quoted);
	json_decref(json);
	return inside;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const struct dm_channel_level silence = { .booth = DM_NOBODY, .seat = DM_NOBODY };
	size_t bytes;
	char *offer = offer_read("chromium-sign.sdp", &bytes);
	char *speaks = text_replace(offer, "a=recvonly", "a=sendrecv");

	f->event = fake_event_create();
	f->room = dm_event_find_room(f->event, "plenary");
	fake_levels(&silence);

	const struct dm_hub_options options = { .event = f->event, .grace_ms = 1 };

	assert_int_equal(dm_hub_create(&f->hub, &options), 0);
	f->anna = dm_conversation_open(f->hub, 0, on_wake, NULL);
	f->bert = dm_conversation_open(f->hub, 0, on_wake, NULL);
	f->olga = dm_conversation_open(f->hub, 0, on_wake, NULL);
	f->listens = escaped(offer);
	f->speaks = escaped(speaks);
	free(speaks);
	free(offer);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	dm_conversation_close(f->anna);
	dm_conversation_close(f->bert);
	dm_conversation_close(f->olga);
	dm_hub_destroy(f->hub);
	assert_int_equal(fake_event_subscriber_count(f->event), 0);
	fake_event_destroy(f->event);
	g_free(f->listens);
	g_free(f->speaks);
	free(f);
	return 0;
}

/* Takes a seat, and gives the key if it is wanted. */
static void sit(struct fixture *f, struct dm_conversation *conversation, const char *booth,
		const char *name, char *key)
{
	json_t *reply = ws_say(
		conversation,
		"{'type':'join','room':'plenary','booth':'%s','name':'%s','offer':'%s'}", booth,
		name, f->speaks);

	if (strcmp(ws_text(reply, "type"), "joined") != 0)
		fail_msg("%s", ws_text(reply, "message"));
	assert_string_equal(ws_text(reply, "booth"), booth);
	assert_true(ws_number(reply, "seat") >= 0);
	assert_int_equal(strlen(ws_text(reply, "key")), 32);
	if (key)
		strcpy(key, ws_text(reply, "key"));
	if (conversation == f->anna)
		strcpy(f->anna_peer, ws_text(reply, "peer"));
	json_decref(reply);
	reply = ws_take(conversation, "booth");
	assert_string_equal(ws_text(reply, "booth.id"), booth);
	json_decref(reply);
}

/* Anna and Bert sit in booth fr, and both are to be heard; Olga watches. */
static void fill_booth(struct fixture *f)
{
	sit(f, f->anna, "fr", "Anna", f->anna_key);
	sit(f, f->bert, "fr", "Bert", f->bert_key);
	fake_interpreter_link(f->room, f->anna_key, true);
	fake_interpreter_link(f->room, f->bert_key, true);
	ws_expect(f->olga, "watching", "{'type':'watch','room':'plenary'}");
}

static void expect_booth(struct dm_conversation *conversation, const char *path, const char *text)
{
	json_t *last = NULL, *next;

	while ((next = ws_take(conversation, "booth"))) {
		json_decref(last);
		last = next;
	}
	if (!last)
		fail_msg("nothing is told of the booth (%s: %s)", path, text);
	if (strcmp(ws_text(ws_at(last, "booth"), path), text) != 0)
		fail_msg("%s is '%s', not '%s'", path, ws_text(ws_at(last, "booth"), path), text);
	json_decref(last);
}

static void test_sit(void **state)
{
	struct fixture *f = *state;
	json_t *reply;

	sit(f, f->anna, "fr", "Anna", f->anna_key);
	sit(f, f->bert, "fr", "Bert", f->bert_key);
	reply = ws_take(f->anna, "booth"); /* Bert came */
	assert_int_equal(ws_number(reply, "booth.you"), 0);
	assert_string_equal(ws_text(reply, "booth.room"), "plenary");
	assert_string_equal(ws_text(reply, "booth.seats.1.name"), "Bert");
	assert_string_equal(ws_text(reply, "booth.seats.1.microphone"), "off");
	assert_string_equal(ws_text(reply, "booth.seats.1.link"), "none");
	assert_string_equal(ws_text(reply, "booth.outputs.0.lang"), "fr");
	assert_string_equal(ws_text(reply, "booth.outputs.0.carries"), "floor");
	assert_string_equal(ws_text(reply, "booth.outputs.0.why"), "booth-off");
	assert_string_equal(ws_text(reply, "booth.outputs.1.lang"), "en");
	assert_string_equal(ws_text(reply, "booth.handover.state"), "none");
	assert_string_equal(ws_text(reply, "booth.incoming.lang"), "floor");
	assert_true(json_is_null(ws_at(reply, "booth.incoming.presets.0")));
	assert_true(json_is_null(ws_at(reply, "booth.shift")));
	assert_true(json_is_null(ws_at(reply, "booth.call")));
	assert_int_equal(ws_number(reply, "booth.on_air_max"), 1);
	/* Keys are secrets of those whose they are. */
	char *text = json_dumps(reply, 0);

	assert_null(strstr(text, f->anna_key));
	assert_null(strstr(text, f->bert_key));
	free(text);
	json_decref(reply);
	assert_true(fake_subscriber_peer(f->event, f->anna_peer)->uplinks[DM_UPLINK_SOUND].wanted);
}

static void test_sit_refused(void **state)
{
	struct fixture *f = *state;

#define JOIN(keys) "{'type':'join','room':'plenary'," keys ",'offer':'%s'}", f->speaks
	ws_expect(f->anna, "no-such-booth", JOIN("'booth':'de','name':'Anna'"));
	ws_expect(f->anna, "bad-message", JOIN("'booth':'fr'"));
	ws_expect(f->anna, "bad-message", JOIN("'booth':'fr','name':'Anna','lang':'fr'"));
	ws_expect(f->anna, "bad-message", JOIN("'name':'Anna'"));
	ws_expect(f->anna, "bad-message", JOIN("'key':'00000000000000000000000000000000'"));
	ws_expect(f->anna, "unknown-room",
		  "{'type':'join','room':'hall','booth':'fr','name':'Anna','offer':'%s'}",
		  f->speaks);
	/* Without a microphone nobody interprets, and the seat is free again. */
	ws_expect(f->anna, "bad-offer",
		  "{'type':'join','room':'plenary','booth':'fr','name':'Anna','offer':'%s'}",
		  f->listens);
	for (unsigned n = 0; n < DM_SEATS_MAX; n++)
		assert_false(dm_seat_is_taken(
			&dm_interpretation_booth(f->room->interpretation, 1)->seats[n]));
	sit(f, f->anna, "fr", "Anna", NULL);
	ws_expect(f->anna, "already-joined", JOIN("'booth':'fr','name':'Anna'"));
#undef JOIN
}

/* Nobody who does not sit in a booth can act there. */
static void test_not_seated(void **state)
{
	static const char *const messages[] = {
		"{'type':'microphone','state':'on'}",
		"{'type':'standby','consent':true}",
		"{'type':'handover','do':'ask'}",
		"{'type':'incoming','lang':'floor'}",
		"{'type':'preset','preset':0,'lang':'en'}",
		"{'type':'pivots','langs':['en']}",
		"{'type':'monitor','output':'A'}",
		"{'type':'floor-language','lang':'fr'}",
		"{'type':'slow-down'}",
		"{'type':'call'}",
		"{'type':'chat','to':'booth','text':'hello'}",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(messages); i++)
		ws_expect(f->anna, "not-seated", "%s", messages[i]);
	ws_expect(f->bert, "joined", "{'type':'join','room':'plenary','offer':'%s'}", f->listens);
	for (size_t i = 0; i < G_N_ELEMENTS(messages); i++)
		ws_expect(f->bert, "not-seated", "%s", messages[i]);
	ws_expect(f->anna, "not-watching", "{'type':'override','booth':'fr','seat':0,'do':'off'}");
	ws_expect(f->anna, "not-watching", "{'type':'on-air-max','booth':'fr','count':2}");
	ws_expect(f->anna, "not-watching", "{'type':'call-take','call':1}");
	ws_expect(f->anna, "not-watching", "{'type':'call-done','call':1}");
	ws_expect(f->anna, "not-joined", "{'type':'languages','understood':['en']}");
}

/* What delegates are shown of a channel. */
static void expect_channel(const struct dm_room *room, const char *shown)
{
	json_t *json = dm_room_json(room);

	assert_string_equal(ws_text(json, "channels.2.lang"), "fr");
	assert_string_equal(ws_text(json, "channels.2.state"), shown);
	json_decref(json);
}

static void test_microphone(void **state)
{
	struct fixture *f = *state;
	json_t *reply;

	sit(f, f->anna, "fr", "Anna", f->anna_key);
	ws_expect(f->anna, "no-link", "{'type':'microphone','state':'on'}");
	fake_interpreter_link(f->room, f->anna_key, true);
	reply = ws_say(f->anna, "{'type':'microphone','id':7,'state':'on'}");
	assert_string_equal(ws_text(reply, "type"), "microphone");
	assert_string_equal(ws_text(reply, "state"), "on");
	assert_int_equal(ws_number(reply, "id"), 7);
	json_decref(reply);
	expect_booth(f->anna, "seats.0.microphone", "on-air");
	expect_channel(f->room, "live");
	ws_expect(f->anna, "already-on-air", "{'type':'microphone','state':'on'}");
	ws_expect(f->anna, "microphone", "{'type':'microphone','state':'muted'}");
	expect_booth(f->anna, "outputs.0.carries", "comfort");
	expect_channel(f->room, "live");
	ws_expect(f->anna, "bad-message", "{'type':'microphone','state':'muted','output':'A'}");
	ws_expect(f->anna, "microphone", "{'type':'microphone','state':'on','output':'B'}");
	expect_booth(f->anna, "outputs.1.why", "on-air");
	ws_expect(f->anna, "microphone", "{'type':'microphone','state':'off'}");
	expect_booth(f->anna, "outputs.1.carries", "floor");
	expect_channel(f->room, "off");
	ws_expect(f->anna, "already-off", "{'type':'microphone','state':'off'}");

	/* Two of one booth, and another booth of the same channel. */
	sit(f, f->bert, "fr", "Bert", f->bert_key);
	fake_interpreter_link(f->room, f->bert_key, true);
	ws_expect(f->anna, "microphone", "{'type':'microphone','state':'on'}");
	ws_expect(f->bert, "partner-on-air", "{'type':'microphone','state':'on'}");
	sit(f, f->olga, "fr-2", "Olga", f->bert_key);
	fake_interpreter_link(f->room, f->bert_key, true);
	reply = ws_say(f->olga, "{'type':'microphone','state':'on'}");
	assert_string_equal(ws_text(reply, "code"), "channel-taken");
	assert_non_null(strstr(ws_text(reply, "message"), "Anna"));
	json_decref(reply);
	ws_expect(f->olga, "no-output", "{'type':'microphone','state':'on','output':'B'}");
}

static void test_handover(void **state)
{
	struct fixture *f = *state;
	json_t *news;

	fill_booth(f);
	ws_expect(f->bert, "nobody-on-air", "{'type':'handover','do':'ask'}");
	ws_expect(f->anna, "microphone", "{'type':'microphone','state':'on'}");
	ws_expect(f->bert, "bad-message", "{'type':'handover','do':'ask','seat':0}");
	ws_expect(f->bert, "handover", "{'type':'handover','do':'ask'}");
	expect_booth(f->anna, "handover.state", "asked");
	ws_expect(f->bert, "not-yours", "{'type':'handover','do':'accept'}");
	ws_expect(f->anna, "handover", "{'type':'handover','do':'decline'}");
	news = ws_take(f->bert, "handover-ended");
	assert_string_equal(ws_text(news, "how"), "declined");
	json_decref(news);
	ws_expect(f->anna, "no-handover", "{'type':'handover','do':'decline'}");

	ws_expect(f->anna, "no-partner", "{'type':'handover','do':'offer','seat':2}");
	ws_expect(f->anna, "handover", "{'type':'handover','do':'offer','seat':1}");
	expect_booth(f->bert, "handover.state", "offered");
	ws_expect(f->anna, "handover", "{'type':'handover','do':'cancel'}");
	ws_expect(f->anna, "handover", "{'type':'handover','do':'offer'}");
	ws_drain(f->anna);
	ws_expect(f->bert, "handover", "{'type':'handover','do':'accept'}");
	news = ws_take(f->anna, "booth");
	assert_string_equal(ws_text(news, "booth.handover.state"), "counting");
	assert_int_equal(ws_number(news, "booth.handover.from"), 0);
	assert_int_equal(ws_number(news, "booth.handover.to"), 1);
	assert_true(json_real_value(ws_at(news, "booth.handover.ends_in")) <= 3);
	assert_true(json_real_value(ws_at(news, "booth.handover.ends_in")) > 1);
	json_decref(news);
	ws_expect(f->bert, "handover", "{'type':'handover','do':'take'}");
	expect_booth(f->anna, "seats.1.microphone", "on-air");
}

static void test_standby(void **state)
{
	struct fixture *f = *state;
	json_t *news;

	fill_booth(f);
	ws_expect(f->anna, "standby", "{'type':'standby','consent':true}");
	ws_expect(f->bert, "standby", "{'type':'standby','consent':true}");
	ws_expect(f->anna, "microphone", "{'type':'microphone','state':'on'}");
	expect_booth(f->bert, "seats.1.microphone", "standby");
	ws_drain(f->bert);
	fake_interpreter_link(f->room, f->anna_key, false);
	news = ws_take(f->bert, "took-over");
	assert_int_equal(ws_number(news, "seat"), 1);
	json_decref(news);
	expect_booth(f->bert, "seats.1.microphone", "on-air");
}

static void test_incoming(void **state)
{
	struct fixture *f = *state;
	json_t *news;

	sit(f, f->anna, "fr", "Anna", f->anna_key);
	ws_expect(f->anna, "incoming", "{'type':'incoming','lang':'zh-hans'}");
	ws_expect(f->anna, "own-channel", "{'type':'incoming','lang':'FR'}");
	ws_expect(f->anna, "unknown-language", "{'type':'incoming','lang':'tlh'}");
	ws_expect(f->anna, "no-preset", "{'type':'incoming','preset':1}");
	ws_expect(f->anna, "bad-message", "{'type':'incoming','preset':3}");
	ws_expect(f->anna, "bad-message", "{'type':'incoming'}");
	ws_expect(f->anna, "bad-message", "{'type':'incoming','lang':'en','automatic':true}");
	ws_expect(f->anna, "preset", "{'type':'preset','preset':1,'lang':'zh-Hans'}");
	ws_expect(f->anna, "incoming", "{'type':'incoming','preset':1}");
	ws_expect(f->anna, "pivots", "{'type':'pivots','langs':['zh-Hans','en']}");
	ws_expect(f->anna, "unknown-language", "{'type':'pivots','langs':['de']}");
	ws_expect(f->anna, "own-channel", "{'type':'pivots','langs':['fr']}");
	ws_expect(f->anna, "no-such-channel", "{'type':'pivots','langs':['floor']}");
	ws_drain(f->anna);
	ws_expect(f->anna, "incoming", "{'type':'incoming','automatic':true}");
	news = ws_take(f->anna, "booth");
	assert_true(json_is_true(ws_at(news, "booth.incoming.automatic")));
	assert_string_equal(ws_text(news, "booth.incoming.presets.1"), "zh-Hans");
	assert_string_equal(ws_text(news, "booth.incoming.pivots.1"), "en");
	json_decref(news);
	ws_expect(f->anna, "incoming", "{'type':'incoming','automatic':false}");
	ws_expect(f->anna, "monitor", "{'type':'monitor','output':'B'}");
	sit(f, f->bert, "fr-2", "Bert", NULL);
	ws_expect(f->bert, "no-output", "{'type':'monitor','output':'B'}");
}

/* A loop of two booths is refused with the chain that it would be. */
static void test_relay_loop(void **state)
{
	struct fixture *f = *state;
	json_t *reply;

	sit(f, f->anna, "fr", "Anna", f->anna_key);
	sit(f, f->bert, "en", "Bert", f->bert_key);
	fake_interpreter_link(f->room, f->anna_key, true);
	fake_interpreter_link(f->room, f->bert_key, true);
	ws_expect(f->anna, "microphone", "{'type':'microphone','state':'on'}");
	ws_expect(f->bert, "microphone", "{'type':'microphone','state':'on'}");
	ws_expect(f->bert, "incoming", "{'type':'incoming','lang':'fr'}");
	reply = ws_say(f->anna, "{'type':'incoming','lang':'en'}");
	assert_string_equal(ws_text(reply, "code"), "loop");
	assert_non_null(strstr(ws_text(reply, "message"), "fr"));
	json_decref(reply);
}

static void test_slow_down(void **state)
{
	struct fixture *f = *state;
	json_t *news;

	fill_booth(f);
	ws_drain(f->olga);
	ws_expect(f->anna, "slow-down", "{'type':'slow-down'}");
	ws_expect(f->anna, "too-soon", "{'type':'slow-down'}");
	ws_expect(f->bert, "slow-down", "{'type':'slow-down'}");
	news = ws_take(f->olga, "slow-down");
	assert_int_equal(ws_number(news, "count"), 1);
	assert_string_equal(ws_text(news, "room"), "plenary");
	assert_int_equal(json_object_size(news), 3); /* nobody learns who */
	json_decref(news);
	news = ws_take(f->olga, "slow-down");
	assert_int_equal(ws_number(news, "count"), 2);
	json_decref(news);
	news = dm_room_json(f->room);
	assert_int_equal(ws_number(news, "slow_down"), 2);
	json_decref(news);
}

static void test_calls(void **state)
{
	struct fixture *f = *state;
	json_t *news;

	fill_booth(f);
	ws_drain(f->olga);
	news = ws_say(f->anna, "{'type':'call','id':1}");
	assert_int_equal(ws_number(news, "call"), 1);
	assert_int_equal(ws_number(news, "id"), 1);
	json_decref(news);
	news = ws_take(f->anna, "call");
	assert_string_equal(ws_text(news, "state"), "open");
	json_decref(news);
	ws_expect(f->anna, "already-called", "{'type':'call'}");
	news = ws_take(f->olga, "call");
	assert_string_equal(ws_text(news, "booth"), "fr");
	assert_string_equal(ws_text(news, "name"), "Anna");
	json_decref(news);
	assert_null(ws_take(f->bert, "call"));

	ws_expect(f->bert, "no-such-call", "{'type':'call-done','call':1}"); /* it is Anna's */
	ws_expect(f->olga, "no-such-call", "{'type':'call-take','call':2}");
	ws_expect(f->olga, "call-take", "{'type':'call-take','call':1}");
	news = ws_take(f->anna, "call");
	assert_string_equal(ws_text(news, "state"), "taken");
	assert_string_equal(ws_text(news, "technician"), "technician");
	json_decref(news);
	/* Whoever comes later is told of it; and it is taken. */
	ws_expect(f->bert, "watching", "{'type':'watch','room':'plenary'}");
	news = ws_take(f->bert, "call");
	assert_string_equal(ws_text(news, "state"), "taken");
	json_decref(news);
	ws_expect(f->bert, "call-taken", "{'type':'call-take','call':1}");
	ws_drain(f->olga);
	ws_expect(f->anna, "call-done", "{'type':'call-done','call':1}");
	news = ws_take(f->olga, "call");
	assert_string_equal(ws_text(news, "state"), "done");
	json_decref(news);
	ws_expect(f->olga, "no-such-call", "{'type':'call-done','call':1}");
	ws_expect(f->anna, "call", "{'type':'call'}");
	ws_expect(f->olga, "call-done", "{'type':'call-done','call':2}");
}

static void test_chat(void **state)
{
	struct fixture *f = *state;
	char text[4 * 501 + 1] = "";
	json_t *news;

	fill_booth(f);
	ws_expect(f->anna, "chat", "{'type':'chat','to':'booth','text':'قليلًا من الماء؟'}");
	news = ws_take(f->bert, "chat");
	assert_string_equal(ws_text(news, "from"), "Anna");
	assert_string_equal(ws_text(news, "text"), "قليلًا من الماء؟");
	assert_int_equal(ws_number(news, "seat"), 0);
	assert_true(ws_number(news, "time") > 1000000000);
	json_decref(news);
	news = ws_take(f->anna, "chat"); /* those who write read it too, after all others' */
	assert_string_equal(ws_text(news, "to"), "booth");
	json_decref(news);
	assert_null(ws_take(f->olga, "chat"));

	ws_expect(f->bert, "chat", "{'type':'chat','to':'technician','text':'No sound'}");
	assert_null(ws_take(f->anna, "chat"));
	news = ws_take(f->olga, "chat");
	assert_string_equal(ws_text(news, "from"), "Bert");
	assert_string_equal(ws_text(news, "booth"), "fr");
	json_decref(news);
	ws_drain(f->bert);
	ws_expect(f->olga, "chat",
		  "{'type':'chat','to':'booth','room':'plenary','booth':'fr','text':'I come'}");
	news = ws_take(f->bert, "chat");
	assert_string_equal(ws_text(news, "from"), "technician");
	assert_null(ws_at(news, "seat"));
	json_decref(news);

#define CHAT(text) "{'type':'chat','to':'booth','text':'" text "'}"
	ws_expect(f->anna, "bad-message", CHAT(""));
	ws_expect(f->anna, "bad-message", CHAT("  \u3000"));
	ws_expect(f->anna, "bad-message", CHAT("a\\nb"));
	ws_expect(f->anna, "bad-message", CHAT("a\\u001bb"));
	ws_expect(f->anna, "bad-message", CHAT("a\\u0085b"));
	ws_expect(f->anna, "bad-message", CHAT("a\\u2028b"));
	ws_expect(f->anna, "bad-message", "{'type':'chat','to':'all','text':'x'}");
	ws_expect(f->anna, "bad-message",
		  "{'type':'chat','to':'technician','room':'plenary','booth':'fr','text':'x'}");
	ws_expect(f->olga, "no-such-booth",
		  "{'type':'chat','to':'booth','room':'plenary','booth':'de','text':'x'}");
	ws_expect(f->olga, "unknown-room",
		  "{'type':'chat','to':'booth','room':'hall','booth':'fr','text':'x'}");
	for (size_t n = 0; n < DM_CHAT_CHARS_MAX; n++)
		strcat(text, "€");
	ws_expect(f->anna, "chat", CHAT("%s"), text);
	strcat(text, "€");
	ws_expect(f->anna, "bad-message", CHAT("%s"), text);
#undef CHAT
}

static void test_watch(void **state)
{
	struct fixture *f = *state;
	json_t *news;

	fill_booth(f);
	news = ws_take(f->olga, "booths");
	assert_int_equal(json_array_size(ws_at(news, "booths")), 3);
	assert_string_equal(ws_text(news, "booths.1.seats.0.name"), "Anna");
	assert_null(ws_at(news, "booths.1.you"));
	json_decref(news);
	ws_expect(f->anna, "microphone", "{'type':'microphone','state':'on'}");
	news = ws_take(f->olga, "booths");
	/* fr, fr-2 of the same channel, but not en. */
	assert_int_equal(json_array_size(ws_at(news, "booths")), 2);
	assert_string_equal(ws_text(news, "booths.0.id"), "fr");
	assert_string_equal(ws_text(news, "booths.1.outputs.0.booth"), "fr");
	assert_true(json_is_null(ws_at(news, "booths.1.outputs.0.voice")));
	json_decref(news);
	ws_expect(f->olga, "unknown-room", "{'type':'watch','room':'hall'}");
	ws_expect(f->olga, "watching", "{'type':'watch','room':'side'}");
	ws_drain(f->olga);
	ws_expect(f->anna, "microphone", "{'type':'microphone','state':'off'}");
	assert_null(dm_conversation_take(f->olga)); /* not that room's any more */
}

static void test_override(void **state)
{
	struct fixture *f = *state;

	fill_booth(f);
	ws_expect(f->anna, "microphone", "{'type':'microphone','state':'on'}");
#define OVERRIDE(keys) "{'type':'override','booth':'fr','seat':0," keys "}"
	ws_expect(f->olga, "override", OVERRIDE("'do':'mute'"));
	expect_booth(f->anna, "seats.0.held", "muted");
	ws_expect(f->anna, "forced-muted", "{'type':'microphone','state':'on'}");
	ws_expect(f->olga, "override", OVERRIDE("'do':'off'"));
	ws_expect(f->olga, "already-forced", OVERRIDE("'do':'off'"));
	ws_expect(f->anna, "forced-off", "{'type':'microphone','state':'on'}");
	ws_expect(f->olga, "override", OVERRIDE("'do':'release'"));
	ws_expect(f->olga, "not-forced", OVERRIDE("'do':'release'"));
	ws_expect(f->bert, "microphone", "{'type':'microphone','state':'on'}");
	ws_expect(f->olga, "override", OVERRIDE("'do':'on'"));
	expect_booth(f->bert, "seats.1.microphone", "off");
	ws_expect(f->olga, "override", OVERRIDE("'do':'on','output':'B'"));
	ws_expect(f->olga, "on-air-max", "{'type':'on-air-max','booth':'fr','count':2}");
	ws_expect(f->olga, "bad-message", "{'type':'on-air-max','booth':'fr','count':4}");
	ws_expect(f->olga, "bad-message", OVERRIDE("'do':'mute','output':'A'"));
	ws_expect(f->olga, "bad-message", OVERRIDE("'do':'mute','to':'fr-2'"));
	ws_expect(f->olga, "bad-message", OVERRIDE("'do':'move'"));
	ws_expect(f->olga, "bad-message", OVERRIDE("'do':'dance'"));
	ws_expect(f->olga, "no-such-booth", OVERRIDE("'do':'move','to':'de'"));
	ws_expect(f->olga, "same-booth", OVERRIDE("'do':'move','to':'fr'"));
	ws_expect(f->olga, "override", OVERRIDE("'do':'move','to':'fr-2'"));
	expect_booth(f->anna, "id", "fr-2");
	ws_expect(f->olga, "not-seated", OVERRIDE("'do':'off'"));
	ws_expect(f->olga, "no-such-booth", "{'type':'override','booth':'de','seat':0,'do':'off'}");
#undef OVERRIDE
}

static void test_floor_language(void **state)
{
	struct fixture *f = *state;
	json_t *news;

	fill_booth(f);
	ws_drain(f->olga);
	ws_expect(f->anna, "floor-language", "{'type':'floor-language','lang':'es'}");
	news = ws_take(f->olga, "room");
	assert_string_equal(ws_text(news, "room.floor.language"), "es");
	json_decref(news);
	ws_expect(f->anna, "bad-language", "{'type':'floor-language','lang':'es_MX'}");
	ws_expect(f->olga, "not-seated", "{'type':'floor-language','lang':'fr'}");
	ws_expect(f->olga, "floor-language",
		  "{'type':'floor-language','room':'plenary','lang':'fr'}");
	ws_expect(f->olga, "unknown-room", "{'type':'floor-language','room':'hall','lang':'fr'}");
}

static void test_my_languages(void **state)
{
	struct fixture *f = *state;
	json_t *reply;

	sit(f, f->anna, "en", "Anna", NULL);
	ws_expect(f->bert, "joined", "{'type':'join','room':'plenary','lang':'fr','offer':'%s'}",
		  f->listens);
	reply = ws_say(f->bert, "{'type':'languages','understood':['fr','en-GB']}");
	assert_string_equal(ws_text(reply, "type"), "languages");
	assert_string_equal(ws_text(reply, "understood.1"), "en-GB");
	assert_string_equal(ws_text(reply, "heard"), "floor");
	json_decref(reply);
	ws_expect(f->anna, "floor-language", "{'type':'floor-language','lang':'ru'}");
	reply = ws_take(f->bert, "heard");
	assert_string_equal(ws_text(reply, "lang"), "fr");
	json_decref(reply);
	ws_expect(f->anna, "floor-language", "{'type':'floor-language','lang':'zh'}");
	assert_null(ws_take(f->bert, "heard"));
	reply = ws_say(f->bert, "{'type':'select','lang':'zh-Hans'}");
	assert_string_equal(ws_text(reply, "lang"), "zh-Hans");
	json_decref(reply);
	reply = ws_take(f->bert, "heard");
	assert_string_equal(ws_text(reply, "lang"), "zh-Hans");
	json_decref(reply);
	reply = ws_say(f->bert, "{'type':'languages','understood':[]}");
	assert_int_equal(json_array_size(ws_at(reply, "understood")), 0);
	assert_string_equal(ws_text(reply, "heard"), "zh-Hans");
	json_decref(reply);
	ws_expect(f->bert, "bad-message", "{'type':'languages','understood':['e n']}");
	ws_expect(f->bert, "bad-message", "{'type':'languages','understood':'en'}");
	ws_expect(f->bert, "bad-message", "{'type':'languages','understood':[1]}");
	ws_expect(f->anna, "bad-message", "{'type':'languages','understood':['en']}");
	ws_expect(f->anna, "bad-message", "{'type':'select','lang':'en'}");
	ws_expect(f->anna, "selected", "{'type':'select','video':'none'}");
}

/* What the engine sends is told when it changes, though no rule does. */
static void test_levels(void **state)
{
	struct fixture *f = *state;
	const struct dm_channel_level on = {
		.booth = 1, .seat = 0, .peak_dbfs = -12.06, .lufs = -23.04
	};
	json_t *news;

	fill_booth(f);
	ws_expect(f->anna, "microphone", "{'type':'microphone','state':'on'}");
	expect_booth(f->anna, "outputs.0.carries", "voice");
	dm_levels_run(f->hub);
	ws_drain(f->anna);
	fake_levels(&on);
	dm_levels_run(f->hub);
	news = ws_take(f->anna, "booth");
	assert_true(json_is_true(ws_at(news, "booth.outputs.0.heard")));
	json_decref(news);
	assert_null(ws_take(f->anna, "levels")); /* she had not read all yet */
	dm_levels_run(f->hub);
	news = ws_take(f->anna, "levels");
	assert_int_equal(json_array_size(ws_at(news, "outputs")), 2);
	assert_true(json_real_value(ws_at(news, "outputs.0.peak")) == -12.1);
	assert_true(json_real_value(ws_at(news, "incoming.lufs")) == -23.0);
	assert_true(json_is_null(ws_at(news, "microphone.peak")));
	json_decref(news);
	assert_null(ws_take(f->olga, "levels"));

	/* The number of listeners is told once a second. */
	ws_drain(f->bert);
	dm_metric_add(&f->room->channels[2].listeners, 3);
	for (int n = 0; n < 10; n++)
		dm_levels_run(f->hub);
	news = ws_take(f->bert, "booth");
	assert_int_equal(ws_number(news, "booth.outputs.0.listeners"), 3);
	json_decref(news);
	assert_null(ws_take(f->bert, "booth"));
}

/* The websocket closes: the seat stays for the grace, by peer and by key. */
static void test_coming_back(void **state)
{
	struct fixture *f = *state;
	json_t *reply;

	fill_booth(f);
	dm_conversation_close(f->anna);
	f->anna = dm_conversation_open(f->hub, 0, on_wake, NULL);
	reply = ws_say(f->anna, "{'type':'resume','peer':'%s'}", f->anna_peer);
	assert_string_equal(ws_text(reply, "type"), "resumed");
	assert_string_equal(ws_text(reply, "booth"), "fr");
	assert_string_equal(ws_text(reply, "key"), f->anna_key);
	json_decref(reply);
	expect_booth(f->anna, "seats.0.name", "Anna");

	/* By key from elsewhere: the old one is told that its media have ended. */
	dm_conversation_close(f->bert);
	f->bert = dm_conversation_open(f->hub, 0, on_wake, NULL);
	ws_drain(f->anna);
	reply = ws_say(f->bert,
		       "{'type':'join','room':'plenary','booth':'fr','name':'Anna','key':'%s',"
		       "'offer':'%s'}",
		       f->anna_key, f->speaks);
	assert_string_equal(ws_text(reply, "key"), f->anna_key);
	assert_int_equal(ws_number(reply, "seat"), 0);
	json_decref(reply);
	reply = ws_take(f->anna, "peer");
	assert_string_equal(ws_text(reply, "state"), "closed");
	json_decref(reply);
	ws_expect(f->anna, "not-seated", "{'type':'microphone','state':'on'}");
	ws_expect(f->bert, "microphone", "{'type':'microphone','state':'on'}");

	/* In another booth the key is of no use. */
	ws_expect(f->anna, "already-seated",
		  "{'type':'join','room':'plenary','booth':'en','name':'Anna','key':'%s',"
		  "'offer':'%s'}",
		  f->anna_key, f->speaks);
	ws_expect(f->anna, "bad-message",
		  "{'type':'join','room':'plenary','booth':'en','name':'Anna','key':'A%s',"
		  "'offer':'%s'}",
		  f->anna_key + 1, f->speaks);
}

/* The media end and the websocket lives: no longer joined, and the seat waits. */
static void test_peer_ends(void **state)
{
	struct fixture *f = *state;
	json_t *reply;

	fill_booth(f);
	fake_subscriber_become(f->event, f->anna_peer, DM_PEER_EXPIRED);
	reply = ws_take(f->anna, "peer");
	assert_string_equal(ws_text(reply, "state"), "expired");
	json_decref(reply);
	assert_true(dm_room_find_interpreter(f->room, f->anna_key) != NULL);
	ws_expect(f->anna, "not-seated", "{'type':'call'}");
	reply = ws_say(f->anna,
		       "{'type':'join','room':'plenary','booth':'fr','name':'Anna','key':'%s',"
		       "'offer':'%s'}",
		       f->anna_key, f->speaks);
	assert_int_equal(ws_number(reply, "seat"), 0);
	json_decref(reply);
}

static void test_leaving(void **state)
{
	struct fixture *f = *state;
	json_t *news;

	fill_booth(f);
	ws_drain(f->bert);
	ws_expect(f->anna, "left", "{'type':'leave'}");
	assert_null(dm_room_find_interpreter(f->room, f->anna_key));
	news = ws_take(f->bert, "booth");
	assert_int_equal(json_array_size(ws_at(news, "booth.seats")), 1);
	json_decref(news);
	/* And after the grace. */
	dm_conversation_close(f->bert);
	f->bert = NULL;
	while (dm_room_find_interpreter(f->room, f->bert_key))
		g_main_context_iteration(NULL, TRUE); /* waits for the timer of 1 ms */
	news = dm_room_json(f->room);
	assert_int_equal(ws_number(news, "booths.1.free"), 3);
	assert_string_equal(ws_text(news, "booths.1.langs.1"), "en");
	assert_string_equal(ws_text(news, "channels.2.carries"), "floor");
	assert_string_equal(ws_text(news, "channels.2.why"), "nobody");
	assert_true(json_is_false(ws_at(news, "channels.2.served")));
	json_decref(news);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sit),        TEST(test_sit_refused),    TEST(test_not_seated),
		TEST(test_microphone), TEST(test_handover),       TEST(test_standby),
		TEST(test_incoming),   TEST(test_relay_loop),     TEST(test_slow_down),
		TEST(test_calls),      TEST(test_chat),           TEST(test_watch),
		TEST(test_override),   TEST(test_floor_language), TEST(test_my_languages),
		TEST(test_levels),     TEST(test_coming_back),    TEST(test_peer_ends),
		TEST(test_leaving),
	};

	return cmocka_run_group_tests_name("control/booths", tests, NULL, NULL);
}
