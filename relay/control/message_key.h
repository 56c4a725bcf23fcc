/* relay/control/message_key.h
 *
 * The keys of messages: what each is called, and which values it takes. What a message may hold is
 * message.c's to say. Private to message.c.
 *
 * Pure. Thread: any.
 */
#ifndef DM_CONTROL_MESSAGE_KEY_H
#define DM_CONTROL_MESSAGE_KEY_H

#include "control/message.h"

enum dm_message_key {
	DM_KEY_TYPE,
	DM_KEY_ID,
	DM_KEY_ROOM,
	DM_KEY_LANG,
	DM_KEY_VIDEO,
	DM_KEY_SIGN,
	DM_KEY_OFFER,
	DM_KEY_PEER,
	DM_KEY_TIME,
	DM_KEY_TOKEN,
	DM_KEY_BOOTH,
	DM_KEY_NAME,
	DM_KEY_KEY,
	DM_KEY_STATE,
	DM_KEY_OUTPUT,
	DM_KEY_CONSENT,
	DM_KEY_DO,
	DM_KEY_SEAT,
	DM_KEY_PRESET,
	DM_KEY_AUTOMATIC,
	DM_KEY_LANGS,
	DM_KEY_TO,
	DM_KEY_TEXT,
	DM_KEY_CALL,
	DM_KEY_COUNT_OF, /* "count" */
	DM_KEY_UNDERSTOOD,
	DM_KEY_ALARM,
	DM_KEY_USE,
	DM_KEY_ROLE,
	DM_KEY_CHANNEL,
	DM_KEY_TTL,
	DM_KEY_ORGANISER,
	DM_KEYS,
};

/* DM_KEYS when there is none of that name. */
enum dm_message_key dm_message_key_find(const char *name);
const char *dm_message_key_name(enum dm_message_key key);

/* Reads the value into the message; false with *refusal filled. `state`, `do`, `to` and
 * `role` are texts here: dm_message_key_choose makes words of them. */
bool dm_message_key_read(struct dm_message *message, enum dm_message_key key, const json_t *value,
			 struct dm_refusal *refusal);

/* Sets message->word by a list of words that ends with NULL. */
bool dm_message_key_choose(struct dm_message *message, enum dm_message_key key,
			   const char *const *words, const json_t *value,
			   struct dm_refusal *refusal);

/* "'key' why." Always false. */
bool dm_message_key_refuse(struct dm_refusal *refusal, enum dm_message_key key, const char *why);

#endif
