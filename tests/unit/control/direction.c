/* tests/unit/control/direction.c: what organisers do to rooms, to people and to tokens. */
#include "control/conversation.h"

#include "fake_session.h"
#include "fake_watch.h"
#include "offers.h"
#include "session/ear.h"
#include "watched_hub.h"
#include "websocket_client.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	struct watched_hub *f = watched_hub_create(DM_ROLE_INTERPRETER, "Ana");

	*state = f;
	return 0;
}

static int teardown(void **state)
{
	watched_hub_destroy(*state);
	return 0;
}

/* The offer as it stands in JSON. The caller's (free). */
static char *offer_for(bool speaks)
{
	size_t bytes;
	char *offer = offer_read("chromium-sign.sdp", &bytes);
	char *other = text_replace(offer, "a=recvonly", speaks ? "a=sendrecv" : "a=recvonly");
	json_t *json = json_string(other);
	char *text = json_dumps(json, JSON_ENCODE_ANY);

	json_decref(json);
	free(other);
	free(offer);
	return text;
}

static void sit(struct watched_hub *f)
{
	char *offer = offer_for(true);

	ws_expect(f->other, "joined",
		  "{'type':'join','room':'plenary','booth':'fr','name':'Bert','offer':%s}", offer);
	free(offer);
}

static void test_rooms(void **state)
{
	struct watched_hub *f = *state;

	ws_expect(f->ana, "sitting", "{'type':'sitting','room':'plenary','state':'line-up'}");
	assert_int_equal(dm_room_sitting(f->room, time(NULL)), DM_SITTING_LINE_UP);
	assert_string_equal(fake_watch_recorded(f->watch),
			    "sitting plenary  Ana {\"state\":\"line-up\"}");
	ws_expect(f->ana, "bad-message", "{'type':'sitting','room':'plenary','state':'open'}");
	ws_expect(f->ana, "source", "{'type':'source','room':'plenary','use':2}");
	assert_string_equal(fake_watch_recorded(f->watch), "source plenary  Ana {\"use\":2}");
	ws_expect(f->ana, "no-such-source", "{'type':'source','room':'plenary','use':3}");
	ws_expect(f->ana, "bad-message", "{'type':'source','room':'plenary','use':5}");
	ws_expect(f->ana, "cannot-switch", "{'type':'source','room':'side','use':1}");
	ws_expect(f->ana, "unknown-room", "{'type':'source','room':'attic','use':1}");
}

static void test_line_up(void **state)
{
	static const struct {
		int error;
		const char *code;
	} refusals[] = {
		{ -ENOTSUP, "no-line-up" },    { -ENOENT, "no-line-up" },
		{ -EBUSY, "in-session" },      { -EALREADY, "line-up-running" },
		{ -EADDRINUSE, "all-on-air" }, { -EAGAIN, "busy" },
	};
	struct watched_hub *f = *state;

	for (size_t n = 0; n < sizeof(refusals) / sizeof(refusals[0]); n++) {
		fake_event_fail_next(f->event, refusals[n].error);
		ws_expect(f->ana, refusals[n].code,
			  "{'type':'line-up','room':'plenary','do':'start'}");
	}
	ws_expect(f->other, "forbidden", "{'type':'line-up','room':'plenary','do':'start'}");
	ws_expect(f->ana, "unknown-room", "{'type':'line-up','room':'attic','do':'start'}");
	assert_null(f->room->line_up);
	ws_expect(f->ana, "line-up", "{'type':'line-up','room':'plenary','do':'start'}");
	assert_non_null(f->room->line_up);
	assert_string_equal(fake_watch_recorded(f->watch),
			    "line-up plenary  Ana {\"do\":\"start\"}");
	ws_expect(f->ana, "line-up", "{'type':'line-up','room':'plenary','do':'stop'}");
	assert_int_equal(f->room->line_up->state, DM_LINE_UP_STOPPED);
	assert_string_equal(fake_watch_recorded(f->watch),
			    "line-up plenary  Ana {\"do\":\"stop\"}");
}

/* The peer ends and is told; the seat stays. */
static void test_booth_restart(void **state)
{
	struct watched_hub *f = *state;
	json_t *json;

	sit(f);
	ws_drain(f->other);
	json = ws_say(f->ana, "{'type':'booth-restart','room':'plenary','booth':'fr'}");
	assert_int_equal(ws_number(json, "count"), 1);
	json_decref(json);
	json = ws_take(f->other, "peer");
	assert_string_equal(ws_text(json, "state"), "closed");
	json_decref(json);
	assert_int_equal(fake_event_subscriber_count(f->event), 0);
	assert_true(
		dm_seat_is_taken(&dm_interpretation_booth(f->room->interpretation, 1)->seats[0]));
	assert_string_equal(fake_watch_recorded(f->watch),
			    "booth-restart plenary fr Ana {\"count\":1}");
	ws_expect(f->ana, "no-such-booth",
		  "{'type':'booth-restart','room':'plenary','booth':'tlh'}");
}

