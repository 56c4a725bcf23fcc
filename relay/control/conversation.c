/* relay/control/conversation.c: see conversation.h */
#include "control/conversation.h"

#include "control/event_json.h"
#include "control/hub_private.h"
#include "control/message.h"
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

static void push_json(struct dm_conversation *conversation, json_t *json)
{
	GBytes *text = dm_json_text(json);

	dm_conversation_push(conversation, text);
	g_bytes_unref(text);
}

/* {"type": …, "id": …} to build on. */
static json_t *reply(const char *type, const struct dm_message *message)
{
	json_t *json = json_object();

	json_object_set_new(json, "type", json_string(type));
	if (message->has_id)
		json_object_set_new(json, "id", json_integer(message->id));
	return json;
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
	push_json(conversation, json);
}

static void push_peer_state(struct dm_conversation *conversation, enum dm_peer_state state)
{
	push_json(conversation,
		  json_pack("{s:s, s:s}", "type", "peer", "state", dm_peer_state_name(state)));
}

void dm_conversation_end_place(struct dm_conversation *conversation)
{
	push_peer_state(conversation, DM_PEER_CLOSED);
}

void dm_conversation_identify(struct dm_conversation *conversation, const char *token)
{
	if (!token || !*token)
		return;
	if (!conversation->visitor)
		conversation->visitor = g_new0(struct dm_visitor, 1);
	dm_access_recognise(conversation->hub->options.access, token, conversation->visitor);
}

static bool may(const struct dm_conversation *conversation, enum dm_action action, const char *room,
		const char *channel, struct dm_refusal *refusal)
{
	return dm_access_may(conversation->hub->options.access, conversation->visitor, action, room,
			     channel, refusal);
}

static const struct dm_subscriber *subscriber_of(const struct dm_place *place)
{
	return dm_listener_subscriber(place->listener);
}

/* Whether it may go on listening where it is, or to `lang`. */
static bool may_there(const struct dm_conversation *conversation, const struct dm_place *place,
		      enum dm_action action, const char *lang, struct dm_refusal *refusal)
{
	const struct dm_subscriber *subscriber = subscriber_of(place);

	return may(conversation, action, dm_subscriber_room(subscriber)->options->id,
		   lang ? lang : dm_subscriber_channel(subscriber)->lang, refusal);
}

static void on_peer_state(void *user, struct dm_listener *listener, enum dm_peer_state state)
{
	struct dm_place *place = user;
	struct dm_conversation *conversation = place->conversation;

	(void)listener;
	if (state != DM_PEER_CONNECTED)
		dm_place_remove(place);
	if (conversation)
		push_peer_state(conversation, state);
}

/* What joined, resumed and selected say about the listener. */
static void add_selection(json_t *json, const struct dm_listener *listener)
{
	const struct dm_subscriber *subscriber = dm_listener_subscriber(listener);

	json_object_set_new(json, "lang", json_string(dm_subscriber_channel(subscriber)->lang));
	json_object_set_new(json, "video",
			    json_string(dm_video_choice_name(dm_subscriber_video(subscriber))));
	json_object_set_new(json, "sign", json_boolean(dm_subscriber_sign(subscriber)));
}

static void add_place(json_t *json, const struct dm_listener *listener)
{
	const struct dm_room *room = dm_subscriber_room(dm_listener_subscriber(listener));

	json_object_set_new(json, "room", json_string(room->options->id));
	add_selection(json, listener);
	json_object_set_new(json, "peer", json_string(dm_listener_id(listener)));
}

/* Adds the answer, which is freed, and says it all. */
static void push_answer(struct dm_conversation *conversation, json_t *json, char *answer)
{
	json_object_set_new(json, "answer", json_string(answer));
	g_free(answer);
	push_json(conversation, json);
}

static bool refuse_joined(struct dm_refusal *refusal)
{
	return dm_refuse(refusal, DM_REFUSAL_ALREADY_JOINED, NULL,
			 "This connection has joined already; send leave first.");
}

static struct dm_listener_wish wish_of(const struct dm_message *message)
{
	return (struct dm_listener_wish){
		.lang = message->lang,
		.video = message->has_video ? &message->video : NULL,
		.sign = message->has_sign ? &message->sign : NULL,
	};
}

