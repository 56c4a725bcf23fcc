/* tests/unit/control/websocket_client.c: see websocket_client.h */
#include "websocket_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The message rate is another test's matter: each message comes a second after the last one. */
static dm_usec said_at;

static json_t *take(struct dm_conversation *conversation)
{
	GBytes *text = dm_conversation_take(conversation);
	const char *data;
	json_t *json;
	gsize bytes;

	if (!text)
		return NULL;
	data = g_bytes_get_data(text, &bytes);
	json = json_loadb(data, bytes, 0, NULL);
	assert_non_null(json);
	g_bytes_unref(text);
	return json;
}

json_t *ws_take(struct dm_conversation *conversation, const char *type)
{
	json_t *json;

	while ((json = take(conversation)) && strcmp(ws_text(json, "type"), type) != 0)
		json_decref(json);
	return json;
}

void ws_drain(struct dm_conversation *conversation)
{
	json_decref(ws_take(conversation, "no such type"));
}

static json_t *say(struct dm_conversation *conversation, const char *format, va_list arguments)
{
	char *text = g_strdup_vprintf(format, arguments);
	json_t *reply;

	for (char *at = text; (at = strchr(at, '\'')); at++)
		*at = '"';
	ws_drain(conversation);
	said_at += DM_SEC(1);
	dm_conversation_receive(conversation, text, strlen(text), said_at);
	/* What follows from an action is told after the reply, but for a seat, which is taken first
	 * and public at once. */
	while ((reply = take(conversation)) && !strcmp(ws_text(reply, "type"), "room"))
		json_decref(reply);
	if (!reply)
		fail_msg("no reply to %s", text);
	g_free(text);
	return reply;
}

json_t *ws_say(struct dm_conversation *conversation, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);

	json_t *reply = say(conversation, format, arguments);

	va_end(arguments);
	return reply;
}

void ws_expect(struct dm_conversation *conversation, const char *expected, const char *format, ...)
{
	va_list arguments;
	const char *is;

	va_start(arguments, format);

	json_t *reply = say(conversation, format, arguments);

	va_end(arguments);
	is = ws_text(reply, "type");
	if (!strcmp(is, "error"))
		is = ws_text(reply, "code");
	if (strcmp(is, expected) != 0)
		fail_msg("%s: not %s but %s: %s", format, expected, is, ws_text(reply, "message"));
	json_decref(reply);
}

const json_t *ws_at(const json_t *json, const char *path)
{
	char **parts = g_strsplit(path, ".", -1);

	for (char **part = parts; *part && json; part++) {
		json = json_is_array(json) ? json_array_get(json, strtoul(*part, NULL, 10))
					   : json_object_get(json, *part);
	}
	g_strfreev(parts);
	return json;
}

const char *ws_text(const json_t *json, const char *path)
{
	const char *text = json_string_value(ws_at(json, path));

	return text ? text : "";
}

long long ws_number(const json_t *json, const char *path)
{
	const json_t *value = ws_at(json, path);

	return json_is_integer(value) ? json_integer_value(value) : -1;
}
