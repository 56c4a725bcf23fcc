/* relay/control/message.c: see message.h */
#include "control/message.h"

#include "control/message_key.h"

#include <string.h>

/* Nesting is bounded by jansson (2048) and the message by its size; ours are flat. */
#define LOAD_FLAGS (JSON_REJECT_DUPLICATES)

#define BIT(key) (1u << (key))
_Static_assert(DM_KEYS <= 32, "a set of keys is 32 bits");

static const char *const microphone_words[] = { "on", "muted", "off", NULL };
static const char *const handover_words[] = { "ask",    "offer", "accept", "decline",
					      "cancel", "take",  NULL };
static const char *const override_words[] = { "off", "mute", "release", "on", "move", NULL };
static const char *const chat_words[] = { "booth", "technician", NULL };
static const char *const sitting_words[] = { "closed", "line-up", "running", "paused", NULL };
static const char *const notify_words[] = { "room", "everyone", "booths", NULL };
static const char *const mint_words[] = { "delegate", "interpreter", "organiser", "feed", NULL };
static const char *const line_up_words[] = { "start", "stop", NULL };

static const struct {
	const char *name;
	unsigned required; /* BIT(key), ORed */
	unsigned optional;
	unsigned one_of; /* of these exactly one; they are optional too. 0: none such */
	enum dm_message_key word_key;
	const char *const *words; /* NULL: no key of this type takes words */
} types[DM_MESSAGE_COUNT] = {
#define WORDS(key, list) 0, (key), (list)
#define NO_WORDS         0, DM_KEYS, NULL
	[DM_MESSAGE_JOIN] = { "join", BIT(DM_KEY_ROOM) | BIT(DM_KEY_OFFER),
			      BIT(DM_KEY_LANG) | BIT(DM_KEY_VIDEO) | BIT(DM_KEY_SIGN) |
				      BIT(DM_KEY_TOKEN) | BIT(DM_KEY_BOOTH) | BIT(DM_KEY_NAME) |
				      BIT(DM_KEY_KEY) | BIT(DM_KEY_ORGANISER),
			      NO_WORDS },
	[DM_MESSAGE_SELECT] = { "select", 0,
				BIT(DM_KEY_LANG) | BIT(DM_KEY_VIDEO) | BIT(DM_KEY_SIGN), NO_WORDS },
	[DM_MESSAGE_RESTART] = { "restart", BIT(DM_KEY_OFFER), 0, NO_WORDS },
	[DM_MESSAGE_RESUME] = { "resume", BIT(DM_KEY_PEER), BIT(DM_KEY_TOKEN), NO_WORDS },
	[DM_MESSAGE_LEAVE] = { "leave", 0, 0, NO_WORDS },
	[DM_MESSAGE_PING] = { "ping", 0, BIT(DM_KEY_TIME), NO_WORDS },
	[DM_MESSAGE_LANGUAGES] = { "languages", BIT(DM_KEY_UNDERSTOOD), 0, NO_WORDS },
	[DM_MESSAGE_MICROPHONE] = { "microphone", BIT(DM_KEY_STATE), BIT(DM_KEY_OUTPUT),
				    WORDS(DM_KEY_STATE, microphone_words) },
	[DM_MESSAGE_STANDBY] = { "standby", BIT(DM_KEY_CONSENT), 0, NO_WORDS },
	[DM_MESSAGE_HANDOVER] = { "handover", BIT(DM_KEY_DO), BIT(DM_KEY_SEAT),
				  WORDS(DM_KEY_DO, handover_words) },
	[DM_MESSAGE_INCOMING] = { "incoming", 0, 0,
				  BIT(DM_KEY_LANG) | BIT(DM_KEY_PRESET) | BIT(DM_KEY_AUTOMATIC),
				  DM_KEYS, NULL },
	[DM_MESSAGE_PRESET] = { "preset", BIT(DM_KEY_PRESET) | BIT(DM_KEY_LANG), 0, NO_WORDS },
	[DM_MESSAGE_PIVOTS] = { "pivots", BIT(DM_KEY_LANGS), 0, NO_WORDS },
	[DM_MESSAGE_MONITOR] = { "monitor", BIT(DM_KEY_OUTPUT), 0, NO_WORDS },
	[DM_MESSAGE_SLOW_DOWN] = { "slow-down", 0, 0, NO_WORDS },
	[DM_MESSAGE_CALL] = { "call", 0, 0, NO_WORDS },
	[DM_MESSAGE_FLOOR_LANGUAGE] = { "floor-language", BIT(DM_KEY_LANG), BIT(DM_KEY_ROOM),
					NO_WORDS },
	[DM_MESSAGE_CALL_DONE] = { "call-done", BIT(DM_KEY_CALL), 0, NO_WORDS },
	[DM_MESSAGE_CHAT] = { "chat", BIT(DM_KEY_TO) | BIT(DM_KEY_TEXT),
			      BIT(DM_KEY_ROOM) | BIT(DM_KEY_BOOTH), WORDS(DM_KEY_TO, chat_words) },
	[DM_MESSAGE_WATCH] = { "watch", BIT(DM_KEY_ROOM), BIT(DM_KEY_TOKEN), NO_WORDS },
	[DM_MESSAGE_OVERRIDE] = { "override", BIT(DM_KEY_BOOTH) | BIT(DM_KEY_SEAT) | BIT(DM_KEY_DO),
				  BIT(DM_KEY_OUTPUT) | BIT(DM_KEY_TO),
				  WORDS(DM_KEY_DO, override_words) },
	[DM_MESSAGE_ON_AIR_MAX] = { "on-air-max", BIT(DM_KEY_BOOTH) | BIT(DM_KEY_COUNT_OF), 0,
				    NO_WORDS },
	[DM_MESSAGE_CALL_TAKE] = { "call-take", BIT(DM_KEY_CALL), 0, NO_WORDS },
	[DM_MESSAGE_OVERSEE] = { "oversee", 0, BIT(DM_KEY_ROOM) | BIT(DM_KEY_TOKEN), NO_WORDS },
	[DM_MESSAGE_ACKNOWLEDGE] = { "acknowledge", BIT(DM_KEY_ALARM), 0, NO_WORDS },
	[DM_MESSAGE_SITTING] = { "sitting", BIT(DM_KEY_ROOM) | BIT(DM_KEY_STATE), 0,
				 WORDS(DM_KEY_STATE, sitting_words) },
	[DM_MESSAGE_SOURCE] = { "source", BIT(DM_KEY_ROOM) | BIT(DM_KEY_USE), 0, NO_WORDS },
	[DM_MESSAGE_BOOTH_RESTART] = { "booth-restart", BIT(DM_KEY_ROOM) | BIT(DM_KEY_BOOTH), 0,
				       NO_WORDS },
	[DM_MESSAGE_NOTIFY] = { "notify", BIT(DM_KEY_TO) | BIT(DM_KEY_TEXT), BIT(DM_KEY_ROOM),
				WORDS(DM_KEY_TO, notify_words) },
	[DM_MESSAGE_MINT] = { "mint", BIT(DM_KEY_ROLE),
			      BIT(DM_KEY_ROOM) | BIT(DM_KEY_CHANNEL) | BIT(DM_KEY_NAME) |
				      BIT(DM_KEY_TTL),
			      WORDS(DM_KEY_ROLE, mint_words) },
	[DM_MESSAGE_LISTEN] = { "listen", 0,
				BIT(DM_KEY_LANG) | BIT(DM_KEY_BOOTH) | BIT(DM_KEY_SEAT), NO_WORDS },
	[DM_MESSAGE_LINE_UP] = { "line-up", BIT(DM_KEY_ROOM) | BIT(DM_KEY_DO), 0,
				 WORDS(DM_KEY_DO, line_up_words) },
#undef NO_WORDS
#undef WORDS
};

