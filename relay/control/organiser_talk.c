/* relay/control/organiser_talk.c: what those who watch a room say; see talk.h */
#include "control/talk.h"

#include "control/booth_news.h"
#include "control/levels.h"
#include "control/oversight.h"
#include "monitor/history_row.h"
#include "session/override.h"
#include "session/slow_down.h"

/* Everybody who may listen may watch; organisers see more. */
bool dm_talk_watch(struct dm_conversation *conversation, const struct dm_message *message,
		   struct dm_refusal *refusal)
{
	const bool organises = dm_access_allows(conversation->hub->options.access,
						conversation->visitor, DM_ACTION_SEE_ORGANISER,
						message->room, NULL);
	struct dm_room *room;
	json_t *json;

	if (!organises &&
	    !dm_talk_may(conversation, DM_ACTION_LISTEN, message->room, NULL, refusal))
		return false;
	room = dm_event_find_room(conversation->hub->options.event, message->room);
	if (!room)
		return dm_talk_refuse_room(message->room, refusal);
	conversation->watched = room;
	conversation->organises = organises;
	conversation->oversees = false;
	json = dm_talk_reply("watching", message);
	json_object_set_new(json, "room", json_string(room->options->id));
	json_object_set_new(json, "organiser", json_boolean(organises));
	json_object_set_new(json, "count", json_integer(dm_slow_down_count(room->interpretation)));
	dm_conversation_push_json(conversation, json);
	if (organises) {
		dm_booth_news_tell_all(conversation, room);
		dm_levels_start(conversation->hub);
	}
	return true;
}

/* False with *refusal filled: there is nothing to oversee, or not for this token, or no such room.
 */
static bool may_oversee(const struct dm_conversation *conversation,
			const struct dm_message *message, struct dm_refusal *refusal)
{
	if (!dm_talk_may(conversation, DM_ACTION_SEE_ORGANISER, message->room, NULL, refusal))
		return false;
	if (!conversation->hub->oversight)
		return dm_refuse(
			refusal, DM_REFUSAL_NO_WATCH, NULL,
			"This relay keeps no watch, so there is nothing to oversee; watch a room instead.");
	return !message->room ||
	       dm_event_find_room(conversation->hub->options.event, message->room) ||
	       dm_talk_refuse_room(message->room, refusal);
}

bool dm_talk_oversee(struct dm_conversation *conversation, const struct dm_message *message,
		     struct dm_refusal *refusal)
{
	struct dm_hub *hub = conversation->hub;
	json_t *rooms = json_array();
	uint64_t seen;
	json_t *json;

	if (!may_oversee(conversation, message, refusal)) {
		json_decref(rooms);
		return false;
	}
	conversation->watched = message->room
					? dm_event_find_room(hub->options.event, message->room)
					: NULL;
	conversation->organises = conversation->watched != NULL;
	conversation->oversees = true;
	seen = dm_conversation_rooms(conversation);
	for (size_t n = 0; n < dm_event_room_count(hub->options.event); n++) {
		if (seen & (UINT64_C(1) << n))
			json_array_append_new(
				rooms,
				json_string(dm_event_room(hub->options.event, n)->options->id));
	}
	json = dm_talk_reply("overseeing", message);
	json_object_set_new(json, "rooms", rooms);
	json_object_set_new(json, "room",
			    conversation->watched ? json_string(conversation->watched->options->id)
						  : json_null());
	json_object_set_new(json, "mint", json_boolean(dm_access_can_mint(hub->options.access)));
	dm_conversation_push_json(conversation, json);
	dm_oversight_begin(conversation);
	return true;
}

/* Copies who sits where the message says: the rules may move them. False with *refusal filled. */
static bool find_person(const struct dm_room *room, uint8_t booth, const struct dm_message *message,
			struct dm_participant *who, struct dm_refusal *refusal)
{
	const struct dm_seat *seat = &dm_interpretation_booth(room->interpretation, booth)
					      ->seats[message->seat];