static bool handle_join(struct dm_conversation *conversation, const struct dm_message *message,
			struct dm_refusal *refusal)
{
	const struct dm_listener_options options = {
		.event = conversation->hub->options.event,
		.room = message->room,
		.wish = wish_of(message),
		.offer = message->offer,
		.offer_bytes = message->offer_bytes,
		.token_id = conversation->visitor ? conversation->visitor->token.id : NULL,
	};
	struct dm_listener *listener;
	char *answer;

	if (conversation->place)
		return refuse_joined(refusal);
	if (!may(conversation, DM_ACTION_LISTEN, message->room,
		 message->lang ? message->lang : "floor", refusal))
		return false;
	if (!dm_listener_create(&listener, &options, &answer, refusal))
		return false;

	struct dm_place *place = g_new0(struct dm_place, 1);

	place->hub = conversation->hub;
	place->listener = listener;
	dm_place_take(place, conversation);
	dm_listener_set_callback(listener, on_peer_state, place);
	g_hash_table_insert(conversation->hub->places, (void *)dm_listener_id(listener), place);

	json_t *json = reply("joined", message);

	add_place(json, listener);
	push_answer(conversation, json, answer);
	return true;
}

static bool handle_select(struct dm_conversation *conversation, const struct dm_message *message,
			  struct dm_refusal *refusal)
{
	const struct dm_listener_wish wish = wish_of(message);

	if (!may_there(conversation, conversation->place, DM_ACTION_SELECT, message->lang,
		       refusal) ||
	    !dm_listener_select(conversation->place->listener, &wish, refusal))
		return false;

	json_t *json = reply("selected", message);

	add_selection(json, conversation->place->listener);
	push_json(conversation, json);
	return true;
}

static bool handle_restart(struct dm_conversation *conversation, const struct dm_message *message,
			   struct dm_refusal *refusal)
{
	char *answer;

	if (!may_there(conversation, conversation->place, DM_ACTION_LISTEN, NULL, refusal) ||
	    !dm_listener_restart(conversation->place->listener, message->offer,
				 message->offer_bytes, &answer, refusal))
		return false;

	push_answer(conversation, reply("restarted", message), answer);
	return true;
}

/* The id is a secret of the one who joined, so it may also take the place away from a conversation
 * of theirs that is dead without knowing it. */
static bool handle_resume(struct dm_conversation *conversation, const struct dm_message *message,
			  struct dm_refusal *refusal)
{
	struct dm_place *place = g_hash_table_lookup(conversation->hub->places, message->peer);

	if (conversation->place)
		return refuse_joined(refusal);
	if (!place)
		return dm_refuse(refusal, DM_REFUSAL_NOT_JOINED, "peer",
				 "That media connection has ended; join again with a new offer.");
	if (!may_there(conversation, place, DM_ACTION_LISTEN, NULL, refusal))
		return false;
	dm_place_take(place, conversation);

	json_t *json = reply("resumed", message);

	add_place(json, place->listener);
	push_json(conversation, json);
	return true;
}

static bool handle(struct dm_conversation *conversation, const struct dm_message *message,
		   struct dm_refusal *refusal)
{
	const bool needs_place = message->type == DM_MESSAGE_SELECT ||
				 message->type == DM_MESSAGE_RESTART ||
				 message->type == DM_MESSAGE_LEAVE;
	json_t *json;

	if (needs_place && !conversation->place)
		return dm_refuse(refusal, DM_REFUSAL_NOT_JOINED, NULL,
				 "This connection has not joined a room; send join first.");
	dm_conversation_identify(conversation, message->token);
	switch (message->type) {
	case DM_MESSAGE_JOIN:
		return handle_join(conversation, message, refusal);
	case DM_MESSAGE_SELECT:
		return handle_select(conversation, message, refusal);
	case DM_MESSAGE_RESTART:
		return handle_restart(conversation, message, refusal);
	case DM_MESSAGE_RESUME:
		return handle_resume(conversation, message, refusal);
	case DM_MESSAGE_LEAVE:
		dm_place_remove(conversation->place);
		push_json(conversation, reply("left", message));
		return true;
	case DM_MESSAGE_PING:
		json = reply("pong", message);
		/* Echoed as it was written; without one there is nothing to measure. */
		if (json_object_get(message->root, "time"))
			json_object_set(json, "time", json_object_get(message->root, "time"));
		push_json(conversation, json);
		return true;
	case DM_MESSAGE_COUNT:
		break;
	}
	return false;
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
	push_json(conversation,
		  json_pack("{s:s, s:s, s:o}", "type", "welcome", "protocol", "dragoman.v1",
			    "event", dm_event_json(hub->options.event)));
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