const char *dm_message_type_name(enum dm_message_type type)
{
	return types[type].name;
}

static bool read_key(struct dm_message *message, enum dm_message_key key, const json_t *value,
		     struct dm_refusal *refusal)
{
	const char *const *words = types[message->type].words;

	if (words && types[message->type].word_key == key)
		return dm_message_key_choose(message, key, words, value, refusal);
	return dm_message_key_read(message, key, value, refusal);
}

/* To oversee no room in detail can be said aloud. */
static bool may_be_null(enum dm_message_type type, enum dm_message_key key, const json_t *value)
{
	return type == DM_MESSAGE_OVERSEE && key == DM_KEY_ROOM && json_is_null(value);
}

static bool refuse_not_one(enum dm_message_type type, struct dm_refusal *refusal)
{
	return dm_refuse(refusal, DM_REFUSAL_BAD_MESSAGE, NULL,
			 "A message '%s' takes exactly one of 'lang', 'preset' and 'automatic'.",
			 types[type].name);
}

/* Every key must be one that the type allows, and every one that it requires must be there. */
static bool read_keys(struct dm_message *message, unsigned required, unsigned optional,
		      unsigned one_of, struct dm_refusal *refusal)
{
	unsigned seen = 0;
	const char *name;
	json_t *value;

	json_object_foreach(message->root, name, value)
	{
		const enum dm_message_key key = dm_message_key_find(name);

		if (key == DM_KEYS || !((required | optional | one_of) & BIT(key)))
			return dm_refuse(refusal, DM_REFUSAL_BAD_MESSAGE, name,
					 "The key '%.31s' means nothing here.", name);
		if (!may_be_null(message->type, key, value) &&
		    !read_key(message, key, value, refusal))
			return false;
		seen |= BIT(key);
	}
	for (enum dm_message_key key = 0; key < DM_KEYS; key++) {
		if (required & ~seen & BIT(key))
			return dm_message_key_refuse(refusal, key, "is missing");
	}
	seen &= one_of;
	if (one_of && (!seen || (seen & (seen - 1))))
		return refuse_not_one(message->type, refusal);
	return true;
}

