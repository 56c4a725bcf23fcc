/* tests/fuzz/ws_message.c: lines are said one after another on one websocket; each must get a
 * reply, as JSON with a type, and news may follow it. */
#include "control/conversation.h"

#include "fake_session.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static void on_wake(void *user)
{
	(void)user;
}

static size_t drain(struct dm_conversation *conversation)
{
	size_t taken = 0;
	GBytes *text;

	while ((text = dm_conversation_take(conversation))) {
		gsize bytes;
		const char *line = g_bytes_get_data(text, &bytes);
		json_t *json = json_loadb(line, bytes, 0, NULL);

		if (!json_is_string(json_object_get(json, "type")))
			abort();
		json_decref(json);
		g_bytes_unref(text);
		taken++;
	}
	return taken;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	static const char leave[] = "{\"type\":\"leave\"}";
	static struct dm_event *event;
	static struct dm_hub *hub;
	const char *at = (const char *)data;
	size_t left = size_bytes;
	dm_usec now = 0;

	if (!event) {
		event = fake_event_create();

		const struct dm_hub_options options = { .event = event, .grace_ms = 1000 };

		if (dm_hub_create(&hub, &options))
			abort();
	}

	struct dm_conversation *conversation = dm_conversation_open(hub, now, on_wake, NULL);

	drain(conversation);
	while (left) {
		const char *end = memchr(at, '\n', left);
		const size_t bytes = end ? (size_t)(end - at) : left;

		dm_conversation_receive(conversation, at, bytes, now += DM_SEC(1));
		if (drain(conversation) < 1)
			abort();
		left -= end ? bytes + 1 : bytes;
		at += end ? bytes + 1 : bytes;
	}
	dm_conversation_receive(conversation, leave, strlen(leave), now + DM_SEC(1));
	dm_conversation_close(conversation);
	if (fake_event_subscriber_count(event))
		abort();
	return 0;
}
