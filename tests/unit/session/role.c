/* tests/unit/session/role.c: every role × every action × right and wrong room and channel. */
#include "session/role.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

/* What each may do, as the documents say it: one letter a role, in the order anonymous, delegate,
 * interpreter, organiser, feed. "-" never; "c" in its rooms, on its channels; "r" in its rooms;
 * "e" only when not limited. */
static const char *const expected[DM_ACTION_COUNT] = {
	[DM_ACTION_LISTEN] = "ccrr-",
	[DM_ACTION_SELECT] = "ccrr-",
	[DM_ACTION_PUBLISH_FLOOR] = "----c",
	[DM_ACTION_PUBLISH_CHANNEL] = "--c-c",
	[DM_ACTION_TAKE_BOOTH] = "--c--",
	[DM_ACTION_HAND_OVER] = "--c--",
	[DM_ACTION_SET_FLOOR_LANGUAGE] = "--rr-",
	[DM_ACTION_MODERATE] = "---r-",
	[DM_ACTION_SEE_ORGANISER] = "---r-",
	[DM_ACTION_SEE_METRICS] = "---e-",
};

static void add(struct dm_grant_names *names, const char *name)
{
	snprintf(names->text[names->count++], DM_GRANT_NAME_SIZE, "%s", name);
}

/* The rooms and channels that a grant may be limited to; NULL: not. */
static const char *const room_limits[] = { NULL, "plenary", "committee" };
static const char *const channel_limits[] = { NULL, "fr", "ru" };

static enum dm_permission verdict_by_hand(char right, enum dm_role role, const char *room,
					  const char *channel)
{
	const bool room_fits = !room || strcmp(room, "plenary") == 0;
	const bool channel_fits = !channel || strcmp(channel, "fr") == 0;

	switch (right) {
	case 'e':
		return room || channel ? DM_PERMISSION_NOT_WHOLE : DM_PERMISSION_ALLOWED;
	case 'r':
		return room_fits ? DM_PERMISSION_ALLOWED : DM_PERMISSION_WRONG_ROOM;
	case 'c':
		return !room_fits      ? DM_PERMISSION_WRONG_ROOM
		       : !channel_fits ? DM_PERMISSION_WRONG_CHANNEL
				       : DM_PERMISSION_ALLOWED;
	default:
		return role == DM_ROLE_ANONYMOUS ? DM_PERMISSION_NO_TOKEN
						 : DM_PERMISSION_WRONG_ROLE;
	}
}

/* Asked of room "plenary" and channel "FR": 5 roles × 10 actions × 3 rooms × 3 channels. */
static void test_matrix(void **state)
{
	int cases = 0;

	(void)state;
	for (enum dm_action action = 0; action < DM_ACTION_COUNT; action++)
		for (enum dm_role role = 0; role < DM_ROLE_COUNT; role++)
			for (size_t n = 0; n < 9; n++) {
				const char *room = room_limits[n / 3];
				const char *channel = channel_limits[n % 3];
				struct dm_grant grant = { .role = role };

				if (room)
					add(&grant.rooms, room);
				if (channel)
					add(&grant.channels, channel);

				const enum dm_permission got = dm_role_may(&grant, action,
									   "plenary", "FR");
				const enum dm_permission want = verdict_by_hand(
					expected[action][role], role, room, channel);

				if (got != want)
					fail_msg("%s of %s limited to %s/%s: %s, not %s",
						 dm_action_name(action), dm_role_name(role),
						 room ? room : "all", channel ? channel : "all",
						 dm_permission_name(got), dm_permission_name(want));
				cases++;
			}
	assert_int_equal(cases, 450);
}

static void test_several(void **state)
{
	struct dm_grant grant = { .role = DM_ROLE_INTERPRETER };

	(void)state;
	add(&grant.rooms, "a");
	add(&grant.rooms, "b");
	add(&grant.channels, "fr");
	add(&grant.channels, "zh-Hant");
	assert_int_equal(dm_role_may(&grant, DM_ACTION_TAKE_BOOTH, "b", "ZH-hant"),
			 DM_PERMISSION_ALLOWED);
	assert_int_equal(dm_role_may(&grant, DM_ACTION_TAKE_BOOTH, "c", "fr"),
			 DM_PERMISSION_WRONG_ROOM);
	assert_int_equal(dm_role_may(&grant, DM_ACTION_TAKE_BOOTH, "a", "zh"),
			 DM_PERMISSION_WRONG_CHANNEL);
	/* In some room, on some channel: not asked yet. */
	assert_int_equal(dm_role_may(&grant, DM_ACTION_TAKE_BOOTH, NULL, NULL),
			 DM_PERMISSION_ALLOWED);
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in '%s'", part, text);
}

static void test_sentences(void **state)
{
	struct dm_grant grant = { .role = DM_ROLE_DELEGATE };
	char text[240];

	(void)state;
	dm_role_explain(DM_PERMISSION_WRONG_ROLE, &grant, DM_ACTION_PUBLISH_CHANNEL, "a", "fr",
			text, sizeof(text));
	assert_has(text, "interpreter or feed");
	assert_has(text, "yours is of the role delegate");
	dm_role_explain(DM_PERMISSION_NO_TOKEN, &grant, DM_ACTION_TAKE_BOOTH, "a", "fr", text,
			sizeof(text));
	assert_has(text, "token of the role interpreter");
	add(&grant.rooms, "plenary");
	add(&grant.rooms, "committee");
	dm_role_explain(DM_PERMISSION_WRONG_ROOM, &grant, DM_ACTION_LISTEN, "hall", "fr", text,
			sizeof(text));
	assert_has(text, "for the room 'plenary', 'committee', not for 'hall'");
	add(&grant.channels, "fr");
	dm_role_explain(DM_PERMISSION_WRONG_CHANNEL, &grant, DM_ACTION_LISTEN, "hall", "en", text,
			sizeof(text));
	assert_has(text, "for the channel 'fr', not for 'en'");
	dm_role_explain(DM_PERMISSION_NOT_WHOLE, &grant, DM_ACTION_SEE_METRICS, NULL, NULL, text,
			sizeof(text));
	assert_has(text, "not limited");
	dm_role_explain(DM_PERMISSION_WRONG_ROOM, &grant, DM_ACTION_LISTEN, "hall", "fr", text, 10);
	assert_int_equal(strlen(text), 9);
}

static void test_names(void **state)
{
	enum dm_role role;

	(void)state;
	for (enum dm_role r = DM_ROLE_DELEGATE; r < DM_ROLE_COUNT; r++) {
		assert_true(dm_role_parse(dm_role_name(r), &role));
		assert_int_equal(role, r);
	}
	assert_false(dm_role_parse("anonymous", &role)); /* nobody is given it */
	assert_false(dm_role_parse("Delegate", &role));
	assert_false(dm_role_parse("", &role));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matrix),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
