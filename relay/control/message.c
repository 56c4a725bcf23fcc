/* relay/control/message.c: see message.h */
#include "control/message.h"

#include "session/name.h"

#include <string.h>

/* Longest value of a key that is a name; BCP 47 tags are at most 35 in practice (RFC 5646, 4.4). */
#define NAME_MAX_BYTES 64

/* Nesting is bounded by jansson (2048) and the message by its size; ours are flat. */
#define LOAD_FLAGS (JSON_REJECT_DUPLICATES)

enum key {
	KEY_TYPE,
	KEY_ID,
	KEY_ROOM,
	KEY_LANG,
	KEY_VIDEO,
	KEY_SIGN,
	KEY_OFFER,
	KEY_PEER,
	KEY_TIME,
	KEY_TOKEN,
	KEY_COUNT,
};

#define BIT(key) (1u << (key))

static const char *const key_names[KEY_COUNT] = {
	[KEY_TYPE] = "type",   [KEY_ID] = "id",       [KEY_ROOM] = "room",   [KEY_LANG] = "lang",
	[KEY_VIDEO] = "video", [KEY_SIGN] = "sign",   [KEY_OFFER] = "offer", [KEY_PEER] = "peer",
	[KEY_TIME] = "time",   [KEY_TOKEN] = "token",
};

static const struct {
	const char *name;
	unsigned required; /* BIT(key), ORed */
	unsigned optional;
} types[DM_MESSAGE_COUNT] = {
	[DM_MESSAGE_JOIN] = { "join", BIT(KEY_ROOM) | BIT(KEY_OFFER),
			      BIT(KEY_LANG) | BIT(KEY_VIDEO) | BIT(KEY_SIGN) | BIT(KEY_TOKEN) },
	[DM_MESSAGE_SELECT] = { "select", 0, BIT(KEY_LANG) | BIT(KEY_VIDEO) | BIT(KEY_SIGN) },
	[DM_MESSAGE_RESTART] = { "restart", BIT(KEY_OFFER), 0 },
	[DM_MESSAGE_RESUME] = { "resume", BIT(KEY_PEER), BIT(KEY_TOKEN) },
	[DM_MESSAGE_LEAVE] = { "leave", 0, 0 },
	[DM_MESSAGE_PING] = { "ping", 0, BIT(KEY_TIME) },
};

static bool refuse_key(struct dm_refusal *refusal, enum key key, const char *why)
{
	return dm_refuse(refusal, DM_REFUSAL_BAD_MESSAGE, key_names[key], "'%s' %s.",
			 key_names[key], why);
}

/* A text without NUL inside. */
static bool read_text(const json_t *value, enum key key, size_t max, const char **text,
		      struct dm_refusal *refusal)
{
	if (!json_is_string(value))
		return refuse_key(refusal, key, "must be a string");
	if (json_string_length(value) > max)
		return refuse_key(refusal, key, "is too long");
	*text = json_string_value(value);
	return strlen(*text) == json_string_length(value) ||
	       refuse_key(refusal, key, "has a character that is not allowed");
}

static bool read_video(struct dm_message *message, const json_t *value, struct dm_refusal *refusal)
{
	const char *text = NULL;

	if (!read_text(value, KEY_VIDEO, NAME_MAX_BYTES, &text, refusal))
		return false;
	message->has_video = dm_video_choice_parse(text, &message->video);
	return message->has_video ||
	       refuse_key(refusal, KEY_VIDEO, "must be none, low, medium, high or auto");
}

static bool read_offer(struct dm_message *message, const json_t *value, struct dm_refusal *refusal)
{
	if (!read_text(value, KEY_OFFER, DM_MESSAGE_BYTES_MAX, &message->offer, refusal))
		return false;
	message->offer_bytes = json_string_length(value);
	return true;
}

static bool read_key(struct dm_message *message, enum key key, const json_t *value,
		     struct dm_refusal *refusal)
{
	switch (key) {
	case KEY_TYPE: /* read before */
		return true;
	case KEY_ID:
		message->has_id = json_is_integer(value);
		message->id = json_integer_value(value);
		return message->has_id || refuse_key(refusal, key, "must be an integer");
	case KEY_ROOM:
		return read_text(value, key, NAME_MAX_BYTES, &message->room, refusal);
	case KEY_LANG:
		return read_text(value, key, NAME_MAX_BYTES, &message->lang, refusal);
	case KEY_PEER:
		return read_text(value, key, NAME_MAX_BYTES, &message->peer, refusal);
	case KEY_VIDEO:
		return read_video(message, value, refusal);
	case KEY_OFFER:
		return read_offer(message, value, refusal);
	case KEY_SIGN:
		message->has_sign = json_is_boolean(value);
		message->sign = json_is_true(value);
		return message->has_sign || refuse_key(refusal, key, "must be true or false");
	case KEY_TIME:
		return json_is_number(value) || refuse_key(refusal, key, "must be a number");
	case KEY_TOKEN:
		return read_text(value, key, DM_MESSAGE_BYTES_MAX, &message->token, refusal);
	case KEY_COUNT:
		break;
	}
	return false;
}

static enum key find_key(const char *name)
{
	enum key key = 0;

	while (key < KEY_COUNT && strcmp(key_names[key], name) != 0)
		key++;
	return key;
}

/* Every key must be one that the type allows, and every one that it requires must be there. */
static bool read_keys(struct dm_message *message, unsigned required, unsigned optional,
		      struct dm_refusal *refusal)
{
	unsigned seen = 0;
	const char *name;
	json_t *value;

	json_object_foreach(message->root, name, value)
	{
		const enum key key = find_key(name);

		if (key == KEY_COUNT || !((required | optional) & BIT(key)))
			return dm_refuse(refusal, DM_REFUSAL_BAD_MESSAGE, name,
					 "The key '%.31s' means nothing here.", name);
		if (!read_key(message, key, value, refusal))
			return false;
		seen |= BIT(key);
	}
	for (enum key key = 0; key < KEY_COUNT; key++) {
		if (required & ~seen & BIT(key))
			return refuse_key(refusal, key, "is missing");
	}
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
	const char *text = "";

	if (!value)
		return refuse_key(refusal, KEY_TYPE, "is missing");
	if (!read_text(value, KEY_TYPE, NAME_MAX_BYTES, &text, refusal))
		return false;
	for (size_t i = 0; i < DM_MESSAGE_COUNT; i++) {
		if (strcmp(types[i].name, text) == 0) {
			message->type = (enum dm_message_type)i;
			return true;
		}
	}
	return refuse_key(refusal, KEY_TYPE,
			  "must be join, select, restart, resume, leave or ping");
}

bool dm_message_parse(struct dm_message *message, const char *text, size_t bytes,
		      struct dm_refusal *refusal)
{
	if (!load(message, text, bytes, refusal))
		return false;

	/* The id first, so that whatever is wrong can be told with it. */
	const json_t *id = json_object_get(message->root, "id");

	if (id && !read_key(message, KEY_ID, id, refusal))
		return false;
	return find_type(message, refusal) &&
	       read_keys(message, types[message->type].required | BIT(KEY_TYPE),
			 types[message->type].optional | BIT(KEY_ID), refusal);
}

bool dm_message_parse_select(struct dm_message *message, const char *text, size_t bytes,
			     struct dm_refusal *refusal)
{
	if (!load(message, text, bytes, refusal))
		return false;
	message->type = DM_MESSAGE_SELECT;
	return read_keys(message, 0, types[DM_MESSAGE_SELECT].optional, refusal);
}

void dm_message_finish(struct dm_message *message)
{
	json_decref(message->root);
	message->root = NULL;
}
