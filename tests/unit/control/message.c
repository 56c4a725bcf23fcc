/* tests/unit/control/message.c: what clients may say, and what they are told. */
#include "control/message.h"

#include "session/agenda.h"
#include "session/role.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct dm_message message;
static struct dm_refusal refusal;

static bool parse(const char *text)
{
	dm_message_finish(&message);
	return dm_message_parse(&message, text, strlen(text), &refusal);
}

static void test_join(void **state)
{
	(void)state;
	assert_true(
		parse("{\"type\":\"join\",\"id\":1,\"room\":\"plenary\",\"lang\":\"fr\","
		      "\"video\":\"low\",\"sign\":true,\"offer\":\"v=0\\r\\n\",\"token\":\"t\"}"));
	assert_int_equal(message.type, DM_MESSAGE_JOIN);
	assert_true(message.has_id && message.id == 1);
	assert_string_equal(message.room, "plenary");
	assert_string_equal(message.lang, "fr");
	assert_true(message.has_video && message.video == DM_VIDEO_LOW);
	assert_true(message.has_sign && message.sign);
	assert_string_equal(message.offer, "v=0\r\n");
	assert_int_equal(message.offer_bytes, 5);
}

static void test_others(void **state)
{
	(void)state;
	assert_true(parse("{\"type\":\"select\",\"lang\":\"zh-Hans\"}"));
	assert_false(message.has_id);
	assert_false(message.has_video || message.has_sign);
	assert_true(parse("{\"type\":\"select\",\"id\":-7}"));
	assert_true(parse("{\"type\":\"restart\",\"offer\":\"x\"}"));
	assert_true(parse("{\"type\":\"resume\",\"peer\":\"00ff\"}"));
	assert_true(parse(" {\"type\":\"leave\",\"id\":9007199254740991} \n"));
	assert_true(parse("{\"type\":\"ping\",\"time\":123.4}"));
	assert_true(parse("{\"type\":\"ping\"}"));
}

/* JSON with ' for ". */
static bool parse_quoted(const char *text)
{
	char *copy = strdup(text);
	bool taken;

	for (char *at = copy; (at = strchr(at, '\''));)
		*at = '"';
	dm_message_finish(&message);
	taken = dm_message_parse(&message, copy, strlen(copy), &refusal);
	free(copy);
	return taken;
}

