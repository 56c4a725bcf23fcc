/* tests/unit/control/message.c: what clients may say, and what they are told. */
#include "control/message.h"

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
		cmocka_unit_test(test_refused),    cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_quoted_key), cmocka_unit_test(test_select_body),
	};

	return cmocka_run_group_tests_name("control/message", tests, NULL, finish);
}