static void test_notify(void **state)
{
	struct watched_hub *f = *state;
	json_t *json;

	sit(f);
	ws_drain(f->other);
	json = ws_say(f->ana, "{'type':'notify','to':'booths','room':'plenary','text':'Break'}");
	assert_int_equal(ws_number(json, "count"), 1);
	json_decref(json);
	json = ws_take(f->other, "notice");
	assert_string_equal(ws_text(json, "text"), "Break");
	assert_string_equal(ws_text(json, "room"), "plenary");
	json_decref(json);
	json = ws_say(f->ana, "{'type':'notify','to':'room','room':'side','text':'Break'}");
	assert_int_equal(ws_number(json, "count"), 0);
	json_decref(json);
	json = ws_say(f->ana, "{'type':'notify','to':'everyone','text':'Fire'}");
	assert_int_equal(ws_number(json, "count"), 1);
	json_decref(json);
	json = ws_take(f->other, "notice");
	assert_true(json_is_null(ws_at(json, "room")));
	json_decref(json);
	/* What was said is nobody's business later. */
	assert_null(strstr(fake_watch_recorded(f->watch), "Fire"));
	ws_expect(f->ana, "bad-message", "{'type':'notify','to':'room','text':'Fire'}");
	ws_expect(f->ana, "bad-message",
		  "{'type':'notify','to':'everyone','room':'side','text':'Fire'}");
}

static struct dm_token minted(struct watched_hub *f, const char *message, const char *link)
{
	json_t *json = ws_say(f->ana, "%s", message);
	struct dm_token token;

	if (strcmp(ws_text(json, "type"), "minted") != 0)
		fail_msg("%s: %s", message, ws_text(json, "message"));
	assert_int_equal(
		dm_token_verify(&watched_key, ws_text(json, "token"), WATCHED_START, &token),
		DM_TOKEN_FINE);
	assert_int_equal(ws_number(json, "expires"), token.expires_at);
	assert_memory_equal(ws_text(json, "link"), link, strlen(link));
	assert_null(strstr(fake_watch_recorded(f->watch), ws_text(json, "token")));
	assert_non_null(strstr(fake_watch_recorded(f->watch), token.id));
	json_decref(json);
	return token;
}

static void test_mint(void **state)
{
	struct watched_hub *f = *state;
	struct dm_token token = minted(
		f,
		"{'type':'mint','role':'interpreter','room':'plenary','channel':'FR','name':'Bo'}",
		"/interpreter?room=plenary&lang=fr&token=ey");

	assert_int_equal(token.grant.role, DM_ROLE_INTERPRETER);
	assert_string_equal(token.grant.rooms.text[0], "plenary");
	assert_string_equal(token.grant.channels.text[0], "fr");
	assert_string_equal(token.name, "Bo");
	assert_int_equal(token.expires_at, WATCHED_START + 7200);
	token = minted(f, "{'type':'mint','role':'delegate','ttl':60}", "/?token=ey");
	assert_int_equal(token.grant.rooms.count, 0);
	assert_int_equal(token.expires_at, WATCHED_START + 60);
	minted(f, "{'type':'mint','role':'feed','room':'side','channel':'en'}",
	       "/whip/side/channels/en");
	/* An organiser's never outlives the one who made it. */
	token = minted(f, "{'type':'mint','role':'organiser','ttl':2592000}", "/organiser?token=");
	assert_int_equal(token.expires_at, WATCHED_START + 36000);
	ws_expect(f->ana, "bad-message", "{'type':'mint','role':'delegate','ttl':59}");
	ws_expect(f->ana, "bad-message", "{'type':'mint','role':'anonymous'}");
	ws_expect(f->ana, "unknown-language", "{'type':'mint','role':'delegate','channel':'tlh'}");
	ws_expect(f->ana, "unknown-room", "{'type':'mint','role':'delegate','room':'attic'}");
	ws_expect(f->other, "forbidden", "{'type':'mint','role':'delegate'}");
}

/* Nobody gives what they do not have. */
static void test_mint_limited(void **state)
{
	struct watched_hub *f = *state;
	struct dm_token token;

	watched_hub_identify(f->ana, DM_ROLE_ORGANISER, "Ana", "side", "en");
	token = minted(f, "{'type':'mint','role':'organiser'}", "/organiser?token=");
	assert_int_equal(token.grant.rooms.count, 1);
	assert_string_equal(token.grant.rooms.text[0], "side");
	assert_string_equal(token.grant.channels.text[0], "en");
	ws_expect(f->ana, "forbidden", "{'type':'mint','role':'delegate','room':'plenary'}");
	ws_expect(f->ana, "forbidden", "{'type':'mint','role':'delegate','channel':'floor'}");
}

