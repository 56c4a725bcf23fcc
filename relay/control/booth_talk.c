/* relay/control/booth_talk.c: what those who sit in a booth say; see talk.h */
#include "control/talk.h"

#include "session/slow_down.h"

#include <errno.h>

static bool refuse_key(struct dm_refusal *refusal, const char *key, const char *when)
{
	return dm_refuse(refusal, DM_REFUSAL_BAD_MESSAGE, key, "'%s' goes with %s alone.", key,
			 when);
}

/* On air takes a token for that very channel: a booth's second one may be another's. */
static bool may_speak(const struct dm_conversation *conversation, const struct dm_talker *talker,
		      enum dm_output output, struct dm_refusal *refusal)
{
	const uint8_t channel = talker->booth->options->outputs[output];

	return !channel || /* which is for the rules to say */
	       dm_talk_may(conversation, DM_ACTION_TAKE_BOOTH, talker->room->options->id,
			   talker->room->channels[channel].lang, refusal);
}

bool dm_talk_microphone(struct dm_conversation *conversation, const struct dm_message *message,
			struct dm_refusal *refusal)
{
	const enum dm_output output = message->has_output ? message->output : DM_OUTPUT_A;
	const dm_usec now = dm_time_now();
	struct dm_talker who;
	struct dm_ruling ruling;

	if (message->has_output && message->word != DM_MICROPHONE_ON)
		return refuse_key(refusal, "output", "\"on\"");
	/* Whoever is on air can always stop, whatever has become of the token. */
	if (!dm_talk_find_seated(conversation, &who, refusal))
		return false;
	switch ((enum dm_microphone_word)message->word) {
	case DM_MICROPHONE_ON:
		if (!may_speak(conversation, &who, output, refusal))
			return false;
		ruling = dm_booth_on(who.room->interpretation, who.key, output, now);
		break;
	case DM_MICROPHONE_MUTED:
		ruling = dm_booth_mute(who.room->interpretation, who.key, now);
		break;
	case DM_MICROPHONE_OFF:
	default:
		ruling = dm_booth_off(who.room->interpretation, who.key, now);
		break;
	}
	return dm_talk_conclude(conversation, message, who.room, &ruling, refusal);
}

bool dm_talk_standby(struct dm_conversation *conversation, const struct dm_message *message,
		     struct dm_refusal *refusal)
{
	struct dm_talker who;
	struct dm_ruling ruling;

	if (!dm_talk_find(conversation, DM_ACTION_HAND_OVER, &who, refusal))
		return false;
	ruling = dm_booth_consent(who.room->interpretation, who.key, message->consent,
				  dm_time_now());
	return dm_talk_conclude(conversation, message, who.room, &ruling, refusal);
}

/* To the partner on `seat`, or to whoever takes it first. */
static struct dm_ruling offer(const struct dm_talker *who, const struct dm_message *message,
			      dm_usec now)
{
	const struct dm_seat *seat = &who->booth->seats[message->seat];
	const struct dm_participant to = seat->who;

	if (!message->has_seat)
		return dm_handover_offer(who->room->interpretation, who->key, NULL, now);
	if (!dm_seat_is_taken(seat))
		return dm_ruling_of(DM_REASON_NO_PARTNER);
	return dm_handover_offer(who->room->interpretation, who->key, to.id, now);
}

bool dm_talk_handover(struct dm_conversation *conversation, const struct dm_message *message,
		      struct dm_refusal *refusal)
{
	typedef struct dm_ruling act(struct dm_interpretation *, const char *, dm_usec);
	static act *const acts[] = {
		[DM_HANDOVER_DO_ASK] = dm_handover_ask,
		[DM_HANDOVER_DO_ACCEPT] = dm_handover_accept,
		[DM_HANDOVER_DO_DECLINE] = dm_handover_decline,
		[DM_HANDOVER_DO_CANCEL] = dm_handover_cancel,
		[DM_HANDOVER_DO_TAKE] = dm_handover_take,
	};
	const dm_usec now = dm_time_now();
	struct dm_talker who;
	struct dm_ruling ruling;

	if (message->has_seat && message->word != DM_HANDOVER_DO_OFFER)
		return refuse_key(refusal, "seat", "\"offer\"");
	if (!dm_talk_find(conversation, DM_ACTION_HAND_OVER, &who, refusal))
		return false;
	ruling = message->word == DM_HANDOVER_DO_OFFER
			 ? offer(&who, message, now)
			 : acts[message->word](who.room->interpretation, who.key, now);
	return dm_talk_conclude(conversation, message, who.room, &ruling, refusal);
}

bool dm_talk_monitor(struct dm_conversation *conversation, const struct dm_message *message,
		     struct dm_refusal *refusal)
{
	struct dm_talker who;
	struct dm_ruling no_output;
	int error;

	if (!dm_talk_find(conversation, DM_ACTION_TAKE_BOOTH, &who, refusal))
		return false;
	error = dm_interpreter_monitor(who.interpreter, message->output);
	if (error == -EINVAL) {
		no_output = dm_ruling_about(DM_REASON_NO_OUTPUT, who.booth_number, DM_NOBODY,
					    DM_NOBODY);
		return dm_refuse_ruling(refusal, &no_output, who.room->interpretation);
	}
	if (error)
		return dm_refuse_errno(refusal, error);
	dm_talk_say(conversation, message);
	return true;
}

bool dm_talk_slow_down(struct dm_conversation *conversation, const struct dm_message *message,
		       struct dm_refusal *refusal)
{
	struct dm_talker who;
	struct dm_ruling ruling;

	if (!dm_talk_find(conversation, DM_ACTION_TAKE_BOOTH, &who, refusal))
		return false;
	ruling = dm_slow_down_ask(who.room->interpretation, who.key, dm_time_now());
	return dm_talk_conclude(conversation, message, who.room, &ruling, refusal);
}
