/* Pages of a hub whose event is watched, each with a token; the session and the watch are fakes. */
#ifndef WATCHED_HUB_H
#define WATCHED_HUB_H

#include "control/conversation.h"
#include "control/token.h"

#define WATCHED_START  INT64_C(1800000000) /* the clock stands; seconds since 1970 */
#define WATCHED_SECRET "0123456789abcdef0123456789abcdef"

extern const struct dm_token_key watched_key;

struct watched_hub {
	struct dm_event *event;
	struct dm_room *room; /* the plenary */
	struct dm_watch *watch;
	struct dm_access *access;
	struct dm_hub *hub;
	struct dm_conversation *ana; /* an organiser's page, of all rooms */
	struct dm_conversation *other;
};

/* With both pages; the other one's of that role and name. */
struct watched_hub *watched_hub_create(enum dm_role role, const char *name);
void watched_hub_destroy(struct watched_hub *watched);

/* Shows another token, which lasts ten hours; `room` and `channel` nullable: all of them. */
void watched_hub_identify(struct dm_conversation *page, enum dm_role role, const char *name,
			  const char *room, const char *channel);

#endif
