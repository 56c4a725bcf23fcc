/* relay/control/ear_talk.c: what an organiser listens to; see talk.h */
#include "control/talk.h"

#include "control/place.h"
#include "session/ear.h"

#include <errno.h>

/* The place of an organiser's listener; NULL with *refusal filled. */
static struct dm_place *find_place(const struct dm_conversation *conversation,
				   struct dm_refusal *refusal)
{
	struct dm_place *place = conversation->place;

	if (!place) {
		dm_refuse(refusal, DM_REFUSAL_NOT_JOINED, NULL,
			  "This connection has not joined a room; send join first.");
		return NULL;
	}
	if (!place->organiser) {
		dm_refuse(refusal, DM_REFUSAL_NOT_JOINED, NULL,
			  "This connection has joined as a delegate; join with "
			  "\"organiser\":true to listen so.");
		return NULL;
	}
	return dm_talk_may(conversation, DM_ACTION_SEE_ORGANISER, place->room->options->id, NULL,
			   refusal)
		       ? place
		       : NULL;
}

static bool refuse_ear(struct dm_refusal *refusal, int error, const struct dm_message *message)
{
	switch (error) {
	case -ENOENT:
		return dm_refuse(refusal, DM_REFUSAL_BAD_MESSAGE, "seat",
				 "Booth '%.40s' has no seat %u.", message->booth, message->seat);
	case -EBUSY:
		return dm_refuse(refusal, DM_REFUSAL_BUSY, NULL,
				 "%d organisers listen to microphones already; one of them has to "
				 "stop first.",
				 DM_EARS);
	default:
		return dm_refuse_errno(refusal, error);
	}
}

static bool listen_to_seat(const struct dm_conversation *conversation, struct dm_place *place,
			   const struct dm_message *message, struct dm_refusal *refusal)
{
	struct dm_subscriber *subscriber = dm_event_find_subscriber(
		conversation->hub->options.event, dm_listener_id(place->listener));
	uint8_t booth;
	int error;

	if (!dm_talk_find_booth(place->room, message->booth, "booth", &booth, refusal))
		return false;
	error = dm_ear_listen(subscriber, booth, message->seat);
	return !error || refuse_ear(refusal, error, message);
}

static bool check_keys(const struct dm_message *message, struct dm_refusal *refusal)
{
	const bool seat = message->booth && message->has_seat;
	const bool half = !message->booth != !message->has_seat;

	return (!half && (message->lang != NULL) != seat) ||
	       dm_refuse(refusal, DM_REFUSAL_BAD_MESSAGE, NULL,
			 "Listen to a channel ('lang'), or to a microphone ('booth' and 'seat').");
}

bool dm_talk_listen(struct dm_conversation *conversation, const struct dm_message *message,
		    struct dm_refusal *refusal)
{
	const struct dm_listener_wish wish = { .lang = message->lang };
	struct dm_place *place;
	json_t *reply;

	if (!check_keys(message, refusal))
		return false;
	place = find_place(conversation, refusal);
	if (!place)
		return false;
	if (message->lang ? !dm_listener_select(place->listener, &wish, refusal)
			  : !listen_to_seat(conversation, place, message, refusal))
		return false;
	reply = dm_talk_reply("listening", message);
	if (message->lang) {
		json_object_set_new(
			reply, "lang",
			json_string(dm_subscriber_channel(dm_listener_subscriber(place->listener))
					    ->lang));
	} else {
		json_object_set_new(reply, "booth", json_string(message->booth));
		json_object_set_new(reply, "seat", json_integer(message->seat));
	}
	dm_conversation_push_json(conversation, reply);
	return true;
}
