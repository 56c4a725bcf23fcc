/* relay/session/role.h
 *
 * Who may do what: one table of every role and every action, and what a grant is limited to.
 *
 * Pure. Thread: any.
 */
#ifndef DM_SESSION_ROLE_H
#define DM_SESSION_ROLE_H

#include <stdbool.h>
#include <stddef.h>

/* ANONYMOUS is whoever shows no token where the event lets everybody listen. */
enum dm_role {
	DM_ROLE_ANONYMOUS,
	DM_ROLE_DELEGATE,
	DM_ROLE_INTERPRETER,
	DM_ROLE_ORGANISER,
	DM_ROLE_FEED, /* a machine that publishes: an encoder in the hall, a hardware booth */
	DM_ROLE_COUNT,
};

enum dm_action {
	DM_ACTION_LISTEN, /* hear a channel, see the pictures */
	DM_ACTION_SELECT, /* change language or pictures */
	DM_ACTION_PUBLISH_FLOOR,
	DM_ACTION_PUBLISH_CHANNEL,
	DM_ACTION_TAKE_BOOTH,
	DM_ACTION_HAND_OVER,
	DM_ACTION_SET_FLOOR_LANGUAGE,
	DM_ACTION_MODERATE,
	DM_ACTION_SEE_ORGANISER, /* what an organiser's page shows */
	DM_ACTION_SEE_METRICS,   /* of the whole relay */
	DM_ACTION_COUNT,
};

#define DM_GRANT_NAMES_MAX 8  /* choice: a booth serves two channels, rarely three */
#define DM_GRANT_NAME_SIZE 64 /* with NUL; as a name in a message of control */

struct dm_grant_names {
	char text[DM_GRANT_NAMES_MAX][DM_GRANT_NAME_SIZE];
	size_t count; /* 0: all there are */
};

/* What somebody has been given. */
struct dm_grant {
	enum dm_role role;
	struct dm_grant_names rooms;
	struct dm_grant_names channels; /* languages; the floor is "floor" */
};

enum dm_permission {
	DM_PERMISSION_ALLOWED,
	DM_PERMISSION_NO_TOKEN,      /* it takes a token, and there is none */
	DM_PERMISSION_WRONG_ROLE,    /* no grant of that role allows it */
	DM_PERMISSION_WRONG_ROOM,    /* the grant is for other rooms */
	DM_PERMISSION_WRONG_CHANNEL, /* the grant is for other channels */
	DM_PERMISSION_NOT_WHOLE,     /* it concerns the whole event, and the grant is for parts */
	DM_PERMISSION_COUNT,
};

/* Whether a grant allows an action in a room, on a channel. NULL: in whichever room, on whichever
 * channel the grant is for. Languages compare as BCP 47 does: no case. */
enum dm_permission dm_role_may(const struct dm_grant *grant, enum dm_action action,
			       const char *room, const char *channel);

/* Why not, and what would help, as sentences for people, cut at `size`. The same arguments as
 * dm_role_may got, and what it said. */
void dm_role_explain(enum dm_permission verdict, const struct dm_grant *grant,
		     enum dm_action action, const char *room, const char *channel, char *text,
		     size_t size);

/* "delegate", "interpreter", "organiser", "feed", and "anonymous", which parses from no text. */
const char *dm_role_name(enum dm_role role);
bool dm_role_parse(const char *name, enum dm_role *role);

/* "listen", "publish-floor", …; "wrong-role", …: for counters and logs. */
const char *dm_action_name(enum dm_action action);
const char *dm_permission_name(enum dm_permission verdict);

#endif