static void test_booths(void **state)
{
	static const struct {
		const char *text;
		enum dm_message_type type;
		unsigned word;
	} cases[] = {
		{ "{'type':'microphone','state':'on','output':'B'}", DM_MESSAGE_MICROPHONE,
		  DM_MICROPHONE_ON },
		{ "{'type':'microphone','state':'muted'}", DM_MESSAGE_MICROPHONE,
		  DM_MICROPHONE_MUTED },
		{ "{'type':'microphone','state':'off'}", DM_MESSAGE_MICROPHONE, DM_MICROPHONE_OFF },
		{ "{'type':'standby','consent':false}", DM_MESSAGE_STANDBY, 0 },
		{ "{'type':'handover','do':'ask'}", DM_MESSAGE_HANDOVER, DM_HANDOVER_DO_ASK },
		{ "{'type':'handover','do':'offer','seat':2}", DM_MESSAGE_HANDOVER,
		  DM_HANDOVER_DO_OFFER },
		{ "{'type':'handover','do':'accept'}", DM_MESSAGE_HANDOVER, DM_HANDOVER_DO_ACCEPT },
		{ "{'type':'handover','do':'decline'}", DM_MESSAGE_HANDOVER,
		  DM_HANDOVER_DO_DECLINE },
		{ "{'type':'handover','do':'cancel'}", DM_MESSAGE_HANDOVER, DM_HANDOVER_DO_CANCEL },
		{ "{'type':'handover','do':'take'}", DM_MESSAGE_HANDOVER, DM_HANDOVER_DO_TAKE },
		{ "{'type':'incoming','lang':'floor'}", DM_MESSAGE_INCOMING, 0 },
		{ "{'type':'incoming','preset':2}", DM_MESSAGE_INCOMING, 0 },
		{ "{'type':'incoming','automatic':false}", DM_MESSAGE_INCOMING, 0 },
		{ "{'type':'preset','preset':0,'lang':'en'}", DM_MESSAGE_PRESET, 0 },
		{ "{'type':'pivots','langs':[]}", DM_MESSAGE_PIVOTS, 0 },
		{ "{'type':'monitor','output':'A'}", DM_MESSAGE_MONITOR, 0 },
		{ "{'type':'floor-language','lang':'fr'}", DM_MESSAGE_FLOOR_LANGUAGE, 0 },
		{ "{'type':'floor-language','lang':'fr','room':'a'}", DM_MESSAGE_FLOOR_LANGUAGE,
		  0 },
		{ "{'type':'slow-down'}", DM_MESSAGE_SLOW_DOWN, 0 },
		{ "{'type':'call'}", DM_MESSAGE_CALL, 0 },
		{ "{'type':'call-done','call':4294967295}", DM_MESSAGE_CALL_DONE, 0 },
		{ "{'type':'call-take','call':1}", DM_MESSAGE_CALL_TAKE, 0 },
		{ "{'type':'chat','to':'booth','text':'a'}", DM_MESSAGE_CHAT, DM_CHAT_TO_BOOTH },
		{ "{'type':'chat','to':'technician','text':' \u200f\u0623 '}", DM_MESSAGE_CHAT,
		  DM_CHAT_TO_TECHNICIAN },
		{ "{'type':'watch','room':'a','token':'t'}", DM_MESSAGE_WATCH, 0 },
		{ "{'type':'override','booth':'fr','seat':0,'do':'off'}", DM_MESSAGE_OVERRIDE,
		  DM_OVERRIDE_DO_OFF },
		{ "{'type':'override','booth':'fr','seat':0,'do':'mute'}", DM_MESSAGE_OVERRIDE,
		  DM_OVERRIDE_DO_MUTE },
		{ "{'type':'override','booth':'fr','seat':0,'do':'release'}", DM_MESSAGE_OVERRIDE,
		  DM_OVERRIDE_DO_RELEASE },
		{ "{'type':'override','booth':'fr','seat':0,'do':'on','output':'B'}",
		  DM_MESSAGE_OVERRIDE, DM_OVERRIDE_DO_ON },
		{ "{'type':'override','booth':'fr','seat':0,'do':'move','to':'fr-2'}",
		  DM_MESSAGE_OVERRIDE, DM_OVERRIDE_DO_MOVE },
		{ "{'type':'on-air-max','booth':'fr','count':3}", DM_MESSAGE_ON_AIR_MAX, 0 },
		{ "{'type':'languages','understood':['en','pt-BR']}", DM_MESSAGE_LANGUAGES, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (!parse_quoted(cases[i].text))
			fail_msg("%s: %s", cases[i].text, refusal.message);
		assert_int_equal(message.type, cases[i].type);
		assert_int_equal(message.word, cases[i].word);
	}
	assert_string_equal(message.languages.tags[1], "pt-BR");
	assert_true(parse_quoted("{'type':'override','booth':'fr','seat':2,'do':'move','to':'x'}"));
	assert_int_equal(message.seat, 2);
	assert_string_equal(message.to, "x");
	assert_string_equal(message.word_text, "move");
	assert_true(parse_quoted("{'type':'microphone','state':'on','output':'B'}"));
	assert_true(message.has_output && message.output == DM_OUTPUT_B);
}

/* The key at fault is named, whatever else is right. */
static void test_organisers(void **state)
{
	(void)state;
	assert_true(parse_quoted("{'type':'oversee'}"));
	assert_null(message.room);
	assert_true(parse_quoted("{'type':'oversee','room':null}"));
	assert_null(message.room);
	assert_true(parse_quoted("{'type':'oversee','room':'plenary','token':'t'}"));
	assert_string_equal(message.room, "plenary");
	assert_true(parse_quoted("{'type':'acknowledge','alarm':9007199254740993}"));
	assert_true(message.alarm == 9007199254740993);
	assert_true(parse_quoted("{'type':'sitting','room':'a','state':'paused'}"));
	assert_int_equal(message.word, DM_SITTING_PAUSED);
	assert_true(parse_quoted("{'type':'source','room':'a','use':4}"));
	assert_int_equal(message.use, 4);
	assert_true(parse_quoted("{'type':'notify','to':'booths','room':'a','text':'x'}"));
	assert_int_equal(message.word, DM_NOTIFY_BOOTHS);
	assert_true(parse_quoted("{'type':'mint','role':'feed','ttl':2592000}"));
	assert_int_equal(message.word + DM_ROLE_DELEGATE, DM_ROLE_FEED);
	assert_true(message.has_ttl && message.ttl == 2592000);
	assert_true(parse_quoted("{'type':'listen','booth':'fr','seat':2}"));
	assert_true(parse_quoted("{'type':'line-up','room':'a','do':'stop'}"));
	assert_int_equal(message.word, DM_LINE_UP_DO_STOP);
	assert_true(parse_quoted("{'type':'join','room':'a','offer':'x','organiser':true}"));
	assert_true(message.organiser);
}

static void test_organisers_refused(void **state)
{
	static const char *const texts[] = {
		"{'type':'watch','room':null}",
		"{'type':'oversee','room':7}",
		"{'type':'acknowledge','alarm':0}",
		"{'type':'acknowledge','alarm':1.5}",
		"{'type':'sitting','room':'a','state':'open'}",
		"{'type':'sitting','state':'paused'}",
		"{'type':'source','room':'a','use':-1}",
		"{'type':'source','room':'a','use':5}",
		"{'type':'notify','to':'booths','text':' '}",
		"{'type':'mint','role':'anonymous'}",
		"{'type':'mint','role':'feed','ttl':59}",
		"{'type':'mint','role':'feed','ttl':2592001}",
		"{'type':'mint','role':null}",
		"{'type':'line-up','room':'a','do':'pause'}",
		"{'type':'join','room':'a','offer':'x','organiser':1}",
	};

	(void)state;
	for (size_t n = 0; n < sizeof(texts) / sizeof(texts[0]); n++) {
		if (parse_quoted(texts[n]) || refusal.code != DM_REFUSAL_BAD_MESSAGE)
			fail_msg("%s was taken", texts[n]);
	}
}

static void test_booths_refused(void **state)
{
	static const char *const cases[][2] = {
		{ "{'type':'microphone'}", "state" },
		{ "{'type':'microphone','state':'ON'}", "state" },
		{ "{'type':'microphone','state':1}", "state" },
		{ "{'type':'microphone','state':'on','output':'C'}", "output" },
		{ "{'type':'microphone','state':'on','output':''}", "output" },
		{ "{'type':'microphone','state':'on','seat':0}", "seat" },
		{ "{'type':'standby'}", "consent" },
		{ "{'type':'standby','consent':1}", "consent" },
		{ "{'type':'handover','do':''}", "do" },
		{ "{'type':'handover','do':'offer','seat':3}", "seat" },
		{ "{'type':'handover','do':'offer','seat':-1}", "seat" },
		{ "{'type':'handover','do':'offer','seat':0.0}", "seat" },
		{ "{'type':'incoming'}", "" },
		{ "{'type':'incoming','lang':'en','automatic':true}", "" },
		{ "{'type':'incoming','preset':3}", "preset" },
		{ "{'type':'preset','preset':1}", "lang" },
		{ "{'type':'preset','preset':1,'lang':null}", "lang" },
		{ "{'type':'pivots','langs':'en'}", "langs" },
		{ "{'type':'pivots','langs':[['en']]}", "langs" },
		{ "{'type':'pivots','langs':['a','b','c','d','e','f','g','h','i','j','k','l','m',"
		  "'n','o','p','q']}",
		  "langs" },
		{ "{'type':'pivots','langs':['-']}", "langs" },
		{ "{'type':'monitor'}", "output" },
		{ "{'type':'slow-down','room':'a'}", "room" },
		{ "{'type':'call','call':1}", "call" },
		{ "{'type':'call-done','call':0}", "call" },
		{ "{'type':'call-done','call':4294967296}", "call" },
		{ "{'type':'call-take'}", "call" },
		{ "{'type':'chat','to':'booth'}", "text" },
		{ "{'type':'chat','to':'booth','text':''}", "text" },
		{ "{'type':'chat','to':'booth','text':'a\\tb'}", "text" },
		{ "{'type':'chat','to':'booth','text':'\\ufdd0'}", "text" },
		{ "{'type':'chat','to':'everybody','text':'a'}", "to" },
		{ "{'type':'watch'}", "room" },
		{ "{'type':'override','booth':'fr','do':'off'}", "seat" },
		{ "{'type':'override','booth':'fr','seat':0,'do':'kick'}", "do" },
		{ "{'type':'on-air-max','booth':'fr','count':0}", "count" },
		{ "{'type':'on-air-max','booth':'fr','count':4}", "count" },
		{ "{'type':'languages'}", "understood" },
		{ "{'type':'join','room':'a','offer':'x','booth':'fr','name':'a\\nb'}", "name" },
		{ "{'type':'join','room':'a','offer':'x','booth':'fr','name':' '}", "name" },
		{ "{'type':'join','room':'a','offer':'x','booth':'fr','key':'00'}", "key" },
		{ "{'type':'join','room':'a','offer':'x','booth':'fr',"
		  "'key':'ABCDEF00000000000000000000000000'}",
		  "key" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (parse_quoted(cases[i][0]))
			fail_msg("was taken: %s", cases[i][0]);
		if (refusal.code != DM_REFUSAL_BAD_MESSAGE || strcmp(refusal.key, cases[i][1]) != 0)
			fail_msg("%s: %s (%s)", cases[i][0], refusal.message, refusal.key);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *text;
		enum dm_refusal_code code;
		const char *key;
		bool has_id;
	} cases[] = {
		{ "", DM_REFUSAL_BAD_JSON, "", false },
		{ "{", DM_REFUSAL_BAD_JSON, "", false },
		{ "{}{}", DM_REFUSAL_BAD_JSON, "", false },
		{ "[]", DM_REFUSAL_BAD_JSON, "", false },
		{ "7", DM_REFUSAL_BAD_JSON, "", false },
		{ "{\"type\":\"ping\",\"type\":\"ping\"}", DM_REFUSAL_BAD_JSON, "", false },
		{ "{\"type\":\"ping\",\"time\":\"\xff\"}", DM_REFUSAL_BAD_JSON, "", false },
		{ "{}", DM_REFUSAL_BAD_MESSAGE, "type", false },
		{ "{\"id\":4}", DM_REFUSAL_BAD_MESSAGE, "type", true },
		{ "{\"type\":3,\"id\":4}", DM_REFUSAL_BAD_MESSAGE, "type", true },
		{ "{\"type\":\"welcome\",\"id\":4}", DM_REFUSAL_BAD_MESSAGE, "type", true },
		{ "{\"type\":\"ping\",\"id\":\"4\"}", DM_REFUSAL_BAD_MESSAGE, "id", false },
		{ "{\"type\":\"ping\",\"id\":4.5}", DM_REFUSAL_BAD_MESSAGE, "id", false },
		{ "{\"type\":\"ping\",\"id\":null}", DM_REFUSAL_BAD_MESSAGE, "id", false },
		{ "{\"type\":\"ping\",\"id\":4,\"time\":\"now\"}", DM_REFUSAL_BAD_MESSAGE, "time",
		  true },
		{ "{\"type\":\"ping\",\"id\":4,\"room\":\"a\"}", DM_REFUSAL_BAD_MESSAGE, "room",
		  true },
		{ "{\"type\":\"join\",\"id\":4,\"offer\":\"x\"}", DM_REFUSAL_BAD_MESSAGE, "room",
		  true },
		{ "{\"type\":\"join\",\"id\":4,\"room\":\"a\"}", DM_REFUSAL_BAD_MESSAGE, "offer",
		  true },
		{ "{\"type\":\"join\",\"id\":4,\"room\":7,\"offer\":\"x\"}", DM_REFUSAL_BAD_MESSAGE,
		  "room", true },
		{ "{\"type\":\"join\",\"room\":\"a\\u0000b\",\"offer\":\"x\"}", DM_REFUSAL_BAD_JSON,
		  "", false },
		{ "{\"type\":\"select\",\"id\":4,\"video\":\"best\"}", DM_REFUSAL_BAD_MESSAGE,
		  "video", true },
		{ "{\"type\":\"select\",\"id\":4,\"sign\":1}", DM_REFUSAL_BAD_MESSAGE, "sign",
		  true },
		{ "{\"type\":\"select\",\"id\":4,\"lang\":null}", DM_REFUSAL_BAD_MESSAGE, "lang",
		  true },
		{ "{\"type\":\"resume\",\"id\":4}", DM_REFUSAL_BAD_MESSAGE, "peer", true },
		{ "{\"type\":\"leave\",\"id\":4,\"colour\":\"red\"}", DM_REFUSAL_BAD_MESSAGE,
		  "colour", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (parse(cases[i].text))
			fail_msg("was taken: %s", cases[i].text);
		if (refusal.code != cases[i].code)
			fail_msg("%s: %s", cases[i].text, refusal.message);
		assert_string_equal(refusal.key, cases[i].key);
		assert_int_equal(message.has_id, cases[i].has_id);
		assert_true(strlen(refusal.message) > 10);
	}
}

static void test_sizes(void **state)
{
	char *text = malloc(DM_MESSAGE_BYTES_MAX + 2);
	char name[200] = "{\"type\":\"select\",\"lang\":\"";

	(void)state;
	memset(text, ' ', DM_MESSAGE_BYTES_MAX + 1);
	memcpy(text, "{\"type\":\"ping\"}", 15);
	text[DM_MESSAGE_BYTES_MAX + 1] = '\0';
	assert_false(parse(text));
	assert_int_equal(refusal.code, DM_REFUSAL_TOO_LARGE);
	text[DM_MESSAGE_BYTES_MAX] = '\0';
	assert_true(parse(text));
	free(text);

	memset(name + strlen(name), 'x', 65);
	strcat(name, "\"}");
	assert_false(parse(name));
	assert_string_equal(refusal.key, "lang");
}

/* A key cut in the middle of a character is still fit for JSON. */
static void test_quoted_key(void **state)
{
	(void)state;
	assert_false(parse("{\"type\":\"ping\",\"\u0639\u0639\u0639\u0639\u0639\u0639\u0639\u0639"
			   "\u0639\u0639\u0639\u0639\u0639\u0639\u0639\u0639\u0639\":1}"));

	json_t *quoted = json_string(refusal.key);
	json_t *sentence = json_string(refusal.message);

	assert_non_null(quoted);
	assert_non_null(sentence);
	json_decref(quoted);
	json_decref(sentence);
}

static void test_select_body(void **state)
{
	static const char good[] = "{\"lang\":\"en\",\"video\":\"none\"}";
	static const char bad[] = "{\"type\":\"select\",\"lang\":\"en\"}";

	(void)state;
	dm_message_finish(&message);
	assert_true(dm_message_parse_select(&message, good, strlen(good), &refusal));
	assert_string_equal(message.lang, "en");
	dm_message_finish(&message);
	assert_false(dm_message_parse_select(&message, bad, strlen(bad), &refusal));
	assert_string_equal(refusal.key, "type");
}

static int finish(void **state)
{
	(void)state;
	dm_message_finish(&message);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_join),       cmocka_unit_test(test_others),
		cmocka_unit_test(test_booths),     cmocka_unit_test(test_booths_refused),
		cmocka_unit_test(test_organisers), cmocka_unit_test(test_organisers_refused),
		cmocka_unit_test(test_refused),    cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_quoted_key), cmocka_unit_test(test_select_body),
	};

	return cmocka_run_group_tests_name("control/message", tests, NULL, finish);
}
