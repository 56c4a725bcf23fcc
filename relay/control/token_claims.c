/* relay/control/token_claims.c: see token_claims.h */
#include "control/token_claims.h"

#include <glib.h>
#include <string.h>

/* Far beyond any event: the year 9999, the last that a date of four digits can tell. */
#define TIME_MAX INT64_C(253402300799)

/* Rooms are [a-z0-9-] and languages [A-Za-z0-9-]. */
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"

static bool add_name(const json_t *value, struct dm_grant_names *names)
{
	const char *text = json_string_value(value);
	const size_t bytes = json_string_length(value);

	if (!text || !bytes || bytes >= DM_GRANT_NAME_SIZE || names->count == DM_GRANT_NAMES_MAX ||
	    strspn(text, NAME_CHARACTERS) != bytes)
		return false;
	memcpy(names->text[names->count++], text, bytes + 1);
	return true;
}

/* Missing: all. A text or a list of texts: those. An empty list would read as all: it is refused.
 */
static bool read_names(const json_t *value, struct dm_grant_names *names)
{
	if (!value)
		return true;
	if (!json_is_array(value))
		return add_name(value, names);
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (!add_name(json_array_get(value, i), names))
			return false;
	}
	return names->count > 0;
}

/* RFC 7519, 2: a NumericDate may have a fraction. */
static bool read_time(const json_t *value, int64_t *time)
{
	const double seconds = json_number_value(value);

	if (!json_is_number(value) || !(seconds >= 0 && seconds <= (double)TIME_MAX))
		return false;
	*time = (int64_t)seconds;
	return true;
}

static bool read_role(const json_t *value, enum dm_role *role)
{
	return json_is_string(value) && dm_role_parse(json_string_value(value), role);
}

static bool read_id(const json_t *value, char id[DM_TOKEN_NAME_SIZE])
{
	const char *text = json_string_value(value);

	if (!text || strlen(text) != json_string_length(value) || !dm_token_id_is_sound(text))
		return false;
	g_strlcpy(id, text, DM_TOKEN_NAME_SIZE);
	return true;
}

/* A person's name goes to other people's screens: no control characters. */
static bool read_person(const json_t *value, char name[DM_TOKEN_NAME_SIZE])
{
	const char *text = json_string_value(value);

	if (!value)
		return true;
	if (!text || json_string_length(value) >= DM_TOKEN_NAME_SIZE)
		return false;
	for (const char *at = text; at < text + json_string_length(value);
	     at = g_utf8_next_char(at)) {
		if (g_unichar_iscntrl(g_utf8_get_char(at)))
			return false;
	}
	g_strlcpy(name, text, DM_TOKEN_NAME_SIZE);
	return true;
}

static bool is_text(const json_t *value, const char *text)
{
	return json_is_string(value) && strlen(text) == json_string_length(value) &&
	       strcmp(json_string_value(value), text) == 0;
}

/* RFC 7519, 4.1.3: one text or a list of them. */
static bool holds_audience(const json_t *value, const char *audience)
{
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (is_text(json_array_get(value, i), audience))
			return true;
	}
	return is_text(value, audience);
}

enum dm_token_fault dm_token_claims_read(const json_t *claims, const struct dm_token_key *key,
					 struct dm_token *token)
{
	const json_t *event = json_object_get(claims, "event");
	const json_t *not_before = json_object_get(claims, "nbf");

	if (key->issuer && !is_text(json_object_get(claims, "iss"), key->issuer))
		return DM_TOKEN_WRONG_ISSUER;
	if (key->audience && !holds_audience(json_object_get(claims, "aud"), key->audience))
		return DM_TOKEN_WRONG_ISSUER;
	if (key->event && event && !is_text(event, key->event))
		return DM_TOKEN_WRONG_EVENT;
	if (!read_role(json_object_get(claims, "role"), &token->grant.role) ||
	    !read_names(json_object_get(claims, "room"), &token->grant.rooms) ||
	    !read_names(json_object_get(claims, "channel"), &token->grant.channels) ||
	    !read_person(json_object_get(claims, "name"), token->name) ||
	    !read_id(json_object_get(claims, "jti"), token->id) ||
	    !read_time(json_object_get(claims, "exp"), &token->expires_at) ||
	    (not_before && !read_time(not_before, &token->not_before)))
		return DM_TOKEN_BAD_CLAIM;
	return DM_TOKEN_FINE;
}

/* One as a text, several as a list. NULL for all. */
static json_t *names_json(const struct dm_grant_names *names)
{
	json_t *list;

	if (names->count < 2)
		return names->count ? json_string(names->text[0]) : NULL;
	list = json_array();
	for (size_t i = 0; i < names->count; i++)
		json_array_append_new(list, json_string(names->text[i]));
	return list;
}

/* Leaves out what is not said. */
static void set(json_t *claims, const char *name, json_t *value)
{
	if (value)
		json_object_set_new(claims, name, value);
}

static json_t *text_json(const char *text)
{
	return text && *text ? json_string(text) : NULL;
}

json_t *dm_token_claims_write(const struct dm_token_key *key, const struct dm_token *token,
			      int64_t now)
{
	json_t *claims = json_object();
	struct dm_token back = { 0 };

	set(claims, "role", json_string(dm_role_name(token->grant.role)));
	set(claims, "room", names_json(&token->grant.rooms));
	set(claims, "channel", names_json(&token->grant.channels));
	set(claims, "name", text_json(token->name));
	set(claims, "event", text_json(key->event));
	set(claims, "iss", text_json(key->issuer));
	set(claims, "aud", text_json(key->audience));
	set(claims, "jti", json_string(token->id));
	set(claims, "iat", json_integer(now));
	if (token->not_before)
		set(claims, "nbf", json_integer(token->not_before));
	set(claims, "exp", json_integer(token->expires_at));
	if (dm_token_claims_read(claims, key, &back) == DM_TOKEN_FINE)
		return claims;
	json_decref(claims);
	return NULL;
}
