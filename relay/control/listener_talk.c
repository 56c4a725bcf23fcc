/* relay/control/listener_talk.c: taking and keeping a place in a room; see talk.h */
#include "control/talk.h"

#include "control/booth_news.h"
#include "control/place.h"
#include "session/name.h"

#include <string.h>

static const struct dm_subscriber *subscriber_of(const struct dm_place *place)
{
	return dm_listener_subscriber(place->listener);
}

/* The place of the conversation; NULL with *refusal filled when it has none. */
static struct dm_place *place_of(const struct dm_conversation *conversation,
				 struct dm_refusal *refusal)
{
	if (!conversation->place)
		dm_refuse(refusal, DM_REFUSAL_NOT_JOINED, NULL,
			  "This connection has not joined a room; send join first.");
	return conversation->place;
}

/* Whether it may go on where it is: as a listener, or in its booth. */
static bool may_stay(const struct dm_conversation *conversation, const struct dm_place *place,
		     struct dm_refusal *refusal)
{
	const struct dm_interpreter *interpreter = dm_place_interpreter(place);
	const char *room = place->room->options->id;
	const struct dm_booth *booth;

	if (!interpreter)
		return dm_talk_may(conversation, DM_ACTION_LISTEN, room,
				   dm_subscriber_heard(subscriber_of(place))->lang, refusal);
	booth = dm_interpretation_booth(place->room->interpretation,
					dm_interpreter_booth(interpreter));
	return dm_talk_may(conversation, DM_ACTION_TAKE_BOOTH, room,
			   place->room->channels[booth->options->outputs[DM_OUTPUT_A]].lang,
			   refusal);
}

static void on_peer_state(void *user, struct dm_listener *listener, enum dm_peer_state state)
{
	struct dm_place *place = user;
	struct dm_conversation *conversation = place->conversation;

	(void)listener;
	if (state != DM_PEER_CONNECTED)
		dm_place_remove(place);
	if (conversation)
		dm_conversation_tell_peer(conversation, state);
}

static void add_heard(json_t *json, const struct dm_place *place)
{
	const struct dm_languages *languages = dm_subscriber_languages(subscriber_of(place));
	json_t *understood = json_array();

	for (size_t i = 0; i < languages->count; i++)
		json_array_append_new(understood, json_string(languages->tags[i]));
	json_object_set_new(json, "understood", understood);
	json_object_set_new(json, "heard",
			    json_string(dm_subscriber_heard(subscriber_of(place))->lang));
}

/* What joined, resumed and selected say about the listener. Those in a booth have chosen no
 * channel for themselves: theirs is what the booth listens to. */
static void add_selection(json_t *json, const struct dm_place *place)
{
	const struct dm_subscriber *subscriber = subscriber_of(place);
	const struct dm_channel *channel = place->key[0] ? dm_subscriber_heard(subscriber)
							 : dm_subscriber_channel(subscriber);

	json_object_set_new(json, "lang", json_string(channel->lang));
	json_object_set_new(json, "video",
			    json_string(dm_video_choice_name(dm_subscriber_video(subscriber))));
	json_object_set_new(json, "sign", json_boolean(dm_subscriber_sign(subscriber)));
}

static void add_place(json_t *json, const struct dm_place *place)
{
	const struct dm_interpreter *interpreter = dm_place_interpreter(place);
	const struct dm_room *room = place->room;

	json_object_set_new(json, "room", json_string(room->options->id));
	add_selection(json, place);
	json_object_set_new(json, "peer", json_string(dm_listener_id(place->listener)));
	if (!interpreter)
		return;
	json_object_set_new(json, "booth",
			    json_string(dm_interpretation_booth(room->interpretation,
								dm_interpreter_booth(interpreter))
						->options->id));
	json_object_set_new(json, "seat", json_integer(dm_interpreter_seat(interpreter)));
	json_object_set_new(json, "key", json_string(place->key));
}

/* Adds the answer, which is freed, and says it all. */
static void push_answer(struct dm_conversation *conversation, json_t *json, char *answer)
{
	json_object_set_new(json, "answer", json_string(answer));
	g_free(answer);
	dm_conversation_push_json(conversation, json);
}

static bool refuse_joined(struct dm_refusal *refusal)
{
	return dm_refuse(refusal, DM_REFUSAL_ALREADY_JOINED, NULL,
			 "This connection has joined already; send leave first.");
}

static bool refuse_lang(struct dm_refusal *refusal)
{
	return dm_refuse(refusal, DM_REFUSAL_BAD_MESSAGE, "lang",
			 "Those in a booth choose what they hear with 'incoming'.");
}

