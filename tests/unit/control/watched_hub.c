/* tests/unit/control/watched_hub.c: see watched_hub.h */
#include "watched_hub.h"

#include "fake_session.h"
#include "fake_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const struct dm_token_key watched_key = { .algorithm = DM_TOKEN_HS256,
					  .bytes = WATCHED_SECRET,
					  .count = sizeof(WATCHED_SECRET) - 1 };

static int64_t fake_clock(void)
{
	return WATCHED_START;
}

static void on_wake(void *user)
{
	(void)user;
}

static struct dm_conversation *open_page(struct dm_hub *hub, enum dm_role role, const char *name)
{
	struct dm_conversation *page = dm_conversation_open(hub, 0, on_wake, NULL);

	watched_hub_identify(page, role, name, NULL, NULL);
	return page;
}

struct watched_hub *watched_hub_create(enum dm_role role, const char *name)
{
	const struct dm_security_options security = { .algorithm = DM_TOKEN_HS256,
						      .key = WATCHED_SECRET,
						      .key_bytes = sizeof(WATCHED_SECRET) - 1,
						      .lifetime_seconds = 7200 };
	const struct dm_access_options access = { .security = &security, .clock = fake_clock };
	struct watched_hub *watched = calloc(1, sizeof(*watched));

	watched->event = fake_event_create();
	watched->room = dm_event_find_room(watched->event, "plenary");
	watched->watch = fake_watch_create(watched->event);
	assert_int_equal(dm_access_create(&watched->access, &access), 0);

	const struct dm_hub_options hub = { .event = watched->event,
					    .watch = watched->watch,
					    .access = watched->access,
					    .grace_ms = 1000 };

	assert_int_equal(dm_hub_create(&watched->hub, &hub), 0);
	watched->ana = open_page(watched->hub, DM_ROLE_ORGANISER, "Ana");
	watched->other = open_page(watched->hub, role, name);
	return watched;
}

void watched_hub_destroy(struct watched_hub *watched)
{
	dm_conversation_close(watched->ana);
	dm_conversation_close(watched->other);
	dm_hub_destroy(watched->hub);
	dm_access_destroy(watched->access);
	fake_watch_destroy(watched->watch);
	fake_event_destroy(watched->event);
	free(watched);
}

void watched_hub_identify(struct dm_conversation *page, enum dm_role role, const char *name,
			  const char *room, const char *channel)
{
	struct dm_token token = { .grant.role = role, .expires_at = WATCHED_START + 36000 };
	char *text;

	strcpy(token.name, name);
	if (room)
		strcpy(token.grant.rooms.text[token.grant.rooms.count++], room);
	if (channel)
		strcpy(token.grant.channels.text[token.grant.channels.count++], channel);
	assert_int_equal(dm_token_sign(&watched_key, &token, WATCHED_START, &text), 0);
	dm_conversation_identify(page, text);
	g_free(text);
}
