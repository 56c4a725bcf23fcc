/* relay/control/talk.c: see talk.h */
#include "control/talk.h"

#include "control/place.h"
#include "monitor/watch.h"
#include "session/desk.h"

#include <stdlib.h>
#include <string.h>

json_t *dm_talk_reply(const char *type, const struct dm_message *message)
{
	json_t *json = json_object();

	json_object_set_new(json, "type", json_string(type));
	if (message->has_id)
		json_object_set_new(json, "id", json_integer(message->id));
	return json;
}

/* The values of the keys that say what was done are repeated: whoever asked may have asked for
 * several things at once. */
void dm_talk_say(struct dm_conversation *conversation, const struct dm_message *message)
{
	static const char *const repeated[] = { "state", "do", "consent", "output" };
	json_t *json = dm_talk_reply(dm_message_type_name(message->type), message);

	for (size_t i = 0; i < G_N_ELEMENTS(repeated); i++) {
		json_t *value = json_object_get(message->root, repeated[i]);

		if (value)
			json_object_set(json, repeated[i], value);
	}
	dm_conversation_push_json(conversation, json);
}

bool dm_talk_may(const struct dm_conversation *conversation, enum dm_action action,
		 const char *room, const char *channel, struct dm_refusal *refusal)
{
	return dm_access_may(conversation->hub->options.access, conversation->visitor, action, room,
			     channel, refusal);
}

bool dm_talk_find_seated(const struct dm_conversation *conversation, struct dm_talker *talker,
			 struct dm_refusal *refusal)
{
	const struct dm_place *place = conversation->place;
	struct dm_interpreter *interpreter = place ? dm_place_interpreter(place) : NULL;
	const struct dm_ruling not_seated = dm_ruling_of(DM_REASON_NOT_SEATED);

	if (!interpreter)
		return dm_refuse_ruling(refusal, &not_seated, NULL);
	*talker = (struct dm_talker){
		.room = place->room,
		.interpreter = interpreter,
		.key = dm_interpreter_key(interpreter),
		.booth_number = dm_interpreter_booth(interpreter),
		.seat_number = dm_interpreter_seat(interpreter),
	};
	talker->booth = dm_interpretation_booth(place->room->interpretation, talker->booth_number);
	return true;
}

bool dm_talk_find(const struct dm_conversation *conversation, enum dm_action action,
		  struct dm_talker *talker, struct dm_refusal *refusal)
{
	if (!dm_talk_find_seated(conversation, talker, refusal))
		return false;
	return dm_talk_may(
		conversation, action, talker->room->options->id,
		talker->room->channels[talker->booth->options->outputs[DM_OUTPUT_A]].lang, refusal);
}

/* Also a refused action has done what was due, so it is settled too; what follows is told after
 * the reply. */
bool dm_talk_conclude(struct dm_conversation *conversation, const struct dm_message *message,
		      struct dm_room *room, const struct dm_ruling *ruling,
		      struct dm_refusal *refusal)
{
	const bool done = dm_refuse_unless_done(refusal, ruling, room->interpretation);

	if (done)
		dm_talk_say(conversation, message);
	dm_desk_settle(room);
	return done;
}

bool dm_talk_refuse_room(const char *room, struct dm_refusal *refusal)
{
	return dm_refuse(refusal, DM_REFUSAL_UNKNOWN_ROOM, "room",
			 "There is no room '%.40s'; /api/event lists the rooms.", room);
}

void dm_talk_name(const struct dm_conversation *conversation, const char *said,
		  char name[static DM_PARTICIPANT_NAME_SIZE])
{
	const struct dm_visitor *visitor = conversation->visitor;
	const char *end;

	g_strlcpy(name, !said[0] && visitor ? visitor->token.name : said, DM_PARTICIPANT_NAME_SIZE);
	/* Not cut within a character, which would be no UTF-8. */
	if (!g_utf8_validate(name, -1, &end))
		name[end - name] = '\0';
}

bool dm_talk_find_channel(struct dm_room *room, const char *lang, uint8_t *channel,
			  struct dm_refusal *refusal)
{
	const struct dm_channel *found = dm_room_find_channel(room, lang);

	if (!found)
		return dm_refuse(
			refusal, DM_REFUSAL_UNKNOWN_LANGUAGE, "lang",
			"Room '%s' has no channel '%.40s'; /api/event lists what there is.",
			room->options->id, lang);
	*channel = (uint8_t)(found - room->channels);
	return true;
}

bool dm_talk_find_booth(const struct dm_room *room, const char *id, const char *key, uint8_t *booth,
			struct dm_refusal *refusal)
{
	const size_t count = dm_interpretation_booth_count(room->interpretation);

	for (uint8_t n = 0; n < count; n++) {
		if (!strcmp(dm_interpretation_booth(room->interpretation, n)->options->id, id)) {
			*booth = n;
			return true;
		}
	}
	dm_refuse(refusal, DM_REFUSAL_RULING, key,
		  "Room '%s' has no booth '%.40s'; /api/event lists the booths.", room->options->id,
		  id);
	refusal->reason = DM_REASON_NO_SUCH_BOOTH;
	return false;
}

struct dm_room *dm_talk_moderated(const struct dm_conversation *conversation,
				  struct dm_refusal *refusal)
{
	struct dm_room *room = conversation->watched;

	if (!room) {
		dm_refuse(refusal, DM_REFUSAL_NOT_WATCHING, NULL,
			  "This connection watches no room; send watch first.");
		return NULL;
	}
	return dm_talk_may(conversation, DM_ACTION_MODERATE, room->options->id, NULL, refusal)
		       ? room
		       : NULL;
}

struct dm_room *dm_talk_directed(const struct dm_conversation *conversation, const char *room,
				 struct dm_refusal *refusal)
{
	struct dm_room *found;

	if (!dm_talk_may(conversation, DM_ACTION_MODERATE, room, NULL, refusal))
		return NULL;
	found = dm_event_find_room(conversation->hub->options.event, room);
	if (!found)
		dm_talk_refuse_room(room, refusal);
	return found;
}

void dm_talk_record(const struct dm_conversation *conversation, const char *kind,
		    const struct dm_room *room, const char *place, json_t *detail)
{
	struct dm_watch *watch = conversation->hub->options.watch;
	char *text = detail ? json_dumps(detail, JSON_COMPACT) : NULL;
	char who[DM_PARTICIPANT_NAME_SIZE];

	dm_talk_name(conversation, "", who);
	if (watch)
		dm_watch_record(watch, kind, room ? room->options->id : "", place ? place : "", who,
				text ? text : "");
	free(text);
	json_decref(detail);
}