static bool load(struct dm_message *message, const char *text, size_t bytes,
		 struct dm_refusal *refusal)
{
	json_error_t error;

	memset(message, 0, sizeof(*message));
	if (bytes > DM_MESSAGE_BYTES_MAX)
		return dm_refuse(refusal, DM_REFUSAL_TOO_LARGE, NULL,
				 "The message is longer than 64 KiB.");
	message->root = json_loadb(text, bytes, LOAD_FLAGS, &error);
	if (!message->root)
		return dm_refuse(refusal, DM_REFUSAL_BAD_JSON, NULL,
				 "The message is not JSON (line %d, column %d): %.100s.",
				 error.line, error.column, error.text);
	return json_is_object(message->root) ||
	       dm_refuse(refusal, DM_REFUSAL_BAD_JSON, NULL, "The message is not a JSON object.");
}

static bool find_type(struct dm_message *message, struct dm_refusal *refusal)
{
	const json_t *value = json_object_get(message->root, "type");
	const char *text = json_string_value(value);

	if (!value)
		return dm_message_key_refuse(refusal, DM_KEY_TYPE, "is missing");
	for (size_t i = 0; text && i < DM_MESSAGE_COUNT; i++) {
		if (strcmp(types[i].name, text) == 0) {
			message->type = (enum dm_message_type)i;
			return true;
		}
	}
	return dm_message_key_refuse(refusal, DM_KEY_TYPE,
				     text ? "is no message of dragoman.v1" : "must be a string");
}

bool dm_message_parse(struct dm_message *message, const char *text, size_t bytes,
		      struct dm_refusal *refusal)
{
	if (!load(message, text, bytes, refusal))
		return false;

	/* The id first, so that whatever is wrong can be told with it. */
	const json_t *id = json_object_get(message->root, "id");

	if (id && !dm_message_key_read(message, DM_KEY_ID, id, refusal))
		return false;
	return find_type(message, refusal) &&
	       read_keys(message, types[message->type].required | BIT(DM_KEY_TYPE),
			 types[message->type].optional | BIT(DM_KEY_ID),
			 types[message->type].one_of, refusal);
}

bool dm_message_parse_select(struct dm_message *message, const char *text, size_t bytes,
			     struct dm_refusal *refusal)
{
	if (!load(message, text, bytes, refusal))
		return false;
	message->type = DM_MESSAGE_SELECT;
	return read_keys(message, 0, types[DM_MESSAGE_SELECT].optional, 0, refusal);
}

void dm_message_finish(struct dm_message *message)
{
	json_decref(message->root);
	message->root = NULL;
}
