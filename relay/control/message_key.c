/* relay/control/message_key.c: see message_key.h */
#include "control/message_key.h"

#include "session/name.h"

#include <glib.h>
#include <stddef.h>
#include <string.h>

/* Longest value of a key that is a name; BCP 47 tags are at most 35 in practice (RFC 5646, 4.4). */
#define NAME_MAX_BYTES 64

enum form {
	ANYTHING, /* read elsewhere */
	NAME,
	LINE,  /* a person's name */
	LONG,  /* as long as a message can be */
	WHOLE, /* an integer within limits */
	TRUTH,
	NUMBER,
	LIST, /* of languages */
};

/* Where the value of a key goes, and where it is noted that it came. */
static const struct {
	const char *name;
	enum form form;
	size_t offset;
	size_t has_offset; /* 0: not noted; `type` is the first member */
	json_int_t least, most;
} keys[DM_KEYS] = {
#define AT(member) offsetof(struct dm_message, member)
	[DM_KEY_TYPE] = { "type", ANYTHING, 0, 0, 0, 0 },
	[DM_KEY_ID] = { "id", ANYTHING, 0, 0, 0, 0 },
	[DM_KEY_ROOM] = { "room", NAME, AT(room), 0, 0, 0 },
	[DM_KEY_LANG] = { "lang", NAME, AT(lang), 0, 0, 0 },
	[DM_KEY_VIDEO] = { "video", ANYTHING, 0, 0, 0, 0 },
	[DM_KEY_SIGN] = { "sign", TRUTH, AT(sign), AT(has_sign), 0, 0 },
	[DM_KEY_OFFER] = { "offer", ANYTHING, 0, 0, 0, 0 },
	[DM_KEY_PEER] = { "peer", NAME, AT(peer), 0, 0, 0 },
	[DM_KEY_TIME] = { "time", NUMBER, 0, 0, 0, 0 },
	[DM_KEY_TOKEN] = { "token", LONG, AT(token), 0, 0, 0 },
	[DM_KEY_BOOTH] = { "booth", NAME, AT(booth), 0, 0, 0 },
	[DM_KEY_NAME] = { "name", LINE, AT(name), 0, 0, 0 },
	[DM_KEY_KEY] = { "key", ANYTHING, 0, 0, 0, 0 },
	[DM_KEY_STATE] = { "state", ANYTHING, 0, 0, 0, 0 },
	[DM_KEY_OUTPUT] = { "output", ANYTHING, 0, 0, 0, 0 },
	[DM_KEY_CONSENT] = { "consent", TRUTH, AT(consent), 0, 0, 0 },
	[DM_KEY_DO] = { "do", ANYTHING, 0, 0, 0, 0 },
	[DM_KEY_SEAT] = { "seat", WHOLE, AT(seat), AT(has_seat), 0, DM_SEATS_MAX - 1 },
	[DM_KEY_PRESET] = { "preset", WHOLE, AT(preset), AT(has_preset), 0, DM_PRESETS - 1 },
	[DM_KEY_AUTOMATIC] = { "automatic", TRUTH, AT(automatic), AT(has_automatic), 0, 0 },
	[DM_KEY_LANGS] = { "langs", LIST, 0, 0, 0, 0 },
	[DM_KEY_TO] = { "to", NAME, AT(to), 0, 0, 0 },
	[DM_KEY_TEXT] = { "text", ANYTHING, 0, 0, 0, 0 },
	[DM_KEY_CALL] = { "call", ANYTHING, 0, 0, 0, 0 },
	[DM_KEY_COUNT_OF] = { "count", WHOLE, AT(count), 0, 1, DM_SEATS_MAX },
	[DM_KEY_UNDERSTOOD] = { "understood", LIST, 0, 0, 0, 0 },
	[DM_KEY_ALARM] = { "alarm", ANYTHING, 0, 0, 0, 0 },
	[DM_KEY_USE] = { "use", WHOLE, AT(use), 0, 0, DM_BACKUPS_MAX },
	[DM_KEY_ROLE] = { "role", ANYTHING, 0, 0, 0, 0 },
	[DM_KEY_CHANNEL] = { "channel", NAME, AT(channel), 0, 0, 0 },
	[DM_KEY_TTL] = { "ttl", ANYTHING, 0, 0, 0, 0 },
	[DM_KEY_ORGANISER] = { "organiser", TRUTH, AT(organiser), 0, 0, 0 },
#undef AT
};

const char *dm_message_key_name(enum dm_message_key key)
{
	return keys[key].name;
}

