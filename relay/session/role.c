#include "session/role.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* How far a role's right to an action goes. */
enum reach {
	NO,
	CHANNEL, /* the rooms and channels of the grant */
	ROOM,    /* the rooms of the grant, whatever its channels */
	EVENT,   /* a grant that is not limited */
};

/* Each line an action; the columns as in enum dm_role. An interpreter hears every channel of the
 * room, for relay, and speaks into those of the grant. */
static const struct {
	const char *name;
	const char *words; /* "to …" */
	enum reach reach[DM_ROLE_COUNT];
} actions[DM_ACTION_COUNT] = {
	/* clang-format off */
	/*                                                                                anonymous delegate interp. organ. feed */
	[DM_ACTION_LISTEN] =             { "listen", "listen",                            { CHANNEL, CHANNEL, ROOM,    ROOM,  NO } },
	[DM_ACTION_SELECT] =             { "select", "change the language",               { CHANNEL, CHANNEL, ROOM,    ROOM,  NO } },
	[DM_ACTION_PUBLISH_FLOOR] =      { "publish-floor", "send the floor",             { NO,      NO,      NO,      NO,    CHANNEL } },
	[DM_ACTION_PUBLISH_CHANNEL] =    { "publish-channel", "speak into a channel",     { NO,      NO,      CHANNEL, NO,    CHANNEL } },
	[DM_ACTION_TAKE_BOOTH] =         { "take-booth", "sit in a booth",                { NO,      NO,      CHANNEL, NO,    NO } },
	[DM_ACTION_HAND_OVER] =          { "hand-over", "hand the microphone over",       { NO,      NO,      CHANNEL, NO,    NO } },
	[DM_ACTION_SET_FLOOR_LANGUAGE] = { "set-floor-language", "set the floor's language", { NO,   NO,      ROOM,    ROOM,  NO } },
	[DM_ACTION_MODERATE] =           { "moderate", "moderate",                        { NO,      NO,      NO,      ROOM,  NO } },
	[DM_ACTION_SEE_ORGANISER] =      { "see-organiser", "see the organiser's view",   { NO,      NO,      NO,      ROOM,  NO } },
	[DM_ACTION_SEE_METRICS] =        { "see-metrics", "read the metrics",             { NO,      NO,      NO,      EVENT, NO } },
	/* clang-format on */
};

static const char *const role_names[DM_ROLE_COUNT] = {
	[DM_ROLE_ANONYMOUS] = "anonymous",
	[DM_ROLE_DELEGATE] = "delegate",
	[DM_ROLE_INTERPRETER] = "interpreter",
	[DM_ROLE_ORGANISER] = "organiser",
	[DM_ROLE_FEED] = "feed",
};

const char *dm_role_name(enum dm_role role)
{
	return role_names[role];
}

bool dm_role_parse(const char *name, enum dm_role *role)
{
	for (enum dm_role r = DM_ROLE_DELEGATE; r < DM_ROLE_COUNT; r++) {
		if (strcmp(role_names[r], name) == 0) {
			*role = r;
			return true;
		}
	}
	return false;
}

const char *dm_action_name(enum dm_action action)
{
	return actions[action].name;
}

const char *dm_permission_name(enum dm_permission verdict)
{
	static const char *const names[DM_PERMISSION_COUNT] = {
		[DM_PERMISSION_ALLOWED] = "allowed",
		[DM_PERMISSION_NO_TOKEN] = "no-token",
		[DM_PERMISSION_WRONG_ROLE] = "wrong-role",
		[DM_PERMISSION_WRONG_ROOM] = "wrong-room",
		[DM_PERMISSION_NOT_WHOLE] = "not-whole",
		[DM_PERMISSION_WRONG_CHANNEL] = "wrong-channel",
	};

	return names[verdict];
}

/* Ids of rooms have no capitals, so that one comparison serves rooms and languages. */
static bool covers(const struct dm_grant_names *names, const char *name)
{
	if (!names->count || !name)
		return true;
	for (size_t i = 0; i < names->count; i++) {
		if (strcasecmp(names->text[i], name) == 0)
			return true;
	}
	return false;
}

enum dm_permission dm_role_may(const struct dm_grant *grant, enum dm_action action,
			       const char *room, const char *channel)
{
	const enum reach reach = actions[action].reach[grant->role];

	if (reach == NO)
		return grant->role == DM_ROLE_ANONYMOUS ? DM_PERMISSION_NO_TOKEN
							: DM_PERMISSION_WRONG_ROLE;
	if (reach == EVENT)
		return grant->rooms.count || grant->channels.count ? DM_PERMISSION_NOT_WHOLE
								   : DM_PERMISSION_ALLOWED;
	if (!covers(&grant->rooms, room))
		return DM_PERMISSION_WRONG_ROOM;
	if (reach == CHANNEL && !covers(&grant->channels, channel))
		return DM_PERMISSION_WRONG_CHANNEL;
	return DM_PERMISSION_ALLOWED;
}

struct sentence {
	char *text;
	size_t size;
	size_t used;
};

__attribute__((format(printf, 2, 3))) static void add(struct sentence *sentence, const char *format,
						      ...)
{
	va_list arguments;

	if (sentence->used >= sentence->size)
		return;
	va_start(arguments, format);
	sentence->used += (size_t)vsnprintf(sentence->text + sentence->used,
					    sentence->size - sentence->used, format, arguments);
	va_end(arguments);
}

static void add_names(struct sentence *sentence, const struct dm_grant_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		add(sentence, "%s'%s'", i ? ", " : "", names->text[i]);
}

/* "interpreter or feed": whom the table allows it. */
static void add_roles(struct sentence *sentence, enum dm_action action)
{
	bool first = true;

	for (enum dm_role role = DM_ROLE_DELEGATE; role < DM_ROLE_COUNT; role++) {
		if (actions[action].reach[role] == NO)
			continue;
		add(sentence, "%s%s", first ? "" : " or ", role_names[role]);
		first = false;
	}
}

static void add_missing_role(struct sentence *sentence, enum dm_action action)
{
	add(sentence, "To %s takes a token of the role ", actions[action].words);
	add_roles(sentence, action);
}

void dm_role_explain(enum dm_permission verdict, const struct dm_grant *grant,
		     enum dm_action action, const char *room, const char *channel, char *text,
		     size_t size)
{
	struct sentence sentence = { text, size, 0 };

	switch (verdict) {
	case DM_PERMISSION_NO_TOKEN:
		add_missing_role(&sentence, action);
		add(&sentence,
		    ": open the link that the organiser gave you, or send it as Authorization: Bearer.");
		return;
	case DM_PERMISSION_WRONG_ROLE:
		add_missing_role(&sentence, action);
		add(&sentence, "; yours is of the role %s. Ask the organiser for another link.",
		    role_names[grant->role]);
		return;
	case DM_PERMISSION_WRONG_ROOM:
		add(&sentence, "This token is for the room ");
		add_names(&sentence, &grant->rooms);
		add(&sentence, ", not for '%.40s'. Choose that room, or ask the organiser.", room);
		return;
	case DM_PERMISSION_WRONG_CHANNEL:
		add(&sentence, "This token is for the channel ");
		add_names(&sentence, &grant->channels);
		add(&sentence, ", not for '%.40s'. Choose that channel, or ask the organiser.",
		    channel);
		return;
	case DM_PERMISSION_NOT_WHOLE:
		add(&sentence, "To %s takes a token that is not limited to rooms or channels.",
		    actions[action].words);
		return;
	case DM_PERMISSION_ALLOWED:
	case DM_PERMISSION_COUNT:
		break;
	}
	add(&sentence, "This is allowed.");
}
