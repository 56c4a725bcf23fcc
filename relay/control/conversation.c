/* relay/control/conversation.c: see conversation.h */
#include "control/conversation.h"

#include "control/event_json.h"
#include "control/place.h"
#include "control/talk.h"
#include "session/name.h"

/* Queues a message; too much unsent, and the reader is told to come back. */
void dm_conversation_push(struct dm_conversation *conversation, GBytes *text)
{
	if (conversation->close_code)
		return;
	conversation->queued_bytes += g_bytes_get_size(text);
	if (conversation->queued_bytes > DM_CONVERSATION_QUEUE_BYTES) {
		g_queue_clear_full(&conversation->queue, (GDestroyNotify)g_bytes_unref);
		conversation->queued_bytes = 0;
		conversation->close_code = DM_CONVERSATION_CLOSE_SLOW;
		dm_metric_add(&conversation->hub->slow, 1);
	} else {
		g_queue_push_tail(&conversation->queue, g_bytes_ref(text));
	}
	if (conversation->wake)
		conversation->wake(conversation->user);
}

void dm_conversation_push_json(struct dm_conversation *conversation, json_t *json)
{
	GBytes *text = dm_json_text(json);

	dm_conversation_push(conversation, text);
	g_bytes_unref(text);
}

static void push_refusal(struct dm_conversation *conversation, const struct dm_message *message,
			 const struct dm_refusal *refusal)
{
	json_t *json = json_object();

	dm_metric_add(&conversation->hub->refused[refusal->code], 1);
	json_object_set_new(json, "type", json_string("error"));
	json_object_set_new(json, "id", message->has_id ? json_integer(message->id) : json_null());
	json_object_set_new(json, "code", json_string(dm_refusal_word(refusal)));
	json_object_set_new(json, "message", json_string(refusal->message));
	if (refusal->key[0])
		json_object_set_new(json, "key", json_string(refusal->key));
	dm_conversation_push_json(conversation, json);
}

void dm_conversation_tell_peer(struct dm_conversation *conversation, enum dm_peer_state state)
{
	dm_conversation_push_json(conversation, json_pack("{s:s, s:s}", "type", "peer", "state",
							  dm_peer_state_name(state)));
}

void dm_conversation_identify(struct dm_conversation *conversation, const char *token)
{
	if (!token || !*token)
		return;
	if (!conversation->visitor)
		conversation->visitor = g_new0(struct dm_visitor, 1);
	dm_access_recognise(conversation->hub->options.access, token, conversation->visitor);
}

void dm_conversation_set_country(struct dm_conversation *conversation, const char *country)
{
	g_strlcpy(conversation->country, country, sizeof(conversation->country));
}

static bool pong(struct dm_conversation *conversation, const struct dm_message *message,
		 struct dm_refusal *refusal)
{
	json_t *json = dm_talk_reply("pong", message);

	(void)refusal;
	/* Echoed as it was written; without one there is nothing to measure. */
	if (json_object_get(message->root, "time"))
		json_object_set(json, "time", json_object_get(message->root, "time"));
	dm_conversation_push_json(conversation, json);
	return true;
}

static dm_talk_cb *const talks[DM_MESSAGE_COUNT] = {
	[DM_MESSAGE_JOIN] = dm_talk_join,
	[DM_MESSAGE_SELECT] = dm_talk_select,
	[DM_MESSAGE_RESTART] = dm_talk_restart,
	[DM_MESSAGE_RESUME] = dm_talk_resume,
	[DM_MESSAGE_LEAVE] = dm_talk_leave,
	[DM_MESSAGE_PING] = pong,
	[DM_MESSAGE_LANGUAGES] = dm_talk_languages,
	[DM_MESSAGE_MICROPHONE] = dm_talk_microphone,
	[DM_MESSAGE_STANDBY] = dm_talk_standby,
	[DM_MESSAGE_HANDOVER] = dm_talk_handover,
	[DM_MESSAGE_INCOMING] = dm_talk_incoming,
	[DM_MESSAGE_PRESET] = dm_talk_preset,
	[DM_MESSAGE_PIVOTS] = dm_talk_pivots,
	[DM_MESSAGE_MONITOR] = dm_talk_monitor,
	[DM_MESSAGE_SLOW_DOWN] = dm_talk_slow_down,
	[DM_MESSAGE_CALL] = dm_talk_call,
	[DM_MESSAGE_FLOOR_LANGUAGE] = dm_talk_floor_language,
	[DM_MESSAGE_CALL_DONE] = dm_talk_call_done,
	[DM_MESSAGE_CHAT] = dm_talk_chat,
	[DM_MESSAGE_WATCH] = dm_talk_watch,
	[DM_MESSAGE_OVERRIDE] = dm_talk_override,
	[DM_MESSAGE_ON_AIR_MAX] = dm_talk_on_air_max,
	[DM_MESSAGE_CALL_TAKE] = dm_talk_call_take,
	[DM_MESSAGE_OVERSEE] = dm_talk_oversee,
	[DM_MESSAGE_ACKNOWLEDGE] = dm_talk_acknowledge,
	[DM_MESSAGE_SITTING] = dm_talk_sitting,
	[DM_MESSAGE_SOURCE] = dm_talk_source,
	[DM_MESSAGE_BOOTH_RESTART] = dm_talk_booth_restart,
	[DM_MESSAGE_NOTIFY] = dm_talk_notify,
	[DM_MESSAGE_MINT] = dm_talk_mint,
	[DM_MESSAGE_LISTEN] = dm_talk_listen,
	[DM_MESSAGE_LINE_UP] = dm_talk_line_up,
};

