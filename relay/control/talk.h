/* relay/control/talk.h
 *
 * What is done about each message of the websocket. One function a message: true when it was
 * granted, and its reply is queued; else *refusal is filled, and nothing was changed. Private to
 * this module.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_TALK_H
#define DM_CONTROL_TALK_H

#include "control/hub_private.h"
#include "control/message.h"
#include "session/interpreter.h"

typedef bool dm_talk_cb(struct dm_conversation *conversation, const struct dm_message *message,
			struct dm_refusal *refusal);

/* --- listener_talk.c: a place in a room --- */
dm_talk_cb dm_talk_join;
dm_talk_cb dm_talk_select;
dm_talk_cb dm_talk_restart;
dm_talk_cb dm_talk_resume;
dm_talk_cb dm_talk_leave;
dm_talk_cb dm_talk_languages;

/* --- booth_talk.c: those who sit in a booth --- */
dm_talk_cb dm_talk_microphone;
dm_talk_cb dm_talk_standby;
dm_talk_cb dm_talk_handover;
dm_talk_cb dm_talk_monitor;
dm_talk_cb dm_talk_slow_down;

/* --- incoming_talk.c: what the booth listens to --- */
dm_talk_cb dm_talk_incoming;
dm_talk_cb dm_talk_preset;
dm_talk_cb dm_talk_pivots;
dm_talk_cb dm_talk_floor_language; /* an organiser's too */

/* --- call_talk.c: calls and chat --- */
dm_talk_cb dm_talk_call;
dm_talk_cb dm_talk_call_done; /* an organiser's too */
dm_talk_cb dm_talk_call_take;
dm_talk_cb dm_talk_chat; /* an organiser's too */

/* --- organiser_talk.c: those who watch a room, or oversee all of theirs --- */
dm_talk_cb dm_talk_watch;
dm_talk_cb dm_talk_oversee;
dm_talk_cb dm_talk_override;
dm_talk_cb dm_talk_on_air_max;

/* --- director_talk.c: those who run rooms --- */
dm_talk_cb dm_talk_acknowledge;
dm_talk_cb dm_talk_sitting;
dm_talk_cb dm_talk_source;
dm_talk_cb dm_talk_booth_restart;
dm_talk_cb dm_talk_line_up;

/* --- notice_talk.c, mint_talk.c, ear_talk.c: the same people --- */
dm_talk_cb dm_talk_notify;
dm_talk_cb dm_talk_mint;
dm_talk_cb dm_talk_listen;

/* --- what they share: talk.c --- */

/* {"type": …, "id": …} to build on. */
json_t *dm_talk_reply(const char *type, const struct dm_message *message);
/* The same with the message's own type, queued. */
void dm_talk_say(struct dm_conversation *conversation, const struct dm_message *message);

bool dm_talk_may(const struct dm_conversation *conversation, enum dm_action action,
		 const char *room, const char *channel, struct dm_refusal *refusal);

/* Where somebody sits, and by which name the rules know them. */
struct dm_talker {
	struct dm_room *room;
	struct dm_interpreter *interpreter;
	const char *key;
	const struct dm_booth *booth;
	uint8_t booth_number;
	uint8_t seat_number;
};

/* Refuses who sits in no booth, and whose token does not allow `action` on channel A. */
bool dm_talk_find(const struct dm_conversation *conversation, enum dm_action action,
		  struct dm_talker *talker, struct dm_refusal *refusal);
/* The same without a look at the token: for what makes things safe, such as a microphone off. */
bool dm_talk_find_seated(const struct dm_conversation *conversation, struct dm_talker *talker,
			 struct dm_refusal *refusal);

/* The end of an action of the rules: replies, and lets everything happen that follows. */
bool dm_talk_conclude(struct dm_conversation *conversation, const struct dm_message *message,
		      struct dm_room *room, const struct dm_ruling *ruling,
		      struct dm_refusal *refusal);

/* There is no such room. Always false. */
bool dm_talk_refuse_room(const char *room, struct dm_refusal *refusal);

/* How somebody is called: as they say, else as their token says; "": neither does. */
void dm_talk_name(const struct dm_conversation *conversation, const char *said,
		  char name[static DM_PARTICIPANT_NAME_SIZE]);

/* The number of a room's channel; false with *refusal filled when there is none. */
bool dm_talk_find_channel(struct dm_room *room, const char *lang, uint8_t *channel,
			  struct dm_refusal *refusal);
/* The number of a room's booth by its id; likewise. */
bool dm_talk_find_booth(const struct dm_room *room, const char *id, const char *key, uint8_t *booth,
			struct dm_refusal *refusal);

/* The room that somebody who may moderate it watches; NULL with *refusal filled. */
struct dm_room *dm_talk_moderated(const struct dm_conversation *conversation,
				  struct dm_refusal *refusal);

/* The room that a message names, for somebody who may moderate it; likewise. */
struct dm_room *dm_talk_directed(const struct dm_conversation *conversation, const char *room,
				 struct dm_refusal *refusal);

/* An organiser has done this: into the log and the history. `room` and `place` may be NULL.
 * `detail` is taken, and may be NULL. After the reply: what is logged is told at once. */
void dm_talk_record(const struct dm_conversation *conversation, const char *kind,
		    const struct dm_room *room, const char *place, json_t *detail);

/* Tells who has "my languages" what they hear now, when it is another channel than before. */
void dm_talk_tell_heard(struct dm_conversation *conversation);

#endif