static struct dm_listener_wish wish_of(const struct dm_message *message)
{
	return (struct dm_listener_wish){
		.lang = message->lang,
		.video = message->has_video ? &message->video : NULL,
		.sign = message->has_sign ? &message->sign : NULL,
	};
}

/* `interpreter`: NULL for a delegate. */
static bool take_place(struct dm_conversation *conversation, const struct dm_message *message,
		       struct dm_interpreter *interpreter, struct dm_refusal *refusal)
{
	const struct dm_listener_options options = {
		.event = conversation->hub->options.event,
		.room = message->room,
		.wish = wish_of(message),
		.offer = message->offer,
		.offer_bytes = message->offer_bytes,
		.interpreter = interpreter,
		.country = conversation->country,
		.organiser = message->organiser,
		.token_id = conversation->visitor ? conversation->visitor->token.id : NULL,
	};
	struct dm_listener *listener;
	char *answer;

	if (!dm_listener_create(&listener, &options, &answer, refusal))
		return false;

	struct dm_place *place = dm_place_create(
		conversation->hub, listener, interpreter ? dm_interpreter_key(interpreter) : NULL);

	place->organiser = message->organiser;
	dm_place_take(place, conversation);
	dm_listener_set_callback(listener, on_peer_state, place);

	json_t *json = dm_talk_reply("joined", message);

	add_place(json, place);
	push_answer(conversation, json, answer);
	return true;
}

/* The room, and the booth of a join there, where the token allows it; NULL with *refusal filled. */
static struct dm_room *find_booth(const struct dm_conversation *conversation,
				  const struct dm_message *message, uint8_t *booth,
				  struct dm_refusal *refusal)
{
	const struct dm_booth *found;
	struct dm_room *room;

	/* Role and room first, so that strangers are not told of booths. */
	if (!dm_talk_may(conversation, DM_ACTION_TAKE_BOOTH, message->room, NULL, refusal))
		return NULL;
	room = dm_event_find_room(conversation->hub->options.event, message->room);
	if (!room) {
		dm_talk_refuse_room(message->room, refusal);
		return NULL;
	}
	if (!dm_talk_find_booth(room, message->booth, "booth", booth, refusal))
		return NULL;
	found = dm_interpretation_booth(room->interpretation, *booth);
	return dm_talk_may(conversation, DM_ACTION_TAKE_BOOTH, message->room,
			   room->channels[found->options->outputs[DM_OUTPUT_A]].lang, refusal)
		       ? room
		       : NULL;
}

static bool join_booth(struct dm_conversation *conversation, const struct dm_message *message,
		       struct dm_refusal *refusal)
{
	char name[DM_PARTICIPANT_NAME_SIZE];
	struct dm_interpreter *interpreter;
	struct dm_ruling ruling;
	struct dm_room *room;
	uint8_t booth = 0;

	if (message->lang)
		return refuse_lang(refusal);
	if (message->organiser)
		return dm_refuse(refusal, DM_REFUSAL_BAD_MESSAGE, "organiser",
				 "Those in a booth are no organisers.");
	room = find_booth(conversation, message, &booth, refusal);
	if (!room)
		return false;
	dm_talk_name(conversation, message->name ? message->name : "", name);
	if (!name[0])
		return dm_refuse(refusal, DM_REFUSAL_BAD_MESSAGE, "name",
				 "'name' is missing: what partners see.");

	const bool comes_back = message->key && dm_room_find_interpreter(room, message->key);

	if (!dm_interpreter_sit(&interpreter, room, booth, name, message->key, &ruling))
		return dm_refuse_ruling(refusal, &ruling, room->interpretation);
	if (!take_place(conversation, message, interpreter, refusal)) {
		if (!comes_back)
			dm_interpreter_leave(interpreter);
		return false;
	}
	dm_booth_news_tell(conversation, interpreter);
	return true;
}

bool dm_talk_join(struct dm_conversation *conversation, const struct dm_message *message,
		  struct dm_refusal *refusal)
{
	if (conversation->place)
		return refuse_joined(refusal);
	if (message->booth)
		return join_booth(conversation, message, refusal);
	if (message->name || message->key)
		return dm_refuse(refusal, DM_REFUSAL_BAD_MESSAGE, message->name ? "name" : "key",
				 "'name' and 'key' go with 'booth' alone.");
	if (message->organiser &&
	    !dm_talk_may(conversation, DM_ACTION_SEE_ORGANISER, message->room, NULL, refusal))
		return false;
	return dm_talk_may(conversation, DM_ACTION_LISTEN, message->room,
			   message->lang ? message->lang : "floor", refusal) &&
	       take_place(conversation, message, NULL, refusal);
}