static void test_listen(void **state)
{
	struct watched_hub *f = *state;
	char *offer = offer_for(false);
	json_t *json;
	uint8_t booth, seat;
	struct dm_subscriber *subscriber;

	ws_expect(f->ana, "not-joined", "{'type':'listen','lang':'fr'}");
	json = ws_say(f->ana, "{'type':'join','room':'plenary','organiser':true,'offer':%s}",
		      offer);
	assert_string_equal(ws_text(json, "type"), "joined");
	subscriber = dm_event_find_subscriber(f->event, ws_text(json, "peer"));
	json_decref(json);
	ws_expect(f->ana, "bad-message", "{'type':'listen'}");
	ws_expect(f->ana, "bad-message", "{'type':'listen','lang':'fr','booth':'fr','seat':0}");
	ws_expect(f->ana, "bad-message", "{'type':'listen','booth':'fr'}");
	ws_expect(f->ana, "bad-message", "{'type':'listen','lang':'fr','seat':0}");
	json = ws_say(f->ana, "{'type':'listen','booth':'fr','seat':1}");
	assert_string_equal(ws_text(json, "booth"), "fr");
	assert_int_equal(ws_number(json, "seat"), 1);
	json_decref(json);
	assert_true(dm_ear_listens(subscriber, &booth, &seat));
	assert_int_equal(booth, 1);
	assert_int_equal(seat, 1);
	json = ws_say(f->ana, "{'type':'listen','lang':'ZH-hans'}");
	assert_string_equal(ws_text(json, "lang"), "zh-Hans");
	json_decref(json);
	assert_false(dm_ear_listens(subscriber, &booth, &seat));
	fake_event_fail_next(f->event, -EBUSY);
	ws_expect(f->ana, "busy", "{'type':'listen','booth':'fr','seat':1}");
	ws_expect(f->ana, "left", "{'type':'leave'}");
	ws_expect(f->ana, "joined", "{'type':'join','room':'plenary','offer':%s}", offer);
	ws_expect(f->ana, "not-joined", "{'type':'listen','lang':'fr'}");
	free(offer);
}

/* What was there before is logged too, with the name of who did it. */
static void test_records(void **state)
{
	struct watched_hub *f = *state;

	sit(f);
	ws_expect(f->ana, "watching", "{'type':'watch','room':'plenary'}");
	ws_expect(f->ana, "override", "{'type':'override','booth':'fr','seat':0,'do':'off'}");
	assert_string_equal(fake_watch_recorded(f->watch),
			    "override plenary fr/0 Ana {\"do\":\"off\"}");
	ws_expect(f->ana, "on-air-max", "{'type':'on-air-max','booth':'fr','count':2}");
	assert_string_equal(fake_watch_recorded(f->watch),
			    "on-air-max-set plenary fr Ana {\"count\":2}");
	ws_expect(f->ana, "floor-language",
		  "{'type':'floor-language','room':'plenary','lang':'ru'}");
	assert_string_equal(fake_watch_recorded(f->watch),
			    "floor-language-set plenary  Ana {\"lang\":\"ru\"}");
	ws_expect(f->other, "call", "{'type':'call'}");
	ws_expect(f->ana, "call-take", "{'type':'call-take','call':1}");
	assert_string_equal(fake_watch_recorded(f->watch), "call-take plenary fr Ana {\"call\":1}");
	ws_expect(f->ana, "call-done", "{'type':'call-done','call':1}");
	assert_string_equal(fake_watch_recorded(f->watch), "call-done plenary fr Ana {\"call\":1}");
	ws_expect(f->ana, "chat",
		  "{'type':'chat','to':'booth','room':'plenary','booth':'fr','text':'hush'}");
	assert_string_equal(fake_watch_recorded(f->watch), "chat plenary fr Ana ");
}

static void test_token_end(void **state)
{
	struct watched_hub *f = *state;

	assert_int_equal(dm_hub_token_end(f->hub), 0); /* nobody does anything yet */
	sit(f);
	assert_int_equal(dm_hub_token_end(f->hub), WATCHED_START + 36000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rooms, setup, teardown),
		cmocka_unit_test_setup_teardown(test_line_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_booth_restart, setup, teardown),
		cmocka_unit_test_setup_teardown(test_notify, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mint, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mint_limited, setup, teardown),
		cmocka_unit_test_setup_teardown(test_listen, setup, teardown),
		cmocka_unit_test_setup_teardown(test_records, setup, teardown),
		cmocka_unit_test_setup_teardown(test_token_end, setup, teardown),
	};

	return cmocka_run_group_tests_name("control/direction", tests, NULL, NULL);
}
