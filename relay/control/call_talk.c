/* relay/control/call_talk.c: calls for the technician, and what people write to one another; see
 * talk.h */
#include "control/talk.h"

#include "control/booth_news.h"
#include "control/event_json.h"
#include "control/place.h"
#include "session/desk.h"

#include <string.h>
#include <time.h>

/* The call as it is now; zeroed when it is over. */
static struct dm_call call_of(const struct dm_room *room, uint32_t id)
{
	const struct dm_calls *calls = dm_interpretation_calls(room->interpretation);

	for (uint8_t n = 0; n < calls->count; n++) {
		if (calls->list[n].id == id)
			return calls->list[n];
	}
	return (struct dm_call){ 0 };
}

/* The reply, what follows, and the news of the call. */
static bool conclude(struct dm_conversation *conversation, const struct dm_message *message,
		     struct dm_room *room, const struct dm_ruling *ruling,
		     const struct dm_call *call, struct dm_refusal *refusal)
{
	const bool done = dm_refuse_unless_done(refusal, ruling, room->interpretation);
	json_t *json;

	if (done) {
		json = dm_talk_reply(dm_message_type_name(message->type), message);
		json_object_set_new(json, "call", json_integer(call->id));
		dm_conversation_push_json(conversation, json);
		dm_booth_news_tell_call(conversation->hub, room, call);
	}
	dm_desk_settle(room);
	return done;
}

bool dm_talk_call(struct dm_conversation *conversation, const struct dm_message *message,
		  struct dm_refusal *refusal)
{
	struct dm_talker who;
	struct dm_ruling ruling;
	uint32_t id = 0;

	if (!dm_talk_find(conversation, DM_ACTION_TAKE_BOOTH, &who, refusal))
		return false;
	ruling = dm_call_open(who.room->interpretation, who.key, &id, dm_time_now());

	const struct dm_call call = call_of(who.room, id);

	return conclude(conversation, message, who.room, &ruling, &call, refusal);
}

/* Of whoever called, or of the room that is moderated. NULL with *refusal filled. */
static struct dm_room *find_for_done(const struct dm_conversation *conversation, uint32_t id,
				     struct dm_refusal *refusal)
{
	struct dm_talker who;

	if (conversation->watched || !conversation->place)
		return dm_talk_moderated(conversation, refusal);
	if (!dm_talk_find(conversation, DM_ACTION_TAKE_BOOTH, &who, refusal))
		return NULL;

	const struct dm_call call = call_of(who.room, id);

	if (call.id && !strcmp(call.caller.id, who.key))
		return who.room;

	const struct dm_ruling none = dm_ruling_of(DM_REASON_NO_SUCH_CALL);

	dm_refuse_ruling(refusal, &none, who.room->interpretation);
	return NULL;
}

static void record_call(const struct dm_conversation *conversation, const char *kind,
			const struct dm_room *room, const struct dm_call *call)
{
	dm_talk_record(conversation, kind, room,
		       dm_interpretation_booth(room->interpretation, call->booth)->options->id,
		       json_pack("{s:I}", "call", (json_int_t)call->id));
}

bool dm_talk_call_done(struct dm_conversation *conversation, const struct dm_message *message,
		       struct dm_refusal *refusal)
{
	struct dm_room *room = find_for_done(conversation, message->call, refusal);

	if (!room)
		return false;

	struct dm_call call = call_of(room, message->call);
	const struct dm_ruling ruling = dm_call_done(room->interpretation, message->call,
						     dm_time_now());

	call.state = DM_CALL_DONE;
	if (!conclude(conversation, message, room, &ruling, &call, refusal))
		return false;
	if (conversation->organises)
		record_call(conversation, "call-done", room, &call);
	return true;
}

/* The same person at each of their websockets, by the id of their token; without one, the
 * websocket itself. */
static struct dm_participant technician_of(struct dm_conversation *conversation)
{
	const struct dm_visitor *visitor = conversation->visitor;
	const bool known = visitor && visitor->token.id[0];
	struct dm_participant who = { .name = "" };
	char text[32];

	if (!known && !conversation->technician)
		conversation->technician = ++conversation->hub->technicians;
	g_snprintf(text, sizeof(text), "%u", conversation->technician);

	char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256,
						     known ? visitor->token.id : text, -1);

	g_strlcpy(who.id, digest, sizeof(who.id));
	g_free(digest);
	dm_talk_name(conversation, "", who.name);
	if (!who.name[0])
		g_strlcpy(who.name, "technician", sizeof(who.name));
	return who;
}