enum dm_message_key dm_message_key_find(const char *name)
{
	enum dm_message_key key = 0;

	while (key < DM_KEYS && strcmp(keys[key].name, name) != 0)
		key++;
	return key;
}

bool dm_message_key_refuse(struct dm_refusal *refusal, enum dm_message_key key, const char *why)
{
	return dm_refuse(refusal, DM_REFUSAL_BAD_MESSAGE, keys[key].name, "'%s' %s.",
			 keys[key].name, why);
}

/* A text without NUL inside. */
static bool read_text(const json_t *value, enum dm_message_key key, size_t max, const char **text,
		      struct dm_refusal *refusal)
{
	if (!json_is_string(value))
		return dm_message_key_refuse(refusal, key, "must be a string");
	if (json_string_length(value) > max)
		return dm_message_key_refuse(refusal, key, "is too long");
	*text = json_string_value(value);
	return strlen(*text) == json_string_length(value) ||
	       dm_message_key_refuse(refusal, key, "has a character that is not allowed");
}

/* Whether nothing in it controls a terminal, breaks a line, or is no character at all. Marks that
 * set the direction of writing stay: names in Arabic need them. */
static bool is_one_line(const char *text)
{
	for (; *text; text = g_utf8_next_char(text)) {
		const gunichar c = g_utf8_get_char(text);

		if (g_unichar_iscntrl(c) || !g_unichar_isdefined(c) ||
		    g_unichar_type(c) == G_UNICODE_LINE_SEPARATOR ||
		    g_unichar_type(c) == G_UNICODE_PARAGRAPH_SEPARATOR)
			return false;
	}
	return true;
}

/* What other people will read: some of it must be to be seen. */
static bool read_line(const json_t *value, enum dm_message_key key, size_t max_bytes,
		      size_t max_chars, const char **text, struct dm_refusal *refusal)
{
	const char *at;

	if (!read_text(value, key, max_bytes, text, refusal))
		return false;
	if ((size_t)g_utf8_strlen(*text, -1) > max_chars)
		return dm_message_key_refuse(refusal, key, "is too long");
	if (!is_one_line(*text))
		return dm_message_key_refuse(refusal, key, "must be one line of plain text");
	for (at = *text; *at && g_unichar_isspace(g_utf8_get_char(at)); at = g_utf8_next_char(at))
		;
	return *at || dm_message_key_refuse(refusal, key, "is empty");
}

static bool read_languages(struct dm_message *message, enum dm_message_key key, const json_t *value,
			   struct dm_refusal *refusal)
{
	size_t i;
	json_t *tag;

	if (!json_is_array(value))
		return dm_message_key_refuse(refusal, key, "must be a list of language tags");
	if (json_array_size(value) > DM_LANGUAGES_MAX)
		return dm_message_key_refuse(refusal, key, "has too many languages");
	json_array_foreach(value, i, tag)
	{
		const char *text = NULL;

		if (!read_text(tag, key, NAME_MAX_BYTES, &text, refusal))
			return false;
		if (dm_languages_add(&message->languages, text))
			return dm_message_key_refuse(
				refusal, key,
				"has something that is no language tag; \"fr\" or \"pt-BR\" is one");
	}
	return true;
}

static bool read_whole(const json_t *value, enum dm_message_key key, json_int_t least,
		       json_int_t most, json_int_t *number, struct dm_refusal *refusal)
{
	*number = json_integer_value(value);
	return (json_is_integer(value) && *number >= least && *number <= most) ||
	       dm_refuse(refusal, DM_REFUSAL_BAD_MESSAGE, keys[key].name,
			 "'%s' must be an integer from %lld to %lld.", keys[key].name,
			 (long long)least, (long long)most);
}

/* A seat's key is made by the relay: 32 lower-case hexadecimal digits. */
static bool read_seat_key(struct dm_message *message, const json_t *value,
			  struct dm_refusal *refusal)
{
	if (!read_text(value, DM_KEY_KEY, DM_PARTICIPANT_SIZE - 1, &message->key, refusal))
		return false;
	return (strlen(message->key) == DM_PARTICIPANT_SIZE - 1 &&
		strspn(message->key, "0123456789abcdef") == DM_PARTICIPANT_SIZE - 1) ||
	       dm_message_key_refuse(refusal, DM_KEY_KEY,
				     "must be the 32 hexadecimal digits that joined told");
}

/* Integers that are wider than a seat's. */
static bool read_number(struct dm_message *message, enum dm_message_key key, const json_t *value,
			struct dm_refusal *refusal)
{
	json_int_t number;

