/* relay/control/notice_talk.c: what an organiser tells many at once; see talk.h */
#include "control/talk.h"

#include "control/event_json.h"
#include "control/place.h"

#include <time.h>

struct notice {
	const struct dm_conversation *from;
	const struct dm_room *room; /* NULL: everyone, everywhere */
	bool booths;                /* those in booths alone */
	GBytes *text;
	unsigned count;
};

static void deliver(struct dm_conversation *conversation, void *user)
{
	struct notice *notice = user;
	const struct dm_place *place = conversation->place;
	const bool sits = place && dm_place_interpreter(place);
	const bool in_room = notice->room
				     ? (place && place->room == notice->room) ||
					       (!notice->booths &&
						conversation->watched == notice->room)
				     : place || conversation->watched || conversation->oversees;

	if (!in_room || conversation == notice->from || (notice->booths && !sits))
		return;
	dm_conversation_push(conversation, notice->text);
	notice->count++;
}

/* False with *refusal filled; *room is NULL for everyone. */
static bool find_room(const struct dm_conversation *conversation, const struct dm_message *message,
		      struct dm_room **room, struct dm_refusal *refusal)
{
	*room = NULL;
	if (message->word == DM_NOTIFY_EVERYONE) {
		if (message->room)
			return dm_refuse(refusal, DM_REFUSAL_BAD_MESSAGE, "room",
					 "'room' does not go with \"everyone\".");
		if (!dm_talk_may(conversation, DM_ACTION_MODERATE, NULL, NULL, refusal))
			return false;
		return dm_conversation_sees_whole(conversation) ||
		       dm_refuse(refusal, DM_REFUSAL_FORBIDDEN, "token",
				 "This token is for some rooms; tell those one by one.");
	}
	if (!message->room)
		return dm_refuse(refusal, DM_REFUSAL_BAD_MESSAGE, "room",
				 "'room' is missing: whom to tell.");
	*room = dm_talk_directed(conversation, message->room, refusal);
	return *room != NULL;
}

bool dm_talk_notify(struct dm_conversation *conversation, const struct dm_message *message,
		    struct dm_refusal *refusal)
{
	struct notice notice = { .from = conversation,
				 .booths = message->word == DM_NOTIFY_BOOTHS };
	struct dm_room *room;
	json_t *reply;

	if (!find_room(conversation, message, &room, refusal))
		return false;
	notice.room = room;
	notice.text = dm_json_text(json_pack("{s:s, s:s?, s:s, s:I}", "type", "notice", "room",
					     room ? room->options->id : NULL, "text", message->text,
					     "time", (json_int_t)time(NULL)));
	dm_hub_each(conversation->hub, deliver, &notice);
	g_bytes_unref(notice.text);
	reply = dm_talk_reply("notify", message);
	json_object_set_new(reply, "count", json_integer(notice.count));
	dm_conversation_push_json(conversation, reply);
	dm_talk_record(
		conversation, "notice", room, NULL,
		json_pack("{s:s, s:i}", "to", message->word_text, "count", (int)notice.count));
	return true;
}