bool dm_talk_call_take(struct dm_conversation *conversation, const struct dm_message *message,
		       struct dm_refusal *refusal)
{
	struct dm_room *room = dm_talk_moderated(conversation, refusal);

	if (!room)
		return false;

	const struct dm_participant technician = technician_of(conversation);
	const struct dm_ruling ruling = dm_call_take(room->interpretation, message->call,
						     &technician, dm_time_now());
	const struct dm_call call = call_of(room, message->call);

	if (!conclude(conversation, message, room, &ruling, &call, refusal))
		return false;
	record_call(conversation, "call-take", room, &call);
	return true;
}

/* --- chat: to those who are there now; nothing is kept --- */

struct chat {
	struct dm_room *room;
	uint8_t booth; /* DM_NOBODY: to no booth */
	bool to_booth;
	bool to_organisers;
	const struct dm_conversation *from;
	GBytes *text;
};

static void deliver(struct dm_conversation *conversation, void *user)
{
	const struct chat *chat = user;
	const struct dm_place *place = conversation->place;
	const struct dm_interpreter *interpreter = place && place->room == chat->room
							   ? dm_place_interpreter(place)
							   : NULL;
	const bool in_booth = chat->to_booth && interpreter &&
			      dm_interpreter_booth(interpreter) == chat->booth;

	if (in_booth || conversation == chat->from ||
	    (chat->to_organisers && dm_conversation_organises(conversation, chat->room)))
		dm_conversation_push(conversation, chat->text);
}

/* `seat` is DM_NOBODY for a technician. */
static void send_chat(struct dm_conversation *conversation, const struct dm_message *message,
		      struct chat *chat, uint8_t seat)
{
	const struct dm_booth *booth = dm_interpretation_booth(chat->room->interpretation,
							       chat->booth);
	json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I}", "type", "chat", "room",
				 chat->room->options->id, "booth", booth->options->id, "from",
				 seat == DM_NOBODY ? "technician" : booth->seats[seat].who.name,
				 "to", message->word_text, "text", message->text, "time",
				 (json_int_t)time(NULL));

	if (seat != DM_NOBODY)
		json_object_set_new(json, "seat", json_integer(seat));
	dm_conversation_push_json(conversation, dm_talk_reply("chat", message));
	dm_metric_add(&conversation->hub->chat, 1);
	chat->from = conversation;
	chat->text = dm_json_text(json);
	dm_hub_each(conversation->hub, deliver, chat);
	g_bytes_unref(chat->text);
}

static bool chat_as_technician(struct dm_conversation *conversation,
			       const struct dm_message *message, struct dm_refusal *refusal)
{
	struct chat chat = { .to_booth = true, .to_organisers = true };

	if (!message->room || !message->booth || message->word != DM_CHAT_TO_BOOTH)
		return dm_refuse(
			refusal, DM_REFUSAL_BAD_MESSAGE, NULL,
			"A technician writes to a booth: that takes 'room', 'booth' and \"to\":\"booth\".");
	if (!dm_talk_may(conversation, DM_ACTION_MODERATE, message->room, NULL, refusal))
		return false;
	chat.room = dm_event_find_room(conversation->hub->options.event, message->room);
	if (!chat.room)
		return dm_talk_refuse_room(message->room, refusal);
	if (!dm_talk_find_booth(chat.room, message->booth, "booth", &chat.booth, refusal))
		return false;
	send_chat(conversation, message, &chat, DM_NOBODY);
	/* That somebody wrote, never what. */
	dm_talk_record(conversation, "chat", chat.room, message->booth, NULL);
	return true;
}

bool dm_talk_chat(struct dm_conversation *conversation, const struct dm_message *message,
		  struct dm_refusal *refusal)
{
	struct dm_talker who;

	if (message->room || message->booth)
		return chat_as_technician(conversation, message, refusal);
	if (!dm_talk_find(conversation, DM_ACTION_TAKE_BOOTH, &who, refusal))
		return false;

	struct chat chat = {
		.room = who.room,
		.booth = who.booth_number,
		.to_booth = message->word == DM_CHAT_TO_BOOTH,
		.to_organisers = message->word == DM_CHAT_TO_TECHNICIAN,
	};

	send_chat(conversation, message, &chat, who.seat_number);
	return true;
}
