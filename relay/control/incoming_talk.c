/* relay/control/incoming_talk.c: what a booth listens to, and what is spoken on the floor; see
 * talk.h */
#include "control/talk.h"

bool dm_talk_incoming(struct dm_conversation *conversation, const struct dm_message *message,
		      struct dm_refusal *refusal)
{
	const dm_usec now = dm_time_now();
	struct dm_talker who;
	struct dm_ruling ruling;
	uint8_t channel;

	if (!dm_talk_find(conversation, DM_ACTION_TAKE_BOOTH, &who, refusal))
		return false;

	struct dm_interpretation *rules = who.room->interpretation;

	if (message->has_automatic) {
		ruling = dm_incoming_automatic(rules, who.key, message->automatic, now);
	} else if (message->has_preset) {
		ruling = dm_incoming_recall(rules, who.key, message->preset, now);
	} else {
		if (!dm_talk_find_channel(who.room, message->lang, &channel, refusal))
			return false;
		ruling = dm_incoming_choose(rules, who.key, channel, now);
	}
	return dm_talk_conclude(conversation, message, who.room, &ruling, refusal);
}

bool dm_talk_preset(struct dm_conversation *conversation, const struct dm_message *message,
		    struct dm_refusal *refusal)
{
	struct dm_talker who;
	struct dm_ruling ruling;
	uint8_t channel;

	if (!dm_talk_find(conversation, DM_ACTION_TAKE_BOOTH, &who, refusal) ||
	    !dm_talk_find_channel(who.room, message->lang, &channel, refusal))
		return false;
	ruling = dm_incoming_preset(who.room->interpretation, who.key, message->preset, channel,
				    dm_time_now());
	return dm_talk_conclude(conversation, message, who.room, &ruling, refusal);
}

bool dm_talk_pivots(struct dm_conversation *conversation, const struct dm_message *message,
		    struct dm_refusal *refusal)
{
	uint8_t pivots[DM_LANGUAGES_MAX];
	struct dm_talker who;
	struct dm_ruling ruling;

	if (!dm_talk_find(conversation, DM_ACTION_TAKE_BOOTH, &who, refusal))
		return false;
	for (size_t n = 0; n < message->languages.count; n++) {
		if (!dm_talk_find_channel(who.room, message->languages.tags[n], &pivots[n],
					  refusal))
			return false;
	}
	ruling = dm_incoming_set_pivots(who.room->interpretation, who.booth_number, pivots,
					message->languages.count, dm_time_now());
	return dm_talk_conclude(conversation, message, who.room, &ruling, refusal);
}

/* From the booth, or, with a room, from whoever may set it there. */
bool dm_talk_floor_language(struct dm_conversation *conversation, const struct dm_message *message,
			    struct dm_refusal *refusal)
{
	struct dm_talker who = { 0 };
	struct dm_ruling ruling;

	if (!message->room) {
		if (!dm_talk_find(conversation, DM_ACTION_SET_FLOOR_LANGUAGE, &who, refusal))
			return false;
	} else {
		if (!dm_talk_may(conversation, DM_ACTION_SET_FLOOR_LANGUAGE, message->room, NULL,
				 refusal))
			return false;
		who.room = dm_event_find_room(conversation->hub->options.event, message->room);
		if (!who.room)
			return dm_talk_refuse_room(message->room, refusal);
	}
	ruling = dm_interpretation_set_floor_language(who.room->interpretation, who.key,
						      message->lang, dm_time_now());
	if (!dm_talk_conclude(conversation, message, who.room, &ruling, refusal))
		return false;
	if (message->room &&
	    dm_access_allows(conversation->hub->options.access, conversation->visitor,
			     DM_ACTION_MODERATE, message->room, NULL))
		dm_talk_record(conversation, "floor-language-set", who.room, NULL,
			       json_pack("{s:s}", "lang", message->lang));
	return true;
}