bool dm_talk_select(struct dm_conversation *conversation, const struct dm_message *message,
		    struct dm_refusal *refusal)
{
	const struct dm_listener_wish wish = wish_of(message);
	struct dm_place *place = place_of(conversation, refusal);
	json_t *json;

	if (!place)
		return false;
	if (!place->key[0]) {
		const char *lang = message->lang
					   ? message->lang
					   : dm_subscriber_channel(subscriber_of(place))->lang;

		if (!dm_talk_may(conversation, DM_ACTION_SELECT, place->room->options->id, lang,
				 refusal))
			return false;
	} else if (message->lang) {
		return refuse_lang(refusal);
	} else if (!may_stay(conversation, place, refusal)) {
		return false;
	}
	if (!dm_listener_select(place->listener, &wish, refusal))
		return false;
	json = dm_talk_reply("selected", message);
	add_selection(json, place);
	dm_conversation_push_json(conversation, json);
	dm_talk_tell_heard(conversation);
	return true;
}

bool dm_talk_restart(struct dm_conversation *conversation, const struct dm_message *message,
		     struct dm_refusal *refusal)
{
	struct dm_place *place = place_of(conversation, refusal);
	char *answer;

	if (!place || !may_stay(conversation, place, refusal) ||
	    !dm_listener_restart(place->listener, message->offer, message->offer_bytes, &answer,
				 refusal))
		return false;
	push_answer(conversation, dm_talk_reply("restarted", message), answer);
	return true;
}

/* The id is a secret of the one who joined, so it may also take the place away from a conversation
 * of theirs that is dead without knowing it. */
bool dm_talk_resume(struct dm_conversation *conversation, const struct dm_message *message,
		    struct dm_refusal *refusal)
{
	struct dm_place *place = g_hash_table_lookup(conversation->hub->places, message->peer);
	json_t *json;

	if (conversation->place)
		return refuse_joined(refusal);
	if (!place)
		return dm_refuse(refusal, DM_REFUSAL_NOT_JOINED, "peer",
				 "That media connection has ended; join again with a new offer.");
	if (!may_stay(conversation, place, refusal))
		return false;
	dm_place_take(place, conversation);
	json = dm_talk_reply("resumed", message);
	add_place(json, place);
	if (place->heard)
		add_heard(json, place);
	dm_conversation_push_json(conversation, json);
	if (dm_place_interpreter(place))
		dm_booth_news_tell(conversation, dm_place_interpreter(place));
	return true;
}

bool dm_talk_leave(struct dm_conversation *conversation, const struct dm_message *message,
		   struct dm_refusal *refusal)
{
	struct dm_place *place = place_of(conversation, refusal);

	if (!place)
		return false;
	dm_place_vacate(place);
	dm_conversation_push_json(conversation, dm_talk_reply("left", message));
	return true;
}

/* Whoever understands something will hear the floor, so that must be theirs to hear. */
bool dm_talk_languages(struct dm_conversation *conversation, const struct dm_message *message,
		       struct dm_refusal *refusal)
{
	struct dm_place *place = place_of(conversation, refusal);
	struct dm_subscriber *subscriber;
	json_t *json;
	int error;

	if (!place)
		return false;
	if (place->key[0])
		return dm_refuse(refusal, DM_REFUSAL_BAD_MESSAGE, NULL,
				 "Those in a booth choose what they hear with 'incoming'.");
	if (message->languages.count && !dm_talk_may(conversation, DM_ACTION_SELECT,
						     place->room->options->id, "floor", refusal))
		return false;
	subscriber = dm_event_find_subscriber(conversation->hub->options.event,
					      dm_listener_id(place->listener));
	error = dm_subscriber_understands(subscriber, &message->languages);
	if (error)
		return dm_refuse_errno(refusal, error);
	place->heard = message->languages.count ? dm_subscriber_heard(subscriber) : NULL;
	json = dm_talk_reply("languages", message);
	add_heard(json, place);
	dm_conversation_push_json(conversation, json);
	return true;
}

void dm_talk_tell_heard(struct dm_conversation *conversation)
{
	struct dm_place *place = conversation->place;
	const struct dm_subscriber *subscriber = place ? subscriber_of(place) : NULL;

	if (!subscriber || !place->heard || place->heard == dm_subscriber_heard(subscriber))
		return;
	place->heard = dm_subscriber_heard(subscriber);
	dm_conversation_push_json(
		conversation, json_pack("{s:s, s:s}", "type", "heard", "lang", place->heard->lang));
}