	switch (key) {
	case DM_KEY_CALL:
		if (!read_whole(value, key, 1, UINT32_MAX, &number, refusal))
			return false;
		message->call = (uint32_t)number;
		return true;
	case DM_KEY_ALARM:
		if (!read_whole(value, key, 1, INT64_MAX, &number, refusal))
			return false;
		message->alarm = (uint64_t)number;
		return true;
	case DM_KEY_TTL:
		if (!read_whole(value, key, DM_MINT_TTL_MIN, DM_MINT_TTL_MAX, &number, refusal))
			return false;
		message->ttl = (uint32_t)number;
		message->has_ttl = true;
		return true;
	default: /* type, state, do, to, role: read before */
		return true;
	}
}

static bool read_special(struct dm_message *message, enum dm_message_key key, const json_t *value,
			 struct dm_refusal *refusal)
{
	const char *text = "";

	switch (key) {
	case DM_KEY_ID:
		message->has_id = json_is_integer(value);
		message->id = json_integer_value(value);
		return message->has_id || dm_message_key_refuse(refusal, key, "must be an integer");
	case DM_KEY_VIDEO:
		if (!read_text(value, key, NAME_MAX_BYTES, &text, refusal))
			return false;
		message->has_video = dm_video_choice_parse(text, &message->video);
		return message->has_video ||
		       dm_message_key_refuse(refusal, key,
					     "must be none, low, medium, high or auto");
	case DM_KEY_OFFER:
		message->offer_bytes = json_string_length(value);
		return read_text(value, key, DM_MESSAGE_BYTES_MAX, &message->offer, refusal);
	case DM_KEY_KEY:
		return read_seat_key(message, value, refusal);
	case DM_KEY_OUTPUT:
		if (!read_text(value, key, NAME_MAX_BYTES, &text, refusal))
			return false;
		message->has_output = !strcmp(text, "A") || !strcmp(text, "B");
		message->output = text[0] == 'B' ? DM_OUTPUT_B : DM_OUTPUT_A;
		return message->has_output || dm_message_key_refuse(refusal, key, "must be A or B");
	case DM_KEY_TEXT:
		return read_line(value, key, 4 * DM_CHAT_CHARS_MAX, DM_CHAT_CHARS_MAX,
				 &message->text, refusal);
	default:
		return read_number(message, key, value, refusal);
	}
}

bool dm_message_key_read(struct dm_message *message, enum dm_message_key key, const json_t *value,
			 struct dm_refusal *refusal)
{
	void *const at = (char *)message + keys[key].offset;
	json_int_t number;

	if (keys[key].has_offset)
		*(bool *)((char *)message + keys[key].has_offset) = true;
	switch (keys[key].form) {
	case ANYTHING:
		return read_special(message, key, value, refusal);
	case NAME:
		return read_text(value, key, NAME_MAX_BYTES, at, refusal);
	case LINE:
		return read_line(value, key, DM_PARTICIPANT_NAME_SIZE - 1,
				 DM_PARTICIPANT_NAME_SIZE - 1, at, refusal);
	case LONG:
		return read_text(value, key, DM_MESSAGE_BYTES_MAX, at, refusal);
	case WHOLE:
		if (!read_whole(value, key, keys[key].least, keys[key].most, &number, refusal))
			return false;
		*(uint8_t *)at = (uint8_t)number;
		return true;
	case TRUTH:
		*(bool *)at = json_is_true(value);
		return json_is_boolean(value) ||
		       dm_message_key_refuse(refusal, key, "must be true or false");
	case NUMBER:
		return json_is_number(value) ||
		       dm_message_key_refuse(refusal, key, "must be a number");
	case LIST:
		return read_languages(message, key, value, refusal);
	}
	return false;
}

bool dm_message_key_choose(struct dm_message *message, enum dm_message_key key,
			   const char *const *words, const json_t *value,
			   struct dm_refusal *refusal)
{
	char why[sizeof(refusal->message)] = "must be one of: ";

	if (!read_text(value, key, NAME_MAX_BYTES, &message->word_text, refusal))
		return false;
	for (message->word = 0; words[message->word]; message->word++) {
		if (!strcmp(words[message->word], message->word_text))
			return true;
		if (message->word)
			g_strlcat(why, ", ", sizeof(why));
		g_strlcat(why, words[message->word], sizeof(why));
	}
	return dm_message_key_refuse(refusal, key, why);
}
