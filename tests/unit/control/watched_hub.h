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
};

struct watched_hub *watched_hub_create(void);
void watched_hub_destroy(struct watched_hub *watched); /* after its pages */

struct dm_conversation *watched_hub_page(const struct watched_hub *watched, enum dm_role role,
					 const char *name);

/* Shows another token, which lasts ten hours; `room` and `channel` nullable: all of them. */
void watched_hub_identify(struct dm_conversation *page, enum dm_role role, const char *name,
			  const char *room, const char *channel);

#endif