static bool handle(struct dm_conversation *conversation, const struct dm_message *message,
		   struct dm_refusal *refusal)
{
	dm_conversation_identify(conversation, message->token);
	return talks[message->type](conversation, message, refusal);
}

bool dm_conversation_organises(const struct dm_conversation *conversation,
			       const struct dm_room *room)
{
	return conversation->watched == room && conversation->organises &&
	       dm_access_allows(conversation->hub->options.access, conversation->visitor,
				DM_ACTION_SEE_ORGANISER, room->options->id, NULL);
}

uint64_t dm_conversation_rooms(const struct dm_conversation *conversation)
{
	struct dm_event *event = conversation->hub->options.event;
	uint64_t rooms = 0;

	for (size_t n = 0; n < dm_event_room_count(event); n++) { /* at most DM_ROOMS_MAX */
		if (dm_access_allows(conversation->hub->options.access, conversation->visitor,
				     DM_ACTION_SEE_ORGANISER, dm_event_room(event, n)->options->id,
				     NULL))
			rooms |= UINT64_C(1) << n;
	}
	return rooms;
}

bool dm_conversation_sees_whole(const struct dm_conversation *conversation)
{
	const struct dm_access *access = conversation->hub->options.access;

	return dm_access_allows(access, conversation->visitor, DM_ACTION_SEE_ORGANISER, NULL,
				NULL) &&
	       (dm_access_is_open(access) || !conversation->visitor->token.grant.rooms.count);
}

/* A token bucket: a message costs one. */
static bool is_allowed(struct dm_conversation *conversation, dm_usec now)
{
	const double earned = (double)(now - conversation->allowed_at) * DM_CONVERSATION_RATE_HZ /
			      DM_SEC(1);

	conversation->allowance = MIN(conversation->allowance + earned, DM_CONVERSATION_BURST);
	conversation->allowed_at = now;
	if (conversation->allowance < 1)
		return false;
	conversation->allowance -= 1;
	return true;
}

void dm_conversation_receive(struct dm_conversation *conversation, const char *text, size_t bytes,
			     dm_usec now)
{
	struct dm_message message = { 0 };
	struct dm_refusal refusal;
	bool granted;

	if (conversation->close_code)
		return;
	dm_metric_add(&conversation->hub->received, 1);
	if (is_allowed(conversation, now))
		granted = dm_message_parse(&message, text, bytes, &refusal) &&
			  handle(conversation, &message, &refusal);
	else
		granted = dm_refuse(&refusal, DM_REFUSAL_BUSY, NULL,
				    "Too many messages: at most 50 a second are read.");
	if (!granted)
		push_refusal(conversation, &message, &refusal);
	dm_message_finish(&message);
}

static void refuse_and_close(struct dm_conversation *conversation, enum dm_refusal_code code,
			     const char *sentence, unsigned close_code)
{
	const struct dm_message nothing = { 0 };
	struct dm_refusal refusal;

	if (conversation->close_code)
		return;
	dm_refuse(&refusal, code, NULL, "%s", sentence);
	push_refusal(conversation, &nothing, &refusal);
	if (!conversation->close_code)
		conversation->close_code = close_code;
	conversation->wake(conversation->user);
}

void dm_conversation_refuse_large(struct dm_conversation *conversation)
{
	refuse_and_close(conversation, DM_REFUSAL_TOO_LARGE, "The message is longer than 64 KiB.",
			 DM_CONVERSATION_CLOSE_LARGE);
}

void dm_conversation_refuse_binary(struct dm_conversation *conversation)
{
	refuse_and_close(conversation, DM_REFUSAL_BAD_MESSAGE, "Messages are text, not binary.",
			 DM_CONVERSATION_CLOSE_BINARY);
}

GBytes *dm_conversation_take(struct dm_conversation *conversation)
{
	GBytes *text = g_queue_pop_head(&conversation->queue);

	if (text)
		conversation->queued_bytes -= g_bytes_get_size(text);
	return text;
}

unsigned dm_conversation_close_code(const struct dm_conversation *conversation)
{
	return conversation->close_code;
}

struct dm_conversation *dm_conversation_open(struct dm_hub *hub, dm_usec now,
					     dm_conversation_wake_cb *wake, void *user)
{
	struct dm_conversation *conversation = g_new0(struct dm_conversation, 1);

	conversation->hub = hub;
	conversation->allowance = DM_CONVERSATION_BURST;
	conversation->allowed_at = now;
	g_queue_init(&conversation->queue);
	g_hash_table_add(hub->conversations, conversation);
	dm_metric_add(&hub->open, 1);
	dm_conversation_push_json(conversation, json_pack("{s:s, s:s, s:o}", "type", "welcome",
							  "protocol", "dragoman.v1", "event",
							  dm_event_json(hub->options.event)));
	conversation->wake = wake; /* from now on: the opener knows of the welcome */
	conversation->user = user;
	return conversation;
}

void dm_conversation_close(struct dm_conversation *conversation)
{
	if (!conversation)
		return;
	if (conversation->place)
		dm_place_leave(conversation->place);
	g_queue_clear_full(&conversation->queue, (GDestroyNotify)g_bytes_unref);
	g_hash_table_remove(conversation->hub->conversations, conversation);
	dm_metric_add(&conversation->hub->open, -1);
	g_free(conversation->visitor);
	g_free(conversation);
}
