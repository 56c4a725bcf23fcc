/* relay/control/director_talk.c: what those who run the rooms say; see talk.h */
#include "control/talk.h"

#include "control/oversight.h"
#include "control/place.h"
#include "monitor/watch.h"
#include "session/publisher.h"
#include "session/line_up.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/* The standing alarm of that id; NULL with *refusal filled when there is none, or it is not for
 * this token. */
static const struct dm_alarm *find_alarm(const struct dm_conversation *conversation, uint64_t id,
					 struct dm_alarm_place *place, struct dm_refusal *refusal)
{
	const struct dm_watch *watch = conversation->hub->options.watch;
	const struct dm_alarm *alarm = NULL;
	size_t cursor = 0;

	while (watch && (alarm = dm_watch_next_alarm(watch, &cursor)) && alarm->id != id)
		;
	if (!alarm) {
		dm_refuse(refusal, DM_REFUSAL_NO_SUCH_ALARM, "alarm",
			  "That alarm does not stand any more.");
		return NULL;
	}
	dm_watch_place(watch, alarm, place);
	if (!dm_talk_may(conversation, DM_ACTION_MODERATE, place->room, NULL, refusal))
		return NULL;
	if (!place->room && !dm_conversation_sees_whole(conversation)) {
		dm_refuse(refusal, DM_REFUSAL_FORBIDDEN, "token",
			  "This alarm is the whole relay's, and this token is for some rooms.");
		return NULL;
	}
	return alarm;
}

bool dm_talk_acknowledge(struct dm_conversation *conversation, const struct dm_message *message,
			 struct dm_refusal *refusal)
{
	char by[DM_PARTICIPANT_NAME_SIZE];
	struct dm_alarm_place place;
	const struct dm_room *room;
	const struct dm_alarm *alarm;
	json_t *detail, *reply;

	/* Who may acknowledge nothing does not learn what stands either. */
	if (!dm_talk_may(conversation, DM_ACTION_MODERATE, NULL, NULL, refusal))
		return false;
	alarm = find_alarm(conversation, message->alarm, &place, refusal);
	if (!alarm)
		return false;
	if (alarm->acknowledged_at != DM_USEC_NEVER)
		return dm_refuse(refusal, DM_REFUSAL_ACKNOWLEDGED, "alarm",
				 "%s has acknowledged that alarm already.", alarm->acknowledged_by);
	room = place.room ? dm_event_find_room(conversation->hub->options.event, place.room) : NULL;
	detail = json_pack("{s:I, s:s}", "id", (json_int_t)alarm->id, "kind",
			   dm_alarm_kind_name(alarm->kind));
	dm_talk_name(conversation, "", by);
	reply = dm_talk_reply("acknowledge", message);
	json_object_set_new(reply, "alarm", json_integer((json_int_t)message->alarm));
	/* The reply first, for the watch tells everybody at once; the alarm is standing. */
	dm_conversation_push_json(conversation, reply);
	dm_watch_acknowledge(conversation->hub->options.watch, message->alarm,
			     by[0] ? by : "organiser");
	dm_talk_record(conversation, "acknowledge", room, place.name, detail);
	return true;
}

bool dm_talk_sitting(struct dm_conversation *conversation, const struct dm_message *message,
		     struct dm_refusal *refusal)
{
	struct dm_room *room = dm_talk_directed(conversation, message->room, refusal);

	if (!room)
		return false;
	dm_agenda_say(&room->agenda, (enum dm_sitting)message->word, time(NULL));
	dm_talk_say(conversation, message);
	dm_talk_record(conversation, "sitting", room, NULL,
		       json_pack("{s:s}", "state", message->word_text));
	return true;
}

bool dm_talk_source(struct dm_conversation *conversation, const struct dm_message *message,
		    struct dm_refusal *refusal)
{
	struct dm_room *room = dm_talk_directed(conversation, message->room, refusal);
	int error;

	if (!room)
		return false;
	error = dm_room_use_source(room, message->use);
	if (error == -EINVAL)
		return dm_refuse(refusal, DM_REFUSAL_NO_SUCH_SOURCE, "use",
				 "Room '%s' has no backup %u; it has %zu.", room->options->id,
				 message->use, room->options->backup_count);
	if (error == -ENOTSUP)
		return dm_refuse(refusal, DM_REFUSAL_CANNOT_SWITCH, NULL,
				 "The source of room '%s' is passed through as it comes, and "
				 "cannot be exchanged while it runs.",
				 room->options->id);
	if (error)
		return dm_refuse_errno(refusal, error);
	dm_talk_say(conversation, message);
	dm_talk_record(conversation, "source", room, NULL,
		       json_pack("{s:i}", "use", (int)message->use));
	return true;
}

bool dm_talk_booth_restart(struct dm_conversation *conversation, const struct dm_message *message,
			   struct dm_refusal *refusal)
{
	struct dm_room *room = dm_talk_directed(conversation, message->room, refusal);
	json_t *reply;
	unsigned count;
	uint8_t booth;

	if (!room || !dm_talk_find_booth(room, message->booth, "booth", &booth, refusal))
		return false;
	reply = dm_talk_reply("booth-restart", message);
	count = dm_place_restart_booth(conversation->hub, room, booth) +
		dm_room_end_publishers(room, booth);
	json_object_set_new(reply, "count", json_integer(count));
	dm_conversation_push_json(conversation, reply);
	dm_talk_record(conversation, "booth-restart", room, message->booth,
		       json_pack("{s:i}", "count", (int)count));
	return true;
}

static bool refuse_line_up(struct dm_refusal *refusal, int error, const char *room)
{
	switch (error) {
	case -ENOTSUP:
		return dm_refuse(refusal, DM_REFUSAL_NO_LINE_UP, NULL,
				 "This relay does not listen to what it sends (monitoring is "
				 "off), so it can test nothing.");
	case -ENOENT:
		return dm_refuse(refusal, DM_REFUSAL_NO_LINE_UP, "room",
				 "Room '%s' has no channels but its floor.", room);
	case -EALREADY:
		return dm_refuse(refusal, DM_REFUSAL_LINE_UP_RUNNING, "room",
				 "A line-up of room '%s' is running.", room);
	case -EBUSY:
		return dm_refuse(refusal, DM_REFUSAL_IN_SESSION, "room",
				 "Room '%s' is in session, and everybody would hear it; close or "
				 "pause the session first.",
				 room);
	case -EADDRINUSE:
		return dm_refuse(refusal, DM_REFUSAL_ALL_ON_AIR, "room",
				 "On every channel of room '%s' somebody is on air.", room);
	default:
		return dm_refuse_errno(refusal, error);
	}
}

bool dm_talk_line_up(struct dm_conversation *conversation, const struct dm_message *message,
		     struct dm_refusal *refusal)
{
	struct dm_room *room = dm_talk_directed(conversation, message->room, refusal);
	const bool start = message->word == DM_LINE_UP_DO_START;
	int error = 0;

	if (!room)
		return false;
	if (start)
		error = dm_line_up_start(room);
	if (error)
		return refuse_line_up(refusal, error, room->options->id);
	/* The reply first: the rest is news to everybody. */
	dm_talk_say(conversation, message);
	if (start)
		dm_oversight_tell_line_up(conversation->hub, room);
	else
		dm_line_up_stop(room);
	dm_talk_record(conversation, "line-up", room, NULL,
		       json_pack("{s:s}", "do", start ? "start" : "stop"));
	return true;
}