	*who = seat->who;
	if (dm_seat_is_taken(seat))
		return true;
	dm_refuse(refusal, DM_REFUSAL_RULING, "seat", "Nobody sits on seat %u of booth '%.40s'.",
		  message->seat, message->booth);
	refusal->reason = DM_REASON_NOT_SEATED;
	return false;
}

static bool check_keys(const struct dm_message *message, struct dm_refusal *refusal)
{
	const bool is_move = message->word == DM_OVERRIDE_DO_MOVE;

	if (message->has_output && message->word != DM_OVERRIDE_DO_ON)
		return dm_refuse(refusal, DM_REFUSAL_BAD_MESSAGE, "output",
				 "'output' goes with \"on\" alone.");
	if ((message->to != NULL) != is_move)
		return dm_refuse(refusal, DM_REFUSAL_BAD_MESSAGE, "to",
				 is_move ? "'to' is missing: the booth to move to."
					 : "'to' goes with \"move\" alone.");
	return true;
}

static void record_override(const struct dm_conversation *conversation,
			    const struct dm_message *message, const struct dm_room *room)
{
	char place[DM_HISTORY_NAME_SIZE];
	json_t *detail = json_pack("{s:s}", "do", message->word_text);

	if (message->to)
		json_object_set_new(detail, "to", json_string(message->to));
	g_snprintf(place, sizeof(place), "%s/%u", message->booth, message->seat);
	dm_talk_record(conversation, "override", room, place, detail);
}

bool dm_talk_override(struct dm_conversation *conversation, const struct dm_message *message,
		      struct dm_refusal *refusal)
{
	const dm_usec now = dm_time_now();
	struct dm_room *room = dm_talk_moderated(conversation, refusal);
	struct dm_ruling ruling = { .reason = DM_REASON_DONE };
	uint8_t booth, to = 0;
	struct dm_participant who;

	if (!room || !check_keys(message, refusal) ||
	    !dm_talk_find_booth(room, message->booth, "booth", &booth, refusal) ||
	    (message->to && !dm_talk_find_booth(room, message->to, "to", &to, refusal)) ||
	    !find_person(room, booth, message, &who, refusal))
		return false;
	switch ((enum dm_override_word)message->word) {
	case DM_OVERRIDE_DO_OFF:
		ruling = dm_override_off(room->interpretation, who.id, now);
		break;
	case DM_OVERRIDE_DO_MUTE:
		ruling = dm_override_mute(room->interpretation, who.id, now);
		break;
	case DM_OVERRIDE_DO_RELEASE:
		ruling = dm_override_release(room->interpretation, who.id, now);
		break;
	case DM_OVERRIDE_DO_ON:
		ruling = dm_override_on(room->interpretation, who.id,
					message->has_output ? message->output : DM_OUTPUT_A, now);
		break;
	case DM_OVERRIDE_DO_MOVE:
		ruling = dm_override_move(room->interpretation, who.id, to, now);
		break;
	}
	if (!dm_talk_conclude(conversation, message, room, &ruling, refusal))
		return false;
	record_override(conversation, message, room);
	return true;
}

bool dm_talk_on_air_max(struct dm_conversation *conversation, const struct dm_message *message,
			struct dm_refusal *refusal)
{
	struct dm_room *room = dm_talk_moderated(conversation, refusal);
	struct dm_ruling ruling;
	uint8_t booth;

	if (!room || !dm_talk_find_booth(room, message->booth, "booth", &booth, refusal))
		return false;
	ruling = dm_override_on_air_max(room->interpretation, booth, message->count, dm_time_now());
	if (!dm_talk_conclude(conversation, message, room, &ruling, refusal))
		return false;
	dm_talk_record(conversation, "on-air-max-set", room, message->booth,
		       json_pack("{s:i}", "count", (int)message->count));
	return true;
}
