/* relay/control/mint_talk.c: tokens that an organiser makes for others; see talk.h */
#include "control/talk.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static bool refuse_wider(struct dm_refusal *refusal, const char *key, const char *what)
{
	return dm_refuse(refusal, DM_REFUSAL_FORBIDDEN, key,
			 "A token of yours cannot be for more than your own: it is for other %s.",
			 what);
}

/* Of a room, or of any room that it could be for. NULL: there is no such channel. */
static const char *find_lang(const struct dm_conversation *conversation, struct dm_room *room,
			     const char *lang)
{
	struct dm_event *event = conversation->hub->options.event;
	const struct dm_channel *channel = NULL;

	if (room)
		channel = dm_room_find_channel(room, lang);
	for (size_t n = 0; !room && !channel && n < dm_event_room_count(event); n++)
		channel = dm_room_find_channel(dm_event_room(event, n), lang);
	return channel ? channel->lang : NULL;
}

static void set_one(struct dm_grant_names *names, const char *name)
{
	g_strlcpy(names->text[0], name, sizeof(names->text[0]));
	names->count = 1;
}

static bool holds(const struct dm_grant_names *names, const char *name)
{
	for (size_t n = 0; n < names->count; n++) {
		if (!strcasecmp(names->text[n], name))
			return true;
	}
	return !names->count;
}

/* What it is for: as the message says, and never more than the organiser's own. False with
 * *refusal filled. */
static bool set_grant(const struct dm_conversation *conversation, const struct dm_message *message,
		      struct dm_grant *grant, struct dm_room **room, struct dm_refusal *refusal)
{
	const struct dm_grant *own = &conversation->visitor->token.grant;

	grant->role = (enum dm_role)(message->word + DM_ROLE_DELEGATE);
	grant->rooms = own->rooms;
	grant->channels = own->channels;
	*room = NULL;
	if (message->room) {
		*room = dm_talk_directed(conversation, message->room, refusal);
		if (!*room)
			return false;
		set_one(&grant->rooms, (*room)->options->id);
	} else if (!dm_talk_may(conversation, DM_ACTION_MODERATE, NULL, NULL, refusal)) {
		return false;
	}
	if (message->channel) {
		const char *lang = find_lang(conversation, *room, message->channel);

		if (!lang)
			return dm_refuse(refusal, DM_REFUSAL_UNKNOWN_LANGUAGE, "channel",
					 "There is no channel '%.40s'; /api/event lists them.",
					 message->channel);
		if (!holds(&own->channels, lang))
			return refuse_wider(refusal, "channel", "channels");
		set_one(&grant->channels, lang);
	}
	return true;
}

/* Where whoever gets the token goes; NULL for a machine without a room. The caller's (g_free).
 * Names and tokens need no escapes in a query: [A-Za-z0-9._-]. */
static char *link_of(const struct dm_token *token, const struct dm_room *room, const char *channel,
		     const char *text)
{
	static const char *const pages[DM_ROLE_COUNT] = {
		[DM_ROLE_DELEGATE] = "/",
		[DM_ROLE_INTERPRETER] = "/interpreter",
		[DM_ROLE_ORGANISER] = "/organiser",
	};
	const char *lang = channel ? token->grant.channels.text[0] : NULL;

	if (token->grant.role != DM_ROLE_FEED)
		return g_strconcat(pages[token->grant.role], "?", room ? "room=" : "",
				   room ? room->options->id : "", room ? "&" : "",
				   lang ? "lang=" : "", lang ? lang : "", lang ? "&" : "",
				   "token=", text, NULL);
	if (!room)
		return NULL;
	if (!lang || !strcasecmp(lang, "floor"))
		return g_strconcat("/whip/", room->options->id, "/floor", NULL);
	return g_strconcat("/whip/", room->options->id, "/channels/", lang, NULL);
}

static void record(const struct dm_conversation *conversation, const struct dm_message *message,
		   const struct dm_room *room, const struct dm_token *token, int64_t ttl)
{
	json_t *detail = json_pack("{s:s, s:s?, s:s?, s:I, s:s}", "role",
				   dm_role_name(token->grant.role), "room",
				   room ? room->options->id : NULL, "channel", message->channel,
				   "ttl", (json_int_t)ttl, "id", token->id);

	dm_talk_record(conversation, "mint", room, message->channel, detail);
}

static void reply(struct dm_conversation *conversation, const struct dm_message *message,
		  const struct dm_room *room, const struct dm_token *token, const char *text)
{
	json_t *json = dm_talk_reply("minted", message);
	char *link = link_of(token, room, message->channel, text);

	json_object_set_new(json, "token", json_string(text));
	json_object_set_new(json, "link", link ? json_string(link) : json_null());
	json_object_set_new(json, "expires", json_integer(token->expires_at));
	dm_conversation_push_json(conversation, json);
	g_free(link);
}

bool dm_talk_mint(struct dm_conversation *conversation, const struct dm_message *message,
		  struct dm_refusal *refusal)
{
	struct dm_access *access = conversation->hub->options.access;
	struct dm_token token = { .id = "" };
	struct dm_room *room;
	int64_t ttl;
	char *text;

	if (!dm_access_can_mint(access))
		return dm_refuse(refusal, DM_REFUSAL_CANNOT_MINT, NULL,
				 "This relay has no secret to sign tokens with; see 'security' in "
				 "its configuration.");
	/* From here on nobody comes without a good token: see access. */
	if (!dm_talk_may(conversation, DM_ACTION_MODERATE, message->room, NULL, refusal) ||
	    !set_grant(conversation, message, &token.grant, &room, refusal))
		return false;
	if (message->name)
		g_strlcpy(token.name, message->name, sizeof(token.name));
	ttl = dm_access_mint(access, conversation->visitor, message->has_ttl ? message->ttl : 0,
			     &token, &text);
	if (ttl < 0)
		return dm_refuse_errno(refusal, (int)ttl);
	reply(conversation, message, room, &token, text);
	record(conversation, message, room, &token, ttl);
	explicit_bzero(text, strlen(text));
	g_free(text);
	return true;
}
